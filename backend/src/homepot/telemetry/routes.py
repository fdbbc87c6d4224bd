"""HTTP of telemetry: the addresses of existing agents."""

from typing import Annotated

from fastapi import APIRouter

from homepot.core.http.problems import documented
from homepot.fleet.enrolment.guard import Speaker, device
from homepot.fleet.fields import PublicId
from homepot.fleet.wire.replies import Reply
from homepot.telemetry import service
from homepot.telemetry.schemas import LatestOut, Reports, SavedOut

router = APIRouter(prefix="/api/v1/agent", tags=["wire"])

Device = Annotated[Speaker, device()]


@router.post("/telemetry", responses=documented(401, 403, 413, 422, 429))
async def keep_reports(speaker: Device, body: Reports) -> Reply[SavedOut]:
    """One report, or several of one device. A report that comes again is not doubled."""
    for report in body:
        speaker.speaks_for(report.device_id)
    kept = await service.keep(speaker, [report.measured() for report in body])
    return Reply(
        message="Telemetry stored",
        data=SavedOut(
            device_id=speaker.device_id, saved_count=kept.saved, duplicate_count=kept.known
        ),
    )


@router.get("/{device_id}/metrics", responses=documented(401, 403, 422, 429))
async def get_latest(speaker: Device, device_id: PublicId) -> Reply[LatestOut]:
    """The device's newest report, as the server has it."""
    at, metrics = await service.latest(speaker)
    return Reply(
        message="Latest metrics" if at else "No telemetry yet",
        data=LatestOut(device_id=device_id, timestamp=at, **metrics),
    )
