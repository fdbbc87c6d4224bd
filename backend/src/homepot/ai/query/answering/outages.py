"""When a device was away, from how its connectivity changed and from its pauses. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from homepot.fleet.connectivity.logic import Change, Gap, State, merged, uptime
from homepot.telemetry.pauses.logic import STEPS_MISSED
from homepot.telemetry.pauses.reading import Pause
from homepot.telemetry.totals.service import Span


@dataclass(frozen=True)
class Away:
    """What a device's time in some spans comes to."""

    online_s: float
    offline_s: float
    outages: int
    longest_s: float

    def __add__(self, other: "Away") -> "Away":
        """Of two times, none of which is part of the other."""
        return Away(
            self.online_s + other.online_s,
            self.offline_s + other.offline_s,
            self.outages + other.outages,
            max(self.longest_s, other.longest_s),
        )

    @property
    def known_s(self) -> float:
        return self.online_s + self.offline_s

    @property
    def uptime_percent(self) -> float | None:
        return 100 * self.online_s / self.known_s if self.known_s > 0 else None


# Less than this of the time that was asked for is said to be a part of it.
_WHOLLY = 0.99
_SAID_MAX = 3


def record_begins(changes: Sequence[Change]) -> datetime | None:
    """From when on it is known how the device was; None where the record says nothing."""
    return next((one.at for one in changes if one.state != "unknown"), None)


def before(spans: Sequence[Span], at: datetime) -> list[Span]:
    return [replace(one, end=min(one.end, at)) for one in spans if one.start < at]


def since(spans: Sequence[Span], at: datetime) -> Sequence[Span]:
    if spans and at <= spans[0].start:
        return spans
    return [replace(one, start=max(one.start, at)) for one in spans if one.end > at]


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


def away_by_pauses(known_from: datetime, pauses: Sequence[Pause], spans: Sequence[Span]) -> Away:
    """Of a device of which only readings are known: away is from a step after the last report to
    the next one, as far as that lies in the spans; before it was first heard nobody knows."""
    length = missing = longest = 0.0
    times = 0
    for span in spans:
        start = max(span.start, known_from)
        length += max((span.end - start).total_seconds(), 0.0)
        for pause in pauses:
            until = min(pause.until_at, span.end)
            seconds = (until - max(pause.from_at, start)).total_seconds()
            first_missed = pause.from_at + timedelta(seconds=pause.usual_s)
            away_s = (until - max(first_missed, start)).total_seconds()
            if away_s > 0:
                missing, times, longest = missing + away_s, times + 1, max(longest, seconds)
    return Away(length - missing, missing, times, longest)


def known_in_part(devices: Sequence[tuple[str, float, float]]) -> str:
    """Of how much of the time asked for it is known how the devices were; nothing where of all.

    >>> known_in_part([("till_1", 420.0, 86_400.0), ("till_2", 86_390.0, 86_400.0)])
    'known = only in part: of till_1 7 min of 24 h'
    """
    less = [one for one in devices if one[1] < _WHOLLY * one[2]]
    if not less:
        return ""
    said = [(one, f"{_length(known)} of {_length(asked)}") for one, known, asked in less]
    alike = {words for _, words in said}
    if len(less) == len(devices) and len(alike) == 1:
        each = "" if len(devices) == 1 else " for each device"
        words = alike.pop()
        only = "" if words.startswith("nothing") else "only "
        return f"known = {only}{words}{each}"
    shown = [f"of {one} {words}" for one, words in said[:_SAID_MAX]]
    if more := len(said) - len(shown):
        shown.append(f"and of {more} more")
    return f"known = only in part: {', '.join(shown)}"


def _length(seconds: float) -> str:
    """
    >>> _length(0.0), _length(42.0), _length(86_100.0), _length(604_800.0)
    ('nothing', 'less than a minute', '23 h 55 min', '7 d')
    """
    if seconds < 1:
        return "nothing"
    days, minutes = divmod(int(seconds) // 60, 1_440)
    hours, minutes = divmod(minutes, 60)
    if days == 1:
        days, hours = 0, hours + 24
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "less than a minute"


def fell_silent(silent_s: float, step_s: float | None, patience_s: float) -> bool:
    """Whether a device that was last heard so long ago counts as offline."""
    return silent_s > max(patience_s, STEPS_MISSED * (step_s or 0.0))
