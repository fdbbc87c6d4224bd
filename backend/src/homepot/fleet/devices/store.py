"""Every SQL statement on devices; all run inside a tenant's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Text,
    any_,
    cast,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.fleet.devices.tables import device_state, devices
from homepot.fleet.sites.tables import sites

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True, slots=True)
class Device:
    """A device with its site and its state, as one row."""

    id: int
    public_id: str
    name: str
    name_key: str
    type: str
    location: str | None
    firmware: str | None
    serial: str | None
    os_details: str | None
    mac_address: str | None
    local_ip: str | None
    wan_ip: str | None
    peripherals: Any
    installed_on: date | None
    warranty_until: date | None
    tags: list[str]
    provenance: str
    lifecycle: str
    epoch_id: str | None
    version: int
    created_at: datetime
    archived_at: datetime | None
    site_row: int
    site_id: str
    site_name: str
    site_timezone: str
    connectivity: str
    last_seen_at: datetime | None
    last_heartbeat_at: datetime | None
    silent_after: datetime | None
    health: str
    health_reason: str | None
    clock_skew_s: float | None
    clock_wrong_since: datetime | None


_OF_SITE = {
    "site_row": sites.c.id,
    "site_id": sites.c.public_id,
    "site_name": sites.c.name,
    "site_name_key": sites.c.name_key,
    "site_timezone": sites.c.timezone,
}
_OF_STATE = {
    "connectivity",
    "last_seen_at",
    "last_heartbeat_at",
    "silent_after",
    "health",
    "health_reason",
    "clock_skew_s",
    "clock_wrong_since",
}


def column(name: str) -> Any:
    if name in _OF_SITE:
        return _OF_SITE[name]
    return device_state.c[name] if name in _OF_STATE else devices.c[name]


_COLUMNS = [column(name).label(name) for name in Device.__dataclass_fields__]
WHOLE = devices.join(sites, sites.c.id == devices.c.site_id).join(
    device_state, device_state.c.device_id == devices.c.id
)


def _whole() -> Select[Any]:
    return select(*_COLUMNS).select_from(WHOLE)


async def find(tx: Connection, public_id: str) -> Device | None:
    row = (await tx.execute(_whole().where(devices.c.public_id == public_id))).one_or_none()
    return Device(*row) if row else None


async def find_for_change(tx: Connection, public_id: str) -> Device | None:
    """The device; nobody else changes what it is until the transaction is over."""
    held = select(devices.c.id).where(devices.c.public_id == public_id)
    await tx.execute(held.with_for_update(key_share=True))
    return await find(tx, public_id)


async def add(
    tx: Connection, public_id: str, site_row: int, values: Mapping[str, Any]
) -> Device | None:
    """The new device with its state; None where the id is taken."""
    statement = (
        insert(devices)
        .values(tenant_id=_TENANT, public_id=public_id, site_id=site_row, **values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "public_id"])
        .returning(devices.c.id)
    )
    device_row = (await tx.execute(statement)).scalar_one_or_none()
    if device_row is None:
        return None
    await tx.execute(insert(device_state).values(device_id=device_row, tenant_id=_TENANT))
    return await find(tx, public_id)


async def change(tx: Connection, device: Device, values: Mapping[str, Any]) -> Device:
    """Write these columns and give the row back; `site_row` moves it to another site."""
    columns = dict(values)
    if "site_row" in columns:
        columns["site_id"] = columns.pop("site_row")
    await tx.execute(
        update(devices)
        .where(devices.c.id == device.id)
        .values(version=devices.c.version + 1, **columns)
    )
    return Device(*(await tx.execute(_whole().where(devices.c.id == device.id))).one())


@dataclass(frozen=True)
class Counts:
    """How many devices a site has that are not archived, and how many of them are heard from."""

    devices: int = 0
    online: int = 0
    simulated: int = 0


async def counts(tx: Connection, site_rows: Sequence[int]) -> dict[int, Counts]:
    statement = (
        select(
            devices.c.site_id,
            func.count(),
            func.count().filter(device_state.c.connectivity == "online"),
            func.count().filter(devices.c.provenance == "simulated"),
        )
        .select_from(devices.join(device_state, device_state.c.device_id == devices.c.id))
        .where(devices.c.archived_at.is_(None), devices.c.site_id == func.any(list(site_rows)))
        .group_by(devices.c.site_id)
    )
    return {site: Counts(*counted) for site, *counted in await tx.execute(statement)}


@dataclass(frozen=True)
class Tally:
    """How many devices of a site are the same in connection and health."""

    site_id: str
    site_name: str
    connectivity: str
    health: str
    devices: int
    simulated: int


async def tallies(tx: Connection) -> list[Tally]:
    keys = [sites.c.public_id, sites.c.name, device_state.c.connectivity, device_state.c.health]
    counted = [func.count(), func.count().filter(devices.c.provenance == "simulated")]
    statement = (
        select(*keys, *counted)
        .select_from(WHOLE)
        .where(devices.c.archived_at.is_(None))
        .group_by(sites.c.id, *keys)
    )
    return [Tally(*row) for row in await tx.execute(statement)]


async def archive_at(tx: Connection, site_row: int, now: datetime) -> list[str]:
    """Archive every device of the site; the ids of those it did."""
    gone = await tx.execute(
        update(devices)
        .where(devices.c.site_id == site_row, devices.c.archived_at.is_(None))
        .values(
            lifecycle="unpaired",
            archived_at=now,
            epoch_id=None,
            version=devices.c.version + 1,
        )
        .returning(devices.c.public_id)
    )
    return sorted(gone.scalars())


async def at_work(tx: Connection, public_ids: Collection[str]) -> dict[str, int]:
    rows = await tx.execute(
        select(devices.c.public_id, devices.c.id).where(
            devices.c.public_id == any_(literal(list(public_ids), ARRAY(Text))),
            devices.c.lifecycle.in_(("pending", "active")),
            devices.c.archived_at.is_(None),
        )
    )
    return {row.public_id: row.id for row in rows}


async def rows_after(tx: Connection, after: int, limit: int) -> list[int]:
    """The next rows, archived ones too."""
    rows = await tx.execute(
        select(devices.c.id).where(devices.c.id > after).order_by(devices.c.id).limit(limit)
    )
    return list(rows.scalars())
