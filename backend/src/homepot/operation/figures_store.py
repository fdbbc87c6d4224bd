"""Every SQL statement of the figures: counts and ages over all tenants, each of them quick."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection, Database

# Each as name, label values, value. A label that is missing is an empty word.
_AS_SYSTEM = text(
    """
    select 'devices' as name, lifecycle as label, count(*)::float8 as value
        from devices group by lifecycle
    union all select 'connectivity', connectivity, count(*) from device_state group by connectivity
    union all select 'incidents', severity, count(*)
        from incidents where state in ('open', 'confirmed') group by severity
    union all select 'alerts', state, count(*) from alerts group by state
    union all select 'deliveries', state, count(*) from alert_deliveries
        where state in ('waiting', 'sending', 'failed') group by state
    union all select 'delivery_age', '', coalesce(max(extract(epoch from now() - due_at)), 0)
        from alert_deliveries where state = 'waiting' and due_at < now()
    union all select 'reader_lag', r.name, coalesce(max(extract(epoch from now() - c.at)), 0)
        from telemetry_readers r left join telemetry_commits c on c.xid >= r.low group by r.name
    union all select 'reader_behind', r.name, coalesce(sum(c.rows), 0)
        from telemetry_readers r left join telemetry_commits c on c.xid >= r.low group by r.name
    union all (select 'intake_age', '', extract(epoch from now() - at)
        from telemetry_commits order by id desc limit 1)
    union all (select 'intake_delay', '', greatest(extract(epoch from at - ts_max), 0)
        from telemetry_commits order by id desc limit 1)
    union all select 'archive_files', '', count(*) from archive_files where state = 'current'
    union all select 'archive_bytes', '', coalesce(sum(size_bytes), 0)
        from archive_files where state = 'current'
    """
)
# The queue's tables and the server's own belong to the role that signs in.
_AS_OWNER = text(
    """
    select 'jobs' as name, status::text as label, count(*)::float8 as value
        from procrastinate_jobs group by status
    union all select 'database_bytes', '', pg_database_size(current_database())
    union all select 'database_connections', coalesce(state, 'background'), count(*)
        from pg_stat_activity where datname = current_database() group by state
    union all select 'database_transaction_age', '',
        coalesce(max(extract(epoch from now() - xact_start)), 0)
        from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    """
)

Row = tuple[str, str, float]


async def of_database(database: Database) -> Sequence[Row]:
    async with database.system() as tx:
        found = await _rows(tx, _AS_SYSTEM)
    async with database.engine.connect() as bare:
        return [*found, *await _rows(bare, _AS_OWNER)]


async def _rows(connection: Connection, query: Any) -> list[Row]:
    return [(name, label, float(value)) for name, label, value in await connection.execute(query)]
