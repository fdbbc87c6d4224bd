"""The SQL of the list of devices: one statement for a page and the number of all.

The inner query picks and sorts on few columns, from an index where it can; only the rows of the
page are then joined to everything that is shown.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    case,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
)

from homepot.core.database import Connection
from homepot.fleet.devices.listing import CONNECTIVITY_ORDER, KEYS, By, DeviceQuery, Filters
from homepot.fleet.devices.store import COLUMNS, WHOLE, Device
from homepot.fleet.devices.tables import device_state, devices
from homepot.fleet.sites.tables import sites
from homepot.fleet.text import holding

_NEVER = text("'-infinity'::timestamptz")
_KEY_COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": devices.c.id,
    "public_id": devices.c.public_id,
    "name_key": devices.c.name_key,
    "type": devices.c.type,
    "site_name_key": sites.c.name_key,
    "last_seen_at": func.coalesce(device_state.c.last_seen_at, _NEVER),
    "connectivity_order": case(CONNECTIVITY_ORDER, value=device_state.c.connectivity),
}


async def page(tx: Connection, query: DeviceQuery) -> tuple[list[Device], int]:
    """One page, a row longer than asked for if there is more, and how many there are in all."""
    rows = (await tx.execute(page_statement(query))).all()
    total: int = rows[0].total
    # a page beyond the end is one row that holds the number of all and nothing else
    return [Device(*row[1:]) for row in rows if row.id is not None], total


def page_statement(query: DeviceQuery) -> Select[Any]:
    picked = _picked(query)
    total = (
        select(func.count().label("total"))
        .select_from(devices)
        .where(*_wanted(query.filters))
        .subquery("every")
    )
    shown = (
        select(*COLUMNS, *picked.c)
        .select_from(WHOLE.join(picked, picked.c.picked == devices.c.id))
        .subquery("shown")
    )
    ways = [shown.c[f"key_{name}"] for name in KEYS[query.sort.by]]
    return (
        select(total.c.total, *(shown.c[column.name] for column in COLUMNS))
        .select_from(total.outerjoin(shown, true()))
        .order_by(*(way.desc() if query.sort.descending else way for way in ways))
    )


def _picked(query: DeviceQuery) -> Any:
    names = KEYS[query.sort.by]
    keys = {name: _KEY_COLUMNS[name] for name in names}
    ways = [key.desc() if query.sort.descending else key for key in keys.values()]
    statement = (
        select(devices.c.id.label("picked"), *(k.label(f"key_{n}") for n, k in keys.items()))
        .select_from(_needed(query.sort.by))
        .where(*_wanted(query.filters))
        .order_by(*ways)
        .limit(query.limit + 1)
    )
    if query.after is not None:
        here = tuple_(*keys.values())
        there = tuple_(*(_given(n, v) for n, v in zip(names, query.after, strict=True)))
        statement = statement.where(here < there if query.sort.descending else here > there)
    return statement.subquery("picked")


def _needed(by: By) -> FromClause:
    if by is By.SITE:
        return devices.join(sites, sites.c.id == devices.c.site_id)
    if by in (By.LAST_SEEN, By.CONNECTIVITY):
        return devices.join(device_state, device_state.c.device_id == devices.c.id)
    return devices


def _given(name: str, value: Any) -> ColumnElement[Any]:
    if name == "last_seen_at":
        return func.coalesce(literal(value, DateTime(timezone=True)), _NEVER)
    return literal(value)


def _wanted(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.only_archived is False:
        wanted.append(devices.c.archived_at.is_(None))
    elif filters.only_archived:
        wanted.append(devices.c.archived_at.is_not(None))
    for column, choices in (
        (devices.c.type, filters.types),
        (devices.c.lifecycle, filters.lifecycles),
        (devices.c.provenance, filters.provenances),
    ):
        if choices:
            wanted.append(column == func.any(list(choices)))
    if filters.site_ids:
        here = select(sites.c.id).where(sites.c.public_id == func.any(list(filters.site_ids)))
        wanted.append(devices.c.site_id.in_(here))
    if filters.connectivities:
        such = select(device_state.c.device_id).where(
            device_state.c.connectivity == func.any(list(filters.connectivities))
        )
        wanted.append(devices.c.id.in_(such))
    wanted += [devices.c.tags.contains([tag]) for tag in filters.tags]
    wanted += [devices.c.search.like(holding(term)) for term in filters.terms]
    return wanted
