"""Use cases of exporting: the sites, devices and readings of a tenant into a folder."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from homepot.core.database import Connection, Database
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.listing import DeviceQuery, Filters, Sort
from homepot.fleet.devices.schemas import DeviceOut
from homepot.fleet.sites import service as sites
from homepot.fleet.sites.service import Site
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.reading import service as reading
from homepot.transfer.formats import Format
from homepot.transfer.importing import DEVICES, SITES
from homepot.transfer.progress import Advance
from homepot.transfer.shapes import device_item, site_item
from homepot.transfer.writers import replacing, writer_of

_PAGE = 200


@dataclass(frozen=True)
class Export:
    """What is asked for; no device named means every one that is not archived."""

    tenant_id: int
    folder: Path
    format: Format
    device_ids: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None


@dataclass
class Given:
    sites: int = 0
    devices: int = 0
    readings: int = 0
    archived: int = 0
    # something was written
    begun: bool = False


async def export(
    database: Database, archive: Archive, asked: Export, given: Given, advance: Advance
) -> None:
    """`given` says how far it came, also where it was interrupted."""
    async with database.tenant(asked.tenant_id) as tx:
        chosen = await _devices(tx, asked.device_ids, given)
        places = await _sites(tx, chosen if asked.device_ids else None)
    given.begun = True
    asked.folder.mkdir(parents=True, exist_ok=True)
    _write_items(asked.folder / SITES, [site_item(site) for site in places])
    _write_items(asked.folder / DEVICES, [device_item(device) for device in chosen])
    given.sites, given.devices = len(places), len(chosen)
    with writer_of(asked.format, asked.folder) as writer:
        for device in chosen:
            advance(device.device_id, 0, len(chosen))
            with writer.device(device.device_id) as write:
                async for raw in reading.whole(
                    database,
                    archive,
                    asked.tenant_id,
                    device.device_id,
                    asked.start,
                    asked.end,
                ):
                    write(raw)
                    given.readings += len(raw.at)
            advance(device.device_id, 1)


async def _devices(tx: Connection, named: Sequence[str], given: Given) -> list[DeviceOut]:
    if named:
        return [
            DeviceOut.model_validate(await devices.find(tx, one)) for one in dict.fromkeys(named)
        ]
    found: list[DeviceOut] = []
    query = DeviceQuery(Filters(), Sort.DEVICE_ID, _PAGE)
    cursor: str | None = None
    while True:
        page = await devices.page(tx, query, cursor)
        found += [DeviceOut.model_validate(one) for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    archived = DeviceQuery(Filters(archived=True), Sort.DEVICE_ID, 1)
    given.archived = (await devices.page(tx, archived, None)).total
    return found


async def _sites(tx: Connection, of: Sequence[DeviceOut] | None) -> list[Site]:
    """The sites of these devices; without any given, all that are not archived."""
    if of is not None:
        names = dict.fromkeys(device.site_id for device in of)
        return [await sites.find(tx, site_id) for site_id in names]
    found: list[Site] = []
    cursor: str | None = None
    while True:
        page = await sites.page(tx, q=None, archived=False, limit=_PAGE, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def _write_items(path: Path, items: Sequence[dict[str, object]]) -> None:
    with replacing(path) as file:
        file.write(json.dumps(items, ensure_ascii=False, indent=1).encode() + b"\n")
