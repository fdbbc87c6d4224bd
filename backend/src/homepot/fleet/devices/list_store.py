"""The SQL of the list of devices: one statement for a page and the number of all.

The inner query picks and sorts on few columns, from an index where it can; only the rows of the
page are then joined to everything that is shown. A statement depends on which filters are set,
not on what to, so each is put together and compiled once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    func,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg

from homepot.core.database import Connection
from homepot.fleet.devices.listing import CONNECTIVITIES, KEYS, By, DeviceQuery, Sort
from homepot.fleet.devices.store import WHOLE, column
from homepot.fleet.devices.tables import device_state, devices
from homepot.fleet.sites.tables import sites
from homepot.fleet.text import holding


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device as a list shows it, and what the list may be sorted by."""

    id: int
    public_id: str
    name: str
    name_key: str
    type: str
    site_id: str
    site_name: str
    site_name_key: str
    location: str | None
    firmware: str | None
    serial: str | None
    os_details: str | None
    installed_on: date | None
    warranty_until: date | None
    tags: list[str]
    provenance: str
    lifecycle: str
    connectivity: str
    health: str
    last_seen_at: datetime | None
    silent_after: datetime | None
    version: int
    created_at: datetime
    archived_at: datetime | None

    @property
    def connectivity_order(self) -> int:
        """As PostgreSQL counts places in an array."""
        return CONNECTIVITIES.index(self.connectivity) + 1


_COLUMNS = [column(name).label(name) for name in ListedDevice.__dataclass_fields__]
_NEVER = text("'-infinity'::timestamptz")
_KEY_COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": devices.c.id,
    "public_id": devices.c.public_id,
    "name_key": devices.c.name_key,
    "type": devices.c.type,
    "site_name_key": sites.c.name_key,
    "last_seen_at": func.coalesce(device_state.c.last_seen_at, _NEVER),
    "connectivity_order": func.array_position(
        text(f"ARRAY{list(CONNECTIVITIES)}"), device_state.c.connectivity
    ),
}
_KEY_TYPES: dict[type, Any] = {str: Text(), int: Integer(), datetime: DateTime(timezone=True)}
_DIALECT = PGDialectAsync_psycopg()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Shape:
    """What the text of a statement depends on."""

    sort: Sort
    only_archived: bool | None
    filters: frozenset[str]
    goes_on: bool


async def page(tx: Connection, query: DeviceQuery) -> tuple[list[ListedDevice], int]:
    """One page, a row longer than asked for if there is more, and how many there are in all."""
    statement, values = page_statement(query)
    rows: Sequence[Any] = (await tx.exec_driver_sql(statement, values)).all()
    total: int = rows[0][0]
    # a page beyond the end is one row that holds the number of all and nothing else
    return [ListedDevice(*row[1:]) for row in rows if row[1] is not None], total


def page_statement(query: DeviceQuery) -> tuple[str, dict[str, Any]]:
    """The statement and its values."""
    filters = query.filters
    values: dict[str, Sequence[str]] = {
        "types": filters.types,
        "lifecycles": filters.lifecycles,
        "provenances": filters.provenances,
        "site_ids": filters.site_ids,
        "connectivities": filters.connectivities,
        "tags": filters.tags,
        "patterns": [holding(term) for term in filters.terms],
    }
    given: dict[str, Any] = {name: list(value) for name, value in values.items() if value}
    shape = Shape(query.sort, filters.only_archived, frozenset(given), query.after is not None)
    after = zip(KEYS[query.sort.by], query.after or (), strict=query.after is not None)
    given |= {f"after_{name}": value for name, value in after}
    return _compiled(shape), {**given, "row_limit": query.limit + 1}


@lru_cache(maxsize=1024)
def _compiled(shape: Shape) -> str:
    return str(_statement(shape).compile(dialect=_DIALECT))


def _statement(shape: Shape) -> Select[Any]:
    total, picked = _counted_and_picked(shape)
    shown = (
        select(*_COLUMNS, *picked.c)
        .select_from(WHOLE.join(picked, picked.c.picked == devices.c.id))
        .subquery("shown")
    )
    ways = [shown.c[f"key_{name}"] for name in KEYS[shape.sort.by]]
    return (
        select(total.c.total, *(shown.c[one.name] for one in _COLUMNS))
        .select_from(total.outerjoin(shown, true()))
        .order_by(*_turned(shape, ways))
    )


def _counted_and_picked(shape: Shape) -> tuple[Subquery, Subquery]:
    """How many there are in all, and the ids and sort keys of the page."""
    kinds = KEYS[shape.sort.by]
    keys = [_KEY_COLUMNS[name].label(f"key_{name}") for name in kinds]
    matching = (
        select(devices.c.id.label("picked"), *keys)
        .select_from(_needed(shape.sort.by))
        .where(*_wanted(shape))
    )
    number = func.count().label("total")
    ways: Sequence[ColumnElement[Any]]
    if "patterns" in shape.filters:
        # Reading the words of every device is what costs: it is done once, for both.
        found = matching.cte("found")
        total = select(number).select_from(found)
        matching, ways = select(*found.c), list(found.c)[1:]
    else:
        # From an index alone, without the sort.
        total = select(number).select_from(devices).where(*_wanted(shape))
        ways = [key.element for key in keys]
    if shape.goes_on:
        here, there = tuple_(*ways), tuple_(*(_after(n, k) for n, k in kinds.items()))
        matching = matching.where(here < there if shape.sort.descending else here > there)
    page = matching.order_by(*_turned(shape, ways)).limit(bindparam("row_limit", type_=Integer()))
    return total.subquery("every_one"), page.subquery("picked")


def _turned(shape: Shape, ways: Sequence[Any]) -> list[ColumnElement[Any]]:
    return [way.desc() if shape.sort.descending else way for way in ways]


def _needed(by: By) -> FromClause:
    if by is By.SITE:
        return devices.join(sites, sites.c.id == devices.c.site_id)
    if by in (By.LAST_SEEN, By.CONNECTIVITY):
        return devices.join(device_state, device_state.c.device_id == devices.c.id)
    return devices


def _after(name: str, kind: type) -> ColumnElement[Any]:
    value: BindParameter[Any] = bindparam(f"after_{name}", type_=_KEY_TYPES[kind])
    return func.coalesce(value, _NEVER) if kind is datetime else value


def _wanted(shape: Shape) -> list[ColumnElement[bool]]:
    site_ids = select(sites.c.id).where(sites.c.public_id == func.any(_texts("site_ids")))
    heard = select(device_state.c.device_id).where(
        device_state.c.connectivity == func.any(_texts("connectivities"))
    )
    conditions: dict[str, ColumnElement[bool]] = {
        "types": devices.c.type == func.any(_texts("types")),
        "lifecycles": devices.c.lifecycle == func.any(_texts("lifecycles")),
        "provenances": devices.c.provenance == func.any(_texts("provenances")),
        "site_ids": devices.c.site_id.in_(site_ids),
        "connectivities": devices.c.id.in_(heard),
        "tags": devices.c.tags.contains(_texts("tags")),
        "patterns": devices.c.search.like(func.all(_texts("patterns"))),
    }
    wanted = [conditions[name] for name in sorted(shape.filters)]
    if shape.only_archived is None:
        return wanted
    archived = devices.c.archived_at
    return [archived.is_not(None) if shape.only_archived else archived.is_(None), *wanted]


def _texts(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=ARRAY(Text))
