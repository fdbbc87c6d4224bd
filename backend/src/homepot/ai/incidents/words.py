"""An incident in plain English, written by code: which device, since when, what deviated from what
is usual, in which order, by how much. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_METRICS_MAX = 6
_DEVICES_MAX = 8
# What a steady move is seen within (the engine's hours of a ramp).
_RAMP_WITHIN = "day and a half"
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
    return f"{place}: {_short(max(metrics, key=lambda one: float(one['share'])))}"


def description_of(
    place: str, zone: str, signs: Sequence[Told], ended_at: datetime | None = None
) -> str:
    """The whole of it, in the site's own time, which it names: readers may live by another."""
    clock = ZoneInfo(zone)
    first = min(signs, key=lambda one: one.started_at)
    since = _moment(first.started_at, clock)
    devices = list(
        dict.fromkeys(one.device_name for one in sorted(signs, key=lambda s: s.started_at))
    )
    on = "" if ended_at is None else " on"
    if len(devices) > 1:
        are = "are affected since" if ended_at is None else "were affected from"
        affected = f"{len(devices)} devices {are} {since} ({zone}){on}"
        lines = [f"At {place}, {affected}: {_listed(devices)}."]
    else:
        is_ = "is not as usual since" if ended_at is None else "was not as usual from"
        lines = [f"{place} {is_} {since} ({zone}){on}."]
    silent = [one for one in signs if one.kind == "silent"]
    back = [one.ended_at for one in silent if one.ended_at is not None]
    if silent and len(back) == len(silent) and ended_at is None:
        who = "All report" if len(devices) > 1 else "It reports"
        lines.append(f"{who} again since {_moment(max(back), clock)}, after a silence.")
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
    metrics = _in_order(signs)
    for number, metric in enumerate(metrics[:_METRICS_MAX]):
        at = datetime.fromisoformat(metric["since"]).astimezone(clock)
        begin = "First, " if number == 0 and len(metrics) > 1 else ""
        is_same_day = at.date() == first.started_at.astimezone(clock).date()
        when = f"{at:%H:%M}" if is_same_day else _moment(at, clock)
        begin = f"Then, at {when}, " if number else begin
        words = _said(metric)
        lines.append(f"{begin}{words}.")
    if len(metrics) > _METRICS_MAX:
        lines.append(f"{len(metrics) - _METRICS_MAX} more metrics deviate too.")
    if ended_at is not None:
        lines.append(f"All was as usual again at {_moment(ended_at, clock)}.")
    return " ".join(lines)


def _living(signs: Sequence[Told]) -> bool:
    return any(one.ended_at is None for one in signs)


def _in_order(signs: Sequence[Told]) -> list[Mapping[str, Any]]:
    """Each metric once, in the order in which they began to deviate, the loudest first of those
    that began together."""
    found: dict[str, Mapping[str, Any]] = {}
    for sign in sorted(signs, key=lambda one: one.started_at):
        for metric in sorted(sign.metrics, key=lambda one: (one["since"], -one["share"])):
            found.setdefault(metric["name"], metric)
    return list(found.values())


def _short(metric: Mapping[str, Any]) -> str:
    name, kind = metric["name"], metric["kind"]
    if kind in ("step", "limit", "surprise"):
        way = "above" if metric["size"] >= 0 else "below"
        beyond = f"{way} its usual" if kind != "limit" else "beyond its limit"
        return f"{name} {beyond}, {amount(metric['value'], metric['unit'])}"
    return f"{name} {_KINDS[kind]}, {amount(metric['value'], metric['unit'])}"


_KINDS = {
    "ramp": "moves on steadily",
    "drift": "drifts away slowly",
    "frozen": "has stopped moving",
    "joint": "no longer fits the other metrics",
    "silent": "is silent",
    "unmeasured": "is not measured",
}


def _said(metric: Mapping[str, Any]) -> str:
    name, kind, unit = metric["name"], metric["kind"], metric["unit"]
    value, usual = amount(metric["value"], unit), amount(metric["usual"], unit)
    low, high = amount(metric["low"], ""), amount(metric["high"], unit)
    # The value is read from the newest point, the size from the whole step: the words must add up.
    gap = metric["value"] - metric["usual"]
    by = _by(abs(gap if gap * metric["size"] > 0 else metric["size"]), unit)
    way = "above" if metric["size"] >= 0 else "below"
    expected = f"usual for this device at this hour is {usual}, expected {low} to {high}"
    if kind == "step":
        return f"{name} was {by} {way} its usual: {value}, where {expected}"
    if kind == "limit":
        return f"{name} was {value}, beyond the limit of its device type; usual is {usual}"
    if kind == "surprise":
        return f"{name} was {value}, as this device has hardly ever had it; {expected}"
    if kind == "ramp":
        moved = f"{name} moved on steadily from {usual} to {value} within the last {_RAMP_WITHIN}"
        beyond = _by(abs(metric["size"]), unit)
        return (
            f"{moved}, {beyond} {'more' if metric['size'] >= 0 else 'less'} than at its usual pace"
        )
    if kind == "drift":
        drifted = f"{name} drifted away from what it was last week, by {by} to {value}"
        return f"{drifted}; {expected}"
    if kind == "frozen":
        return f"{name} stood still at {value} for longer than this sensor ever does"
    part = f" ({round(100 * metric['share'])} % of what is off)" if metric["share"] < 1 else ""
    return f"{name} no longer fits the other metrics of the device, at {value}{part}"


def _by(size: float, unit: str) -> str:
    """A difference: that of two percentages is no percentage.

    >>> _by(45.6, "%"), _by(1.0, "%"), _by(3.0, "°C")
    ('45.6 points', '1 point', '3 °C')
    """
    if unit != "%":
        return amount(size, unit)
    spelled = amount(size, "")
    return f"{spelled} point" if spelled == "1" else f"{spelled} points"


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


def _moment(at: datetime, clock: ZoneInfo) -> str:
    local = at.astimezone(clock)
    return f"{local.day} {local:%b %H:%M}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_DEVICES_MAX])
    more = len(names) - _DEVICES_MAX
    return f"{shown} and {more} more" if more > 0 else shown
