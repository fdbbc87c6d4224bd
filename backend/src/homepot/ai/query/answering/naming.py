"""What devices and readings are called where an answer shows them: names, states, links."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from homepot.ai.query.answering import state_store
from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Found, Groups, Inquiry
from homepot.ai.query.answering.result import Evidence, Named
from homepot.ai.query.answering.windows import Between, Cells
from homepot.ai.query.plan import DurationUnit, Measure, OfMetric
from homepot.fleet.connectivity.logic import as_of as state_as_of

NAMED_MAX = 50
_SECONDS_IN = {
    DurationUnit.SECONDS: 1,
    DurationUnit.MINUTES: 60,
    DurationUnit.HOURS: 3_600,
    DurationUnit.DAYS: 86_400,
}


async def named(inquiry: Inquiry, devices: Sequence[Device]) -> list[Named]:
    """The first of them, with how each is doing."""
    some = devices[:NAMED_MAX]
    shown = await state_store.shown(inquiry.tx, [one.row for one in some])
    return [
        Named(one.id, one.name, one.site.name, _status(inquiry, shown.get(one.row))) for one in some
    ]


def _status(inquiry: Inquiry, shown: state_store.Shown | None) -> str:
    if shown is None:
        return "unknown"
    connectivity = state_as_of(shown.connectivity, shown.silent_after, inquiry.now)
    if connectivity == "offline" or shown.health == "unknown":
        return connectivity
    return shown.health


def device_row(one: Device, found: Found | None = None, unit: str | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "device_id": one.id,
        "name": one.name,
        "site": one.site.name,
        "type": one.type,
    }
    if found is not None:
        row |= {"value": shown_value(found.value), "count": found.count}
        row["unit"] = found.unit or unit
        if found.at is not None:
            row["at"] = found.at.isoformat()
    return row


def shown_value(value: Any) -> Any:
    """As it goes onto the wire: moments and days in ISO, what has no end as nothing."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def in_unit(value: float, unit: DurationUnit | None) -> float:
    return value / _SECONDS_IN[unit] if unit else value


def link_to(device: Device, measure: Measure, between: Between | None) -> str:
    """The page of the device, with the window where readings are meant."""
    page = f"/devices/{quote(device.id, safe='')}"
    if not isinstance(measure, OfMetric) or between is None:
        return page
    given = {
        "metrics": ",".join(measure.metrics),
        "from": _iso(between.start),
        "to": _iso(between.end),
    }
    return f"{page}?{urlencode(given)}"


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def rest_on(
    inquiry: Inquiry, measure: Measure, groups: Groups, cells: Cells | None, count: int
) -> None:
    """What a measure was read from, as evidence."""
    between = cells.between if cells else None
    devices = [one for members in groups.members for one in members]
    if not devices or count == 0:
        return
    what = ", ".join(measure.metrics) if isinstance(measure, OfMetric) else ""
    kinds = {"metric": "readings", "records": "records", "link": "connectivity"}
    inquiry.rests_on(
        Evidence(
            kinds.get(measure.kind, measure.kind),
            f"{what} of {_who(devices)}" if what else _who(devices),
            link_to(devices[0], measure, between) if len(devices) == 1 else "/devices",
            count,
            between.start if between else None,
            between.end if between else None,
        )
    )


def _who(devices: Sequence[Device]) -> str:
    return devices[0].id if len(devices) == 1 else f"{len(devices)} devices"
