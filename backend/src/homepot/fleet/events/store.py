"""Every SQL statement on what devices say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.fleet.events.logic import JobStatus
from homepot.fleet.events.tables import config_history, device_events, device_jobs

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class Event:
    id: int
    kind: str
    at: datetime
    severity: str
    severity_given: str | None
    category: str
    title: str
    description: str | None
    details: dict[str, Any]
    received_at: datetime


@dataclass(frozen=True)
class EventQuery:
    device_id: int
    kind: str | None = None
    severities: Sequence[str] = ()
    # from the first on, up to and without the second
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 100
    # where the last page ended: at and id
    before: tuple[datetime, int] | None = None


@dataclass(frozen=True)
class Job:
    public_id: str
    action: str
    description: str | None
    priority: str
    payload: dict[str, Any] | None
    status: JobStatus
    result: Any
    error_message: str | None
    created_at: datetime
    updated_at: datetime


async def add_event(tx: Connection, values: dict[str, Any]) -> bool:
    """True where it is new; False where the same report was here before."""
    statement = (
        insert(device_events)
        .values({"tenant_id": _TENANT, **values})
        .on_conflict_do_nothing(index_elements=["device_id", "fingerprint"])
        .returning(device_events.c.id)
    )
    return (await tx.execute(statement)).scalar_one_or_none() is not None


_EVENT_COLUMNS = [device_events.c[name] for name in Event.__dataclass_fields__]


async def events(tx: Connection, query: EventQuery) -> list[Event]:
    """The newest first."""
    table = device_events
    statement = (
        select(*_EVENT_COLUMNS)
        .where(table.c.device_id == query.device_id)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(query.limit)
    )
    if query.kind is not None:
        statement = statement.where(table.c.kind == query.kind)
    if query.severities:
        statement = statement.where(table.c.severity.in_(query.severities))
    if query.start is not None:
        statement = statement.where(table.c.at >= query.start)
    if query.end is not None:
        statement = statement.where(table.c.at < query.end)
    if query.before is not None:
        statement = statement.where(tuple_(table.c.at, table.c.id) < tuple_(*query.before))
    return [Event(*row) for row in await tx.execute(statement)]


async def add_change(tx: Connection, values: dict[str, Any]) -> bool:
    """True where it is new; False where the same report was here before."""
    statement = (
        insert(config_history)
        .values(tenant_id=_TENANT, **values)
        .on_conflict_do_nothing(index_elements=["device_id", "fingerprint"])
        .returning(config_history.c.id)
    )
    return (await tx.execute(statement)).scalar_one_or_none() is not None


@dataclass(frozen=True)
class Change:
    """A change of configuration."""

    at: datetime
    action: str
    parameter_name: str
    old_value: Any
    new_value: Any
    success: bool
    was_rolled_back: bool


_CHANGE_COLUMNS = [config_history.c[name] for name in Change.__dataclass_fields__]


async def changes(tx: Connection, device_id: int, limit: int) -> list[Change]:
    """The newest first."""
    found = await tx.execute(
        select(*_CHANGE_COLUMNS)
        .where(config_history.c.device_id == device_id)
        .order_by(config_history.c.at.desc(), config_history.c.id.desc())
        .limit(limit)
    )
    return [Change(*row) for row in found]


_JOB_COLUMNS = [device_jobs.c[name] for name in Job.__dataclass_fields__]


async def add_job(tx: Connection, values: dict[str, Any]) -> None:
    await tx.execute(insert(device_jobs).values(tenant_id=_TENANT, **values))


async def find_job(tx: Connection, device_id: int, public_id: str) -> Job | None:
    found = await tx.execute(
        select(*_JOB_COLUMNS)
        .where(device_jobs.c.device_id == device_id, device_jobs.c.public_id == public_id)
        .with_for_update()
    )
    row = found.one_or_none()
    return Job(*row) if row else None


async def change_job(tx: Connection, public_id: str, values: dict[str, Any]) -> Job:
    found = await tx.execute(
        update(device_jobs)
        .where(device_jobs.c.public_id == public_id)
        .values(**values)
        .returning(*_JOB_COLUMNS)
    )
    return Job(*found.one())


# Both are read by their numbers from a place that lies a look back: a transaction that took its
# number early and ended late is met all the same.
_CHANGES = text(
    """
    select 'event', id, device_id, at from device_events
    where id > :event and kind in ('log', 'audit') and title ~* :words
    union all
    select 'config', id, device_id, at from config_history where id > :config and success
    order by 2 limit 10000
    """
)
_NEWEST = text(
    """
    select coalesce((select max(id) from device_events), 0),
        coalesce((select max(id) from config_history), 0)
    """
)
_OLDER = text(
    """
    select
        coalesce((select id from device_events where received_at < :before
            order by id desc limit 1), 0),
        coalesce((select id from config_history where received_at < :before
            order by id desc limit 1), 0)
    """
)


@dataclass(frozen=True)
class ChangeMark:
    """A number in each of the two tables."""

    event: int
    config: int


@dataclass(frozen=True)
class OnPurpose:
    source: str
    id: int
    device_row: int
    at: datetime


async def newest_mark(tx: Connection) -> ChangeMark:
    return ChangeMark(*(await tx.execute(_NEWEST)).one())


async def mark_before(tx: Connection, before: datetime) -> ChangeMark:
    return ChangeMark(*(await tx.execute(_OLDER, {"before": before})).one())


async def on_purpose(tx: Connection, after: ChangeMark, words: str) -> list[OnPurpose]:
    given = {"event": after.event, "config": after.config, "words": words}
    return [OnPurpose(*row) for row in await tx.execute(_CHANGES, given)]


async def jobs(tx: Connection, device_id: int, limit: int) -> Sequence[Job]:
    """The newest first."""
    found = await tx.execute(
        select(*_JOB_COLUMNS)
        .where(device_jobs.c.device_id == device_id)
        .order_by(device_jobs.c.id.desc())
        .limit(limit)
    )
    return [Job(*row) for row in found]


# Both times count: a device's own clock may be years off, and what was imported is old already.
_FORGET_EVENTS = text(
    """
    delete from device_events where id = any(array(
        select id from device_events
        where device_id = any(:device_ids) and at < :before and received_at < :before
        limit :most for update skip locked
    ))
    """
)
_FORGET_CHANGES = text(
    """
    delete from config_history where id = any(array(
        select id from config_history
        where device_id = any(:device_ids) and at < :before and received_at < :before
        limit :most for update skip locked
    ))
    """
)
# A job that a device may still report on stays, however old.
_FORGET_JOBS = text(
    """
    delete from device_jobs where id = any(array(
        select id from device_jobs
        where device_id = any(:device_ids) and updated_at < :before
            and status in ('completed', 'failed', 'cancelled')
        limit :most for update skip locked
    ))
    """
)


async def forget_events(
    tx: Connection, device_ids: Sequence[int], before: datetime, most: int
) -> int:
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET_EVENTS, given)).rowcount


async def forget_changes(
    tx: Connection, device_ids: Sequence[int], before: datetime, most: int
) -> int:
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET_CHANGES, given)).rowcount


async def forget_jobs(
    tx: Connection, device_ids: Sequence[int], before: datetime, most: int
) -> int:
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET_JOBS, given)).rowcount
