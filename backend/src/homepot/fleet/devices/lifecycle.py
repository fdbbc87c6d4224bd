"""The life of a device: its states, and which move leads where. Pure.

    pending ── pair, activate ──▶ active ── suspend ──▶ suspended ── activate ──▶ active
       ▲                             │ unpair              │ unpair
       │                             ▼                     ▼
       └── restore ── archived ◀── archive ── unpaired ── pair ──▶ active

`archived` is an unpaired device that was put away (`archived_at`); it can be put away from any
state. A restored device is pending: its key is void, it has to be enrolled anew.
"""

from enum import StrEnum

from homepot.core.errors import Conflict


class Lifecycle(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    UNPAIRED = "unpaired"


class State(StrEnum):
    """Where a device is in its life, archived told apart from unpaired."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    UNPAIRED = "unpaired"
    ARCHIVED = "archived"

    @property
    def lifecycle(self) -> Lifecycle:
        return Lifecycle.UNPAIRED if self is State.ARCHIVED else Lifecycle(self.value)


class Move(StrEnum):
    PAIR = "pair"
    UNPAIR = "unpair"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    ARCHIVE = "archive"
    RESTORE = "restore"


_PENDING, _ACTIVE, _SUSPENDED, _UNPAIRED, _ARCHIVED = State
MOVES: dict[Move, dict[State, State]] = {
    Move.PAIR: {_PENDING: _ACTIVE, _ACTIVE: _ACTIVE, _UNPAIRED: _ACTIVE},
    Move.UNPAIR: {_PENDING: _UNPAIRED, _ACTIVE: _UNPAIRED, _SUSPENDED: _UNPAIRED},
    Move.ACTIVATE: {_PENDING: _ACTIVE, _SUSPENDED: _ACTIVE},
    Move.SUSPEND: {_PENDING: _SUSPENDED, _ACTIVE: _SUSPENDED},
    Move.ARCHIVE: {
        _PENDING: _ARCHIVED,
        _ACTIVE: _ARCHIVED,
        _SUSPENDED: _ARCHIVED,
        _UNPAIRED: _ARCHIVED,
    },
    Move.RESTORE: {_ARCHIVED: _PENDING},
}
# Moves after which the pairing, and with it every key, is void.
ENDS_PAIRING = frozenset({Move.UNPAIR, Move.ARCHIVE, Move.RESTORE})


class WrongState(Conflict):
    """The device is in a state that does not allow this."""

    kind = "wrong-state"


def state_of(lifecycle: str, *, archived: bool) -> State:
    return State.ARCHIVED if archived else State(lifecycle)


def allowed_moves(state: State) -> list[Move]:
    return [move for move, ways in MOVES.items() if state in ways]


def after(move: Move, state: State) -> State:
    """The state a move leads to; WrongState where it leads nowhere from here."""
    reached = MOVES[move].get(state)
    if reached is None:
        allowed = [str(one) for one in allowed_moves(state)]
        raise WrongState(
            f"A device that is {state} cannot be asked to {move}; from here one can"
            f" {_either(allowed)}.",
            state=str(state),
            allowed=allowed,
        )
    return reached


def _either(words: list[str]) -> str:
    """
    >>> _either(["suspend", "unpair", "archive"])
    'suspend, unpair or archive'
    """
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
