"""HTTP of analyses."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.analysis.facts import DeviceFacts
from homepot.ai.analysis.periods import Period, window_of
from homepot.ai.analysis.schemas import AnalysisOut
from homepot.ai.analysis.service import Analyst
from homepot.ai.analysis.telling import as_facts, summary
from homepot.ai.analysis.wording import Wish, refuse_unknown, why_ours, worded
from homepot.ai.analysis_modes.modes import Mode, ModeName
from homepot.ai.analysis_modes.service import mode_for
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.core.process import Process
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/ai", tags=["ai"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
ModelName = Annotated[str | None, Query(min_length=1, max_length=100)]


@router.get(
    "/analyze/{device_id}",
    response_model=AnalysisOut,
    responses=documented(401, 403, 404, 422, 429),
)
async def analyze(
    request: Request,
    caller: Reader,
    device_id: PublicId,
    period: Period = Period.DAY,
    mode: ModeName | None = None,
    narrate: bool = False,
    model: ModelName = None,
) -> Response | AnalysisOut:
    """What a device did in a period, how it is, what it resembles and what to do. With `narrate`,
    or a model by name, the summary is in a model's words where they say the same."""
    process = process_of(request)
    await refuse_unknown(process, model)
    chosen = await mode_for(caller, mode)
    at = now()
    facts = await process.part(Analyst).facts(caller, device_id, window_of(period, at), at)
    wish = Wish(narrate or model is not None, model, chosen.manner, caller.actor.id)
    if not wish.words:
        return await _found(process, facts, period, chosen, wish)
    # From here on the transaction is over: nothing of the database is held while a model thinks.
    return StreamingResponse(
        _told(process, facts, period, chosen, wish), media_type="application/json"
    )


async def _told(
    process: Process, facts: DeviceFacts, period: Period, mode: Mode, wish: Wish
) -> AsyncIterator[bytes]:
    yield (await _found(process, facts, period, mode, wish)).model_dump_json().encode()


async def _found(
    process: Process, facts: DeviceFacts, period: Period, mode: Mode, wish: Wish
) -> AnalysisOut:
    template = summary(facts, mode)
    told = await worded(process, as_facts(facts, mode), template, wish)
    found = AnalysisOut.of(facts, period, mode.name, told)
    found.why |= why_ours(told, wish)
    return found
