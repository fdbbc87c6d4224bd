"""A fleet in three zones whose readings come late, are summed up, are archived; and what plain
Python says of the same readings."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from statistics import fmean, median, pstdev
from typing import Any
from zoneinfo import ZoneInfo

from tests.lived import Lived

from homepot.ai.analysis_modes import MODES
from homepot.ai.query.answering.answer import answer
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.fleets import load
from homepot.ai.query.answering.inquiry import Inquiry
from homepot.ai.query.answering.result import Answer
from homepot.ai.query.plan import Aggregate, OfMetric, Plan, Scope
from homepot.ai.query.telling.telling import told
from homepot.ai.query.when import Calendar, Dates, Hours, Moments, Rolling, Unit, Window
from homepot.core.clock import now

ZONES = ("Europe/Lisbon", "Asia/Kolkata", "America/New_York")
TYPES = ("pos_terminal", "gateway")
# Old enough to be archived; and not near a change of the clocks.
FIRST = datetime.combine(now().date(), time(), UTC) - timedelta(days=40)
Reading = tuple[int, datetime, float]
"""Device, moment, value."""


@dataclass
class Asked(Lived):
    """Devices d0 to d5: two a site, of two types."""

    site_ids: list[str] = field(default_factory=list)
    fleet: Fleet | None = None

    async def ask(self, plan: Plan, as_of: datetime) -> Answer:
        async with self.db.tenant(self.tenant) as tx:
            if self.fleet is None:
                self.fleet = await load(tx)
            found = await answer(Inquiry(tx, self.fleet, as_of, now(), self.archive), plan)
        # Whatever comes out can be said, and is one line for everybody.
        for mode in MODES.values():
            assert told(found, plan, self.fleet, mode).text(mode).strip()
        return found

    # -- by hand ------------------------------------------------------------------------------

    def zone(self, device: int) -> ZoneInfo:
        return ZoneInfo(ZONES[device // 2])

    def scoped(self, scope: Scope) -> list[int]:
        found = [
            device
            for device in range(len(self.device_ids))
            if (not scope.devices or self.device_ids[device] in scope.devices)
            and (not scope.sites or self.site_ids[device // 2] in scope.sites)
            and (not scope.types or TYPES[device % 2] in scope.types)
        ]
        out = self.scoped(scope.without) if scope.without else []
        return [device for device in found if device not in out]

    def readings(
        self, metric: str, devices: Sequence[int], window: Window | None, as_of: datetime
    ) -> list[Reading]:
        return [
            (device, at, said[metric])
            for (device, at), said in sorted(self.told.items(), key=lambda one: one[0][::-1])
            if metric in said
            and device in devices
            and at <= as_of
            and (window is None or self.is_in(window, device, at, as_of))
        ]

    def is_in(self, window: Window, device: int, at: datetime, as_of: datetime) -> bool:
        local, today = at.astimezone(self.zone(device)), as_of.astimezone(self.zone(device))
        if at >= as_of:
            return False
        hours = getattr(window, "hours", None)
        if hours is not None and not _within(hours, local.time()):
            return False
        match window:
            case Rolling():
                end = as_of - timedelta(seconds=window.before_s)
                return end - timedelta(seconds=window.length_s) <= at < end
            case Moments():
                return window.start <= at < window.end
            case Dates():
                naive = local.replace(tzinfo=None)
                first = datetime.combine(
                    window.first or date(2000, 1, 1), window.first_time or time()
                )
                last = datetime(9999, 1, 1)  # noqa: DTZ001
                if window.last is not None:
                    last = datetime.combine(window.last, window.last_time or time.max)
                return first <= naive and (naive < last if window.last_time else naive <= last)
            case Calendar():
                steps = range(window.offset - window.count + 1, window.offset + 1)
                return any(_is_unit(window.unit, local, today, step) for step in steps)
        raise AssertionError(window)


def _within(hours: Hours, at: time) -> bool:
    if hours.end <= hours.start:
        return at >= hours.start or at < hours.end
    return hours.start <= at < hours.end


def _is_unit(unit: Unit, local: datetime, today: datetime, step: int) -> bool:
    monday = lambda day: day - timedelta(days=day.weekday())  # noqa: E731
    match unit:
        case Unit.HOUR:
            hour = today.replace(minute=0, second=0, microsecond=0) + timedelta(hours=step)
            return hour <= local < hour + timedelta(hours=1)
        case Unit.DAY:
            return (local.date() - today.date()).days == step
        case Unit.WEEK:
            return (monday(local.date()) - monday(today.date())).days == 7 * step
        case Unit.WEEKEND:
            same = (monday(local.date()) - monday(today.date())).days == 7 * step
            return same and local.weekday() >= 5
        case Unit.MONTH:
            return (local.year - today.year) * 12 + local.month - today.month == step
        case Unit.QUARTER:
            quarters = (local.year - today.year) * 4 + (local.month - 1) // 3
            return quarters - (today.month - 1) // 3 == step
        case Unit.YEAR:
            return local.year - today.year == step


def value_by_hand(measure: OfMetric, readings: Sequence[Reading]) -> Any:
    """None where there is nothing to say; a rate as a sum, to be divided by the length."""
    if not readings:
        return None
    values = [value for _, _, value in readings]
    plain: dict[Aggregate, Callable[[], Any]] = {
        Aggregate.AVERAGE: lambda: fmean(values),
        Aggregate.MEDIAN: lambda: median(values),
        Aggregate.MAXIMUM: lambda: max(values),
        Aggregate.MINIMUM: lambda: min(values),
        Aggregate.SUM: lambda: math.fsum(values),
        Aggregate.COUNT: lambda: len(values),
        Aggregate.SPREAD: lambda: pstdev(values),
        Aggregate.RANGE: lambda: max(values) - min(values),
        Aggregate.RATE: lambda: math.fsum(values),
        Aggregate.PERCENTILE: lambda: _percentile(values, measure.percentile or 0),
        Aggregate.NEWEST: lambda: fmean(last for _, last in _ends(readings)),
        Aggregate.FIRST: lambda: fmean(first for first, _ in _ends(readings)),
        Aggregate.CHANGE: lambda: _change(readings),
        Aggregate.CHANGE_PERCENT: lambda: _change(readings, share=True),
        Aggregate.SECONDS_ABOVE: lambda: _beyond(readings, measure, above=True)[0],
        Aggregate.SECONDS_BELOW: lambda: _beyond(readings, measure, above=False)[0],
        Aggregate.TIMES_ABOVE: lambda: _beyond(readings, measure, above=True)[1],
        Aggregate.TIMES_BELOW: lambda: _beyond(readings, measure, above=False)[1],
        Aggregate.WHEN_HIGHEST: lambda: min(at for _, at, v in readings if v == max(values)),
        Aggregate.WHEN_LOWEST: lambda: min(at for _, at, v in readings if v == min(values)),
    }
    return plain[measure.aggregate]()


def _percentile(values: Sequence[float], percent: float) -> float:
    """Between the two nearest, as far as it lies between them."""
    ordered = sorted(values)
    place = percent / 100 * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _by_device(readings: Sequence[Reading]) -> list[list[tuple[datetime, float]]]:
    found: dict[int, list[tuple[datetime, float]]] = {}
    for device, at, value in readings:
        found.setdefault(device, []).append((at, value))
    return [sorted(one) for one in found.values()]


def _ends(readings: Sequence[Reading]) -> list[tuple[float, float]]:
    return [(one[0][1], one[-1][1]) for one in _by_device(readings)]


def _change(readings: Sequence[Reading], *, share: bool = False) -> float | None:
    ends = _ends(readings)
    if len(readings) <= len(ends):
        return None
    first, last = fmean(one for one, _ in ends), fmean(one for _, one in ends)
    if not share:
        return last - first
    return (last - first) / abs(first) * 100 if first else None


def _beyond(readings: Sequence[Reading], measure: OfMetric, *, above: bool) -> tuple[float, float]:
    """How long, each reading standing until the next but not for longer than two usual steps; and
    how often it went there."""
    limit = measure.limit or 0.0
    seconds, times = 0.0, 0
    for one in _by_device(readings):
        steps = [(b[0] - a[0]).total_seconds() for a, b in pairwise(one)]
        usual = median(steps) if steps else None
        before = False
        for place, (_, value) in enumerate(one):
            is_beyond = value > limit if above else value < limit
            if is_beyond and usual is not None:
                step = steps[place] if place < len(steps) else usual
                seconds += min(step, 2 * usual)
            times += is_beyond and not before
            before = is_beyond
    return seconds, times


def uptime_by_hand(
    heard: Sequence[datetime], step: timedelta, start: datetime, end: datetime, as_of: datetime
) -> float | None:
    """The share of the window, since the device is known, that is not a step after a report until
    the next; a pause is longer than two and a half steps."""
    heard = sorted(at for at in heard if at <= as_of)
    if not heard or heard[0] >= end:
        return None
    start = max(start, heard[0])
    away = timedelta()
    for silent_from, until in pairwise([*heard, as_of]):
        if until - silent_from > 2.5 * step:
            away += max(min(until, end) - max(silent_from + step, start), timedelta())
    return 100 - 100 * (away / (end - start))
