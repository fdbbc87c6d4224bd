"""A value, values side by side, the most and the least, comparisons, growth."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from homepot.ai.query.answering.conditions import compared, holding
from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Found, Groups, Inquiry
from homepot.ai.query.answering.measures import (
    currencies_of,
    default_window,
    measured,
    several_currencies,
)
from homepot.ai.query.answering.naming import (
    device_row,
    in_unit,
    named,
    rest_on,
    shown_value,
)
from homepot.ai.query.answering.nothing import no_value
from homepot.ai.query.answering.record_values import tallies, value_of
from homepot.ai.query.answering.result import Answer, Kind, NoResult, Result
from homepot.ai.query.answering.subjects import is_duration, subject_of, unit_of
from homepot.ai.query.answering.windows import Cells
from homepot.ai.query.plan import (
    Against,
    Aggregate,
    Ask,
    By,
    Compare,
    Measure,
    NoAnswer,
    OfAttribute,
    OfCost,
    OfMetric,
    OfRecords,
    Order,
    Plan,
    Scope,
)
from homepot.ai.query.when import Rolling, Window

ROWS_MAX = 1_000
_OF_TIME = (By.HOUR, By.DAY, By.WEEK, By.WEEKDAY, By.HOUR_OF_DAY)
_OF_RECORDS = (By.CATEGORY, By.SEVERITY)
_POOLED = (Aggregate.AVERAGE, Aggregate.MEDIAN, Aggregate.PERCENTILE, Aggregate.SPREAD)


async def _devices(inquiry: Inquiry, plan: Plan, scope: Scope | None = None) -> list[Device]:
    inside = inquiry.chosen(plan.scope if scope is None else scope)
    return await holding(inquiry, inside, plan.where, any_of=plan.any_of)


async def value(inquiry: Inquiry, plan: Plan) -> Answer:
    """One measure of all the devices together."""
    if plan.by is not None:
        return await each(inquiry, plan)
    assert plan.measure is not None
    devices = await _devices(inquiry, plan)
    if len(devices) > 1 and isinstance(plan.measure, OfAttribute):
        return await each(inquiry, replace_by(plan, By.DEVICE))
    if isinstance(plan.measure, OfCost) and len(currencies_of(inquiry, devices)) > 1:
        return await each(inquiry, replace_by(plan, By.SITE))  # no sum of them means anything
    groups = Groups.together(devices)
    values, cells = await measured(inquiry, plan.measure, groups, plan.window)
    found = values.get((0, 0))
    if found is None or found.value is None:
        raise await no_value(inquiry, plan.measure, devices, cells, found)
    _say_how_taken(inquiry, plan.measure, devices, found)
    rest_on(inquiry, plan.measure, groups, cells, found.count)
    between = cells.between if cells else None
    details: dict[str, Any] = {"count": found.count, "devices": found.devices}
    if found.at is not None:
        details["at"] = found.at.isoformat()
    rows = [device_row(devices[0], found, unit_of(inquiry, plan))] if len(devices) == 1 else []
    return Answer(
        _result_of(inquiry, plan, found.value, rows),
        devices=await named(inquiry, devices),
        subject=subject_of(inquiry, plan.measure),
        start=between.start if between else None,
        end=between.end if between else None,
        zone=devices[0].site.timezone if devices else "UTC",
        details=details,
    )


def replace_by(plan: Plan, by: By) -> Plan:
    return plan.model_copy(update={"by": by})


def _say_how_taken(
    inquiry: Inquiry, measure: Measure, devices: Sequence[Device], found: Found
) -> None:
    if not isinstance(measure, OfMetric) or len(devices) < 2:
        return
    if measure.aggregate is Aggregate.NEWEST:
        inquiry.assume(f"value = the mean of the newest readings of {found.devices} devices")
    elif measure.aggregate in _POOLED:
        inquiry.assume(
            f"{measure.aggregate} = of all readings of the {found.devices} devices that report it"
        )
    elif measure.aggregate in (Aggregate.CHANGE, Aggregate.CHANGE_PERCENT):
        inquiry.assume(f"change = the mean over {found.devices} devices")


def _result_of(inquiry: Inquiry, plan: Plan, found: Any, rows: Sequence[dict[str, Any]]) -> Result:
    unit = unit_of(inquiry, plan)
    if isinstance(found, bool):
        return Result(Kind.BOOLEAN, found, None, rows)
    if isinstance(found, datetime | date):
        return Result(Kind.TIMESTAMP, shown_value(found), None, rows)
    if isinstance(found, int | float):
        if found == float("inf"):
            raise NoResult(NoAnswer.NO_DATA, "It has never been heard from.")
        return Result(Kind.NUMBER, _in_wanted_unit(plan, float(found)), unit, rows)
    return Result(Kind.TABLE, shown_value(found), None, rows)


def _in_wanted_unit(plan: Plan, found: float) -> float:
    return in_unit(found, plan.unit) if is_duration(plan.measure) else found


async def each(inquiry: Inquiry, plan: Plan) -> Answer:
    """A measure by device, site, type, or by span of time; in order, and cut."""
    by = plan.by or By.DEVICE
    devices = await _devices(inquiry, plan)
    if plan.measure is None:
        groups = Groups.of(by, devices, inquiry.fleet)
        lines = [
            (key, label, Found(float(len(members)), len(members), len(members)))
            for key, label, members in zip(groups.keys, groups.labels, groups.members, strict=True)
        ]
        cells = None
    else:
        lines, cells = await _lines(inquiry, plan, plan.measure, devices, by)
    known = [line for line in lines if line[2].value is not None]
    if not known:
        assert plan.measure is not None or not devices
        if plan.measure is None:
            raise NoResult(NoAnswer.NO_DATA, "There are no such devices.")
        raise await no_value(inquiry, plan.measure, devices, cells, None)
    if plan.order is not None:
        names = sorted({found.unit for _, _, found in known if found.unit is not None})
        if len(names) > 1:
            raise several_currencies(names)
        known = _ordered(known, plan.order)
    shown = known[: min(plan.limit or ROWS_MAX, ROWS_MAX)]
    unit = unit_of(inquiry, plan)
    rows = [_row(inquiry, plan, by, line, unit) for line in shown]
    between = cells.between if cells else None
    if plan.measure is not None:
        count = sum(found.count for _, _, found in lines)
        rest_on(inquiry, plan.measure, Groups.together(devices), cells, count)
    listed = [inquiry.fleet.by_id[row["device_id"]] for row in rows if "device_id" in row]
    return Answer(
        Result(Kind.TABLE, [row["key"] for row in rows], unit, rows, len(known)),
        devices=await named(inquiry, listed or devices),
        subject=subject_of(inquiry, plan.measure) if plan.measure else "devices",
        start=between.start if between else None,
        end=between.end if between else None,
        zone=devices[0].site.timezone if devices else "UTC",
    )


Line = tuple[str, str, Found]


async def _lines(
    inquiry: Inquiry, plan: Plan, measure: Measure, devices: Sequence[Device], by: By
) -> tuple[list[Line], Cells | None]:
    """Key, label and what it came to."""
    if by in _OF_RECORDS and isinstance(measure, OfRecords):
        groups = Groups.together(devices)
        cells = inquiry.cells(plan.window, groups) if plan.window else None
        found = await tallies(inquiry, measure, groups, cells, by)
        lines = [
            (key, key or "none", value_of(inquiry, measure.aggregate, tally))
            for (_, _, key), tally in sorted(found.items(), key=lambda one: -one[1].count)
        ]
        return lines, cells
    if by in _OF_TIME:
        groups = Groups.together(devices)
        window = plan.window or default_window(inquiry, measure) or Rolling(length_s=86_400)
        values, cells = await measured(inquiry, measure, groups, window, by)
        names = cells.names if cells else []
        nothing = Found(None)
        return [
            (name, name, values.get((0, label), nothing)) for label, name in enumerate(names)
        ], cells
    groups = Groups.of(by, devices, inquiry.fleet)
    values, cells = await measured(inquiry, measure, groups, plan.window)
    nothing = Found(None)
    return [
        (key, groups.labels[number], values.get((number, 0), nothing))
        for number, key in enumerate(groups.keys)
    ], cells


def _row(inquiry: Inquiry, plan: Plan, by: By, line: Line, unit: str | None) -> dict[str, Any]:
    key, label, found = line
    if isinstance(found.value, int | float) and not isinstance(found.value, bool):
        found = replace(found, value=_in_wanted_unit(plan, float(found.value)))
    if by is By.DEVICE:
        return {"key": key, **device_row(inquiry.fleet.by_id[key], found, unit)}
    return {
        "key": key,
        "label": label,
        "value": shown_value(found.value),
        "unit": found.unit or unit,
        "count": found.count,
    }


def _ordered(lines: list[Line], order: Order) -> list[Line]:
    """Equal ones by name, so that an order is the same each time."""
    by_name = sorted(lines, key=lambda one: (one[1], one[0]))
    try:
        return sorted(by_name, key=lambda one: one[2].value, reverse=order is Order.MOST)
    except TypeError:
        raise NoResult(NoAnswer.UNDEFINED, "These cannot be put in order.") from None


async def top(inquiry: Inquiry, plan: Plan) -> Answer:
    """Which has the most or the least."""
    order = plan.order or Order.MOST
    limit = plan.limit or 1
    of = plan.by if plan.of is By.DEVICE and plan.by is not None else plan.of
    asked = plan.model_copy(update={"by": of, "order": order, "limit": None})
    found = await each(inquiry, asked)
    rows = list(found.result.rows)
    if plan.measure is not None and isinstance(plan.measure, OfRecords) and order is Order.MOST:
        rows = [row for row in rows if row["value"]]
        if not rows:
            raise NoResult(NoAnswer.NO_DATA, "There are none of that kind in that window.")
    shown = rows[:limit]
    equal = [row for row in rows[limit:] if row["value"] == shown[-1]["value"]]
    if equal:
        inquiry.assume(f"{len(equal)} more have the same value; in order of name")
    kind = Kind.DEVICES if of is By.DEVICE else Kind.TABLE
    keys = [row["key"] for row in shown]
    devices = [inquiry.fleet.by_id[key] for key in keys] if of is By.DEVICE else None
    return replace(
        found,
        result=Result(kind, keys, found.result.unit, shown, found.result.total),
        devices=await named(inquiry, devices) if devices is not None else found.devices,
    )


# -- one side and the other ---------------------------------------------------------------------


async def compare(inquiry: Inquiry, plan: Plan) -> Answer:
    """Is one side more than the other; or by how much."""
    left, cells = await _side(inquiry, plan, plan.scope, plan.window)
    against = plan.against or Against()
    if plan.against is None and isinstance(plan.value, int | float):
        right = Found(float(plan.value))
    else:
        right, _ = await _side(
            inquiry, plan, against.scope or plan.scope, against.window or plan.window
        )
    how = plan.compare or Compare.ABOVE
    unit = unit_of(inquiry, plan)
    sides = [shown_value(left.value), shown_value(right.value)]
    counts = (left.count, right.count)
    rows = [
        {"side": side, "value": value, "unit": unit, "count": number}
        for side, value, number in zip(("this", "other"), sides, counts, strict=True)
    ]
    between = cells.between if cells else None
    details = {"sides": sides}
    if plan.ask is Ask.DIFFERENCE:
        difference = left.value - right.value
        if not isinstance(difference, int | float):
            difference = difference.total_seconds()
        result = Result(Kind.NUMBER, _in_wanted_unit(plan, float(difference)), unit, rows)
    else:
        result = Result(Kind.BOOLEAN, compared(left.value, how, right.value), None, rows)
    devices = inquiry.chosen(plan.scope)
    return Answer(
        result,
        devices=await named(inquiry, devices),
        subject=subject_of(inquiry, plan.measure) if plan.measure else "devices",
        start=between.start if between else None,
        end=between.end if between else None,
        zone=devices[0].site.timezone if devices else "UTC",
        details=details,
    )


async def _side(
    inquiry: Inquiry, plan: Plan, scope: Scope, window: Window | None
) -> tuple[Found, Cells | None]:
    devices = await _devices(inquiry, plan, scope)
    if plan.measure is None:
        return Found(float(len(devices)), len(devices), len(devices)), None
    groups = Groups.together(devices)
    values, cells = await measured(inquiry, plan.measure, groups, window)
    found = values.get((0, 0))
    if found is None or found.value is None:
        raise await no_value(inquiry, plan.measure, devices, cells, found)
    _say_how_taken(inquiry, plan.measure, devices, found)
    rest_on(inquiry, plan.measure, groups, cells, found.count)
    return found, cells


async def grows(inquiry: Inquiry, plan: Plan) -> Answer:
    """Did it rise over the window; or fall, where the least is asked for."""
    if plan.against is not None:
        how = Compare.BELOW if plan.order is Order.LEAST else Compare.ABOVE
        return await compare(inquiry, plan.model_copy(update={"compare": how}))
    measure = plan.measure
    if isinstance(measure, OfMetric):
        measure = measure.model_copy(update={"aggregate": Aggregate.CHANGE})
        changed = plan.model_copy(update={"measure": measure, "ask": Ask.VALUE, "by": None})
        found = await value(inquiry, changed)
        change = float(found.result.value)
    else:
        found = await _against_before(inquiry, plan)
        change = float(found.result.value)
    is_so = change < 0 if plan.order is Order.LEAST else change > 0
    return replace(
        found,
        result=Result(Kind.BOOLEAN, is_so, None, found.result.rows),
        details={**found.details, "change": change, "unit": found.result.unit},
    )


async def _against_before(inquiry: Inquiry, plan: Plan) -> Answer:
    """What is counted in the window, less what was in as long a time before it."""
    window = plan.window or Rolling(length_s=7 * 86_400)
    if not isinstance(window, Rolling):
        raise NoResult(NoAnswer.NOT_UNDERSTOOD, "Say which time it is compared with.")
    before = window.model_copy(update={"before_s": window.before_s + window.length_s})
    inquiry.assume("grew = more than in as long a time before")
    difference = plan.model_copy(
        update={"ask": Ask.DIFFERENCE, "window": window, "against": Against(window=before)}
    )
    return await compare(inquiry, difference)
