"""GET /api/ai/status."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.llm.service import LlmService
from homepot.ai.status.processes import own_memory
from homepot.ai.status.schemas import (
    MemoryOut,
    ModelOut,
    NarrationsOut,
    RequestsOut,
    StatusOut,
)
from homepot.ai.status.service import model_server
from homepot.ai.status.vectors import vectors_of
from homepot.ai.status.words import size
from homepot.core.clock import now
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/ai", tags=["ai"])


@router.get("/status", responses=documented(401, 403, 429))
async def read_status(
    request: Request, caller: Annotated[Caller, allow(Permission.FLEET_READ)]
) -> StatusOut:
    """How the model server and the index of incidents are, measured at this moment."""
    process = process_of(request)
    llm = process.part(LlmService)
    server = await model_server(llm, process.settings)
    vectors = await vectors_of(process, caller.tenant_id)
    models = [
        ModelOut(
            name=one.name,
            size=size(one.size_bytes) or "",
            status="loaded" if one.is_loaded else "ready",
            gpu_share=one.gpu_share,
        )
        for one in server.models
    ]
    memory = MemoryOut(
        ollama=size(server.memory_bytes), chromadb=None, api=size(own_memory()) or ""
    )
    return StatusOut(
        ai_enabled=process.settings.ai_enabled,
        ollama_status="running" if server.which else "not running",
        ollama_url=server.url,
        model_server=server.which,
        available_models=models,
        roles=dict(server.roles),
        model_requests=_requests(llm),
        narrations=NarrationsOut(**asdict(llm.narrated)),
        chromadb_status=vectors.state,
        chromadb_problem=vectors.problem,
        chromadb_collections=vectors.collections,
        total_embeddings=vectors.embeddings,
        memory_usage=memory,
        timestamp=now(),
    )


def _requests(llm: LlmService) -> RequestsOut:
    counts = llm.counts
    return RequestsOut(
        calls=counts.calls,
        failures=counts.failures,
        retries=counts.retries,
        waiting=llm.waiting,
        remembered=llm.answers.hits,
        not_remembered=llm.answers.misses,
        response_ms_mean=round(counts.busy_s / counts.calls * 1000) if counts.calls else None,
    )
