"""GET /api/health/live and /api/health/ready."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from homepot.core.errors import Unavailable
from homepot.core.http.problems import documented
from homepot.core.process import Process

router = APIRouter(prefix="/api/health", tags=["operation"])


class Health(BaseModel):
    status: Literal["live", "ready"]


@router.get("/live")
async def live() -> Health:
    return Health(status="live")


@router.get("/ready", responses=documented(503))
async def ready(request: Request) -> Health:
    process: Process = request.app.state.process
    if not await process.database.answers():
        raise Unavailable("The database does not answer.")
    return Health(status="ready")
