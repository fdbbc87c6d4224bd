"""HTTP of anomalies."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.ai.anomaly_detection import service
from homepot.ai.anomaly_detection.schemas import AnomalyListQuery, AnomalyPageOut
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/ai", tags=["ai"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]


@router.get("/anomalies", responses=documented(401, 403, 422))
async def list_anomalies(
    caller: Reader, asked: Annotated[AnomalyListQuery, Query()]
) -> AnomalyPageOut:
    """Every deviation that was found, the newest first: what it was, against what was usual."""
    return AnomalyPageOut.of(await service.page(caller.tx, asked.asked(), asked.cursor))
