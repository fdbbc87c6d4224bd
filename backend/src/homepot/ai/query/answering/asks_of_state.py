"""How a device, a site or the fleet is doing, and what explains it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from homepot.ai.query.answering import state_store
from homepot.ai.query.answering.asks_of_devices import matching
from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Groups, Inquiry
from homepot.ai.query.answering.link_values import state_of
from homepot.ai.query.answering.measures import measured
from homepot.ai.query.answering.naming import named
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
_OPEN = OfRecords(
    record=Record.INCIDENT,
    aggregate=RecordAggregate.EACH,
    state=RecordState.OPEN,
    source=RecordSource.ANY,
)
_LISTED = 10


async def status(inquiry: Inquiry, plan: Plan) -> Answer:
    devices = await matching(inquiry, plan)
    if not devices:
        raise NoResult(NoAnswer.NO_DATA, "No device is meant by that.")
    standing = await state_of(inquiry, devices)
    at = None if inquiry.is_live else inquiry.as_of
    health = await state_store.health(inquiry.tx, [one.row for one in devices], at)
    words = Counter(_word(standing[one.row].is_offline) for one in devices)
    healths = Counter(health.get(one.row, (None, "unknown"))[1] for one in devices)
    opened = await rows_of(inquiry, _OPEN, Groups.together(devices), None, _LISTED)
    rows: list[dict[str, Any]] = [
        {"what": "devices", "value": len(devices)},
        *({"what": word, "value": number} for word, number in sorted(words.items())),
        *({"what": f"health {word}", "value": number} for word, number in sorted(healths.items())),
        {"what": "open incidents", "value": sequence_of(opened)},
    ]
    if len(devices) == 1:
        rows = await _of_one(inquiry, devices[0], rows, standing[devices[0].row].heard_at)
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
    inquiry: Inquiry, device: Device, rows: list[dict[str, Any]], heard: Any
) -> list[dict[str, Any]]:
    """Its own words instead of numbers of devices, and its newest readings."""
    found = [{"what": "state", "value": row["what"]} for row in rows[1:2]]
    found += [row for row in rows if row["what"].startswith("health")][:1]
    found[-1] = {"what": "health", "value": found[-1]["what"].removeprefix("health ")}
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
    """The factors of its health, the incidents that are open, and what led in them."""
    devices = await matching(inquiry, plan)
    if not devices:
        raise NoResult(NoAnswer.NO_DATA, "No device is meant by that.")
    groups = Groups.together(devices)
    cells = inquiry.cells(plan.window, groups) if plan.window else None
    wanted = _OPEN if cells is None else _OPEN.model_copy(update={"state": RecordState.ANY})
    known = await rows_of(inquiry, wanted, groups, cells, _LISTED)
    rows: list[dict[str, Any]] = []
    for one in known:
        inquiry.rests_on(
            Evidence("incident", one.title, f"/incidents/{one.linked}", 1, one.at, one.ended)
        )
        rows.append(
            {
                "what": "incident",
                "value": one.shown,
                "title": one.title,
                "at": one.at.isoformat(),
                "link": f"/incidents/{one.linked}",
            }
        )
    factors = await state_store.factors(inquiry.tx, [one.row for one in devices])
    for row, found in factors.items():
        device = inquiry.fleet.by_row[row]
        rows += [
            {
                "what": "factor",
                "device_id": device.id,
                "value": factor.get("name"),
                "title": factor.get("why") or found.reason or "",
            }
            for factor in found.factors
        ]
        inquiry.rests_on(Evidence("health", device.id, f"/devices/{device.id}", 1, found.since))
    return Answer(
        Result(Kind.TABLE, [row["value"] for row in rows], None, rows, len(rows)),
        devices=await named(inquiry, devices),
        subject="why",
        zone=devices[0].site.timezone,
    )
