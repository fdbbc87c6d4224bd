"""Use cases of what devices say of themselves: take it down, show it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from homepot.core import live
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput, NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.connectivity.clock import in_words
from homepot.fleet.connectivity.service import Turn
from homepot.fleet.devices import service as devices
from homepot.fleet.enrolment.speaker import Speaker
from homepot.fleet.events import store
from homepot.fleet.events.logic import (
    JOB_STATUS_WORDS,
    SEVERITY_WORDS,
    Severity,
    fingerprint,
    job_status_of,
    severity_of,
)
from homepot.fleet.events.store import Change, ChangeMark, Event, EventQuery, Job, OnPurpose
from homepot.fleet.forgetting import forget_of_devices
from homepot.fleet.paging import list_mark, make_cursor, read_cursor

__all__ = [
    "Change",
    "ChangeMark",
    "Event",
    "EventPage",
    "EventQuery",
    "Job",
    "Notice",
    "OnPurpose",
    "Said",
    "forget",
    "newest",
    "notice",
    "notice_clock",
    "page",
    "record",
    "record_change",
    "start_job",
]

Kind = Literal["log", "audit", "alert", "notice"]


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
class Notice:
    """Something the server itself noticed of a device; `once` tells repetitions of it."""

    severity: Severity
    title: str
    description: str
    details: dict[str, Any]
    once: str
    category: str = "software"


@dataclass(frozen=True)
class Asked:
    """Which events somebody wants to read."""

    kind: Kind | None
    severities: Sequence[Severity]
    start: datetime | None
    end: datetime | None
    limit: int


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
    elif new:
        await _announce(speaker, said.kind)
    return new


async def _announce(speaker: Speaker, kind: str) -> None:
    await announce_stored(speaker.caller.tx, speaker.caller.tenant_id, speaker.device_id, kind)


async def announce_stored(tx: Connection, tenant_id: int, public_id: str, kind: str) -> None:
    """A device's history has something new."""
    await live.announce(tx, tenant_id, "event.stored", {"device_id": public_id, "kind": kind})


async def notice_clock(
    tx: Connection, tenant_id: int, device_row: int, public_id: str, turn: Turn, at: datetime
) -> None:
    """The device's clock went wrong, or right again."""
    words = in_words(turn.skew_s)
    noticed = Notice(
        "warning" if turn.wrong_since else "info",
        f"Clock {words}" if turn.wrong_since else "Clock right again",
        f"The device's clock is {words.replace('ahead', 'ahead of')} the server's."
        if turn.wrong_since
        else "The device's clock agrees with the server's again.",
        {"clock_skew_s": round(turn.skew_s, 3)},
        once=f"clock {at.isoformat()}",
    )
    await notice(tx, tenant_id, device_row, public_id, noticed, at)


async def notice(
    tx: Connection, tenant_id: int, device_row: int, public_id: str, noticed: Notice, at: datetime
) -> bool:
    """Keep what the server noticed of a device. False where it had been kept before."""
    new = await store.add_event(
        tx,
        {
            "tenant_id": tenant_id,
            "device_id": device_row,
            "kind": "notice",
            "at": at,
            "severity": noticed.severity,
            "category": noticed.category,
            "title": noticed.title,
            "description": noticed.description,
            "details": noticed.details,
            "fingerprint": hashlib.sha256(noticed.once.encode()).digest(),
            "received_at": at,
        },
    )
    if new:
        await announce_stored(tx, tenant_id, public_id, "notice")
    return new


async def record_change(speaker: Speaker, at: datetime | None, values: dict[str, Any]) -> bool:
    """Keep a change of configuration. False where it had been kept before."""
    new = await store.add_change(
        speaker.caller.tx,
        {
            **values,
            "device_id": speaker.device_row,
            "at": at or speaker.at,
            "fingerprint": fingerprint("config", at, values),
            "received_at": speaker.at,
        },
    )
    if new:
        await _announce(speaker, "config")
    return new


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
    await _announce(speaker, "job")
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
    changed = await store.change_job(speaker.caller.tx, public_id, values)
    await _announce(speaker, "job")
    return changed


async def page(tx: Connection, device_id: str, asked: Asked, cursor: str | None) -> EventPage:
    """What a device said and what was noticed of it, the newest first."""
    device = await devices.find(tx, device_id)
    mark = list_mark("events", device_id, asked.kind, asked.severities, asked.start, asked.end)
    found = await store.events(
        tx,
        EventQuery(
            device.id,
            asked.kind,
            asked.severities,
            asked.start,
            asked.end,
            asked.limit + 1,
            _before(cursor, mark),
        ),
    )
    shown = found[: asked.limit]
    more = len(found) > asked.limit
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


@dataclass(frozen=True)
class Newest:
    """The newest of each kind, each list the newest first."""

    events: Sequence[Event]
    jobs: Sequence[Job]
    changes: Sequence[Change]


async def newest(tx: Connection, device_row: int, limit: int) -> Newest:
    return Newest(
        await store.events(tx, EventQuery(device_row, limit=limit)),
        await store.jobs(tx, device_row, limit),
        await store.changes(tx, device_row, limit),
    )


# Words of an event that mean that somebody changed the device.
_ON_PURPOSE = "updated|upgraded|installed|replaced|recalibrated"


async def changes_mark(tx: Connection, before: datetime | None = None) -> ChangeMark:
    """Where the changes of now, or of a moment, end; the transaction is the system's."""
    return await (store.mark_before(tx, before) if before else store.newest_mark(tx))


async def changes_after(tx: Connection, mark: ChangeMark) -> Sequence[OnPurpose]:
    """What was changed on devices since; of all tenants, and some of it may be told twice."""
    return await store.on_purpose(tx, mark, _ON_PURPOSE)


async def forget(database: Database, before: datetime) -> int:
    """What is older, apart from jobs that are not over; the number of rows."""
    forgets = (store.forget_events, store.forget_changes, store.forget_jobs)
    return await forget_of_devices(database, before, forgets)
