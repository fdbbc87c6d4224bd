"""HTTP of enrolment for people: keys of devices, bootstrap keys, enrolment intents."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.enrolment import service
from homepot.fleet.enrolment.schemas import (
    BootstrapKeyList,
    BootstrapKeyMade,
    BootstrapKeyNew,
    BootstrapKeyOut,
    IntentList,
    IntentMade,
    IntentNew,
    IntentOut,
    RevokedOut,
    RotatedOut,
    Rotation,
)
from homepot.fleet.fields import PublicId

router = APIRouter(tags=["enrolment"])

Enroller = Annotated[Caller, allow(Permission.FLEET_ENROL)]
KeyId = Annotated[int, Path(ge=1, lt=2**31)]
_READING = documented(401, 403, 404, 422)
_CHANGING = documented(401, 403, 404, 409, 422)


@router.post("/api/devices/{device_id}/rotate-key", responses=_CHANGING)
async def rotate_key(
    caller: Enroller, device_id: PublicId, body: Rotation | None = None
) -> RotatedOut:
    """A new key for a device, shown once. The keys there are live on for `grace_s`."""
    grace = timedelta(seconds=(body or Rotation()).grace_s)
    return RotatedOut.of(await service.rotate_key(caller, device_id, grace, now()))


@router.post("/api/devices/{device_id}/revoke-key", responses=_READING)
async def revoke_key(caller: Enroller, device_id: PublicId) -> RevokedOut:
    """End every key of a device at once."""
    revoked = await service.revoke_keys(caller, device_id, now())
    return RevokedOut(device_id=device_id, keys_revoked=revoked)


@router.get("/api/sites/{site_id}/bootstrap-keys", responses=_READING)
async def list_bootstrap_keys(caller: Enroller, site_id: PublicId) -> BootstrapKeyList:
    """The bootstrap keys of a site, the newest first; never the keys themselves."""
    found = [BootstrapKeyOut.of(key) for key in await service.bootstrap_keys(caller.tx, site_id)]
    return BootstrapKeyList(items=found, total=len(found))


@router.post("/api/sites/{site_id}/bootstrap-keys", status_code=201, responses=_CHANGING)
async def create_bootstrap_key(
    caller: Enroller, site_id: PublicId, body: BootstrapKeyNew | None = None
) -> BootstrapKeyMade:
    """A key with which devices enrol themselves at this site, shown once."""
    asked = body or BootstrapKeyNew()
    key, secret = await service.create_bootstrap_key(
        caller, site_id, label=asked.label, life=asked.life, uses_max=asked.uses_max, now=now()
    )
    return BootstrapKeyMade.made(key, secret)


@router.delete("/api/sites/{site_id}/bootstrap-keys/{key_id}", status_code=204, responses=_READING)
async def revoke_bootstrap_key(caller: Enroller, site_id: PublicId, key_id: KeyId) -> None:
    """End a bootstrap key; the devices it enrolled stay."""
    await service.revoke_bootstrap_key(caller, site_id, key_id, now())


@router.get("/api/enrolment-intents", responses=documented(401, 403))
async def list_intents(caller: Enroller) -> IntentList:
    """The enrolment intents, the newest first; never their tokens."""
    found = [IntentOut.of(intent) for intent in await service.intents(caller.tx)]
    return IntentList(items=found, total=len(found))


@router.post("/api/enrolment-intents", status_code=201, responses=documented(401, 403, 409, 422))
async def create_intent(caller: Enroller, body: IntentNew) -> IntentMade:
    """Let one device enrol at a site, once; the claim token is shown once."""
    return IntentMade.made(*await service.create_intent(caller, body.new(), now()))


@router.delete("/api/enrolment-intents/{intent_id}", status_code=204, responses=_CHANGING)
async def revoke_intent(caller: Enroller, intent_id: PublicId) -> None:
    """End an intent that nobody has claimed."""
    await service.revoke_intent(caller, intent_id, now())
