"""Devices nobody entered: they speak all the same, so they are taken in, real and audited."""

from collections.abc import Collection, Mapping
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.core import live
from homepot.core.errors import Conflict, NotFound, Unavailable
from homepot.fleet.devices import service as devices
from homepot.fleet.sites import service as sites
from homepot.fleet.sites.service import Site

ADOPTIONS_MAX = 50
SITE_ID, SITE_NAME = "adopted", "Adopted"


async def adopt(
    caller: Caller, unknown: Collection[str], site_of: Mapping[str, str], *, way: str
) -> list[str]:
    """Take in those of these devices that are not there, a bounded number at once.

    Those that are there and may not speak stay as they are. Gives back who was taken in. `way`
    is how they were heard of, for the audit log.
    """
    new = [one for one in unknown if not await _is_there(caller, one)][:ADOPTIONS_MAX]
    found: dict[str | None, Site] = {}
    for device_id in new:
        wanted = site_of.get(device_id)
        if wanted not in found:
            found[wanted] = await _site(caller, wanted)
        await _take_in(caller, device_id, found[wanted], way)
    return new


async def _is_there(caller: Caller, device_id: str) -> bool:
    try:
        await devices.find(caller.tx, device_id)
    except NotFound:
        return False
    return True


async def _site(caller: Caller, wanted: str | None) -> Site:
    """The living site of this id or name; else the one for devices without a site."""
    if wanted:
        by_name = await sites.page(caller.tx, q=wanted[:200], archived=False, limit=50, cursor=None)
        site_id = next((one.public_id for one in by_name.items if one.name == wanted), wanted)
        try:
            return await sites.find_living(caller.tx, site_id)
        except (NotFound, Conflict):
            pass
    try:
        return await sites.find_living(caller.tx, SITE_ID)
    except NotFound:
        values: dict[str, Any] = {"name": SITE_NAME, "timezone": "UTC"}
        return await sites.create(caller, SITE_ID, values)


async def _take_in(caller: Caller, device_id: str, site: Site, way: str) -> None:
    try:
        device = await devices.enrol(caller.tx, site, public_id=device_id, provenance="real")
    except Conflict:
        raise Unavailable("Somebody takes the same devices in just now; send it again.") from None
    data = {
        "device_id": device.public_id,
        "site_id": device.site_id,
        "lifecycle": device.lifecycle,
        "archived": False,
        "changed": ["created"],
    }
    await live.announce(caller.tx, caller.tenant_id, "device.changed", data)
    await audit.record(
        caller,
        action="device.adopted",
        object_=f"device:{device_id}",
        details={"site_id": site.public_id, "provenance": "real", "from": way},
    )
