"""HTTP of questions."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.llm.narration import UNDER_WAY
from homepot.ai.query import service
from homepot.ai.query.narrating import Narrator, Prepared, Words
from homepot.ai.query.schemas import (
    FeedbackIn,
    LoggedOut,
    LoggedPage,
    NarrationOut,
    QuestionIn,
    ReplyOut,
)
from homepot.ai.query.service import Asking, Said
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/ai", tags=["ai"])

Asker = Annotated[Caller, allow(Permission.FLEET_READ)]
Auditor = Annotated[Caller, allow(Permission.AUDIT_READ)]
Limit = Annotated[int, Query(ge=1, le=service.PAGE_MAX)]
_STREAM = "text/event-stream"


@router.post(
    "/query",
    response_model=ReplyOut,
    responses={
        **documented(401, 403, 404, 413, 422, 429, 503),
        200: {"content": {_STREAM: {"schema": {"type": "string"}}}},
    },
)
async def ask(request: Request, caller: Asker, body: QuestionIn) -> Response | ReplyOut:
    """Ask in plain words. With `stream` the result comes at once, as the event `result`; then the
    words of a model as they are found to say the same, as `words`; what became of them, as
    `narration`; then `done`."""
    process = process_of(request)
    narrator = process.part(Narrator)
    if body.model is not None:
        await narrator.refuse_unknown(body.model)
    reply = await process.part(Asking).ask(caller, body.asked(), now())
    if not body.stream and not body.wants_words:
        return ReplyOut.of(reply)
    telling = await narrator.prepared(caller, reply, body.model) if body.wants_words else None
    # From here on the transaction is over: nothing of the database is held while a model thinks.
    if body.stream:
        return StreamingResponse(_events(narrator, reply, telling), media_type=_STREAM)
    return StreamingResponse(_whole(narrator, reply, telling), media_type="application/json")


async def _whole(
    narrator: Narrator, reply: service.Reply, telling: Prepared | None
) -> AsyncIterator[bytes]:
    if telling is not None:
        reply = await narrator.worded(reply, telling)
    yield ReplyOut.of(reply).model_dump_json().encode()


async def _events(
    narrator: Narrator, reply: service.Reply, telling: Prepared | None
) -> AsyncIterator[bytes]:
    if telling is not None:
        reply = replace(reply, narration=UNDER_WAY)
    yield _event("result", ReplyOut.of(reply).model_dump_json())
    if telling is not None:
        async for said in narrator.words(reply, telling):
            if isinstance(said, Words):
                yield _event("words", json.dumps({"text": said.text, "model_used": said.model}))
            else:
                yield _event("narration", NarrationOut.of(said).model_dump_json())
    yield _event("done", "{}")


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


@router.get("/questions", responses=documented(401, 403, 404, 422, 429))
async def list_questions(
    caller: Asker, everybody: bool = False, before: PublicId | None = None, limit: Limit = 50
) -> LoggedPage:
    """What was asked, the newest first: your own; with `everybody` all, for who may read the
    audit log."""
    found = await service.page(caller, of_all=everybody, before=before, limit=limit)
    return LoggedPage(
        items=[LoggedOut.of(one) for one in found.items], next_before=found.next_before
    )


@router.get(
    "/questions/export",
    response_class=Response,
    responses={
        **documented(401, 403, 429),
        200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}},
    },
)
async def export_questions(caller: Auditor) -> Response:
    """Every question with its plan, its answer and what was said of it, a line of JSON each."""
    lines = [LoggedOut.of(one).model_dump_json() + "\n" for one in await service.everything(caller)]
    return Response("".join(lines), media_type="application/x-ndjson")


@router.post(
    "/questions/{question_id}/feedback", responses=documented(401, 403, 404, 413, 422, 429)
)
async def say_of_answer(caller: Asker, question_id: PublicId, body: FeedbackIn) -> LoggedOut:
    """Whether an answer was right, and how it should have been; the last word counts."""
    said = Said(body.number, body.correction)
    return LoggedOut.of(await service.rate(caller, question_id, said, now()))
