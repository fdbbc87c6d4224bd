"""Use cases that need a site and its devices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.access.caller import Caller
from homepot.core.database import Connection
from homepot.core.errors import Conflict
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.service import Counts
from homepot.fleet.sites import service as sites
from homepot.fleet.sites.service import Site


class DevicesThere(Conflict):
    """Devices still stand at this site."""

    kind = "devices-there"


@dataclass(frozen=True)
class SiteWithCounts:
    site: Site
    counts: Counts


@dataclass(frozen=True)
class Page:
    items: list[SiteWithCounts]
    total: int
    next_cursor: str | None


async def page(tx: Connection, *, q: str, archived: bool, limit: int, cursor: str | None) -> Page:
    found = await sites.page(tx, q=q, archived=archived, limit=limit, cursor=cursor)
    by_site = await devices.counts(tx, [site.id for site in found.items])
    items = [SiteWithCounts(site, by_site.get(site.id, Counts())) for site in found.items]
    return Page(items, found.total, found.next_cursor)


async def find(tx: Connection, site_id: str) -> SiteWithCounts:
    return await _counted(tx, await sites.find(tx, site_id))


async def create(caller: Caller, site_id: str | None, values: Mapping[str, Any]) -> SiteWithCounts:
    return SiteWithCounts(await sites.create(caller, site_id, values), Counts())


async def change(
    caller: Caller, site_id: str, values: Mapping[str, Any], version: int | None
) -> SiteWithCounts:
    return await _counted(caller.tx, await sites.change(caller, site_id, values, version))


async def archive(
    caller: Caller, site_id: str, *, with_devices: bool, now: datetime
) -> SiteWithCounts:
    """Put a site away; with devices there only if they are meant to go with it."""
    site = await sites.find_for_change(caller.tx, site_id)
    if site.archived_at is not None:
        raise Conflict(f"The site {site_id} is archived already.")
    there = (await _counted(caller.tx, site)).counts.devices
    if there and not with_devices:
        raise DevicesThere(
            f"{there:,} device{'s stand' if there > 1 else ' stands'} at the site {site_id}."
            " Transfer or archive them first, or ask again with with_devices: true to archive"
            " them together with it.",
            device_count=there,
        )
    gone = await devices.archive_at(caller, site, now) if there else []
    return SiteWithCounts(await sites.archive(caller, site, now, {"devices": gone}), Counts())


async def restore(caller: Caller, site_id: str) -> SiteWithCounts:
    return await _counted(caller.tx, await sites.restore(caller, site_id))


async def _counted(tx: Connection, site: Site) -> SiteWithCounts:
    by_site = await devices.counts(tx, [site.id])
    return SiteWithCounts(site, by_site.get(site.id, Counts()))
