"""/api/ai/similar: what happened before that looked like this?"""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.device_memory.patterns import Question
from homepot.ai.device_memory.schemas import SimilarOut
from homepot.ai.device_memory.service import LIMIT_MAX, Memory
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/ai", tags=["ai"])

_TEXT_MAX = 10_000


@router.get("/similar", responses=documented(401, 403, 404, 422, 429))
async def similar(
    request: Request,
    caller: Annotated[Caller, allow(Permission.FLEET_READ)],
    text: Annotated[str, Query(max_length=_TEXT_MAX)] = "",
    incident_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 5,
) -> SimilarOut:
    """Say in words what happened, or name an incident that is remembered: the past incidents like
    it, and what helped them."""
    memory = process_of(request).part(Memory)
    question = Question(text)
    if incident_id is not None:
        known = await memory.incident(caller, incident_id)
        question = Question(text or known.description, known.signature, without=incident_id)
    return SimilarOut.of(await memory.get_similar_patterns(caller, question, limit))
