"""When a device was away, from how its connectivity changed and from its pauses. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from homepot.fleet.connectivity.logic import Change, Gap, State, merged, uptime
from homepot.telemetry.totals.service import Gaps, Span

# A device that has been silent for so many of its usual steps has fallen silent.
STEPS_MISSED = 2.5


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
        found = uptime(within, merged(gaps, span.start, span.end), span.start, span.end, before)
        online += found.online_s
        offline += found.offline_s
        for start, end in _offline(within, before, span):
            outages += 1
            longest = max(longest, (end - start).total_seconds())
    return Away(online, offline, outages, longest)


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


def away_by_pauses(found: Gaps, spans: Sequence[Span]) -> Away | None:
    """Of a device of which only readings are known: its pauses, and how long it is silent now."""
    if found.step_s is None:
        return None
    length = sum((span.end - span.start).total_seconds() for span in spans)
    end = max(span.end for span in spans)
    silent = (end - found.last_at).total_seconds()
    missing, times, longest = found.missing_s, found.times, found.longest_s or 0.0
    if silent > STEPS_MISSED * found.step_s:
        missing, times, longest = missing + silent - found.step_s, times + 1, max(longest, silent)
    missing = min(max(missing, 0.0), length)
    return Away(length - missing, missing, times, longest)


def fell_silent(silent_s: float, step_s: float | None, patience_s: float) -> bool:
    """Whether a device that was last heard so long ago counts as offline."""
    return silent_s > max(patience_s, STEPS_MISSED * (step_s or 0.0))
