"""What is looked up beside a result, as each audience needs it: a few short statements, none of
them for a question that has no result."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from homepot.access.caller import Caller
from homepot.ai.analysis_modes import ModeName
from homepot.ai.incidents import service as incidents
from homepot.ai.query.answering.answer import answer as answered
from homepot.ai.query.answering.asks_of_state import OPEN
from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Foreseen, Groups, Inquiry
from homepot.ai.query.answering.record_values import rows_of, sequence_of
from homepot.ai.query.answering.result import Answer, Kind, NoResult
from homepot.ai.query.plan import Aggregate, Ask, OfForecast, OfMetric, Plan
from homepot.ai.query.telling.beside import NOTHING, Beside, Course, Expected, Step
from homepot.ai.query.when import Rolling

# Of answers that name more, nobody could read what is known beside them.
DEVICES_MAX = 8
_WEEK_S = 7 * 86_400
_WITHOUT_COURSE = (Aggregate.COUNT, Aggregate.WHEN_HIGHEST, Aggregate.WHEN_LOWEST)


async def beside(
    caller: Caller, inquiry: Inquiry, plan: Plan, answer: Answer, mode: ModeName
) -> Beside:
    if answer.result.kind is Kind.NONE:
        return NOTHING
    known = Beside(asked=len(inquiry.chosen(plan.scope)), fleet=len(inquiry.devices))
    fleet = inquiry.fleet.by_id
    devices = [fleet[one.id] for one in answer.devices if one.id in fleet]
    if mode is ModeName.EXECUTIVE or not 0 < len(devices) <= DEVICES_MAX:
        return known
    if mode is ModeName.MAINTENANCE:
        if not inquiry.is_live:
            return known
        return await _with_step(caller, inquiry, devices, answer, known)
    return await _with_what_is_ahead(inquiry, plan, devices, known)


async def _with_step(
    caller: Caller, inquiry: Inquiry, devices: Sequence[Device], answer: Answer, known: Beside
) -> Beside:
    """The newest incident that is open on one of them, and what helps."""
    opened = await rows_of(inquiry, OPEN, Groups.together(devices), None, 1)
    if not opened:
        return replace(known, is_calm=True)
    (newest,) = opened
    incident = await incidents.find(inquiry.tx, newest.linked)
    alike = await incidents.likenesses(inquiry.tx, caller.tenant_id, [incident.id], incident.zone)
    likeness = alike.get(incident.id)
    device = inquiry.fleet.by_row.get(newest.device_row or 0)
    return replace(
        known,
        step=Step(
            newest.shown,
            newest.title,
            device.id if device else answer.devices[0].id,
            newest.at,
            sequence_of(opened),
            incidents.what_now(likeness.answer if likeness else None, incident.category),
        ),
    )


async def _with_what_is_ahead(
    inquiry: Inquiry, plan: Plan, devices: Sequence[Device], known: Beside
) -> Beside:
    known = replace(known, course=await _course(inquiry, plan))
    door = inquiry.doors.forecasts
    if door is None or not inquiry.is_live or isinstance(plan.measure, OfForecast):
        return known
    rows = {one.row: one.id for one in devices}
    asked = plan.measure.metrics if isinstance(plan.measure, OfMetric) else ()
    try:
        crossing = await door(inquiry.tx, OfForecast(aspect="crossing", metrics=asked), rows)
        planned = await door(inquiry.tx, OfForecast(aspect="maintenance"), rows)
    except NoResult as none:
        return replace(known, not_foreseen=none.refusal.detail)
    return replace(known, not_foreseen="", crossings=_dated(crossing), planned=_dated(planned))


def _dated(found: Sequence[Foreseen]) -> list[Expected]:
    """The nearest first."""
    dated = [
        Expected(one.device_id, one.words, one.value)
        for one in found
        if isinstance(one.value, datetime | date)
    ]
    return sorted(dated, key=lambda one: (one.at, one.device))


async def _course(inquiry: Inquiry, plan: Plan) -> Course | None:
    """How far it rose or fell over the window, or over the last week where none was named."""
    measure = plan.measure
    if not isinstance(measure, OfMetric) or plan.ask not in (Ask.VALUE, Ask.EACH, Ask.TOP):
        return None
    if measure.aggregate in _WITHOUT_COURSE:
        return None
    change = measure.model_copy(update={"aggregate": Aggregate.CHANGE, "percentile": None})
    wanted = Plan(
        ask=Ask.VALUE,
        scope=plan.scope,
        where=plan.where,
        any_of=plan.any_of,
        measure=change,
        window=plan.window or Rolling(length_s=_WEEK_S),
    )
    # An inquiry of its own: what is assumed and read for this is not what the answer rests on.
    found = await answered(replace(inquiry, assumptions=[], evidence=[]), wanted)
    value = found.result.value
    if found.result.kind is not Kind.NUMBER or found.start is None or found.end is None:
        return None
    return Course(
        measure.metrics[0],
        float(value),
        found.result.unit or "",
        int(found.details.get("devices", 1)),
        found.start,
        found.end,
    )
