"""One measure of groups of devices: which capability's read model tells it, over which window."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from homepot.ai.query.answering import state_store
from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Foreseen, Found, Groups, Inquiry, Measured
from homepot.ai.query.answering.link_values import of_link
from homepot.ai.query.answering.metric_values import of_metric
from homepot.ai.query.answering.record_values import of_records
from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.answering.windows import Cells, spans
from homepot.ai.query.plan import (
    Aggregate,
    Attribute,
    By,
    Link,
    Measure,
    NoAnswer,
    OfAttribute,
    OfCost,
    OfForecast,
    OfHealth,
    OfLink,
    OfMetric,
    OfRecords,
    Record,
    RecordAggregate,
    RecordSource,
    RecordState,
)
from homepot.ai.query.when import Rolling, Window
from homepot.fleet.tariffs.logic import Rate

DAY_S = 86_400
_LINKS_NOW = (Link.IS_OFFLINE, Link.IS_ONLINE, Link.SECONDS_SILENT, Link.LAST_HEARD)
_CHANGES = (Aggregate.CHANGE, Aggregate.CHANGE_PERCENT)


async def measured(
    inquiry: Inquiry,
    measure: Measure,
    groups: Groups,
    window: Window | None,
    by: By | None = None,
) -> tuple[Measured, Cells | None]:
    """What it came to, by group and, with `by`, by span of time."""
    window = window or default_window(inquiry, measure)
    cells = inquiry.cells(window, groups, by) if window else None
    match measure:
        case OfMetric():
            return await of_metric(inquiry, measure, groups, cells), cells
        case OfRecords():
            return await of_records(inquiry, measure, groups, cells), cells
        case OfLink():
            return await of_link(inquiry, measure, groups, cells), cells
        case OfHealth():
            return await _of_health(inquiry, measure, groups, cells), cells
        case OfAttribute():
            return _of_attribute(inquiry, measure, groups), cells
        case OfCost():
            return await _of_cost(inquiry, measure, groups, window), cells
        case OfForecast():
            return await _of_forecast(inquiry, measure, groups), cells


def default_window(inquiry: Inquiry, measure: Measure) -> Window | None:
    """How far back it is looked where nobody said; None where it is of the moment, or of ever."""
    days = 0
    match measure:
        case OfMetric() if measure.aggregate in _CHANGES:
            days = 7
        case OfMetric() if measure.aggregate is not Aggregate.NEWEST:
            days = 1
        case OfLink() if measure.aspect not in _LINKS_NOW:
            days = 7
        case OfHealth() if measure.aspect in ("average", "lowest"):
            days = 7
        case OfCost():
            days = 30
    if not days:
        return None
    inquiry.assume(f"time = the last {'24 hours' if days == 1 else f'{days} days'}")
    return Rolling(length_s=days * DAY_S)


# -- health -------------------------------------------------------------------------------------


async def _of_health(
    inquiry: Inquiry, measure: OfHealth, groups: Groups, cells: Cells | None
) -> Measured:
    rows = [one.row for members in groups.members for one in members]
    if measure.aspect in ("average", "lowest") and cells is not None:
        return await _health_over(inquiry, measure.aspect, groups, cells)
    at = None if inquiry.is_live else inquiry.as_of
    known = await state_store.health(inquiry.tx, rows, at)
    found: Measured = {}
    for number, members in enumerate(groups.members):
        mine = [known[one.row] for one in members if one.row in known]
        scores = [score for score, _ in mine if score is not None]
        if measure.aspect == "status":
            words = {status for _, status in mine} or {"unknown"}
            value: Any = min(words, key=_WORST.index)
            found[number, 0] = Found(value, len(mine), len(mine))
        elif scores:
            found[number, 0] = Found(sum(scores) / len(scores), len(scores), len(scores))
    return found


_WORST = ("critical", "warning", "maintenance", "unknown", "healthy")


async def _health_over(inquiry: Inquiry, aspect: str, groups: Groups, cells: Cells) -> Measured:
    """Weighed by how long each score stood."""
    between = cells.between
    if between is None:
        return {}
    rows = [one.row for members in groups.members for one in members]
    before = await state_store.health(inquiry.tx, rows, between.start)
    later = await state_store.health_since(inquiry.tx, rows, between.start, between.end)
    found: Measured = {}
    for number, members in enumerate(groups.members):
        for label in range(len(cells.names)):
            pieces: list[tuple[float, float]] = []
            for one in members:
                steps = [(between.start, before.get(one.row, (None, ""))[0])]
                steps += later.get(one.row, [])
                for span in cells.by_zone[one.site.timezone]:
                    if span.label == label:
                        pieces += _weighed(steps, span.start, span.end)
            whole = sum(weight for _, weight in pieces)
            if whole > 0:
                lowest = min(score for score, _ in pieces)
                mean = sum(score * weight for score, weight in pieces) / whole
                value = lowest if aspect == "lowest" else mean
                found[number, label] = Found(value, len(pieces), len(members))
    return found


def _weighed(
    steps: list[tuple[datetime, float | None]], start: datetime, end: datetime
) -> list[tuple[float, float]]:
    found = []
    for place, (at, score) in enumerate(steps):
        beyond = steps[place + 1][0] if place + 1 < len(steps) else end
        length = (min(beyond, end) - max(at, start)).total_seconds()
        if score is not None and length > 0:
            found.append((score, length))
    return found


# -- what is written on a card ------------------------------------------------------------------


def _of_attribute(inquiry: Inquiry, measure: OfAttribute, groups: Groups) -> Measured:
    found: Measured = {}
    for number, members in enumerate(groups.members):
        values = [attribute(inquiry, measure.attribute, one) for one in members]
        known = [value for value in values if value is not None and value != ()]
        if not known:
            continue
        if all(isinstance(value, int | float) for value in known):
            found[number, 0] = Found(sum(known) / len(known), len(known), len(known))
        else:
            same = all(value == known[0] for value in known)
            said = known[0] if same else tuple(sorted({str(value) for value in known}))
            found[number, 0] = Found(said, len(known), len(known))
    return found


def attribute(inquiry: Inquiry, wanted: Attribute, one: Device) -> Any:
    """A number, a word, a day, a moment or several words; None where it is not known."""
    today = inquiry.as_of.astimezone(one.zone).date()
    known = inquiry.fleet.vocabulary.by_device.get(one.id)
    plain: Mapping[Attribute, Any] = {
        Attribute.NAME: one.name,
        Attribute.TYPE: one.type,
        Attribute.SITE: one.site.name,
        Attribute.PLACE: one.place,
        Attribute.FIRMWARE: one.firmware,
        Attribute.ADDRESS: one.address,
        Attribute.TAGS: one.tags,
        Attribute.PROVENANCE: one.provenance,
        Attribute.LIFECYCLE: one.lifecycle,
        Attribute.INSTALLED_ON: one.installed_on,
        Attribute.WARRANTY_UNTIL: one.warranty_until,
        Attribute.AGE_DAYS: _days(one.installed_on, today),
        Attribute.WARRANTY_DAYS: _days(today, one.warranty_until),
        Attribute.ENROLLED_AT: one.created_at,
        Attribute.METRICS: tuple(sorted(known.metrics)) if known else (),
        Attribute.TIMEZONE: one.site.timezone,
        Attribute.OPENING_HOURS: _hours(one),
    }
    return plain[wanted]


def _days(first: date | None, last: date | None) -> float | None:
    return float((last - first).days) if first and last else None


_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _hours(one: Device) -> tuple[str, ...]:
    return tuple(
        f"{_DAY_NAMES[day['weekday']]} closed"
        if day["closed"]
        else f"{_DAY_NAMES[day['weekday']]} {day['open']} to {day['close']}"
        for day in sorted(one.site.schedule, key=lambda day: day["weekday"])
    )


# -- costs and forecasts --------------------------------------------------------------------------


_AMOUNTS = {
    "downtime": ("downtime_cost_per_hour",),
    "visits": ("visit_cost",),
    "both": ("downtime_cost_per_hour", "visit_cost"),
}


def currencies_of(inquiry: Inquiry, devices: Sequence[Device]) -> list[str]:
    rates = (inquiry.fleet.tariffs.rates(one.site.row, one.type) for one in devices)
    return sorted({one.currency for one in rates if one.currency is not None})


def several_currencies(names: Sequence[str]) -> NoResult:
    return NoResult(
        NoAnswer.UNDEFINED,
        f"The sites have several currencies: {', '.join(names)}.",
        ["Ask for one site at a time."],
    )


async def _of_cost(
    inquiry: Inquiry, measure: OfCost, groups: Groups, window: Window | None
) -> Measured:
    devices = [one for members in groups.members for one in members]
    rates = {one.row: inquiry.fleet.tariffs.rates(one.site.row, one.type) for one in devices}
    needed = _AMOUNTS[measure.aspect]
    priced = [
        one for one in devices if all(getattr(rates[one.row], name) is not None for name in needed)
    ]
    if devices and not priced:
        raise NoResult(
            NoAnswer.NO_TARIFF,
            "No cost can be told: these sites have no tariff.",
            ["Set what an hour of downtime and a visit cost, on the page of the site."],
        )
    if len(priced) < len(devices):
        inquiry.assume("costs = of the sites that have a tariff")
    inside = {row: rate.currency for row, rate in rates.items() if rate.currency is not None}
    units = [
        sorted({inside[one.row] for one in members if one.row in inside})
        for members in groups.members
    ]
    if mixed := next((names for names in units if len(names) > 1), None):
        raise several_currencies(mixed)
    costs = dict.fromkeys((one.row for one in priced), 0.0)
    each = Groups.each(priced)
    if measure.aspect in ("downtime", "both"):
        away, _ = await measured(inquiry, OfLink(aspect=Link.SECONDS_OFFLINE), each, window)
        for (number, _), found in away.items():
            row = priced[number].row
            costs[row] += found.value / 3600 * _amount(rates[row].downtime_cost_per_hour)
    if measure.aspect in ("visits", "both"):
        visits = OfRecords(
            record=Record.INCIDENT,
            aggregate=RecordAggregate.COUNT,
            state=RecordState.RESOLVED,
            source=RecordSource.RECORDED,  # nobody went to what ended by itself
        )
        counts, _ = await measured(inquiry, visits, each, window)
        for (number, _), found in counts.items():
            row = priced[number].row
            costs[row] += found.value * _amount(rates[row].visit_cost)
        inquiry.assume("visits = one for each incident that a person resolved or recorded")
    return {
        (number, 0): Found(
            sum(costs.get(one.row, 0.0) for one in members),
            1,
            len(members),
            unit=units[number][0] if units[number] else None,
        )
        for number, members in enumerate(groups.members)
        if any(one.row in costs for one in members)
    }


def _amount(rate: Rate | None) -> float:
    return float(rate.amount) if rate is not None else 0.0


def _nearest(foreseen: Sequence[Foreseen]) -> Foreseen:
    return min(foreseen, key=lambda one: str(one.value))


def _riskiest(foreseen: Sequence[Foreseen]) -> Foreseen:
    return max(foreseen, key=lambda one: float(str(one.value)))


async def _of_forecast(inquiry: Inquiry, measure: OfForecast, groups: Groups) -> Measured:
    if inquiry.doors.forecasts is None:
        raise NoResult(
            NoAnswer.UNAVAILABLE,
            "Nothing here makes forecasts, so what is to come is not known.",
            ["Ask how a metric has changed so far."],
        )
    if not inquiry.is_live:
        raise NoResult(
            NoAnswer.UNAVAILABLE,
            "What was foreseen at an earlier moment is not kept.",
            ["Ask for what is foreseen now."],
        )
    ids = {one.row: one.id for members in groups.members for one in members}
    foreseen = {
        one.device_id: one for one in await inquiry.doors.forecasts(inquiry.tx, measure, ids)
    }
    found: Measured = {}
    for number, members in enumerate(groups.members):
        mine = [foreseen[one.id] for one in members if one.id in foreseen]
        if mine:
            first = _nearest(mine) if measure.aspect != "risk" else _riskiest(mine)
            value: Any = first.value
            if measure.aspect == "maintenance":  # what is overdue is due now
                value = max(value, inquiry.as_of)
            found[number, 0] = Found(value, len(mine), len(mine), why=first.words)
    return found


def empty_in(inquiry: Inquiry, window: Window | None, groups: Groups) -> bool:
    """Whether the whole window lies after the moment of asking."""
    if window is None:
        return False
    zones = {one.zone for members in groups.members for one in members}
    return bool(zones) and not any(spans(window, zone, inquiry.as_of) for zone in zones)
