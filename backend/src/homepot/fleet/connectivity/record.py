"""How several devices were heard from, to be asked for any span within a window. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from operator import attrgetter

from homepot.fleet.connectivity.logic import Change, Gap, State, Uptime, merged

_at = attrgetter("at")


@dataclass(frozen=True)
class Stretch:
    """What became of one device in a span: seconds in each state, and its outages."""

    uptime: Uptime
    # those that the span has a part of; in a gap of the server none is known
    outages: int
    longest_outage_s: float


@dataclass(frozen=True)
class Record:
    """`before` is the state at the start, by row of the device; `changes` are in order of time."""

    start: datetime
    end: datetime
    before: Mapping[int, State]
    changes: Mapping[int, Sequence[Change]]
    gaps: Sequence[Gap]
    _away: "_Away" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_away", _Away(merged(self.gaps, self.start, self.end)))

    def part(self, start: datetime, end: datetime) -> "Record":
        """The same of a part of the window."""
        return replace(self, start=max(start, self.start), end=min(end, self.end))

    def of(self, device_row: int, start: datetime | None = None, end: datetime | None = None
           ) -> Stretch:  # fmt: skip
        """Of one device, within the window or a part of it."""
        start, end = max(start or self.start, self.start), min(end or self.end, self.end)
        totals: dict[State, float] = {"online": 0.0, "offline": 0.0, "unknown": 0.0}
        outages: list[float] = []
        changes = self.changes.get(device_row, ())
        place = bisect_right(changes, start, key=_at)
        state = changes[place - 1].state if place else self.before.get(device_row, "unknown")
        since = start
        stop = bisect_left(changes, end, lo=place, key=_at)
        for change in [*changes[place:stop], Change(end, "unknown")]:
            first, last = since, change.at
            if first < last:
                away_s = self._away.within(first, last)
                known_s = (last - first).total_seconds() - away_s
                totals["unknown"] += away_s
                totals[state] += known_s
                if state == "offline" and known_s > 0:
                    outages.append(known_s)
            state, since = change.state, change.at
        uptime = Uptime(totals["online"], totals["offline"], totals["unknown"])
        return Stretch(uptime, len(outages), max(outages, default=0.0))


class _Away:
    """How long the server was away between two moments, however many gaps there are."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        self._gaps = gaps
        self._starts = [gap.from_at for gap in gaps]
        lengths = [(gap.to_at - gap.from_at).total_seconds() for gap in gaps]
        self._before = [0.0, *accumulate(lengths)]

    def within(self, start: datetime, end: datetime) -> float:
        return self._until(end) - self._until(start)

    def _until(self, at: datetime) -> float:
        place = bisect_right(self._starts, at)
        if not place:
            return 0.0
        last = self._gaps[place - 1]
        return self._before[place - 1] + (min(at, last.to_at) - last.from_at).total_seconds()
