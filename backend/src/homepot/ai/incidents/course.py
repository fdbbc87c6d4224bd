"""What became of what deviated: how it was when it was first told, at worst, and now. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from homepot.ai.incidents.words import begun, difference, figure
from homepot.core.wall_clock import WallClock
from homepot.fleet.types.naming import Called

# A reading that is older is the last one, and not how things are now.
NOW = timedelta(minutes=10)
SHOWN_MAX = 6
# What an hour of a sensor usually moves by is said where so many hours of it are known.
_HOURS_MIN = 12


@dataclass(frozen=True)
class Seen:
    """The lowest, the highest and the last reading of a short span of a metric."""

    at: datetime
    low: float
    high: float


@dataclass(frozen=True)
class Course:
    """One metric of one device. Figures are in `unit`, as people say them."""

    device_id: str
    device_name: str
    metric: str
    label: str
    kind: str
    unit: str
    since: datetime
    ended_at: datetime | None
    then: float
    # none where nothing that is known says what is usual, as with metrics off together
    usual: float | None
    low: float | None
    high: float | None
    worst: float | None = None
    worst_at: datetime | None = None
    now: float | None = None
    now_at: datetime | None = None
    # of a sensor that stands still: since when, and by how much it usually moves within an hour
    same_since: datetime | None = None
    usually_moves: float | None = None
    times: float = 1.0
    is_above: bool = True


def course_of(
    device: tuple[str, str],
    metric: Mapping[str, Any],
    called: Called,
    ended_at: datetime | None,
) -> Course:
    """As the anomaly tells it, before anybody has looked at readings."""
    first = begun(metric, {metric["name"]: called})
    is_known = first.kind != "joint"
    times = first.times
    has_worst = first.kind not in ("joint", "frozen")
    return Course(
        *device,
        metric["name"],
        first.label,
        first.kind,
        first.unit,
        first.since,
        ended_at,
        first.value,
        first.usual if is_known else None,
        first.low if is_known else None,
        first.high if is_known else None,
        worst=times * float(metric["value"]) if has_worst else None,
        times=times,
        is_above=first.is_above,
    )


def with_readings(one: Course, seen: Sequence[Seen]) -> Course:
    """With the furthest that was measured while it went on; the anomaly alone knows how it was
    whenever it was told."""
    if one.worst is None:
        return one
    until = one.ended_at
    mine = [s for s in seen if s.at >= one.since and (until is None or s.at <= until)]
    if not mine:
        return one
    furthest = max(mine, key=lambda s: s.high if one.is_above else -s.low)
    value = one.times * (furthest.high if one.is_above else furthest.low)
    further = value > one.worst if one.is_above else value < one.worst
    if not further and not _is(value, one.worst):
        return one
    return replace(one, worst=value, worst_at=furthest.at)


def with_newest(one: Course, value: float | None, at: datetime | None) -> Course:
    if value is None or at is None:
        return one
    return replace(one, now=one.times * value, now_at=at)


def with_stillness(one: Course, seen: Sequence[Seen], hours: Sequence[Seen]) -> Course:
    """Of a sensor that stands still: since when its value is the same, by the readings up to when
    it was told, and by how much an hour of it moved before.

    `seen` and `hours` are in the order of time.
    """
    value = one.then / one.times
    same_since = None
    for span in reversed([s for s in seen if s.at <= one.since]):
        if not _is(span.low, value) or not _is(span.high, value):
            break
        same_since = span.at
    same_since = same_since or one.since
    moves = [s.high - s.low for s in hours if s.at + timedelta(hours=1) <= same_since]
    usual = one.times * median(moves) if len(moves) >= _HOURS_MIN else None
    return replace(one, same_since=same_since, usually_moves=usual)


def _is(one: float, other: float) -> bool:
    """The figures of an anomaly are kept to six digits."""
    return abs(one - other) <= 1e-5 * max(abs(one), abs(other))


def words_of(courses: Sequence[Course], clock: WallClock, now: datetime, *, is_over: bool) -> str:
    """In sentences: what stands still, how bad it became, and how it is now."""
    shown = courses[:SHOWN_MAX]
    several = len({one.device_id for one in shown}) > 1
    lines = [_still(one, clock, several=several) for one in shown if one.same_since is not None]
    worst = [
        f"{_called(one, several=several)} {_amount(one, one.worst)}"
        + (f" at {clock.after(one.worst_at, now)}" if one.worst_at is not None else "")
        for one in shown
        if one.worst is not None
    ]
    if worst:
        lines.append(f"At worst{'' if is_over else ' so far'}: {'; '.join(worst)}.")
    if not is_over:
        lines += _newest(shown, clock, now, several=several)
    return " ".join(lines)


def _newest(
    shown: Sequence[Course], clock: WallClock, now: datetime, *, several: bool
) -> list[str]:
    lines = []
    of_now = [one for one in shown if one.now_at is not None and one.now_at >= now - NOW]
    of_before = [one for one in shown if one.now_at is not None and one.now_at < now - NOW]
    for some, begin in ((of_now, "Now, at"), (of_before, "Last measured at")):
        if some:
            at = max(one.now_at for one in some if one.now_at is not None)
            said = "; ".join(
                f"{_called(one, several=several)} {_amount(one, one.now)}" for one in some
            )
            lines.append(f"{begin} {clock.after(at, now)}: {said}.")
    return lines


def _still(one: Course, clock: WallClock, *, several: bool) -> str:
    assert one.same_since is not None
    same = f"the same value, {_amount(one, one.then)}, since {clock.moment(one.same_since)}"
    if one.usually_moves is None:
        return f"{_called(one, several=several)}: {same}."
    moved = difference(one.usually_moves, one.unit)
    moves = f"it usually moves by about {moved} within an hour"
    return f"{_called(one, several=several)}: {same}; {moves}."


def _called(one: Course, *, several: bool) -> str:
    return f"{one.label} of {one.device_name}" if several else one.label


def _amount(one: Course, value: float | None) -> str:
    return figure(value, one.unit) if value is not None else "not known"
