"""Which faults happen, in which order and after which pauses: a list made from a seed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

# How often each is chosen among the kills; `backend` is one connection's process of the database.
KILLS: Mapping[str, int] = {
    "API": 5,
    "database": 4,
    "backend": 3,
    "worker": 3,
    "agent": 3,
    "senders": 2,
    "supervisor": 3,
    "broker": 2,
}
# With everything on, the language model's server is one more that is killed.
KILLS_OF_EVERYTHING: Mapping[str, int] = {**KILLS, "model server": 2}
# What is done between the kills, one after every so many of them.
OTHERS = ("freeze", "restart", "full disk", "no link", "lost answers", "overload", "day")
KILLS_BETWEEN = 8
PAUSE_MAX_S = 2.5
# So many kills hit while the product is still coming back from the one before.
AT_ONCE = 0.2


@dataclass(frozen=True)
class Fault:
    """What is done, how long after the last one, and whether its recovery is waited for first."""

    kind: str
    after_s: float
    at_once: bool = False

    @property
    def is_kill(self) -> bool:
        return self.kind in KILLS_OF_EVERYTHING


def plan(seed: int, kills: int, *, with_others: bool, everything: bool = False) -> list[Fault]:
    """Each kind of kill occurs as often as its weight says, in an order of chance.

    >>> plan(7, 10, with_others=False) == plan(7, 10, with_others=False)
    True
    >>> sum(fault.is_kill for fault in plan(1, 50, with_others=True))
    50
    """
    dice = Random(seed)  # noqa: S311  a game, no secret
    weights = KILLS_OF_EVERYTHING if everything else KILLS
    kinds = [kind for kind, weight in weights.items() for _ in range(weight)]
    dice.shuffle(kinds)
    faults: list[Fault] = []
    others = list(OTHERS)
    for number in range(kills):
        if with_others and number % KILLS_BETWEEN == KILLS_BETWEEN - 1:
            faults.append(Fault(others[0], dice.uniform(0, PAUSE_MAX_S)))
            others.append(others.pop(0))
        kind = kinds[number % len(kinds)]
        at_once = bool(number) and dice.random() < AT_ONCE
        faults.append(Fault(kind, dice.uniform(0, PAUSE_MAX_S), at_once))
    return faults
