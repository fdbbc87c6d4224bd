"""The wire, coming in: bootstrap and claim. The credential is in the body."""

from fastapi import APIRouter, Request

from homepot.access.guard import client_address, process_of, request_id_of
from homepot.core.clock import now
from homepot.core.errors import NotSignedIn
from homepot.core.http.problems import documented
from homepot.fleet.enrolment import service
from homepot.fleet.enrolment.guard import refused_once_more
from homepot.fleet.enrolment.service import Enrolled, Newcomer, Provenance
from homepot.fleet.fields import PublicId
from homepot.fleet.wire.replies import Reply
from homepot.fleet.wire.schemas import BootstrapProvision, Claim, Claimed, Provisioned

router = APIRouter(prefix="/api/v1", tags=["wire"])

_REFUSALS = documented(401, 409, 413, 422, 429)


@router.post("/devices/bootstrap-provision", responses=_REFUSALS)
async def bootstrap_provision(request: Request, body: BootstrapProvision) -> Reply[Provisioned]:
    """Enrol a device with the bootstrap key of its site; its own key is shown once."""
    newcomer = _newcomer(request, body.device_name, body.device_type, body.os_details)
    provenance: Provenance = "simulated" if body.provisioning_source == "emulator" else "real"
    try:
        async with process_of(request).database.system() as tx:
            enrolled = await service.provision(
                tx, body.site_id, body.bootstrap_key, provenance, newcomer, now()
            )
    except NotSignedIn as refusal:
        raise refused_once_more(request, refusal) from None
    return Reply(
        message="Device provisioned",
        data=Provisioned(**_given(enrolled), created_at=enrolled.device.created_at),
    )


@router.post("/enrolment-intents/{intent_id}/claim", responses={**_REFUSALS, **documented(403)})
async def claim_intent(request: Request, intent_id: PublicId, body: Claim) -> Claimed:
    """Enrol a device by a one-time claim; its own key is shown once."""
    device_type = body.device_type or "pos_terminal"
    newcomer = _newcomer(
        request, body.device_name, device_type, body.os_details, body.expected_device_identity
    )
    try:
        async with process_of(request).database.system() as tx:
            enrolled = await service.claim(tx, intent_id, body.claim_token, newcomer, now())
    except NotSignedIn as refusal:
        raise refused_once_more(request, refusal) from None
    return Claimed(message="Device enrolled", **_given(enrolled))


def _newcomer(
    request: Request,
    name: str | None,
    type_: str,
    os_details: str | None,
    identity: str | None = None,
) -> Newcomer:
    return Newcomer(
        name, type_, os_details, identity, client_address(request), request_id_of(request)
    )


def _given(enrolled: Enrolled) -> dict[str, str]:
    device = enrolled.device
    return {
        "device_id": device.public_id,
        "api_key": enrolled.api_key,
        "site_id": device.site_id,
        "epoch_id": device.epoch_id or "",
    }
