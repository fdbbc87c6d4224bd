"""The fleet as detection sees it, from what stands in the database."""

from collections.abc import Sequence

from homepot.ai.anomaly_detection.watching import store
from homepot.ai.anomaly_detection.watching.register import Fleet
from homepot.core.database import Database
from homepot.fleet.types import service as types
from homepot.fleet.types.logic import DeviceType


async def load_fleet(database: Database) -> tuple[Fleet, Sequence[store.SiteRow]]:
    """Devices at work with the types their tenants know, and the sites."""
    async with database.system() as tx:
        devices = {one.row: one for one in await store.devices(tx)}
        sites = await store.sites(tx)
    known: dict[tuple[int, str], DeviceType] = {}
    for tenant_id in sorted({one.tenant_id for one in devices.values()}):
        async with database.tenant(tenant_id) as tx:
            known |= {(tenant_id, kind.name): kind for kind in await types.device_types(tx)}
    return Fleet(devices, known), sites
