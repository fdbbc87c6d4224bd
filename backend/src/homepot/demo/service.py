"""Use cases of the demo: may it come, its token, its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

from homepot.access import audit, programs
from homepot.access.caller import Caller, system_caller
from homepot.access.people import service as people
from homepot.access.people.logic import SIMULATOR
from homepot.access.permissions import Permission
from homepot.core import live
from homepot.core.clock import now
from homepot.core.database import Connection, Database, enter_tenant
from homepot.core.errors import Conflict
from homepot.demo import store
from homepot.demo.folder import DemoFolder

if TYPE_CHECKING:
    from homepot.telemetry.archive.service import Archive

USER_NAME = "Simulated fleet"
SCOPES = frozenset(
    {
        Permission.FLEET_READ,
        Permission.FLEET_WRITE,
        Permission.FLEET_ENROL,
        Permission.TELEMETRY_WRITE,
    }
)
_PACKAGE = "homepot_simulator"
# One statement removes this much time at most, so that none takes long.
_REMOVED_AT_ONCE = timedelta(days=1)


class DemoAtWork(Conflict):
    """The simulated fleet is at work; stop HOMEPOT first (Ctrl-C), then say it again."""


@dataclass(frozen=True)
class Left:
    """What a demo has left in the database of one tenant."""

    devices: int
    sites: tuple[str, ...]


def is_installed() -> bool:
    return find_spec(_PACKAGE) is not None


async def why_not(database: Database, folder: DemoFolder) -> str | None:
    """Why no pretend fleet should come here, in words; None when it may."""
    if not is_installed():
        return "The simulated fleet is left out: install it with pip install ./simulator."
    async with database.system() as tx:
        there = await store.counts(tx, await _tenant(tx))
    if there.others and not there.simulated and not folder.has_lived:
        return (
            "The simulated fleet is left out: devices of your own are here. simulator/README.md"
            " says how to start it all the same."
        )
    return None


async def simulated_count(database: Database) -> int:
    """How many simulated devices there are, archived ones left out."""
    async with database.system() as tx:
        return (await store.counts(tx, await _tenant(tx))).simulated


async def see_to_token(database: Database, folder: DemoFolder, life_max_days: int) -> None:
    """Leaves a token that works in the folder; ProgramShutOut where somebody does not want that."""
    held = folder.token()
    async with database.system() as tx:
        token = await programs.good_token(
            tx,
            await _tenant(tx),
            SIMULATOR,
            USER_NAME,
            SCOPES,
            held=held,
            life_max_days=life_max_days,
            now=now(),
        )
    if token != held:
        folder.keep_token(token)


async def _tenant(tx: Connection) -> int:
    """The demo lives with the first tenant."""
    return (await people.list_tenants(tx))[0].id


# -- its end ----------------------------------------------------------------------------------


async def left(tx: Connection, tenant_id: int) -> Left:
    sites = await store.sites_of_simulated_alone(tx, tenant_id)
    devices = await store.simulated_devices(tx, tenant_id)
    return Left(len(devices), tuple(site.name for site in sites))


async def remove(database: Database, archive: "Archive", tenant_id: int, folder: DemoFolder) -> int:
    """Everything simulated is gone, and the demo with it; the number of readings removed.

    Broken off, it can be said again: the devices go last.
    """
    # What starts the demo does not hold the libraries of the archive in memory.
    from homepot.telemetry.archive.removing import remove_devices  # noqa: PLC0415

    if folder.is_at_work:
        raise DemoAtWork
    async with database.system() as tx:
        devices = await store.simulated_devices(tx, tenant_id)
        tables = await store.tables_of_devices(tx)
    ids = [device.id for device in devices]
    removed = {table: await _remove_rows(database, table, at, ids) for table, at in tables}
    archived = await remove_devices(database.url, archive, ids)
    readings = removed.get("device_metrics", 0) + archived.rows
    async with database.system() as tx:
        sites = await store.sites_of_simulated_alone(tx, tenant_id)
        await store.remove_devices(tx, ids)
        await store.remove_sites(tx, [site.id for site in sites])
        await enter_tenant(tx, tenant_id)
        caller = system_caller(tx, tenant_id, "homepot, on the server")
        lived_here = await programs.remove(caller, SIMULATOR, now())
        await _announce(caller, devices, sites)
        details = {
            "devices": len(devices),
            "sites": [site.public_id for site in sites],
            "readings": readings,
            "archive_files": archived.files,
        }
        await audit.record(caller, action="demo.removed", object_="demo", details=details)
    if lived_here:
        folder.remove()
    return readings


async def _announce(
    caller: Caller, devices: Sequence[store.Row], sites: Sequence[store.Row]
) -> None:
    """Open pages look again; each of them knows by its list what is gone."""
    news = [("device.changed", {"device_id": one.public_id, "archived": True}) for one in devices]
    news += [("site.changed", {"site_id": one.public_id, "archived": True}) for one in sites]
    tenant_id = caller.tenant_id
    await live.announce_many(caller.tx, [(tenant_id, kind, data) for kind, data in news])


async def _remove_rows(database: Database, table: str, at: str | None, ids: list[int]) -> int:
    if at is None:
        async with database.system() as tx:
            return await store.remove_rows(tx, table, ids, None)
    async with database.system() as tx:
        span = await store.span(tx, table, at, ids)
    removed = 0
    for first, end in _pieces(span):
        async with database.system() as tx:
            removed += await store.remove_rows(tx, table, ids, (at, first, end))
    return removed


def _pieces(span: tuple[datetime, datetime] | None) -> Iterator[tuple[datetime, datetime]]:
    """Both ends are among them."""
    if span is None:
        return
    first, last = span
    while first <= last:
        yield first, first + _REMOVED_AT_ONCE
        first += _REMOVED_AT_ONCE
