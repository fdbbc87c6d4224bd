"""The fleet as detection sees it, from what stands in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.anomaly_detection.watching import store
from homepot.ai.anomaly_detection.watching.mind import Mind
from homepot.ai.anomaly_detection.watching.register import Fleet
from homepot.ai.thresholds import service as thresholds
from homepot.ai.thresholds.logic import Thresholds
from homepot.core.database import Connection, Database
from homepot.fleet.sites.schedule import in_maintenance, is_open
from homepot.fleet.types import service as types
from homepot.fleet.types.logic import DeviceType
from homepot.telemetry.following import service as following
from homepot.telemetry.following.service import Row


async def load_fleet(
    database: Database, shipped: Mapping[str, Thresholds] | None = None
) -> tuple[Fleet, Sequence[store.SiteRow]]:
    """Devices at work with the types their tenants know, and the sites."""
    async with database.system() as tx:
        devices = {one.row: one for one in await store.devices(tx)}
        sites = await store.sites(tx)
        ladder = await thresholds.ladder(tx, shipped or {})
    known: dict[tuple[int, str], DeviceType] = {}
    for tenant_id in sorted({one.tenant_id for one in devices.values()}):
        async with database.tenant(tenant_id) as tx:
            known |= {(tenant_id, kind.name): kind for kind in await types.device_types(tx)}
    return Fleet(devices, known, ladder), sites


async def learn_sets(tx: Connection, mind: Mind, rows: Sequence[Row]) -> None:
    """The names of the values of these rows."""
    missing = {row[2] for row in rows} - set(mind.sets)
    if missing:
        mind.sets |= await following.names_of(tx, sorted(missing))


def expected_at(sites: Sequence[store.SiteRow], now: datetime) -> dict[str, Any]:
    """Of a step: the sites at which trouble is expected, and those that are closed."""
    maintained, closed = [], []
    for site in sites:
        zone = ZoneInfo(site.timezone)
        if in_maintenance(site.maintenance_windows, zone, now):
            maintained.append(site.id)
        if is_open(site.schedule, site.closed_on, zone, now) is False:
            closed.append(site.id)
    return {"in_maintenance": maintained, "closed": closed}
