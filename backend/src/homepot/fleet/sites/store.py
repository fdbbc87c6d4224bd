"""Every SQL statement on sites; all run inside a tenant's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, cast, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.fleet.sites.tables import sites
from homepot.fleet.sites.timezones import zone_of
from homepot.fleet.text import holding

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class Site:
    id: int
    public_id: str
    name: str
    name_key: str
    timezone: str
    address: str | None
    schedule: list[dict[str, Any]]
    maintenance_windows: list[dict[str, Any]]
    closed_on: list[date]
    downtime_cost_per_hour: Decimal | None
    visit_cost: Decimal | None
    currency: str | None
    version: int
    created_at: datetime
    archived_at: datetime | None

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.timezone)


@dataclass(frozen=True)
class SiteQuery:
    terms: Sequence[str] = ()
    archived: bool = False
    limit: int = 50
    # where the last page ended: name_key and id
    after: tuple[str, int] | None = None


_COLUMNS = [sites.c[name] for name in Site.__dataclass_fields__]


async def page(tx: Connection, query: SiteQuery) -> tuple[list[Site], int]:
    """One page, one row longer than asked for if there is more, and how many there are in all."""
    wanted = _wanted(query)
    total = select(func.count()).select_from(sites).where(*wanted).scalar_subquery()
    statement = (
        select(*_COLUMNS, total.label("total"))
        .where(*wanted)
        .order_by(sites.c.name_key, sites.c.id)
        .limit(query.limit + 1)
    )
    if query.after is not None:
        statement = statement.where(
            tuple_(sites.c.name_key, sites.c.id)
            > tuple_(literal(query.after[0]), literal(query.after[1]))
        )
    rows = (await tx.execute(statement)).all()
    if rows:
        return [Site(*row[:-1]) for row in rows], rows[0].total
    return [], (await tx.execute(select(total))).scalar_one()


def _wanted(query: SiteQuery) -> list[ColumnElement[bool]]:
    archived = sites.c.archived_at.is_not(None) if query.archived else sites.c.archived_at.is_(None)
    return [archived, *(sites.c.search.like(holding(term)) for term in query.terms)]


class Hold(Enum):
    """How a row is held until the transaction is over."""

    NOT = None
    # others may hold it so too, but nobody may change it
    AS_IT_IS = "share"
    FOR_CHANGE = "no key update"


async def find(tx: Connection, public_id: str, hold: Hold = Hold.NOT) -> Site | None:
    statement = select(*_COLUMNS).where(sites.c.public_id == public_id)
    if hold is not Hold.NOT:
        share = hold is Hold.AS_IT_IS
        statement = statement.with_for_update(read=share, key_share=not share)
    row = (await tx.execute(statement)).one_or_none()
    return Site(*row) if row else None


async def add(tx: Connection, public_id: str, values: Mapping[str, Any]) -> Site | None:
    """The new site; None where the id is taken."""
    statement = (
        insert(sites)
        .values(tenant_id=_TENANT, public_id=public_id, **values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "public_id"])
        .returning(*_COLUMNS)
    )
    row = (await tx.execute(statement)).one_or_none()
    return Site(*row) if row else None


async def change(tx: Connection, site_id: int, values: Mapping[str, Any]) -> Site:
    statement = (
        update(sites)
        .where(sites.c.id == site_id)
        .values(version=sites.c.version + 1, **values)
        .returning(*_COLUMNS)
    )
    return Site(*(await tx.execute(statement)).one())
