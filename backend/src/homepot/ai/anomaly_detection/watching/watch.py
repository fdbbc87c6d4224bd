"""The watch: one step after the other, each in one transaction with all that came of it.

What a step read, what was found, what became of that, and where the reader stands are committed
together. A crash, or a second worker that was quicker, therefore loses nothing and doubles
nothing: what is in memory is thrown away and made again from the last checkpoint and the steps
since.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from homepot.ai.anomaly_detection.engine import Engine, Parameters
from homepot.ai.anomaly_detection.watching import store
from homepot.ai.anomaly_detection.watching.anomaly import Anomaly
from homepot.ai.anomaly_detection.watching.backlog import Backlog
from homepot.ai.anomaly_detection.watching.changes import Changes
from homepot.ai.anomaly_detection.watching.fleet import expected_at, learn_sets, load_fleet
from homepot.ai.anomaly_detection.watching.keeping import version_of
from homepot.ai.anomaly_detection.watching.log import Log
from homepot.ai.anomaly_detection.watching.mind import NEAR_S, Mind, new_to
from homepot.ai.anomaly_detection.watching.register import Fleet
from homepot.ai.anomaly_detection.watching.silence import Verdicts, verdicts_of
from homepot.ai.anomaly_detection.watching.steps import Step
from homepot.ai.thresholds.logic import Thresholds
from homepot.core.database import Connection, Database
from homepot.core.log import get_logger
from homepot.telemetry.following import service as following
from homepot.telemetry.following.service import Window

log = get_logger(__name__)

READER = "detection"
FLEET_EVERY = timedelta(seconds=30)
SILENCES_EVERY = timedelta(seconds=5)
LEARNED_EVERY = timedelta(seconds=60)
CHECKPOINT_EVERY = timedelta(minutes=30)
STEPS_SIZE_MAX_BYTES = 64 * 1024 * 1024
# From how far back a lost state is learnt anew.
HISTORY = timedelta(days=9)

# What follows from what was written, in the same transaction.
Then = Callable[[Connection, Sequence[Anomaly], datetime], Awaitable[None]]


class Overtaken(Exception):
    """Another worker has gone on with this share."""


@dataclass
class _State:
    """What is in memory; it holds only as long as `seq` is what the database says."""

    mind: Mind
    generation: int
    seq: int
    checkpoint_at: datetime
    steps_size_bytes: int = 0


class Watch:
    def __init__(
        self, then: Then, thresholds: Mapping[str, Thresholds] | None = None, share: int = 0
    ) -> None:
        self._then = then
        self._thresholds = thresholds or {}
        self._share = share
        self._state: _State | None = None
        self._changes = Changes()
        self._backlog = Backlog()
        self._known: set[int] = set()  # commits that were read and may be shown again
        self._fleet_at = self._silences_at = self._learned_at = datetime.min.replace(tzinfo=UTC)
        self._sites: Sequence[store.SiteRow] = ()

    async def run(self, database: Database, now: datetime) -> None:
        """Everything that was committed since, and who fell silent."""
        try:
            await self._run(database, now)
        except Overtaken:
            self._forget()
        except BaseException:
            # What was in memory may be ahead of what was committed.
            self._forget()
            raise

    async def checkpoint(self, database: Database, now: datetime) -> None:
        """Write down all that is known now, so that a restart has nothing to repeat."""
        if self._state is not None:
            async with database.system() as tx:
                await self._claim(tx, self._state)
                await self._save(tx, self._state, now)

    def _forget(self) -> None:
        self._state, self._known, self._changes = None, set(), Changes()

    async def _run(self, database: Database, now: datetime) -> None:
        state = self._state or await self._recall(database, now)
        self._state = state
        await self._learn_of_fleet(database, state, now)
        async with database.system() as tx:
            look = await following.look(tx, READER, self._known)
            is_noted = await store.has_notes(tx)
        if look is None:  # somebody put the reader away: what it had read is not known any more
            raise Overtaken
        looks_for_silence = now - self._silences_at >= SILENCES_EVERY
        if not (look.windows or is_noted or looks_for_silence):
            return
        for window in look.windows:
            left: Window | None = window
            while left is not None:
                left = await self._read(database, state, left, now)
        async with database.system() as tx:
            await self._claim(tx, state)
            step = await self._beside(tx, state, now, looks_for_silence=looks_for_silence)
            await self._take(tx, state, step, now)
            if look.windows:
                await following.advance(tx, READER, look.low, now)
            await self._keep(tx, state, now)
        self._known = {one.id for one in look.commits}
        if looks_for_silence:
            self._silences_at = now
            await self._learn_the_past(database, state, now)

    async def _read(
        self, database: Database, state: _State, window: Window, now: datetime
    ) -> Window | None:
        async with database.system() as tx:
            await self._claim(tx, state)
            rows, left = await following.read(tx, window)
            rows = [row for row in rows if row[0] in state.mind.fleet.devices]
            await learn_sets(tx, state.mind, rows)
            new = new_to(state.mind, rows)
            self._backlog.see(rows, new, now.timestamp())
            step = Step(now.timestamp(), new, **self._trouble(now))
            await self._take(tx, state, step, now)
        return left

    async def _beside(
        self, tx: Connection, state: _State, now: datetime, *, looks_for_silence: bool
    ) -> Step:
        since, silence = None, Verdicts()
        if looks_for_silence:
            silence = await self._of_the_quiet(tx, state.mind, now)
            gap = await store.last_gap(tx)
            since = gap.timestamp() if gap else 0.0
        announced = await store.take_notes(tx)
        if looks_for_silence:
            announced += await self._changes.new(tx, now)
        gone = {one.row for one in state.mind.told.values()} - set(state.mind.fleet.devices)
        return Step(
            now.timestamp(),
            announced=announced,
            silences_since=since,
            spared=silence.spared,
            unmeasured=silence.unmeasured,
            left=sorted(gone),
            **self._trouble(now),
        )

    async def _of_the_quiet(self, tx: Connection, mind: Mind, now: datetime) -> Verdicts:
        quiet = mind.quiet(now.timestamp())
        heard = await store.heard(tx, [one.row for one in quiet], now) if quiet else {}
        return verdicts_of(quiet, heard, now.timestamp())

    def _trouble(self, now: datetime) -> dict[str, Any]:
        return expected_at(self._sites, now)

    async def _take(self, tx: Connection, state: _State, step: Step, now: datetime) -> None:
        """Think, and write down what it was and what came of it."""
        mind = state.mind
        told_before = mind.engine.events.told
        found = await asyncio.to_thread(mind.apply, step)
        if step.is_empty and not found and mind.engine.events.told == told_before:
            return  # a look at the clock that changed nothing
        anomalies = await Log(mind, state.generation).write(tx, found, now)
        if anomalies:
            await self._then(tx, anomalies, now)
        content = step.packed()
        state.seq += 1
        state.steps_size_bytes += len(content)
        await store.add_step(tx, self._share, state.seq, content)

    async def _claim(self, tx: Connection, state: _State) -> None:
        if await store.claim(tx, self._share) != (state.generation, state.seq):
            raise Overtaken

    # -- keeping and recalling ------------------------------------------------------------------

    async def _keep(self, tx: Connection, state: _State, now: datetime) -> None:
        if now - self._learned_at >= LEARNED_EVERY:
            await self._save_learned(tx, state, now)
        is_old = now - state.checkpoint_at >= CHECKPOINT_EVERY
        if is_old or state.steps_size_bytes > STEPS_SIZE_MAX_BYTES:
            await self._save(tx, state, now)

    async def _save_learned(self, tx: Connection, state: _State, now: datetime) -> None:
        mind = state.mind
        hours = {row: round(mind.learned_hours(row), 2) for row in mind.fleet.devices}
        await store.save_learned(tx, hours, mind.parameters.learning_hours, now)
        self._learned_at = now

    async def _save(self, tx: Connection, state: _State, now: datetime) -> None:
        engine, behind = await asyncio.to_thread(state.mind.packed)
        kept = store.Kept(
            state.mind.version, state.generation, state.seq, state.seq, engine, behind, now
        )
        await store.save(tx, self._share, kept)
        state.checkpoint_at, state.steps_size_bytes = now, 0

    async def _recall(self, database: Database, now: datetime) -> _State:
        await asyncio.to_thread(Engine().ready)
        fleet = await self._load_fleet(database, now)
        async with database.system() as tx:
            kept = await store.kept(tx, self._share)
            steps = await store.steps(tx, self._share, kept.checkpoint_seq) if kept else []
        if kept is None or kept.engine_version != version_of(Parameters()):
            return await self._learn_anew(database, fleet, kept, now)
        if kept.seq != kept.checkpoint_seq + len(steps):
            log.warning("Steps of detection are missing; it learns anew.", action="detection.holes")
            return await self._learn_anew(database, fleet, kept, now)
        mind = await asyncio.to_thread(Mind.unpacked, kept.engine, kept.behind, fleet)
        for _, content in steps:
            step = await asyncio.to_thread(Step.unpacked, content)
            async with database.system() as tx:
                await learn_sets(tx, mind, step.rows)
            await asyncio.to_thread(mind.apply, step)
        size = sum(len(content) for _, content in steps)
        return _State(mind, kept.generation, kept.seq, kept.checkpoint_at, size)

    async def _learn_anew(
        self, database: Database, fleet: Fleet, kept: store.Kept | None, now: datetime
    ) -> _State:
        """From the readings that are stored: nothing of it is told but what is still going on."""
        generation = kept.generation + 1 if kept else 1
        log.info("Detection learns from history.", action="detection.learning", days=HISTORY.days)
        mind = Mind(fleet)
        async with database.system() as tx:
            low = await following.here(tx)
        windows = following.within(sorted(fleet.devices), now - HISTORY, now)
        open_ = []
        for window in windows:
            left: Window | None = window
            while left is not None:
                async with database.system() as tx:
                    rows, left = await following.read(tx, left)
                    rows = [row for row in rows if row[0] in fleet.devices]
                    await learn_sets(tx, mind, rows)
                step = Step(now.timestamp(), new_to(mind, rows), mute=True)
                open_ += await asyncio.to_thread(mind.apply, step)
                open_ = [one for one in open_ if one.deviation.number in mind.told]
        mind.were_here(now.timestamp() - NEAR_S)
        self._backlog.begin(now.timestamp())
        state = _State(mind, generation, 0, now)
        async with database.system() as tx:
            await store.hold(tx, self._share)
            claimed = await store.claim(tx, self._share)
            if claimed is not None and (kept is None or claimed != (kept.generation, kept.seq)):
                raise Overtaken
            await store.begin_anew(tx, self._share)
            await self._save(tx, state, now)
            ended = await store.end_older(tx, generation, now)
            written = await Log(mind, generation, dates_history=True).write(tx, open_, now)
            await self._then(tx, [*(Anomaly.of(row) for row in ended), *written], now)
            await self._save_learned(tx, state, now)
            await following.advance(tx, READER, low, now)
        return state

    async def _learn_the_past(self, database: Database, state: _State, now: datetime) -> None:
        """Most devices' history came after they were heard of, or while the engine began: it is
        learnt now, not in a day."""
        has_missed = self._backlog.has_missed(state.mind, now.timestamp())
        moments = self._backlog.to_look_at(state.mind, now.timestamp())
        if not (moments or has_missed):
            return
        async with database.system() as tx:
            found = await following.before(tx, moments, now - HISTORY) if moments else set()
            kept = await store.kept(tx, self._share)
        if has_missed or self._backlog.is_there(state.mind, found, now.timestamp()):
            self._state = await self._learn_anew(database, state.mind.fleet, kept, now)

    # -- the fleet ------------------------------------------------------------------------------

    async def _learn_of_fleet(self, database: Database, state: _State, now: datetime) -> None:
        if now - self._fleet_at < FLEET_EVERY:
            return
        before = state.mind.fleet
        fleet = await self._load_fleet(database, now)
        if fleet.says_otherwise(before):
            # An engine is told at its beginning what metrics mean: it begins again, as it is.
            await self.checkpoint(database, now)
            packed = await asyncio.to_thread(state.mind.packed)
            sets = state.mind.sets
            state.mind = await asyncio.to_thread(Mind.unpacked, *packed, fleet)
            state.mind.sets = sets
        state.mind.fleet = fleet

    async def _load_fleet(self, database: Database, now: datetime) -> Fleet:
        fleet, self._sites = await load_fleet(database, self._thresholds)
        self._fleet_at = now
        return fleet
