"""An incident in plain English, written by code: which device, since when, what deviated from what
is usual, in which order, by how much. Pure.

It tells how things began: a figure in it is of the moment beside it. What they came to at worst,
and what they are now, is told apart (`course.py`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.incidents.category import category_of
from homepot.core.wall_clock import WallClock
from homepot.fleet.types.logic import readable
from homepot.fleet.types.naming import Called

_METRICS_MAX = 6
_DEVICES_MAX = 8
# What a steady move is seen within (the engine's hours of a ramp).
_RAMP_WITHIN = "day and a half"
# What begins within so long of each other began together; what commonly follows from another.
_TOGETHER = timedelta(minutes=5)
_FOLLOWS = re.compile(r"(^|_)(load|queue|response|latency|errors?|transactions?|sessions?)(_|$)")
_TITLES = {
    "temperature": "temperature", "connectivity": "connection", "power": "power",
    "storage": "storage", "software": "load", "hardware": "parts", "mechanical": "machinery",
    "sensor": "sensor", "security": "security",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """An anomaly as far as words need it."""

    device_name: str
    kind: str
    started_at: datetime
    metrics: Sequence[Mapping[str, Any]]
    ended_at: datetime | None = None
    # what its metrics are called
    names: Mapping[str, Called] = field(default_factory=dict)


@dataclass(frozen=True)
class Begun:
    """How a metric was when it was first told, as people say it."""

    label: str
    kind: str
    unit: str
    since: datetime
    share: float
    value: float
    usual: float
    low: float
    high: float
    size: float
    # what one of the metric's own unit is in this one
    times: float = 1.0
    name: str = ""
    # when it began to be off, where readings say it; its figures are of `since`
    began: datetime | None = None

    @property
    def at(self) -> datetime:
        return self.began or self.since

    @property
    def strength(self) -> float:
        """How far off it was when it was told, in half bands of what was expected."""
        half = (self.high - self.low) / 2
        return abs(self.size) / half if half > 0 else 1.0

    @property
    def is_above(self) -> bool:
        return self.size >= 0


def begun(metric: Mapping[str, Any], names: Mapping[str, Called]) -> Begun:
    """The anomaly keeps of each metric how it was furthest off, and how it was at first."""
    called = names.get(metric["name"]) or Called(readable(metric["name"]))
    unit, times = said_in(called, metric["unit"])
    first = {**metric, **metric.get("first", {})}
    figures = {
        name: times * float(first[name]) for name in ("value", "usual", "low", "high", "size")
    }
    since = datetime.fromisoformat(metric["since"])
    share = float(metric["share"])
    began = datetime.fromisoformat(metric["began"]) if "began" in metric else None
    return Begun(
        called.label, first["kind"], unit, since, share, **figures,
        times=times, name=metric["name"], began=began,
    )  # fmt: skip


def said_in(called: Called, unit: str) -> tuple[str, float]:
    """In which unit people say it, and what of it is one of the metric's own.

    >>> said_in(Called("Errors", True), ""), said_in(Called("Temperature"), "°C")
    (('%', 100.0), ('°C', 1.0))
    """
    is_part = called.is_ratio and unit in ("", "1", "ratio")
    return ("%", 100.0) if is_part else (unit, 1.0)


def title_of(place: str, category: str, signs: Sequence[Told]) -> str:
    """What a list shows of it."""
    first = min(signs, key=lambda one: one.started_at)
    devices = {one.device_name for one in signs}
    if len(devices) > 1:
        all_silent = all(one.kind == "silent" for one in signs)
        what = "silent" if all_silent else f"in {_TITLES[category]} trouble"
        return f"{place}: {len(devices)} devices {what} at once"
    if first.kind == "silent" and (first.ended_at is None or not _living(signs)):
        return f"{place}: silent"
    if first.kind == "unmeasured":
        return f"{place}: heard, but measures nothing"
    metrics = _in_order(signs)
    if not metrics:
        return f"{place}: {_TITLES[category]} not as usual"
    return f"{place}: {_short(_leading(signs, category))}"


def _leading(signs: Sequence[Told], category: str) -> Begun:
    """What names an incident while it goes on: of what makes it the kind of trouble that it is,
    what was told first; of that the first to be off, and of what began together the furthest off
    that is no consequence of the others.
    """
    each = [(m, begun(m, sign.names)) for sign in signs for m in sign.metrics]
    mine = [one for one in each if category_of(one[0]["kind"], [one[0]]) == category] or each
    told = min(one.since for _, one in mine)
    first = [one for _, one in mine if one.since == told]
    since = min(one.at for one in first)
    together = [one for one in first if one.at - since <= _TOGETHER]
    return max(together, key=lambda one: (not _FOLLOWS.search(one.name), one.strength, one.name))


def description_of(
    place: str, zone: str, signs: Sequence[Told], ended_at: datetime | None = None
) -> str:
    """The whole of it, in the site's own time, which it names: readers may live by another."""
    clock = WallClock(ZoneInfo(zone))
    first = min(signs, key=lambda one: one.started_at)
    since = clock.moment(first.started_at)
    devices = list(
        dict.fromkeys(one.device_name for one in sorted(signs, key=lambda s: s.started_at))
    )
    on = "" if ended_at is None else " on"
    if len(devices) > 1:
        are = "have been affected since" if ended_at is None else "were affected from"
        lines = [f"At {place}, {len(devices)} devices {are} {since}{on}: {_listed(devices)}."]
    else:
        is_ = "has not been as usual since" if ended_at is None else "was not as usual from"
        lines = [f"{place} {is_} {since}{on}."]
    lines += _unheard(signs, devices, ended_at, clock)
    metrics = _in_order(signs)
    for number, metric in enumerate(metrics[:_METRICS_MAX]):
        when = clock.after(metric.since, first.started_at)
        off_since = clock.after(metric.at, first.started_at)
        if off_since not in (when, clock.after(first.started_at, first.started_at)):
            when += f" (off since {off_since})"
        begin = "Then, at" if number else "First, at" if len(metrics) > 1 else "At"
        lines.append(f"{begin} {when}, {_said(metric)}.")
    if len(metrics) > _METRICS_MAX:
        lines.append(f"{len(metrics) - _METRICS_MAX} more metrics deviate too.")
    if ended_at is not None:
        lines.append(f"All was as usual again at {clock.moment(ended_at)}.")
    return " ".join(lines)


def _unheard(
    signs: Sequence[Told], devices: Sequence[str], ended_at: datetime | None, clock: WallClock
) -> list[str]:
    """Who does not report, and who is heard without readings."""
    lines = []
    silent = [one for one in signs if one.kind == "silent"]
    back = [one.ended_at for one in silent if one.ended_at is not None]
    if silent and len(back) == len(silent) and ended_at is None:
        who = "All have" if len(devices) > 1 else "It has"
        since = clock.moment(max(back))
        lines.append(f"{who} been reporting again since {since}, after a silence.")
    elif silent:
        quiet = list(dict.fromkeys(one.device_name for one in silent))
        has = "had" if ended_at is not None else "have" if len(quiet) > 1 else "has"
        who = f"They {has}" if len(quiet) > 1 else f"It {has}"
        if len(quiet) < len(devices):
            who = f"{_listed(quiet)} {has}"
        lines.append(f"{who} stopped reporting.")
    if any(one.kind == "unmeasured" for one in signs):
        gives = "gives signs of life, but no readings come"
        gave = "gave signs of life, but no readings came"
        lines.append(f"It {gives if ended_at is None else gave}.")
    return lines


def _living(signs: Sequence[Told]) -> bool:
    return any(one.ended_at is None for one in signs)


def _in_order(signs: Sequence[Told]) -> list[Begun]:
    """Each metric once, in the order in which they began to deviate, the loudest first of those
    that began together."""
    found: dict[str, Begun] = {}
    for sign in sorted(signs, key=lambda one: one.started_at):
        for metric in sorted(sign.metrics, key=lambda one: (one["since"], -one["share"])):
            if metric["name"] not in found:
                found[metric["name"]] = begun(metric, sign.names)
    return sorted(found.values(), key=lambda one: one.at)


def _short(metric: Begun) -> str:
    """No verb: labels are of one thing and of many."""
    value, way = figure(metric.value, metric.unit), "above" if metric.is_above else "below"
    said = {
        "limit": f"beyond the limit, {value} at first",
        "ramp": f"steadily {'rising' if metric.is_above else 'falling'}, {value} at first",
        "drift": f"slowly drifting {'up' if metric.is_above else 'down'}, {value} at first",
        "frozen": f"stuck at {value}",
        "joint": "out of step with the other metrics",
    }
    return f"{metric.label} {said.get(metric.kind, f'{way} usual, {value} at first')}"


def _said(one: Begun) -> str:
    value, usual = figure(one.value, one.unit), figure(one.usual, one.unit)
    low, high = figure(one.low, one.unit), figure(one.high, one.unit)
    # The value is read from the newest point, the size from the whole step: the words must add up.
    gap = one.value - one.usual
    by = difference(abs(gap if gap * one.size > 0 else one.size), one.unit)
    way = "above" if one.is_above else "below"
    between = f"{low.removesuffix(_of(one.unit))} to {high}"
    here = "usual for this device at this hour"
    if one.kind == "step":
        said = f"{value}, {by} {way} what is {here} ({usual}, expected {between})"
    elif one.kind == "limit":
        said = f"{value}, beyond the limit of its device type; usual is {usual}"
    elif one.kind == "surprise":
        said = (
            f"{value}, as this device has hardly ever had it; {here} is {usual}, expected {between}"
        )
    elif one.kind == "ramp":
        more = "more" if one.is_above else "less"
        said = (
            f"steadily from {usual} to {value} within the last {_RAMP_WITHIN},"
            f" {difference(abs(one.size), one.unit)} {more} than at its usual pace"
        )
    elif one.kind == "drift":
        said = f"drifted by {by} from what it was last week, to {value} (usual was {usual})"
    elif one.kind == "frozen":
        said = f"stood still at {value} for longer than this sensor ever does"
    else:
        part = f" ({round(100 * one.share)} % of what is off)" if one.share < 1 else ""
        said = f"no longer in step with the other metrics of the device, at {value}{part}"
    return f"{one.label}: {said}"


def _of(unit: str) -> str:
    return f" {unit}" if unit else ""


def difference(size: float, unit: str) -> str:
    """A difference: that of two percentages is no percentage.

    >>> difference(45.6, "%"), difference(1.0, "%"), difference(3.0, "°C")
    ('45.6 points', '1 point', '3 °C')
    """
    if unit != "%":
        return figure(size, unit)
    spelled = amount(size, "")
    return f"{spelled} point" if spelled == "1" else f"{spelled} points"


_BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_SECONDS = ((2 * 86_400, 86_400, "days"), (7_200, 3_600, "h"), (120, 60, "min"))


def figure(value: float, unit: str) -> str:
    """An amount in the unit in which people say one of that size.

    >>> figure(3_456_789.0, "B/s"), figure(260_000.0, "s"), figure(45.0, "s"), figure(21.5, "°C")
    ('3.46 MB/s', '3.01 days', '45 s', '21.5 °C')
    """
    size = abs(value)
    if unit in ("B", "B/s"):
        for least, prefix in _BYTES:
            if size >= least:
                return amount(value / least, prefix + unit[1:])
    if unit == "s":
        for least, seconds, name in _SECONDS:
            if size >= least:
                return amount(value / seconds, name)
    return amount(value, unit)


def amount(value: float, unit: str) -> str:
    """
    >>> amount(91.04, "%"), amount(0.02345, ""), amount(1234567.0, "B/s"), amount(-3.0, "°C")
    ('91 %', '0.0234', '1,234,567 B/s', '-3 °C')
    """
    size = abs(value)
    if size >= 1e9:
        spelled = f"{value:.3g}"
    elif size >= 100:
        spelled = f"{value:,.0f}"
    else:
        spelled = f"{value:.3g}"
    return f"{spelled} {unit}".strip()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_DEVICES_MAX])
    more = len(names) - _DEVICES_MAX
    return f"{shown} and {more} more" if more > 0 else shown
