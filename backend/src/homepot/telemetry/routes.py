"""HTTP of telemetry: batches, and the addresses of existing agents."""

from typing import Annotated

from fastapi import APIRouter, Request

from homepot.access.guard import process_of
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.enrolment.guard import Speaker, device
from homepot.fleet.fields import PublicId
from homepot.fleet.wire.replies import Reply
from homepot.telemetry import service
from homepot.telemetry.intake.body import form_of, layout_of, unpacked
from homepot.telemetry.intake.clocks import Clocks
from homepot.telemetry.intake.columns import decode_columns
from homepot.telemetry.intake.guard import Sender, sender
from homepot.telemetry.intake.measure import Measures
from homepot.telemetry.intake.schemas import BODY, ReceiptOut
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.schemas import LatestOut, Reports, SavedOut

router = APIRouter()

Device = Annotated[Speaker, device()]


@router.post(
    "/api/telemetry",
    tags=["telemetry"],
    responses=documented(401, 403, 413, 422, 429, 503),
    openapi_extra=BODY,
)
async def take_batch(request: Request, sent_by: Annotated[Sender, sender()]) -> ReceiptOut:
    """Readings of many devices, by row or by column; answered when they are committed."""
    intake = process_of(request).part(Intake)
    form = form_of(request.headers.get("content-type"))
    body = unpacked(await request.body(), request.headers.get("content-encoding"))
    if layout_of(body, form) == "columns":
        batch = decode_columns(body)
    else:
        batch = intake.rows.decode(body, form, sent_by.name, sent_by.own_device)
    if sent_by.own_device:
        batch = batch.of_only(sent_by.own_device)
    at = now()
    process_of(request).part(Clocks).note(sent_by.tenant_id, batch, at)
    if batch.units:
        batch = await intake.without_strangers(sent_by.tenant_id, batch, at)
        batch = await process_of(request).part(Measures).checked(sent_by.tenant_id, batch, at)
    return ReceiptOut.of(await intake.take(sent_by.tenant_id, batch, at))


@router.post(
    "/api/v1/agent/telemetry", tags=["wire"], responses=documented(401, 403, 413, 422, 429, 503)
)
async def keep_reports(request: Request, speaker: Device, body: Reports) -> Reply[SavedOut]:
    """One report, or several of one device. A report that comes again is not doubled."""
    for report in body:
        speaker.speaks_for(report.device_id)
    measured = [report.measured() for report in body]
    service.tell_the_time(process_of(request).part(Clocks), speaker, measured)
    kept = await service.keep(process_of(request).part(Intake), speaker, measured)
    return Reply(
        message="Telemetry stored",
        data=SavedOut(
            device_id=speaker.device_id, saved_count=kept.saved, duplicate_count=kept.known
        ),
    )


@router.get(
    "/api/v1/agent/{device_id}/metrics",
    tags=["wire"],
    responses=documented(401, 403, 422, 429),
)
async def get_latest(speaker: Device, device_id: PublicId) -> Reply[LatestOut]:
    """The device's newest values, as the server has them."""
    at, metrics = await service.latest(speaker)
    return Reply(
        message="Latest metrics" if at else "No telemetry yet",
        data=LatestOut(device_id=device_id, timestamp=at, **metrics),
    )
