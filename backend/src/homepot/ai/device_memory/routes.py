"""/api/ai/similar: what happened before that looked like this?"""

from typing import Annotated

from fastapi import APIRouter, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.device_memory.patterns import Question
from homepot.ai.device_memory.schemas import SimilarAsked, SimilarOut
from homepot.ai.device_memory.service import Memory
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/ai", tags=["ai"])


@router.post("/similar", responses=documented(401, 403, 404, 413, 422, 429))
async def similar(
    request: Request, given: SimilarAsked, caller: Annotated[Caller, allow(Permission.FLEET_READ)]
) -> SimilarOut:
    """Say in words what happened, or name an incident that is remembered: the past incidents like
    it, and what helped them."""
    memory = process_of(request).part(Memory)
    question = Question(given.text)
    if given.incident_id is not None:
        known = await memory.incident(caller, given.incident_id)
        text = given.text or known.description
        question = Question(text, known.signature, without=given.incident_id)
    return SimilarOut.of(await memory.get_similar_patterns(caller, question, given.limit))
