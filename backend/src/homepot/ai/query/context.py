"""What a narrator is told beside an answer: how its devices stand, what went out about them, what
they measured last.

Each is a sentence that is true by itself, the nearest to the question first: what does not fit into
the window of a model is left out from the end.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from homepot.ai.query.answering.fleet import Device, Fleet
from homepot.ai.query.answering.inquiry import AlertSent, Doors
from homepot.ai.query.answering.result import Answer
from homepot.ai.query.plan import OfMetric, Plan
from homepot.ai.query.telling.phrases import moment, quantity
from homepot.core.database import Connection
from homepot.telemetry.reading import service as reading
from homepot.telemetry.reading.newest import Newest

DEVICES_MAX = 3
ALERTS_MAX = 3
METRICS_MAX = 4
LATELY = timedelta(days=1)


async def beside(
    tx: Connection, plan: Plan, answer: Answer, fleet: Fleet, doors: Doors, now: datetime
) -> list[str]:
    """Of an answer about this very moment, and few devices of it."""
    wanted = {one.id for one in answer.devices[:DEVICES_MAX]}
    devices = [one for one in fleet.devices if one.id in wanted]
    if not devices:
        return []
    sent = await doors.alerts(tx, now - LATELY, now) if doors.alerts is not None else []
    newest = await reading.latest(tx, None, sorted(wanted))
    return [
        *states(answer),
        *alerts(sent, devices, ZoneInfo(answer.zone)),
        *measured(newest, devices, fleet, _asked_of(plan), ZoneInfo(answer.zone)),
    ]


def states(answer: Answer) -> list[str]:
    return [
        f"{one.name} ({one.id}) is {one.status} now."
        for one in answer.devices[:DEVICES_MAX]
        if one.status != "unknown"
    ]


def alerts(sent: Sequence[AlertSent], devices: Sequence[Device], zone: ZoneInfo) -> list[str]:
    """The newest of them that were about one of the devices, or about its whole site."""
    ids, sites = {one.id for one in devices}, {one.site.id: one.site.name for one in devices}
    names = {one.id: f"{one.name} ({one.id})" for one in devices}
    mine = [
        one
        for one in sorted(sent, key=lambda one: one.at, reverse=True)
        if one.device_id in ids or (one.device_id is None and one.site_id in sites)
    ]
    return [
        f"On {moment(one.at, zone)} an alert went out about"
        f" {names[one.device_id] if one.device_id else sites[one.site_id]}: {one.title}."
        for one in mine[:ALERTS_MAX]
    ]


def measured(
    newest: Sequence[Newest],
    devices: Sequence[Device],
    fleet: Fleet,
    first: Collection[str],
    zone: ZoneInfo,
) -> list[str]:
    """The newest values of each, those of the metrics that were asked about first."""
    names = {one.id: f"{one.name} ({one.id})" for one in devices}
    said = []
    for one in newest:
        chosen = sorted(one.values, key=lambda name: (name not in first, name))[:METRICS_MAX]
        values = [
            f"{fleet.label_of(name).lower()} {quantity(one.values[name], fleet.unit_of(name))}"
            for name in chosen
        ]
        if values:
            at = moment(one.at, zone)
            said.append(f"{names[one.device_id]} measured last, on {at}: {', '.join(values)}.")
    return said


def _asked_of(plan: Plan) -> Collection[str]:
    return plan.measure.metrics if isinstance(plan.measure, OfMetric) else ()
