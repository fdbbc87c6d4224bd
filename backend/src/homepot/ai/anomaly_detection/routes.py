"""HTTP of anomalies."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.anomaly_detection import service, usual
from homepot.ai.anomaly_detection.schemas import (
    AnomalyListQuery,
    AnomalyPageOut,
    UsualOut,
    UsualQuery,
)
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/ai", tags=["ai"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]


@router.get("/anomalies", responses=documented(401, 403, 422))
async def list_anomalies(
    caller: Reader, asked: Annotated[AnomalyListQuery, Query()]
) -> AnomalyPageOut:
    """Every deviation that was found, the newest first: what it was, against what was usual."""
    return AnomalyPageOut.of(await service.page(caller.tx, asked.asked(), asked.cursor))


@router.get("/usual/{device_id}", responses=documented(401, 403, 404, 422))
async def get_usual(
    request: Request, caller: Reader, device_id: PublicId, asked: Annotated[UsualQuery, Query()]
) -> UsualOut:
    """What is usual for a device at each hour of a window, as detection knows it today.

    Without `from`, the last 24 hours.
    """
    process = process_of(request)
    remembered = process.parts.setdefault(usual.Remembered, usual.Remembered())
    assert isinstance(remembered, usual.Remembered)
    known = await remembered.newest(process.database)
    end = asked.end or now()
    window = asked.start or end - timedelta(hours=24), end
    return UsualOut.model_validate(
        await usual.usual(caller.tx, known, device_id, asked.metrics, window)
    )
