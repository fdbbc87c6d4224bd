"""The step behind incidents: what was like one that opened or grew, and what is to be remembered.

Each thing to do is a row, written with what caused it, and goes with what came of it. What a
killed worker had taken is due again a little later; detection and alerts never wait in here.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy.exc import SQLAlchemyError

from homepot.access.caller import Caller, system_caller
from homepot.ai.device_memory.patterns import IncidentPattern, Question
from homepot.ai.device_memory.recorded import Looker
from homepot.ai.device_memory.service import Memory
from homepot.ai.device_memory.signature import Signature
from homepot.ai.incidents import memory_store as store
from homepot.ai.incidents.logic import LIVING
from homepot.ai.incidents.memory_store import Errand, Remembered
from homepot.core import live
from homepot.core.database import Database
from homepot.core.errors import HomepotError, NotFound
from homepot.core.log import get_logger
from homepot.telemetry.archive.service import Archive

log = get_logger(__name__)

AT_ONCE = 8
# Longer than a round takes; after it, whoever had taken them is dead.
TAKEN_FOR = timedelta(seconds=60)
AGAIN_AFTER_MAX = timedelta(hours=1)
SIMILAR_MAX = 10
# What goes on and showed nothing to be compared by is looked at again, each time twice as late.
_LOOK_AGAIN_AFTER = timedelta(minutes=2)
_LOOKS_MAX = 9
NAME = "HOMEPOT"
_PAUSE_S_MAX = 0.5
# What was there before memory was, or came with its history: a few at a time, behind the rest.
MISSING_EVERY = timedelta(seconds=20)
MISSING_AT_ONCE = 4


class Rememberer:
    def __init__(self, memory: Memory, archive: Archive) -> None:
        self._memory = memory
        self._archive = archive
        self._missing_at = datetime.min.replace(tzinfo=UTC)

    async def run(self, database: Database, now: datetime) -> int:
        """Everything that is due; how much that was."""
        count = 0
        while True:
            async with database.system() as tx:
                errands = await store.take(tx, now, now + TAKEN_FOR, AT_ONCE)
            by_tenant = sorted(errands, key=lambda one: (one.tenant_id, one.what))
            for (tenant_id, what), some in groupby(
                by_tenant, key=lambda one: (one.tenant_id, one.what)
            ):
                await self._carry_out(database, tenant_id, what, list(some), now)
            count += len(errands)
            if len(errands) < AT_ONCE:
                break
        if not count and now - self._missing_at >= MISSING_EVERY:
            self._missing_at = now
            async with database.system() as tx:
                await store.order_missing(tx, now, MISSING_AT_ONCE)
        return count

    async def _carry_out(
        self,
        database: Database,
        tenant_id: int,
        what: str,
        errands: Sequence[Errand],
        now: datetime,
    ) -> None:
        do = self._recall if what == "recall" else self._remember
        try:
            await do(database, tenant_id, errands, now)
        except (HomepotError, SQLAlchemyError, OSError, ValueError, ArithmeticError) as error:
            if len(errands) == 1:
                await _put_off(database, errands[0], now, error)
            else:  # one that cannot be done holds up no other
                for errand in errands:
                    await self._carry_out(database, tenant_id, what, [errand], now)

    async def _recall(
        self, database: Database, tenant_id: int, errands: Sequence[Errand], now: datetime
    ) -> None:
        """What happened before that was like these."""
        found = await self._with_signatures(database, tenant_id, errands, now)
        asked = [(one, sign) for one, sign in found if sign is not None]
        questions = [
            Question(signature=sign, without=one.memory_id, known_by=_known_by(one))
            for one, sign in asked
        ]
        async with database.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, NAME)
            answers = (
                await self._memory.similar_to_each(caller, questions, SIMILAR_MAX)
                if questions
                else []
            )
            similar: dict[int, list[dict[str, str | float]]] = {
                one.id: [
                    {"incident_id": match.pattern.incident_id, "score": round(match.score, 4)}
                    for match in answer.matches
                ]
                for (one, _), answer in zip(asked, answers, strict=True)
            }
            there = await store.hold(tx, [one.id for one, _ in found])
            for one, _ in found:
                if one.id in there:
                    await store.put_likeness(tx, tenant_id, one.id, now, similar.get(one.id))
                    news = {"incident_id": one.public_id, "what": "recalled", "state": one.state}
                    await live.announce(tx, tenant_id, "incident.changed", news)
            soon = {one.id for one, sign in found if sign is None and _may_show_more(one)}
            for errand in errands:
                if errand.incident_id in soon and errand.tries < _LOOKS_MAX:
                    wait = min(_LOOK_AGAIN_AFTER * 2.0 ** (errand.tries - 1), AGAIN_AFTER_MAX)
                    await store.later(tx, errand, now + wait)
                else:
                    await store.done(tx, errand)

    async def _remember(
        self, database: Database, tenant_id: int, errands: Sequence[Errand], now: datetime
    ) -> None:
        """What is over, with what was done about it; and nothing else."""
        found = await self._with_signatures(database, tenant_id, errands, now)
        async with database.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, NAME)
            there = await store.hold(tx, [one.id for one, _ in found])
            kept = []
            for one, sign in found:
                if one.id not in there:
                    continue
                pattern = await _pattern(caller, one, sign)
                if pattern is None:
                    await self._forget(caller, one)
                else:
                    kept.append(pattern)
            if kept:
                await self._memory.save_incident_patterns(caller, kept)
            for errand in errands:
                await store.done(tx, errand)

    async def _forget(self, caller: Caller, one: Remembered) -> None:
        try:
            await self._memory.forget(caller, one.memory_id)
        except NotFound:
            return

    async def _with_signatures(
        self, database: Database, tenant_id: int, errands: Sequence[Errand], now: datetime
    ) -> list[tuple[Remembered, Signature | None]]:
        async with database.tenant(tenant_id) as tx:
            known = await store.remembered(tx, [one.incident_id for one in errands])
        looker = Looker(database, self._archive, tenant_id)
        found = []
        for one in known.values():
            began = time.monotonic()
            sign = None
            if one.first_device_id is not None:
                end = one.ended_at or (now if one.state in LIVING else one.changed_at)
                end = max(end, one.started_at)
                sign = await looker.signature_of(one.first_device_id, one.started_at, end)
            found.append((one, sign))
            # Never more than half of the time: detection and alerts share this process.
            await asyncio.sleep(min(time.monotonic() - began, _PAUSE_S_MAX))
        return found


def _may_show_more(one: Remembered) -> bool:
    """What has just begun shows too little to be compared; what goes on shows more."""
    return one.state in LIVING and one.first_device_id is not None


def _known_by(one: Remembered) -> datetime | None:
    """What is over is compared with what was before it, as it was when it was new."""
    return None if one.state in LIVING else one.started_at


async def _pattern(
    caller: Caller, one: Remembered, sign: Signature | None
) -> IncidentPattern | None:
    """As it is remembered; None where it is not, or no more."""
    resolution, worked, ended_at = one.resolution, one.worked, one.ended_at
    if one.provenance == "detected":
        if one.state in ("normal", "merged"):
            return None
        if one.state in LIVING:
            # It was said to be resolved and is here again: what was done did not do it.
            last = await store.last_resolution(caller.tx, one.id)
            if last is None:
                return None
            (ended_at, resolution), worked = last, False
    return IncidentPattern(
        one.description,
        one.memory_id,
        one.device_id,
        one.category,
        one.severity,
        one.started_at,
        ended_at or (None if one.state in LIVING else one.changed_at),
        resolution,
        worked,
        sign,
    )


async def _put_off(database: Database, errand: Errand, now: datetime, error: Exception) -> None:
    log.warning(
        "What is remembered could not be asked for an incident; it is tried again.",
        action="incidents.memory_failed",
        error=repr(error),
    )
    wait = min(timedelta(seconds=5 * 2.0 ** min(errand.tries, 10)), AGAIN_AFTER_MAX)
    async with database.system() as tx:
        await store.later(tx, errand, now + wait)
