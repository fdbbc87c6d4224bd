"""Which errand is next: each has its own patience, and all share the line to the server. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from homepot_agent.backoff import Patience


@dataclass
class Lane:
    """One kind of errand: when it is wanted, how it fares."""

    name: str
    # seconds until there is something to do, None where there is nothing
    wanted_in_s: Callable[[float], float | None]
    run: Callable[[], None]
    # lanes of one door at the server: when it is shut for one, it is for the others
    door: str = ""
    patience: Patience = field(default_factory=Patience)
    refused: bool = False

    def due_in_s(self, now_s: float) -> float | None:
        wanted_s = self.wanted_in_s(now_s)
        if wanted_s is None:
            return None
        return max(wanted_s, self.patience.not_before_s - now_s, 0.0)


def at_once(wanted: bool) -> float | None:
    return 0.0 if wanted else None


def shut(lanes: Sequence[Lane], lane: Lane) -> None:
    """Let every lane of this one's door wait as long as it does."""
    for one in lanes:
        if one.door and one.door == lane.door:
            not_before_s = max(one.patience.not_before_s, lane.patience.not_before_s)
            one.patience.not_before_s = not_before_s
            one.refused = lane.refused


def choose(lanes: Sequence[Lane], now_s: float) -> tuple[Lane | None, float]:
    """The first lane in order that is due, or None and in how many seconds one will be."""
    soonest_s = float("inf")
    for lane in lanes:
        due_s = lane.due_in_s(now_s)
        if due_s is None:
            continue
        if due_s <= 0.0:
            return lane, 0.0
        soonest_s = min(soonest_s, due_s)
    return None, soonest_s
