"""Why there is no value: what was last heard, and what these devices do report."""

from collections.abc import Sequence
from datetime import datetime

from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Found, Inquiry
from homepot.ai.query.answering.metric_values import metric_of
from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.answering.subjects import subject_of
from homepot.ai.query.answering.windows import Cells
from homepot.ai.query.plan import Measure, NoAnswer, OfAttribute, OfMetric, OfRecords
from homepot.telemetry.totals.service import Reader

_LISTED = 4


async def no_value(
    inquiry: Inquiry,
    measure: Measure,
    devices: Sequence[Device],
    cells: Cells | None,
    found: Found | None,
) -> NoResult:
    """To be raised."""
    if not devices:
        return NoResult(NoAnswer.NO_DATA, "No device is meant by that.")
    if found is not None and found.why:
        return NoResult(NoAnswer.UNDEFINED, f"There is no value: {found.why}.")
    if cells is not None and cells.between is None:
        return NoResult(NoAnswer.FUTURE, "That time lies in the future, and nothing here knows it.")
    who = _who(devices)
    match measure:
        case OfMetric():
            return await _no_readings(inquiry, measure, devices, who)
        case OfRecords():
            noun = f"{measure.record.value}s".replace("anomalys", "anomalies")
            return NoResult(NoAnswer.NO_DATA, f"No {noun} of that kind of {who} are known then.")
        case OfAttribute():
            what = subject_of(inquiry, measure)
            return NoResult(NoAnswer.NO_DATA, f"The {what} of {who} is not known.")
    what = subject_of(inquiry, measure)
    return NoResult(NoAnswer.NO_DATA, f"Nothing is known of the {what} of {who} then.")


async def _no_readings(
    inquiry: Inquiry, measure: OfMetric, devices: Sequence[Device], who: str
) -> NoResult:
    label = inquiry.fleet.label_of(measure.metrics[0]).lower()
    reader = Reader(inquiry.tx, inquiry.archive, measure.metrics, inquiry.now)
    wanted = [metric_of(inquiry, measure.metrics, one) for one in devices]
    newest = await reader.newest([one.row for one in devices], wanted, inquiry.as_of)
    if not newest:
        known = _reported(inquiry, devices)
        listed = ", ".join(known[:_LISTED])
        detail = f"No reading of {label} ever came from {who}."
        if listed:
            detail += f" It reports {listed}." if len(devices) == 1 else f" They report {listed}."
        return NoResult(NoAnswer.NOT_REPORTED, detail)
    last = max(at for at, _ in newest.values())
    zone = devices[0].zone
    return NoResult(
        NoAnswer.NO_DATA,
        f"There are no readings of {label} from {who} in that window; the last one is of"
        f" {spoken(last.astimezone(zone))}.",
        [f"What was the last {label} of {devices[0].id}?"] if len(devices) == 1 else [],
    )


def _reported(inquiry: Inquiry, devices: Sequence[Device]) -> list[str]:
    names: set[str] = set()
    for one in devices:
        known = inquiry.fleet.vocabulary.by_device.get(one.id)
        names |= known.metrics if known else set()
    return sorted(inquiry.fleet.label_of(name).lower() for name in names)


def _who(devices: Sequence[Device]) -> str:
    return devices[0].id if len(devices) == 1 else f"any of these {len(devices)} devices"


def spoken(at: datetime) -> str:
    """
    >>> spoken(datetime(2026, 9, 30, 18, 20))
    '30 September 2026, 18:20'
    """
    return f"{at.day} {at:%B %Y}, {at:%H:%M}"
