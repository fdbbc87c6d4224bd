"""HTTP of insights."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.analysis.wording import Wish, refuse_unknown, why_ours, worded
from homepot.ai.analysis_modes.modes import Mode, ModeName
from homepot.ai.analysis_modes.service import mode_for
from homepot.ai.insights.action_schemas import ActionIn, InsightAction, InsightActions
from homepot.ai.insights.facts import SiteFacts
from homepot.ai.insights.schemas import InsightsOut
from homepot.ai.insights.service import Insights, window_of
from homepot.ai.insights.telling import as_facts, summary
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.core.process import Process
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/ai/insights", tags=["ai"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.INCIDENTS_WRITE)]
ModelName = Annotated[str | None, Query(min_length=1, max_length=100)]


@router.get("/{site_id}", response_model=InsightsOut, responses=documented(401, 403, 404, 422, 429))
async def get_insights(
    request: Request,
    caller: Reader,
    site_id: PublicId,
    mode: ModeName | None = None,
    narrate: bool = False,
    model: ModelName = None,
) -> Response | InsightsOut:
    """What the last 30 days of a site amount to: what is found, what it cost, what to do, and what
    came of what was done."""
    process = process_of(request)
    await refuse_unknown(process, model)
    chosen = await mode_for(caller, mode)
    at = now()
    facts = await process.part(Insights).facts(caller, site_id, window_of(at), at)
    wish = Wish(narrate or model is not None, model, chosen.manner, caller.actor.id)
    if not wish.words:
        return await _found(process, facts, chosen, wish)
    # From here on the transaction is over: nothing of the database is held while a model thinks.
    return StreamingResponse(_told(process, facts, chosen, wish), media_type="application/json")


async def _told(process: Process, facts: SiteFacts, mode: Mode, wish: Wish) -> AsyncIterator[bytes]:
    yield (await _found(process, facts, mode, wish)).model_dump_json().encode()


async def _found(process: Process, facts: SiteFacts, mode: Mode, wish: Wish) -> InsightsOut:
    told = await worded(process, as_facts(facts, mode), summary(facts, mode), wish)
    found = InsightsOut.of(facts, mode.name, told)
    found.why |= why_ours(told, wish)
    return found


@router.get("/{site_id}/actions", responses=documented(401, 403, 404, 422))
async def list_actions(request: Request, caller: Reader, site_id: PublicId) -> InsightActions:
    """What was done about what was recommended, the newest first, and what came of it."""
    found = await process_of(request).part(Insights).taken(caller, site_id, now())
    return InsightActions(items=[InsightAction.of(one) for one in found])


@router.post(
    "/{site_id}/actions", status_code=201, responses=documented(401, 403, 404, 409, 413, 422)
)
async def take_action(
    request: Request, caller: Writer, site_id: PublicId, body: ActionIn
) -> InsightAction:
    """Mark a recommendation as taken. Its effect is told from a week on."""
    insights = process_of(request).part(Insights)
    found = await insights.take(
        caller, site_id, body.recommendation_id, body.taken_at, body.note, now()
    )
    return InsightAction.of(found)


@router.delete(
    "/{site_id}/actions/{action_id}", status_code=204, responses=documented(401, 403, 404, 422)
)
async def take_back_action(
    request: Request, caller: Writer, site_id: PublicId, action_id: PublicId
) -> None:
    """It was not done after all."""
    await process_of(request).part(Insights).take_back(caller, site_id, action_id)
