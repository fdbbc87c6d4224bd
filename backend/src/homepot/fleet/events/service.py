"""Use cases of what devices say of themselves: take it down, show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from homepot.core import live
from homepot.core.database import Connection
from homepot.core.errors import BadInput, NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.devices import service as devices
from homepot.fleet.enrolment.speaker import Speaker
from homepot.fleet.events import store
from homepot.fleet.events.logic import (
    JOB_STATUS_WORDS,
    SEVERITY_WORDS,
    fingerprint,
    job_status_of,
    severity_of,
)
from homepot.fleet.events.store import Event, EventQuery, Job
from homepot.fleet.paging import list_mark, make_cursor, read_cursor

__all__ = ["Event", "EventPage", "Job", "Said", "page", "record", "record_change", "start_job"]

Kind = Literal["log", "audit", "alert"]


@dataclass(frozen=True)
class Said:
    """One report of a device, in its own words; `at` where it names a time."""

    kind: Kind
    severity: str
    category: str
    title: str
    description: str | None
    details: dict[str, Any]
    at: datetime | None


@dataclass(frozen=True)
class EventPage:
    items: Sequence[Event]
    next_cursor: str | None


async def record(speaker: Speaker, said: Said, where: str) -> bool:
    """Keep a log line, an audit entry or an alert. False where it had been kept before.

    `where` names the field of the severity, for the refusal of a word that is none.
    """
    severity = severity_of(said.severity)
    if severity is None:
        known = ", ".join(SEVERITY_WORDS)
        raise BadInput(f"{said.severity[:40]!r} is none of {known}.", at=where)
    content = {"severity": said.severity, "title": said.title, "description": said.description}
    new = await store.add_event(
        speaker.caller.tx,
        {
            "device_id": speaker.device_row,
            "kind": said.kind,
            "at": said.at or speaker.at,
            "severity": severity,
            "severity_given": said.severity if said.severity != severity else None,
            "category": said.category,
            "title": said.title,
            "description": said.description,
            "details": said.details,
            "fingerprint": fingerprint(said.kind, said.at, {**content, **said.details}),
            "received_at": speaker.at,
        },
    )
    if new and said.kind == "alert":
        data = {"device_id": speaker.device_id, "severity": severity, "title": said.title}
        await live.announce(speaker.caller.tx, speaker.caller.tenant_id, "device.alert", data)
    return new


async def record_change(speaker: Speaker, at: datetime | None, values: dict[str, Any]) -> bool:
    """Keep a change of configuration. False where it had been kept before."""
    return await store.add_change(
        speaker.caller.tx,
        {
            **values,
            "device_id": speaker.device_row,
            "at": at or speaker.at,
            "fingerprint": fingerprint("config", at, values),
            "received_at": speaker.at,
        },
    )


async def start_job(speaker: Speaker, values: dict[str, Any]) -> str:
    """A device says what it is about to do; the id under which it will report on it."""
    public_id = new_public_id("JOB", 3)
    await store.add_job(
        speaker.caller.tx,
        {
            **values,
            "device_id": speaker.device_row,
            "public_id": public_id,
            "status": "pending",
            "created_at": speaker.at,
            "updated_at": speaker.at,
        },
    )
    return public_id


async def report_job(
    speaker: Speaker, public_id: str, status: str, result: Any, error_message: str | None
) -> Job:
    """How a job of this device goes. A job of another device is not there."""
    known = job_status_of(status)
    if known is None:
        words = ", ".join(JOB_STATUS_WORDS)
        raise BadInput(f"{status[:40]!r} is none of {words}.", at="body.status")
    job = await store.find_job(speaker.caller.tx, speaker.device_row, public_id)
    if job is None:
        raise NotFound(f"This device has no job {public_id[:64]!r}.")
    values: dict[str, Any] = {"status": known, "updated_at": speaker.at}
    if result is not None:
        values["result"] = result
    if error_message is not None:
        values["error_message"] = error_message
    return await store.change_job(speaker.caller.tx, public_id, values)


async def page(
    tx: Connection, device_id: str, *, kind: Kind | None, limit: int, cursor: str | None
) -> EventPage:
    """What a device said, the newest first."""
    device = await devices.find(tx, device_id)
    mark = list_mark("events", device_id, kind)
    before = _before(cursor, mark)
    found = await store.events(tx, EventQuery(device.id, kind, limit + 1, before))
    shown = found[:limit]
    more = len(found) > limit
    return EventPage(shown, make_cursor(mark, [shown[-1].at, str(shown[-1].id)]) if more else None)


def _before(cursor: str | None, mark: str) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    at, event_id = read_cursor(cursor, mark, [datetime, str])
    if not isinstance(at, datetime) or not str(event_id).isdecimal() or len(str(event_id)) > 18:
        raise BadInput("This cursor does not belong to this list.", at="query.cursor")
    return at, int(str(event_id))


async def jobs(tx: Connection, device_id: str, limit: int) -> Sequence[Job]:
    """What a device did by itself, the newest first."""
    device = await devices.find(tx, device_id)
    return await store.jobs(tx, device.id, limit)
