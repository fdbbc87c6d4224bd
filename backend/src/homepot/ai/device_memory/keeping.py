"""Keeps the index in step with PostgreSQL: catches up, mends, builds anew, follows the model."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from homepot.ai.config import ai_config
from homepot.ai.device_memory import store
from homepot.ai.device_memory.index import IndexAway, Kind, PatternIndex, State
from homepot.ai.device_memory.service import Memory
from homepot.ai.device_memory.shape import VERSION
from homepot.ai.embedding import MODELS, Embedding, EmbeddingAway, Vectors
from homepot.core.database import Database
from homepot.core.errors import Unavailable
from homepot.core.log import get_logger
from homepot.core.process import Process
from homepot.core.settings import Settings, SettingsError

log = get_logger(__name__)

OPEN_AFTER_S = 5.0
LOOK_EVERY_S = 2.0
AGAIN_AFTER_S = 30.0
THOROUGH_EVERY_S = 60.0
_EMBED_AT_ONCE = 4

Vectored = dict[tuple[int, Kind], dict[int, Vectors]]


class Keeper:
    """The one that writes into the index. Whatever it finds in the folder, it ends up right."""

    def __init__(
        self,
        database: Database,
        memory: Memory,
        embedding: Embedding,
        thorough_every_s: float = THOROUGH_EVERY_S,
    ) -> None:
        self._database = database
        self._memory = memory
        self._embedding = embedding
        self._has_told = False
        self._thorough_every_s = thorough_every_s
        self._thorough_at = 0.0

    async def look(self) -> None:
        """One round. What goes wrong is said once, and tried again at the next."""
        index = self._memory.index
        if index is None:
            return
        try:
            if self._memory.horizon is None:
                await asyncio.to_thread(index.close)
                await asyncio.to_thread(index.open)
            await self._follow(index)
            self._has_told = False
        except IndexAway as away:
            self._away(away)
            await self._mend(index)

    async def build(self) -> None:
        """From nothing, from PostgreSQL. IndexAway where that cannot be."""
        assert self._memory.index is not None
        await self._build(self._memory.index)

    def _away(self, away: IndexAway) -> None:
        self._memory.horizon = None
        self._memory.why_away = away.detail
        if not self._has_told:
            log.warning(
                f"{away.detail} Similar incidents are searched for in PostgreSQL meanwhile.",
                action="memory.index_away",
            )
            self._has_told = True

    async def _mend(self, index: PatternIndex) -> None:
        """A folder that is ours and broken is emptied and filled again."""
        try:
            await asyncio.to_thread(index.open_empty)
            await self._build(index)
        except IndexAway as away:
            self._memory.why_away = away.detail
            return
        log.info("Chroma was built anew from PostgreSQL.", action="memory.index_mended")
        self._has_told = False

    # -- in step ------------------------------------------------------------------------------

    async def _follow(self, index: PatternIndex) -> None:
        # What looks at every row is done once a minute.
        is_thorough = time.monotonic() >= self._thorough_at
        state = await asyncio.to_thread(index.state)
        async with self._database.system() as tx:
            horizon = await store.horizon(tx)
        if state is None or state.version != VERSION or state.horizon > horizon:
            await self._build(index)
            return
        another_takes_over = state.model != self._memory.model
        if another_takes_over and await self._all_embedded():
            log.info(
                f"All incidents are embedded with {self._memory.model}; Chroma follows.",
                action="memory.model_changed",
            )
            await self._build(index)
            await self._embedding.keep_only(self._memory.model)
            return
        await _fill(index, self._database, state.model, since=state.horizon)
        if is_thorough:
            async with self._database.system() as tx:
                await self._sweep(index, tx)
            self._thorough_at = time.monotonic() + self._thorough_every_s
        # What is new has no vector of the former model: it stays among the changes, which a search
        # reads beside the index.
        reached = state.horizon if another_takes_over else horizon
        await self._reached(index, State(state.model, reached))

    async def _all_embedded(self) -> bool:
        async with self._database.system() as tx:
            return not await store.without_model(tx, self._memory.model, 1)

    async def _sweep(self, index: PatternIndex, tx: Any) -> None:
        """What was deleted in PostgreSQL, by whatever way, goes here too."""
        told = await store.counts(tx)
        for tenant in set(told) | set(await asyncio.to_thread(index.tenants)):
            counts = [await asyncio.to_thread(index.count, tenant, kind) for kind in Kind]
            here = told.get(tenant, (0, 0))
            if counts[0] <= here[0] and counts[1] <= here[1]:
                continue
            known = await store.ids_of(tx, tenant)
            for kind in Kind:
                kept = await asyncio.to_thread(index.ids, tenant, kind)
                await asyncio.to_thread(index.remove, tenant, sorted(kept - known))

    async def _build(self, index: PatternIndex) -> None:
        self._memory.horizon, self._memory.why_away = None, "Chroma is being built anew."
        await asyncio.to_thread(index.clear)
        async with self._database.system() as tx:
            horizon = await store.horizon(tx)
        await _fill(index, self._database, self._memory.model)
        await self._reached(index, State(self._memory.model, horizon))

    async def _reached(self, index: PatternIndex, state: State) -> None:
        if await asyncio.to_thread(index.state) != state:
            await asyncio.to_thread(index.put_state, state)
        self._memory.index_model, self._memory.horizon = state.model, state.horizon

    async def embed_what_waits(self) -> None:
        """Incidents saved without a vector, or with that of another model: a few at a time, so
        that nobody's question waits long for the model."""
        model, after = self._memory.model, 0
        try:
            while True:
                async with self._database.system() as tx:
                    some = await store.without_model(tx, model, _EMBED_AT_ONCE, after)
                if not some:
                    return
                vectors = await self._embedding.embed([one.words for one in some], model)
                async with self._database.system() as tx:
                    await store.put_embeddings(tx, model, some, vectors)
                after = some[-1].id
        except EmbeddingAway as away:
            log.debug(away.detail, action="memory.no_embedding")


async def _fill(
    index: PatternIndex, database: Database, model: str, since: int | None = None
) -> None:
    """Each part in a transaction of its own: the index takes its time over what it is given."""
    after = 0
    while True:
        async with database.system() as tx:
            rows = await store.vectors(tx, after, since=since)
        if not rows:
            return
        after = rows[-1].id
        for (tenant, kind), vectors in _vectored(rows, model).items():
            await asyncio.to_thread(index.put, tenant, kind, vectors)


def _vectored(rows: Sequence[Any], model: str) -> Mapping[tuple[int, Kind], dict[int, Vectors]]:
    found: Vectored = defaultdict(dict)
    for row in rows:
        shape, words = store.unpacked(row.shape), store.unpacked(row.embedding)
        if shape is not None:
            found[row.tenant_id, Kind.PATTERNS][row.id] = shape
        if words is not None and row.embedding_model == model:
            found[row.tenant_id, Kind.HISTORY][row.id] = words
    return found


async def _again_and_again(keeper: Keeper, memory: Memory) -> None:
    # Opening Chroma takes seconds of a processor that a starting process has better use for.
    await asyncio.sleep(OPEN_AFTER_S)
    while True:
        try:
            await keeper.look()
        except (SQLAlchemyError, OSError, Unavailable) as error:
            log.debug(f"Memory was not looked at: {error!r}", action="memory.look_failed")
        await asyncio.sleep(LOOK_EVERY_S if memory.horizon is not None else AGAIN_AFTER_S)


async def _embed_again_and_again(keeper: Keeper) -> None:
    await asyncio.sleep(OPEN_AFTER_S)
    while True:
        try:
            await keeper.embed_what_waits()
        except (SQLAlchemyError, OSError, Unavailable) as error:
            log.debug(f"Nothing was embedded: {error!r}", action="memory.embed_failed")
        await asyncio.sleep(THOROUGH_EVERY_S)


def known_model(settings: Settings) -> None:
    """SettingsError where the configured model of embedding is none of ours."""
    name = ai_config(settings).embedding.model
    if name not in MODELS:
        names = ", ".join(sorted(MODELS))
        wrong = f"ai_service.embedding.model: there is no model {name!r}; there are: {names}."
        raise SettingsError([wrong])


def memory_of(settings: Settings, embedding: Embedding, *, with_index: bool) -> Memory:
    config = ai_config(settings)
    folder = config.chromadb.folder(settings)
    index = PatternIndex(folder, config.chromadb.collection_name) if with_index else None
    return Memory(embedding, config.embedding.model, index)


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[Memory]:
    """For as long as the web application runs."""
    embedding = Embedding()
    memory = memory_of(process.settings, embedding, with_index=True)
    memory.why_away = "Chroma is being opened."
    keeper = Keeper(process.database, memory, embedding)
    tasks = [
        asyncio.create_task(_again_and_again(keeper, memory), name="keeper of memory"),
        asyncio.create_task(_embed_again_and_again(keeper), name="embedding of memory"),
    ]
    try:
        yield memory
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if memory.index is not None:
            await asyncio.to_thread(memory.index.close)
        await asyncio.to_thread(embedding.close)
