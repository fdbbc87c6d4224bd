"""How a device, a site or the fleet is doing, and what explains it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from homepot.ai.query.answering import state_store
from homepot.ai.query.answering.asks_of_devices import matching
from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Groups, Inquiry
from homepot.ai.query.answering.link_values import state_of
from homepot.ai.query.answering.measures import measured
from homepot.ai.query.answering.naming import device_row, named
from homepot.ai.query.answering.record_store import RecordRow
from homepot.ai.query.answering.record_values import rows_of, sequence_of
from homepot.ai.query.answering.result import Answer, Evidence, Kind, NoResult, Result
from homepot.ai.query.plan import (
    Aggregate,
    NoAnswer,
    OfMetric,
    OfRecords,
    Plan,
    Record,
    RecordAggregate,
    RecordSource,
    RecordState,
)

_METRICS_MAX = 12
OPEN = OfRecords(
    record=Record.INCIDENT,
    aggregate=RecordAggregate.EACH,
    state=RecordState.OPEN,
    source=RecordSource.ANY,
)
_LISTED = 10
# Devices of which it is told what is wrong, and the newest incidents of each.
_TOLD = 5
_INCIDENTS_TOLD = 3
# So many devices are ...
HEALTHS = {
    "healthy": "healthy",
    "warning": "with a health warning",
    "critical": "in critical health",
    "maintenance": "in maintenance",
    "unknown": "not judged yet",
}


async def status(inquiry: Inquiry, plan: Plan) -> Answer:
    devices = await matching(inquiry, plan)
    if not devices:
        raise NoResult(NoAnswer.NO_DATA, "No device is meant by that.")
    standing = await state_of(inquiry, devices)
    at = None if inquiry.is_live else inquiry.as_of
    health = await state_store.health(inquiry.tx, [one.row for one in devices], at)
    words = Counter(_word(standing[one.row].is_offline) for one in devices)
    healths = Counter(health.get(one.row, (None, "unknown"))[1] for one in devices)
    opened = await rows_of(inquiry, OPEN, Groups.together(devices), None, _LISTED)
    rows: list[dict[str, Any]] = [
        {"what": "devices", "value": len(devices)},
        *({"what": word, "value": number} for word, number in sorted(words.items())),
        *({"what": HEALTHS[word], "value": number} for word, number in sorted(healths.items())),
        {"what": "open incidents", "value": sequence_of(opened)},
    ]
    if len(devices) == 1:
        of_it = standing[devices[0].row].heard_at, next(iter(healths))
        rows = await _of_one(inquiry, devices[0], rows, *of_it)
    for one in opened:
        inquiry.rests_on(
            Evidence("incident", one.title, f"/incidents/{one.linked}", 1, one.at, one.ended)
        )
        rows.append(
            {
                "what": "incident",
                "value": one.shown,
                "title": one.title,
                "link": f"/incidents/{one.linked}",
            }
        )
    worst = _worst(words, healths, sequence_of(opened))
    return Answer(
        Result(Kind.TABLE, worst, None, rows, len(devices)),
        devices=await named(inquiry, _first_the_bad(devices, standing, health)),
        subject="status",
        zone=devices[0].site.timezone,
    )


def _word(is_offline: bool | None) -> str:
    return "unknown" if is_offline is None else "offline" if is_offline else "online"


def _worst(words: Counter[str], healths: Counter[str], opened: int) -> str:
    if healths["critical"]:
        return "critical"
    if words["offline"] or healths["warning"] or opened:
        return "warning"
    return "healthy" if healths["healthy"] or words["online"] else "unknown"


def _first_the_bad(
    devices: Sequence[Device], standing: dict[int, Any], health: dict[int, Any]
) -> list[Device]:
    def place(one: Device) -> tuple[bool, int]:
        word = health.get(one.row, (None, "unknown"))[1]
        order = ("critical", "warning", "maintenance", "unknown", "healthy")
        return (not standing[one.row].is_offline, order.index(word))

    return sorted(devices, key=place)


async def _of_one(
    inquiry: Inquiry, device: Device, rows: list[dict[str, Any]], heard: Any, health: str
) -> list[dict[str, Any]]:
    """Its own words instead of numbers of devices, and its newest readings."""
    found = [{"what": "state", "value": row["what"]} for row in rows[1:2]]
    found.append({"what": "health", "value": health})
    if heard is not None:
        found.append({"what": "last heard", "value": heard.isoformat()})
    known = inquiry.fleet.vocabulary.by_device.get(device.id)
    for metric in sorted(known.metrics)[:_METRICS_MAX] if known else ():
        measure = OfMetric(metrics=(metric,), aggregate=Aggregate.NEWEST)
        values, _ = await measured(inquiry, measure, Groups.each([device]), None)
        if (0, 0) in values:
            found.append(
                {
                    "what": inquiry.fleet.label_of(metric).lower(),
                    "value": values[0, 0].value,
                    "unit": inquiry.fleet.unit_of(metric),
                }
            )
    return [*found, rows[-1]]


async def why(inquiry: Inquiry, plan: Plan) -> Answer:
    """What takes health away from each device, and its open incidents; the worst device first."""
    devices = await matching(inquiry, plan)
    if not devices:
        raise NoResult(NoAnswer.NO_DATA, "No device is meant by that.")
    factors = await state_store.factors(inquiry.tx, [one.row for one in devices])
    lost = {row: sum(map(_lost, one.factors)) for row, one in factors.items()}
    struck = await _struck(inquiry, plan, Groups.together(devices))
    unwell = [one for one in devices if lost.get(one.row, 0) > 0 or one.row in struck]
    unwell.sort(key=lambda one: (-lost.get(one.row, 0), one.id))
    rows: list[dict[str, Any]] = []
    for device in unwell[:_TOLD]:
        records = await _incidents_of(inquiry, plan, device)
        counting = _that_count(factors.get(device.row), with_incidents=not records)
        if counting:
            since = factors[device.row].since
            inquiry.rests_on(Evidence("health", device.id, f"/devices/{device.id}", 1, since))
        rows += [device_row(device) | one for one in (*records, *counting)]
    return Answer(
        Result(Kind.TABLE, [row["value"] for row in rows], None, rows, len(rows)),
        devices=await named(inquiry, unwell[:_TOLD] or devices),
        subject="why",
        zone=devices[0].site.timezone,
        details={"devices": len(devices), "unwell": len(unwell)},
    )


def _lost(factor: Mapping[str, Any]) -> float:
    return float(factor.get("lost") or 0)


def _that_count(found: state_store.Factors | None, *, with_incidents: bool) -> list[dict[str, Any]]:
    """The factors that take something away, the largest first; incidents are told by themselves."""
    worst = sorted(found.factors if found else (), key=_lost, reverse=True)
    return [
        {"what": "factor", "value": one["name"], "title": one["reason"], "lost": _lost(one)}
        for one in worst
        if _lost(one) > 0 and (with_incidents or one["name"] != "incidents")
    ]


async def _struck(inquiry: Inquiry, plan: Plan, groups: Groups) -> set[int]:
    found = await _incidents(inquiry, plan, groups, _LISTED)
    return {one.device_row for one in found if one.device_row is not None}


async def _incidents_of(inquiry: Inquiry, plan: Plan, device: Device) -> list[dict[str, Any]]:
    found = await _incidents(inquiry, plan, Groups.each([device]), _INCIDENTS_TOLD)
    for one in found:
        inquiry.rests_on(
            Evidence("incident", one.title, f"/incidents/{one.linked}", 1, one.at, one.ended)
        )
    return [
        {
            "what": "incident",
            "value": one.shown,
            "title": one.title,
            "at": one.at.isoformat(),
            "ended_at": one.ended.isoformat() if one.ended else None,
            "link": f"/incidents/{one.linked}",
        }
        for one in found
    ]


async def _incidents(inquiry: Inquiry, plan: Plan, groups: Groups, limit: int) -> list[RecordRow]:
    """Those that are open, or, where a time is asked about, those that began in it."""
    cells = inquiry.cells(plan.window, groups) if plan.window else None
    wanted = OPEN if cells is None else OPEN.model_copy(update={"state": RecordState.ANY})
    return await rows_of(inquiry, wanted, groups, cells, limit)
