"""Use cases of tariffs: what things cost, who said so, what holds for a device."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.core import live
from homepot.core.database import Connection
from homepot.core.errors import BadInput, NotFound
from homepot.fleet.devices import service as devices
from homepot.fleet.sites import service as sites
from homepot.fleet.tariffs import store
from homepot.fleet.tariffs.logic import AMOUNTS, Book, Rate, Rates, Source
from homepot.fleet.tariffs.store import Told
from homepot.fleet.types import service as types

__all__ = ["Amounts", "Book", "Rate", "Rates", "Source", "Told", "book", "of_device", "told"]


@dataclass(frozen=True)
class Amounts:
    downtime_cost_per_hour: Decimal | None
    visit_cost: Decimal | None
    part_cost: Decimal | None
    currency: str


async def told(tx: Connection) -> Sequence[Told]:
    """Every line that was said, those of sites too."""
    return await store.told(tx)


async def book(tx: Connection) -> Book:
    """All of it, to find what holds for many devices."""
    return Book.of(one.line for one in await store.told(tx))


async def of_device(tx: Connection, device_id: str) -> Rates:
    device = await devices.find(tx, device_id)
    return (await book(tx)).rates(device.site_row, device.type)


async def say(
    caller: Caller, site_id: str | None, device_type: str | None, said: Amounts, now: datetime
) -> None:
    """In place of what was said before for the same site and type."""
    if all(getattr(said, name) is None for name in AMOUNTS):
        names = ", ".join(AMOUNTS)
        raise BadInput(f"Say at least one of {names}; DELETE takes it back.", at="body")
    row = await _site_row(caller.tx, site_id, device_type)
    if device_type is not None:
        await types.require_type(caller.tx, device_type, "body.device_type")
    values = {**vars(said), "updated_at": now, "updated_by": caller.actor.name}
    await store.save(caller.tx, row, device_type or "", values)
    await _announce(caller, site_id, device_type)
    details = {name: str(value) for name, value in vars(said).items() if value is not None}
    await audit.record(
        caller, action="tariff.said", object_=_object(site_id, device_type), details=details
    )


async def forget(caller: Caller, site_id: str | None, device_type: str | None) -> None:
    row = await _site_row(caller.tx, site_id, device_type)
    if not await store.forget(caller.tx, row, device_type or ""):
        raise NotFound("Nothing is said for these; GET /api/tariffs lists what is.")
    await _announce(caller, site_id, device_type)
    await audit.record(caller, action="tariff.forgotten", object_=_object(site_id, device_type))


async def _site_row(tx: Connection, site_id: str | None, device_type: str | None) -> int | None:
    if site_id is None:
        return None
    try:
        site = await sites.find(tx, site_id)
    except NotFound as missing:
        raise BadInput(missing.detail, at="site_id") from missing
    if device_type is None:
        raise BadInput(
            f"What a site costs is said on the site itself: PATCH /api/sites/{site_id} with a"
            " tariff. Name a device_type too for what differs for this type there.",
            at="device_type",
        )
    return site.id


async def _announce(caller: Caller, site_id: str | None, device_type: str | None) -> None:
    data = {"site_id": site_id, "device_type": device_type}
    await live.announce(caller.tx, caller.tenant_id, "tariff.changed", data)


def _object(site_id: str | None, device_type: str | None) -> str:
    return f"tariff:{site_id or 'every site'}/{device_type or 'every type'}"
