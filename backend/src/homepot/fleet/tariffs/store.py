"""Every SQL statement on tariffs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.fleet.sites.tables import sites
from homepot.fleet.tariffs.logic import Line
from homepot.fleet.tariffs.tables import tariffs as table

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class Told:
    """A line, and who said it when."""

    line: Line
    site_id: str | None
    site_name: str | None
    updated_at: datetime | None
    updated_by: str | None


async def told(tx: Connection) -> list[Told]:
    """Every line, those of sites themselves too; all devices first, then by site and type."""
    of_sites = select(
        sites.c.id, text("''"), sites.c.downtime_cost_per_hour, sites.c.visit_cost,
        text("null::numeric"), sites.c.currency, sites.c.public_id, sites.c.name,
        text("null::timestamptz"), text("null::text"), sites.c.name_key,
    ).where(sites.c.currency.is_not(None), sites.c.archived_at.is_(None))  # fmt: skip
    of_others = select(
        table.c.site_id, table.c.device_type, table.c.downtime_cost_per_hour, table.c.visit_cost,
        table.c.part_cost, table.c.currency, sites.c.public_id, sites.c.name, table.c.updated_at,
        table.c.updated_by, sites.c.name_key,
    ).select_from(table.outerjoin(sites, sites.c.id == table.c.site_id))  # fmt: skip
    rows = [tuple(row) for query in (of_sites, of_others) for row in await tx.execute(query)]
    rows.sort(key=lambda row: (row[10] is not None, row[10] or "", row[0] or 0, row[1]))
    return [Told(Line(*row[:6]), *row[6:10]) for row in rows]


async def save(
    tx: Connection, site_row: int | None, device_type: str, values: dict[str, Any]
) -> None:
    """In place of what was said before for the same."""
    at_site = site_row is not None
    key = ["tenant_id", "site_id", "device_type"] if at_site else ["tenant_id", "device_type"]
    where = table.c.site_id.is_not(None) if at_site else table.c.site_id.is_(None)
    given = insert(table).values(
        tenant_id=_TENANT, site_id=site_row, device_type=device_type, **values
    )
    await tx.execute(
        given.on_conflict_do_update(index_elements=key, index_where=where, set_=values)
    )


async def forget(tx: Connection, site_row: int | None, device_type: str) -> bool:
    return (await tx.execute(delete(table).where(*_which(site_row, device_type)))).rowcount > 0


def _which(site_row: int | None, device_type: str) -> list[ColumnElement[bool]]:
    return [table.c.site_id.is_not_distinct_from(site_row), table.c.device_type == device_type]
