"""HTTP of tariffs."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId
from homepot.fleet.tariffs import service
from homepot.fleet.tariffs.schemas import RatesOut, TariffIn, TariffLine, TariffsOut, TypeName

router = APIRouter(prefix="/api", tags=["tariffs"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.SETTINGS_WRITE)]


@router.get("/tariffs", responses=documented(401, 403))
async def list_tariffs(caller: Reader) -> TariffsOut:
    """Everything that was said of costs, and by whom; the nearest to a device holds for it."""
    return await _all(caller)


@router.put("/tariffs", responses=documented(401, 403, 422))
async def put_tariff(caller: Writer, body: TariffIn) -> TariffsOut:
    """Say what things cost, for all devices, a type, or a type at a site. That of a site itself
    is said with the site."""
    await service.say(caller, body.site_id, body.device_type, body.amounts(), now())
    return await _all(caller)


@router.delete("/tariffs", status_code=204, responses=documented(401, 403, 404, 422))
async def delete_tariff(
    caller: Writer,
    site_id: Annotated[PublicId | None, Query()] = None,
    device_type: Annotated[TypeName | None, Query()] = None,
) -> None:
    """Take back what was said for these; without any, what was said for all devices."""
    await service.forget(caller, site_id, device_type)


@router.get("/devices/{device_id}/tariff", responses=documented(401, 403, 404, 422))
async def get_device_tariff(caller: Reader, device_id: PublicId) -> RatesOut:
    """What an hour of downtime, a visit and a part cost for a device, and where that was said."""
    return RatesOut.of(device_id, await service.of_device(caller.tx, device_id))


async def _all(caller: Caller) -> TariffsOut:
    return TariffsOut(items=[TariffLine.of(one) for one in await service.told(caller.tx)])
