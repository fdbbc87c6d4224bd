"""A model's words for an answer that is there already, shown only where they say the same.

The result never waits for them: what is needed of the database is gathered beforehand.
"""

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta

from homepot.access.caller import Caller
from homepot.ai.device_memory.patterns import Question
from homepot.ai.device_memory.service import Memory
from homepot.ai.llm.errors import ModelAway, NoSuchModel, PromptTooLong
from homepot.ai.llm.gate import Facts
from homepot.ai.llm.narration import Narration, NarrationState, failed
from homepot.ai.llm.narrator import retelling
from homepot.ai.llm.service import LlmService
from homepot.ai.query import store
from homepot.ai.query.answering.inquiry import Doors
from homepot.ai.query.answering.result import Kind
from homepot.ai.query.context import beside
from homepot.ai.query.plan import OfRecords, Record
from homepot.ai.query.service import Reply
from homepot.ai.query.telling.telling import facts
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.errors import TooMany
from homepot.core.log import get_logger

log = get_logger(__name__)

_SIMILAR = 3
# An older answer is not about how things are.
_THIS_MOMENT = timedelta(minutes=1)
_QUESTION_CHARACTERS = 300


@dataclass(frozen=True)
class Words:
    """All that was said so far and may be shown."""

    text: str
    model: str


@dataclass(frozen=True)
class Prepared:
    """What a model is told: nothing of the database is needed from here on."""

    facts: Facts
    manner: str
    model: str | None
    user: Hashable
    tenant_id: int


class Narrator:
    def __init__(
        self,
        llm: LlmService,
        window: int,
        memory: Memory | None,
        database: Database,
        doors: Doors | None = None,
    ) -> None:
        self._llm = llm
        self.window = window
        self._memory = memory
        self._database = database
        self._doors = doors or Doors()

    async def refuse_unknown(self, model: str) -> None:
        """NoSuchModel where a model was named that is not there; nothing where nobody knows."""
        try:
            await self._llm.model_for(model)
        except ModelAway:
            return

    async def prepared(self, caller: Caller, reply: Reply, model: str | None) -> Prepared | None:
        """None where there is nothing to retell."""
        if reply.answer.result.kind is Kind.NONE:
            return None
        sentences = reply.said.sentences(reply.mode)
        moment = now()
        context = await self._similar(caller, reply)
        if moment - reply.as_of < _THIS_MOMENT:
            context += await beside(
                caller.tx, reply.plan, reply.answer, reply.fleet, self._doors, moment
            )
        told = facts(sentences, reply.answer, reply.fleet, moment, context)
        return Prepared(told, reply.mode.manner, model, caller.actor.id, caller.tenant_id)

    async def _similar(self, caller: Caller, reply: Reply) -> list[str]:
        """Where it is about an incident: what helped those that looked like it."""
        measure = reply.plan.measure
        is_incident = isinstance(measure, OfRecords) and measure.record is Record.INCIDENT
        rows = reply.answer.result.rows
        if self._memory is None or not is_incident or len(rows) != 1:
            return []
        text = str(rows[0].get("description") or rows[0].get("title") or "")[:_QUESTION_CHARACTERS]
        if not text.strip():
            return []
        found = await self._memory.get_similar_patterns(caller, Question(text), _SIMILAR)
        return [
            f"{one.pattern.incident_id} was similar and was resolved so: {one.pattern.resolution}."
            for one in found.matches
            if one.pattern.resolution and one.pattern.incident_id != rows[0].get("id")
        ]

    async def worded(self, reply: Reply, telling: Prepared) -> Reply:
        """With the last of a model's words, or as it is; and what became of them."""
        async for heard in self.words(reply, telling):
            if isinstance(heard, Words):
                reply = reply.worded(heard.text, heard.model)
            else:
                reply = replace(reply, narration=heard)
        return reply

    async def words(self, reply: Reply, telling: Prepared) -> AsyncIterator[Words | Narration]:
        """What may be shown, longer each time, and at the end what became of it. Where a model is
        away or says more than is known, what was shown before stands."""
        last: Words | None = None
        reasons: Sequence[str] = ()
        model: str | None = None
        ended: Narration | None = None
        try:
            async with aclosing(
                retelling(
                    self._llm,
                    telling.facts,
                    manner=telling.manner,
                    user=telling.user,
                    wanted=telling.model,
                    window=self.window,
                )
            ) as pieces:
                async for piece in pieces:
                    reasons, model = piece.refused, piece.model
                    if piece.by == "model":
                        last = Words(piece.text, piece.model or "")
                        yield last
        except (ModelAway, NoSuchModel, PromptTooLong, TooMany) as away:
            log.debug(f"No model worded an answer: {away.detail}", action="query.not_worded")
            ended, reasons = failed(away), (away.detail,)
        if last is not None:
            ended = Narration(NarrationState.SHOWN, reasons, last.model)
            async with self._database.tenant(telling.tenant_id) as tx:
                await store.worded(tx, reply.question_id, last.text, last.model)
        ended = ended or Narration(NarrationState.REFUSED, reasons, model)
        self._llm.narrated.note(ended)
        yield ended
