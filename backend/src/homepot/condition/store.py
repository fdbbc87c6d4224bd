"""Every SQL statement on how the installation is. Asked as the system: it names nobody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from homepot.condition.logic import Reader
from homepot.core.database import Connection, Database

RATE_OVER = timedelta(minutes=5)

_SERVER = text(
    """
    select current_setting('server_version'), pg_database_size(current_database()),
        (select count(*) from pg_stat_activity where datname = current_database()),
        cast(current_setting('max_connections') as int)
    """
)
_COMMITS = text(
    """
    select coalesce(sum(rows) filter (where at > :since), 0), max(at) from telemetry_commits
    """
)
_ONLINE = text(
    "select count(*) from devices as d join device_state as s on s.device_id = d.id"
    " where d.archived_at is null and s.connectivity = 'online'"
)
_READERS = text(
    """
    select r.name, (select min(c.at) from telemetry_commits as c where c.xid >= r.low)
    from telemetry_readers as r order by r.name
    """
)
_WORKER = text("select max(last_heartbeat) from procrastinate_workers")
_JOBS = text(
    """
    select count(*) filter (where is_due), min(since) filter (where is_due),
        array_agg(distinct task_name) filter (where status = 'failed' and since > :day)
    from (
        select j.status, j.task_name,
            coalesce(j.scheduled_at, (select max(e.at) from procrastinate_events as e
                where e.job_id = j.id)) as since,
            j.status = 'todo' and coalesce(j.scheduled_at <= :now, true) as is_due
        from procrastinate_jobs as j) as q
    """
)
_ALERTS = text(
    """
    select count(*) filter (where state in ('waiting', 'sending') and due_at <= :now),
        min(created_at) filter (where state in ('waiting', 'sending') and due_at <= :now),
        count(*) filter (where state = 'failed' and ended_at > :day)
    from alert_deliveries where state in ('waiting', 'sending') or ended_at > :day
    """
)
_LOOKED = text("select max(looked_at) from ai_prediction_devices")


class Away(Exception):
    """The database did not answer; says why."""


@asynccontextmanager
async def asking(database: Database) -> AsyncIterator[Connection]:
    try:
        async with database.system() as tx:
            yield tx
    except (SQLAlchemyError, OSError) as error:
        raise Away(str(getattr(error, "orig", error)).strip().splitlines()[0]) from error


async def server(tx: Connection) -> tuple[str, int, int, int]:
    version, size, used, most = (await tx.execute(_SERVER)).one()
    return version.split()[0], size, used, most


async def commits(tx: Connection, now: datetime) -> tuple[float, datetime | None]:
    """Reports a second of the last minutes, and when the newest came."""
    rows, newest = (await tx.execute(_COMMITS, {"since": now - RATE_OVER})).one()
    return float(rows) / RATE_OVER.total_seconds(), newest


async def devices_online(tx: Connection) -> int:
    return int((await tx.execute(_ONLINE)).scalar_one())


async def readers(tx: Connection) -> list[Reader]:
    return [Reader(*row) for row in await tx.execute(_READERS)]


async def worker_at(tx: Connection) -> datetime | None:
    found: datetime | None = (await tx.execute(_WORKER)).scalar_one()
    return found


async def jobs(tx: Connection, now: datetime) -> tuple[int, datetime | None, list[str]]:
    """How many wait that are due, since when, and which were given up within a day."""
    given = {"now": now, "day": now - timedelta(days=1)}
    waiting, since, failed = (await tx.execute(_JOBS, given)).one()
    return waiting, since, sorted(failed or [])


async def alerts(tx: Connection, now: datetime) -> tuple[int, datetime | None, int]:
    """How many messages are due and not sent, since when, and how many failed within a day."""
    given = {"now": now, "day": now - timedelta(days=1)}
    waiting, since, failed = (await tx.execute(_ALERTS, given)).one()
    return waiting, since, failed


async def looked_ahead_at(tx: Connection) -> datetime | None:
    found: datetime | None = (await tx.execute(_LOOKED)).scalar_one()
    return found
