"""Every SQL statement of the demo: what is simulated, and its removal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection

# What is kept of a device by its row alone: found by its shape, so that a table that comes later
# is not forgotten. What references the device is removed with it.
_TABLES_OF_DEVICES = text(
    """
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'device_id' AND a.attnum > 0
    JOIN pg_type t ON t.oid = a.atttypid AND t.typname IN ('int4', 'int8')
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'devices'
        AND NOT EXISTS (
            SELECT 1 FROM pg_constraint f
            WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid = 'devices'::regclass
                AND a.attnum = ANY (f.conkey)
        )
    ORDER BY c.relname
    """
)
_TIME_OF = text(
    "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = CAST(:name AS regclass)"
    " AND a.attnum > 0 AND a.attname IN ('ts', 'bucket')"
)
_SITES = text(
    """
    SELECT s.id, s.public_id, s.name FROM sites s
    WHERE s.tenant_id = :tenant_id
        AND EXISTS (SELECT 1 FROM devices d WHERE d.site_id = s.id)
        AND NOT EXISTS (
            SELECT 1 FROM devices d WHERE d.site_id = s.id AND d.provenance <> 'simulated'
        )
    ORDER BY s.name
    """
)
_DEVICES = text(
    "SELECT id, public_id FROM devices WHERE tenant_id = :tenant_id AND provenance = 'simulated'"
    " ORDER BY id"
)
_COUNTS = text(
    "SELECT count(*) FILTER (WHERE provenance = 'simulated') AS simulated,"
    " count(*) FILTER (WHERE provenance <> 'simulated') AS others"
    " FROM devices WHERE tenant_id = :tenant_id AND archived_at IS NULL"
)


@dataclass(frozen=True)
class Row:
    id: int
    public_id: str
    name: str = ""


@dataclass(frozen=True)
class Counts:
    """Devices that are not archived."""

    simulated: int
    others: int


async def counts(tx: Connection, tenant_id: int) -> Counts:
    return Counts(*(await tx.execute(_COUNTS, {"tenant_id": tenant_id})).one())


async def simulated_devices(tx: Connection, tenant_id: int) -> Sequence[Row]:
    return [Row(*row) for row in await tx.execute(_DEVICES, {"tenant_id": tenant_id})]


async def sites_of_simulated_alone(tx: Connection, tenant_id: int) -> Sequence[Row]:
    return [Row(*row) for row in await tx.execute(_SITES, {"tenant_id": tenant_id})]


async def tables_of_devices(tx: Connection) -> Sequence[tuple[str, str | None]]:
    """Tables that keep rows of a device without a reference to it, and the column of their time."""
    names = (await tx.execute(_TABLES_OF_DEVICES)).scalars().all()
    return [(name, (await tx.execute(_TIME_OF, {"name": name})).scalar()) for name in names]


async def span(
    tx: Connection, table: str, at: str, device_ids: Sequence[int]
) -> tuple[datetime, datetime] | None:
    found = await tx.execute(
        text(f"SELECT min({at}), max({at}) FROM {table} WHERE device_id = ANY (:ids)"),  # noqa: S608
        {"ids": list(device_ids)},
    )
    first, last = found.one()
    return None if first is None else (first, last)


async def remove_rows(
    tx: Connection,
    table: str,
    device_ids: Sequence[int],
    within: tuple[str, datetime, datetime] | None,
) -> int:
    statement = f"DELETE FROM {table} WHERE device_id = ANY (:ids)"  # noqa: S608
    words: dict[str, object] = {"ids": list(device_ids)}
    if within is not None:
        at, words["first"], words["end"] = within
        statement += f" AND {at} >= :first AND {at} < :end"
    return (await tx.execute(text(statement), words)).rowcount


async def remove_devices(tx: Connection, device_ids: Sequence[int]) -> int:
    """With everything that references them."""
    statement = text("DELETE FROM devices WHERE id = ANY (:ids) AND provenance = 'simulated'")
    return (await tx.execute(statement, {"ids": list(device_ids)})).rowcount


async def remove_sites(tx: Connection, site_ids: Sequence[int]) -> int:
    statement = text("DELETE FROM sites WHERE id = ANY (:ids)")
    return (await tx.execute(statement, {"ids": list(site_ids)})).rowcount
