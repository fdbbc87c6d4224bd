"""When a device was away, from how its connectivity changed and from its pauses. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from homepot.fleet.connectivity.logic import Change, Gap, State, merged, uptime
from homepot.telemetry.totals.service import STEPS_MISSED, Span


@dataclass(frozen=True)
class Away:
    """What a device's time in some spans comes to."""

    online_s: float
    offline_s: float
    outages: int
    longest_s: float

    @property
    def uptime_percent(self) -> float | None:
        known = self.online_s + self.offline_s
        return 100 * self.online_s / known if known > 0 else None


def away(changes: Sequence[Change], gaps: Sequence[Gap], spans: Sequence[Span]) -> Away:
    """As the record of connectivity has it; what nobody knows counts as neither."""
    online = offline = longest = 0.0
    outages = 0
    for span in spans:
        before = _state_at(changes, span.start)
        within = [one for one in changes if span.start < one.at < span.end]
        if not within:  # as of nearly every device of a large fleet
            length_s = (span.end - span.start).total_seconds() - _unwatched_s(tuple(gaps), span)
            if before == "online":
                online += length_s
            elif before == "offline":
                offline, outages = offline + length_s, outages + 1
                longest = max(longest, (span.end - span.start).total_seconds())
            continue
        found = uptime(within, merged(gaps, span.start, span.end), span.start, span.end, before)
        online += found.online_s
        offline += found.offline_s
        for start, end in _offline(within, before, span):
            outages += 1
            longest = max(longest, (end - start).total_seconds())
    return Away(online, offline, outages, longest)


@lru_cache(maxsize=1_000)
def _unwatched_s(gaps: tuple[Gap, ...], span: Span) -> float:
    """For how long of it the server was away itself; the same for every device."""
    return sum(
        (gap.to_at - gap.from_at).total_seconds() for gap in merged(gaps, span.start, span.end)
    )


def _state_at(changes: Iterable[Change], at: datetime) -> State:
    state: State = "unknown"
    for one in changes:
        if one.at <= at:
            state = one.state
    return state


def _offline(
    within: Sequence[Change], before: State, span: Span
) -> list[tuple[datetime, datetime]]:
    found = []
    state, since = before, span.start
    for one in [*within, Change(span.end, "unknown")]:
        if state == "offline" and one.at > since:
            found.append((since, one.at))
        state, since = one.state, one.at
    return found


def away_by_pauses(
    known_from: datetime,
    step_s: float,
    pauses: Sequence[tuple[datetime, datetime]],
    spans: Sequence[Span],
) -> Away:
    """Of a device of which only readings are known: away is from a step after the last report to
    the next one, as far as that lies in the spans; before it was first heard nobody knows."""
    length = missing = longest = 0.0
    times = 0
    for span in spans:
        start = max(span.start, known_from)
        length += max((span.end - start).total_seconds(), 0.0)
        for silent_from, until in pauses:
            seconds = (min(until, span.end) - max(silent_from, start)).total_seconds()
            first_missed = silent_from + timedelta(seconds=step_s)
            away_s = (min(until, span.end) - max(first_missed, start)).total_seconds()
            if away_s > 0:
                missing, times, longest = missing + away_s, times + 1, max(longest, seconds)
    return Away(length - missing, missing, times, longest)


def fell_silent(silent_s: float, step_s: float | None, patience_s: float) -> bool:
    """Whether a device that was last heard so long ago counts as offline."""
    return silent_s > max(patience_s, STEPS_MISSED * (step_s or 0.0))
