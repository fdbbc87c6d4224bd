"""One incident and how it was resolved, or a list of what was written down."""

from typing import Any

from homepot.ai.query.answering.asks_of_devices import matching
from homepot.ai.query.answering.inquiry import Groups, Inquiry
from homepot.ai.query.answering.naming import named
from homepot.ai.query.answering.nothing import no_value
from homepot.ai.query.answering.record_store import RecordRow
from homepot.ai.query.answering.record_values import rows_of, sequence_of
from homepot.ai.query.answering.result import Answer, Evidence, Kind, Result
from homepot.ai.query.answering.subjects import subject_of
from homepot.ai.query.plan import OfRecords, Order, Plan, Record, RecordAggregate

LISTED = 20


async def record(inquiry: Inquiry, plan: Plan) -> Answer:
    return await _found(inquiry, plan, 1)


async def records(inquiry: Inquiry, plan: Plan) -> Answer:
    return await _found(inquiry, plan, plan.limit or LISTED)


async def _found(inquiry: Inquiry, plan: Plan, limit: int) -> Answer:
    measure = plan.measure
    assert isinstance(measure, OfRecords)
    if plan.order is Order.LEAST and measure.aggregate is RecordAggregate.EACH:
        measure = measure.model_copy(update={"aggregate": RecordAggregate.FIRST})
    devices = await matching(inquiry, plan)
    groups = Groups.together(devices)
    cells = inquiry.cells(plan.window, groups) if plan.window else None
    found = await rows_of(inquiry, measure, groups, cells, limit)
    if not found and limit == 1:
        raise await no_value(inquiry, measure, devices, cells, None)
    for one in found[:LISTED]:
        inquiry.rests_on(
            Evidence(
                measure.record.value,
                one.title,
                _link(inquiry, measure.record, one),
                1,
                one.at,
                one.ended,
            )
        )
    rows = [_row(inquiry, measure.record, one) for one in found]
    is_incident = measure.record is Record.INCIDENT
    single = is_incident and plan.ask.value == "record"
    ids = [one.shown for one in found]
    between = cells.between if cells else None
    touched = [
        device
        for one in found
        if (device := inquiry.fleet.by_row.get(one.device_row or 0)) is not None
    ]
    return Answer(
        Result(
            Kind.INCIDENT if single else Kind.TABLE,
            ids[0] if single else ids,
            None,
            rows,
            sequence_of(found),
        ),
        devices=await named(inquiry, list(dict.fromkeys(touched))),
        subject=subject_of(inquiry, measure),
        start=between.start if between else None,
        end=between.end if between else None,
        zone=(touched or devices)[0].site.timezone if touched or devices else "UTC",
    )


def _row(inquiry: Inquiry, record: Record, one: RecordRow) -> dict[str, Any]:
    device = inquiry.fleet.by_row.get(one.device_row or 0)
    row = {
        "id": one.shown,
        "device_id": device.id if device else None,
        "name": device.name if device else None,
        "at": one.at.isoformat(),
        "ended_at": one.ended.isoformat() if one.ended else None,
        "category": one.category,
        "severity": one.severity,
        "title": one.title,
        "description": one.description,
        "resolution": one.resolution,
        "worked": one.worked,
        "state": one.state,
        "link": _link(inquiry, record, one),
    }
    return {key: value for key, value in row.items() if value not in (None, "")}


def _link(inquiry: Inquiry, record: Record, one: RecordRow) -> str:
    if record is Record.INCIDENT:
        return f"/incidents/{one.linked}"
    device = inquiry.fleet.by_row.get(one.device_row or 0)
    return f"/devices/{device.id}" if device else "/devices"
