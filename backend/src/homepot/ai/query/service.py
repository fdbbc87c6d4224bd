"""Use cases of questions: ask, look back, say whether it was right."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from homepot.access.caller import Caller
from homepot.access.permissions import Permission
from homepot.ai.analysis_modes import mode_for
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.device_memory.service import Memory
from homepot.ai.llm.narration import NOT_ASKED, Narration
from homepot.ai.query import store
from homepot.ai.query.answering.answer import answer
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.fleets import Fleets
from homepot.ai.query.answering.inquiry import Doors, Inquiry
from homepot.ai.query.answering.result import Answer, Kind
from homepot.ai.query.cache import Answers, Key
from homepot.ai.query.filling import Filler
from homepot.ai.query.knowing import beside
from homepot.ai.query.language import forget, lexicon_of, parse
from homepot.ai.query.language.recalling import from_memory, is_surely_memorys
from homepot.ai.query.likening import passed_over
from homepot.ai.query.plan import Ask, NoAnswer, Plan
from homepot.ai.query.readable import readable
from homepot.ai.query.remembering import remembered
from homepot.ai.query.store import Logged
from homepot.ai.query.telling.telling import Asker, Told, told
from homepot.core.errors import BadInput, NotFound
from homepot.core.ids import new_public_id
from homepot.core.live import LiveEvent, LiveFeed
from homepot.telemetry.archive.service import Archive

__all__ = ["Asked", "Asking", "Logged", "Page", "Reply", "Said", "everything", "page", "rate"]

PAGE_MAX = 200
EXPORTED_MAX = 100_000
# What may be otherwise a moment later without any reading having come.
_OF_THE_MOMENT = {NoAnswer.TOOK_TOO_LONG, NoAnswer.UNAVAILABLE}
# The feed looks every ten seconds at least. Where it did not, we may not have heard of a change.
BEHIND_MAX_S = 20.0
QUESTION_KEPT_MAX = 4_000
_PLANS_LOOKED_AT = 1
# Why a question may be read anew with what devices reported in the last minute.
_MAY_BE_NEWER = (
    NoAnswer.NOT_REPORTED,
    NoAnswer.UNKNOWN_METRIC,
    NoAnswer.UNKNOWN_THING,
    NoAnswer.NOT_UNDERSTOOD,
)
# Why it may be a question to memory: what happened is told in anybody's words.
_MAY_BE_MEMORYS = (NoAnswer.NOT_UNDERSTOOD, NoAnswer.UNKNOWN_THING, NoAnswer.UNKNOWN_METRIC,
                   NoAnswer.OFF_TOPIC)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question in words, or a plan; and how it is to be answered."""

    question: str | None = None
    plan: Plan | None = None
    mode: str | None = None
    model: str | None = None
    as_of: datetime | None = None
    conversation_id: str | None = None
    # by which clock the asker lives: then no zone is said where it is the same
    timezone: str | None = None


@dataclass(frozen=True)
class Reply:
    question_id: str
    conversation_id: str
    question: str | None
    plan: Plan
    readable: str
    answer: Answer
    said: Told
    text: str
    as_of: datetime
    mode: Mode
    response_time_ms: int
    fleet: Fleet
    model_used: str | None = None
    narration: Narration = NOT_ASKED

    def worded(self, text: str, model: str) -> "Reply":
        return replace(self, text=text, model_used=model)


@dataclass
class Asking:
    """What answers questions in this process."""

    archive: Archive
    feed: LiveFeed | None = None
    filler: Filler | None = None
    memory: Memory | None = None
    fleets: Fleets = field(default_factory=lambda: Fleets(prepare=lexicon_of, forget=forget))
    answers: Answers = field(default_factory=Answers)
    doors: Doors = field(default_factory=Doors)
    fine_kept_days: int = 0
    # Tenants of whom something has changed since their fleets were last made ready.
    changed: set[int] = field(default_factory=set)

    def hear(self, event: LiveEvent) -> None:
        self.answers.changed(event.tenant_id)
        self.changed.add(event.tenant_id)

    # -- ask ----------------------------------------------------------------------------------

    async def ask(self, caller: Caller, asked: Asked, now: datetime) -> Reply:
        """Always an answer: where there is none, its kind is none and it says why."""
        started_s = time.perf_counter()
        as_of = asked.as_of or now
        if as_of > now:
            raise BadInput("`as_of` lies in the future.", at="body.as_of")
        mode = await mode_for(caller, asked.mode)
        conversation = asked.conversation_id or new_public_id("TALK", 3)
        fleet = await self.fleets.of(caller.tx, caller.tenant_id)
        earlier = await self._earlier(caller, asked)
        plan, fleet = await self._plan(caller, asked, fleet, as_of, earlier)
        inquiry = Inquiry(
            caller.tx, fleet, as_of, now, self.archive, self.doors, self.fine_kept_days
        )
        found = await self._answer(caller, plan, inquiry, is_now=asked.as_of is None)
        known = await beside(caller, inquiry, plan, found, mode.name)
        said = told(found, plan, fleet, mode, known, Asker(as_of, asked.timezone))
        reply = Reply(
            new_public_id("ASK", 3),
            conversation,
            asked.question,
            plan,
            readable(plan, fleet),
            found,
            said,
            said.text(mode),
            as_of,
            mode,
            round((time.perf_counter() - started_s) * 1_000),
            fleet,
        )
        await self._keep(caller, reply, now)
        return reply

    async def _earlier(self, caller: Caller, asked: Asked) -> Plan | None:
        if asked.conversation_id is None or asked.question is None:
            return None
        plans = await store.last_plans(
            caller.tx, asked.conversation_id, caller.user_id, _PLANS_LOOKED_AT
        )
        # A plan of an older version of the product may say what nothing here understands.
        return _plan_of(plans[0]) if plans else None

    async def _plan(
        self, caller: Caller, asked: Asked, fleet: Fleet, as_of: datetime, earlier: Plan | None
    ) -> tuple[Plan, Fleet]:
        if asked.plan is not None:
            return asked.plan, fleet
        question = asked.question or ""
        if is_surely_memorys(question) and (recall := from_memory(question)) is not None:
            return recall, fleet
        plan = parse(question, fleet.vocabulary, as_of, earlier)
        if plan.reason is not None and plan.reason.why in _MAY_BE_NEWER:
            newer = await self.fleets.of(caller.tx, caller.tenant_id, anew=True)
            if newer is not fleet:
                fleet = newer
                plan = parse(question, fleet.vocabulary, as_of, earlier)
        if plan.reason is not None and plan.reason.why in _MAY_BE_MEMORYS:
            plan = from_memory(question) or plan
        if plan.reason is not None and self.memory is not None:
            plan = await passed_over(self.memory, question, plan, fleet.vocabulary, as_of)
        if self.filler is not None:
            plan = await self.filler.filled(question, plan, fleet, asked.model, caller.actor.id)
        return plan, fleet

    async def _answer(
        self, caller: Caller, plan: Plan, inquiry: Inquiry, *, is_now: bool
    ) -> Answer:
        rights = frozenset(one.value for one in caller.permissions)
        spelled = json.dumps(plan.machine(), sort_keys=True)
        if plan.ask is Ask.RECALL and self.memory is not None:
            return await remembered(self.memory, caller, inquiry, plan)
        if self.feed is None or self.feed.behind_s() > BEHIND_MAX_S:
            return await answer(inquiry, plan)
        key = Key(caller.tenant_id, rights, spelled, None if is_now else inquiry.as_of)
        if (known := self.answers.get(key, time.monotonic())) is not None:
            return known
        generation = self.answers.generation(caller.tenant_id)
        found = await answer(inquiry, plan)
        if found.refusal is None or found.refusal.why not in _OF_THE_MOMENT:
            self.answers.put(key, found, generation, time.monotonic())
        return found

    async def _keep(self, caller: Caller, reply: Reply, now: datetime) -> None:
        result = reply.answer.result
        await store.add(
            caller.tx,
            {
                "public_id": reply.question_id,
                "user_id": caller.user_id,
                "actor_name": caller.actor.name,
                "conversation_id": reply.conversation_id,
                "asked_at": now,
                "as_of": reply.as_of,
                "question": reply.question and reply.question[:QUESTION_KEPT_MAX],
                "plan": reply.plan.machine(),
                "kind": result.kind.value,
                "value": result.value if result.kind is not Kind.NONE else None,
                "answer": reply.text,
                "mode": reply.mode.name.value,
                "model_used": reply.model_used,
                "response_time_ms": reply.response_time_ms,
            },
        )


def _plan_of(given: dict[str, Any]) -> Plan | None:
    try:
        plan = Plan.model_validate(given)
    except ValueError:
        return None
    return None if plan.ask is Ask.NONE else plan


# -- look back ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What somebody said of an answer."""

    rating: int | None
    correction: str | None


@dataclass(frozen=True)
class Page:
    items: Sequence[Logged]
    next_before: str | None


async def page(caller: Caller, *, of_all: bool, before: str | None, limit: int) -> Page:
    """The newest first: one's own, or, for those who may read the audit log, everybody's."""
    see_all = of_all and Permission.AUDIT_READ in caller.permissions
    place = None
    if before is not None:
        place = (await _visible(caller, before)).id
    found = await store.page(
        caller.tx, caller.user_id, of_all=see_all, before=place, limit=limit + 1
    )
    shown = found[:limit]
    return Page(shown, shown[-1].public_id if len(found) > limit else None)


async def everything(caller: Caller) -> list[Logged]:
    """All that is kept of the tenant, for those who may read the audit log."""
    return await store.page(caller.tx, caller.user_id, of_all=True, before=None, limit=EXPORTED_MAX)


async def rate(caller: Caller, question_id: str, said: Said, now: datetime) -> Logged:
    """Only one's own question, or everybody's for those who may read the audit log."""
    await _visible(caller, question_id)
    await store.rate(caller.tx, question_id, said.rating, said.correction, now)
    return await _visible(caller, question_id)


async def _visible(caller: Caller, question_id: str) -> Logged:
    found = await store.find(caller.tx, question_id)
    mine = found is not None and found.user_id == caller.user_id
    if found is None or not (mine or Permission.AUDIT_READ in caller.permissions):
        raise NotFound(f"There is no question {question_id[:64]!r}.")
    return found
