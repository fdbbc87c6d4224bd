"""Decisions about silence: deadlines, uptime. No I/O; `now` is an argument."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["unknown", "online", "offline"]
Health = Literal["healthy", "warning", "critical", "maintenance", "unknown"]

# The default of 120 s is four of the 30 s intervals of a stock agent; one that reports less
# often may miss as many.
INTERVALS_MISSED_MAX = 4
SILENCE_MAX_S = 7 * 24 * 3600
# The server's sweep beats every few seconds. A longer pause means that it was not there.
GAP_NOTICED = timedelta(seconds=30)


@dataclass(frozen=True)
class Change:
    """From this moment on the device was in this state."""

    at: datetime
    state: State


@dataclass(frozen=True)
class Gap:
    """A time in which the server itself was away, so nobody can say how the device was."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True)
class Uptime:
    """How a window of time divides; the ratio leaves out what nobody knows."""

    online_s: float
    offline_s: float
    unknown_s: float

    @property
    def online_ratio(self) -> float | None:
        """None where nothing is known: not enough data is an answer.

        >>> Uptime(90.0, 10.0, 500.0).online_ratio
        0.9
        >>> Uptime(0.0, 0.0, 500.0).online_ratio is None
        True
        """
        known_s = self.online_s + self.offline_s
        return self.online_s / known_s if known_s > 0 else None


def silence_for(collection_interval_s: int | None, default_s: int) -> int:
    """The silence a device may keep: longer for one that says it reports seldom.

    >>> silence_for(None, 120), silence_for(5, 120), silence_for(300, 120)
    (120, 120, 1200)
    """
    seldom_s = min(SILENCE_MAX_S, INTERVALS_MISSED_MAX * (collection_interval_s or 0))
    return max(default_s, seldom_s)


def as_of(state: State, silent_after: datetime | None, now: datetime) -> State:
    """What the state is at this moment, whether or not the sweep has been round."""
    silent = state == "online" and silent_after is not None and silent_after <= now
    return "offline" if silent else state


def absence(last_beat: datetime | None, now: datetime) -> Gap | None:
    """The time the server was away, as its own last beat shows; None where it was there."""
    if last_beat is None or now - last_beat <= GAP_NOTICED:
        return None
    return Gap(last_beat, now)


def uptime(
    changes: Iterable[Change],
    gaps: Sequence[Gap],
    start: datetime,
    end: datetime,
    before: State = "unknown",
) -> Uptime:
    """How [start, end) divides into online, offline and unknown.

    `changes` in order of time; `before` is the state at `start` unless a change says otherwise.
    A gap of the server is unknown whatever the changes say.
    """
    totals: dict[State, float] = {"online": 0.0, "offline": 0.0, "unknown": 0.0}
    away = merged(gaps, start, end)
    state, since = before, start
    for change in changes:
        at = min(max(change.at, start), end)
        _add(totals, state, since, at, away)
        state, since = change.state, at
    _add(totals, state, since, end, away)
    return Uptime(totals["online"], totals["offline"], totals["unknown"])


def _add(
    totals: dict[State, float], state: State, since: datetime, until: datetime, away: list[Gap]
) -> None:
    length_s = max(0.0, (until - since).total_seconds())
    away_s = sum(
        max(0.0, (min(until, gap.to_at) - max(since, gap.from_at)).total_seconds()) for gap in away
    )
    totals["unknown"] += away_s
    totals[state] += length_s - away_s


def merged(gaps: Sequence[Gap], start: datetime, end: datetime) -> list[Gap]:
    """The gaps within the window, in order and without overlap."""
    found: list[Gap] = []
    for gap in sorted(gaps, key=lambda one: one.from_at):
        from_at, to_at = max(gap.from_at, start), min(gap.to_at, end)
        if found and from_at <= found[-1].to_at:
            found[-1] = Gap(found[-1].from_at, max(found[-1].to_at, to_at))
        elif from_at < to_at:
            found.append(Gap(from_at, to_at))
    return found
