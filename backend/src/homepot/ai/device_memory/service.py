"""Use cases of memory: keep an incident, find those like it, forget one."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import numpy as np

from homepot.access.caller import Caller
from homepot.ai.device_memory import store
from homepot.ai.device_memory.categories import CATEGORIES, category_of
from homepot.ai.device_memory.index import IndexAway, Kind, PatternIndex
from homepot.ai.device_memory.patterns import (
    NOTE_CHARACTERS_MAX,
    Answer,
    IncidentPattern,
    Match,
    Pattern,
    Question,
    Saved,
    cut,
)
from homepot.ai.device_memory.ranking import ranked, recommended
from homepot.ai.device_memory.shape import vector_of
from homepot.ai.device_memory.similarity import SIMILAR
from homepot.ai.device_memory.words import told
from homepot.ai.embedding import Embedding, EmbeddingAway, Vectors
from homepot.core.database import Connection
from homepot.core.errors import BadInput, NotFound
from homepot.core.ids import new_public_id
from homepot.core.log import get_logger
from homepot.fleet.devices import service as devices

log = get_logger(__name__)

_CANDIDATES = 25  # of each collection; the ranking is made with all that is known of them
_TAIL_MAX = 500  # changes that the index may not have yet
LIMIT_MAX = 50
SEVERITIES = ("critical", "warning", "info")


class Memory:
    """Incidents of every tenant. `index` is there in the one process that holds it."""

    def __init__(self, embedding: Embedding, model: str, index: PatternIndex | None = None) -> None:
        self._embedding = embedding
        self.model = model
        self.index = index
        # What the index was last brought to; None while it cannot be asked.
        self.horizon: int | None = None
        self.index_model: str | None = None
        self.why_away = "Chroma is not opened by this process."

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """A row of length 1 a text, by memory's own model; EmbeddingAway where it is away."""
        return await self._embedding.embed(texts, self.model)

    # -- keep and forget ----------------------------------------------------------------------

    async def save_incident_pattern(self, caller: Caller, given: IncidentPattern) -> Saved:
        return (await self.save_incident_patterns(caller, [given]))[0]

    async def save_incident_patterns(
        self, caller: Caller, given: Sequence[IncidentPattern]
    ) -> list[Saved]:
        """All of them or, where one is wrong, none. An id that is known is told anew."""
        values = [await _values(caller.tx, one) for one in given]
        vectors: Sequence[Vectors | None] = [None] * len(given)
        try:
            words = [_written(one["pattern_description"], one["resolution"]) for one in values]
            vectors = list(await self._embedding.embed(words, self.model))
        except EmbeddingAway as away:  # made later, by whoever keeps memory in order
            log.warning(away.detail, action="memory.no_embedding")
        saved = []
        for one, row, vector in zip(given, values, vectors, strict=True):
            row["embedding"] = store.packed(vector)
            row["embedding_model"] = None if vector is None else self.model
            is_new = await store.put(caller.tx, row)
            is_cut = max(len(one.description), len(one.resolution or "")) > NOTE_CHARACTERS_MAX
            saved.append(Saved(row["incident_id"], is_new, is_cut))
        return saved

    async def forget(self, caller: Caller, incident_id: str) -> None:
        """The incident and its vectors. NotFound where the caller has none of this id."""
        row = await store.forget(caller.tx, incident_id)
        if row is None:
            raise NotFound(f"No incident {incident_id!r} is remembered.")
        if self.index is not None and self.horizon is not None:
            try:
                await asyncio.to_thread(self.index.remove, caller.tenant_id, [row])
            except IndexAway as away:  # the sweep removes it; until then nobody can see it
                log.debug(away.detail, action="memory.index_away")

    async def is_known(self, caller: Caller, incident_id: str) -> bool:
        return await store.by_incident(caller.tx, incident_id) is not None

    async def incident(self, caller: Caller, incident_id: str) -> Pattern:
        found = await store.by_incident(caller.tx, incident_id)
        if found is None:
            raise NotFound(f"No incident {incident_id!r} is remembered.")
        return found

    # -- find ---------------------------------------------------------------------------------

    async def get_similar_patterns(
        self, caller: Caller, question: Question, limit: int = 5
    ) -> Answer:
        """Past incidents like this one, the best first, and what helped them."""
        if not 1 <= limit <= LIMIT_MAX:
            raise BadInput(f"Ask for 1 to {LIMIT_MAX} incidents.", at="body.limit")
        if "\0" in question.text:
            raise BadInput("It holds a NUL character, which no text has.", at="body.text")
        if not question.text.strip() and not question.signature:
            raise BadInput("Say what happened, in words or by a signature.", at="body.text")
        shape = vector_of(question.signature) if question.signature else None
        candidates: Collection[Pattern]
        # Of two models while one takes over: the index is of the former until all is done.
        model = self.index_model or self.model
        asked, warning = await self._vectors(_words_of(question), [self.model, model])
        try:
            candidates = await self._from_index(caller, asked.get(model), shape)
        except IndexAway as away:
            warning = f"{away.detail} Searched in PostgreSQL instead, which takes longer."
            asked, lost = await self._vectors(
                _words_of(question), [self.model, *await store.models(caller.tx)]
            )
            warning = f"{warning} {lost}" if lost else warning
            candidates = await self._exactly(caller.tx, [(asked, shape)])
        found = _answer(ranked(question, asked, candidates), limit, warning)
        return replace(found, compared_words=bool(asked))

    async def similar_to_each(
        self, caller: Caller, questions: Sequence[Question], limit: int = 5
    ) -> list[Answer]:
        """The same for several at once, by one look at every vector of the tenant, exactly: for
        who has no index and time enough."""
        models = [self.model, *await store.models(caller.tx)]
        asked = [await self._vectors(_words_of(one), models) for one in questions]
        wanted = [
            (vectors, vector_of(one.signature) if one.signature else None)
            for one, (vectors, _) in zip(questions, asked, strict=True)
        ]
        candidates = await self._exactly(caller.tx, wanted)
        return [
            _answer(ranked(one, vectors, candidates), limit, warning)
            for one, (vectors, warning) in zip(questions, asked, strict=True)
        ]

    async def _vectors(
        self, text: str, models: Iterable[str]
    ) -> tuple[dict[str, Vectors], str | None]:
        """The words as a vector of each of these models."""
        found: dict[str, Vectors] = {}
        lost = None
        for model in dict.fromkeys(models):
            try:
                found[model] = await self._embedding.one(text, model)
            except EmbeddingAway as away:
                lost = away.detail
        if lost is None:
            return found, None
        if not found:
            return found, f"{lost} Words were left out of account."
        return found, f"{lost} Words are compared by {', '.join(found)} alone."

    async def _from_index(
        self, caller: Caller, words: Vectors | None, shape: Vectors | None
    ) -> list[Pattern]:
        if self.index is None or self.horizon is None:
            raise IndexAway(self.why_away)
        wanted = [(Kind.PATTERNS, shape), (Kind.HISTORY, words)]
        ids = await asyncio.to_thread(self._nearest, self.index, caller.tenant_id, wanted)
        return await store.by_ids(caller.tx, ids, self.horizon, _TAIL_MAX)

    @staticmethod
    def _nearest(
        index: PatternIndex, tenant_id: int, wanted: Sequence[tuple[Kind, Vectors | None]]
    ) -> set[int]:
        ids: set[int] = set()
        for kind, vector in wanted:
            if vector is not None:
                ids.update(index.nearest(tenant_id, kind, vector, _CANDIDATES))
        return ids

    async def _exactly(
        self, tx: Connection, wanted: Sequence[tuple[dict[str, Vectors], Vectors | None]]
    ) -> list[Pattern]:
        """The same candidates, by looking at every vector of the tenant."""
        near = Nearest(_CANDIDATES)
        by_model: dict[str, list[Vectors]] = {}
        for asked, _ in wanted:
            for model, vector in asked.items():
                by_model.setdefault(model, []).append(vector)
        shapes = [shape for _, shape in wanted if shape is not None]

        def look(rows: Sequence[Any]) -> None:
            for model, vectors in by_model.items():
                own = [(r.id, r.embedding) for r in rows if r.embedding_model == model]
                near.look(own, *vectors)
            near.look([(r.id, r.shape) for r in rows], *shapes)

        async with aclosing(store.every_vector(tx)) as pieces:
            async for rows in pieces:
                # Other work of this process goes on meanwhile.
                await asyncio.to_thread(look, rows)
        return await store.by_ids(tx, near.ids)


async def recalled(tx: Connection, tenant_id: int, scores: Mapping[str, float]) -> Answer:
    """What was found before, by incident, as it is known now: without what was forgotten since."""
    known = await store.by_incidents(tx, tenant_id, list(scores))
    found = [Match(one, scores[one.incident_id], None, None) for one in known]
    found.sort(key=lambda one: (-one.score, one.pattern.incident_id))
    return _answer(found, len(found), None)


def _answer(found: Sequence[Match], limit: int, warning: str | None) -> Answer:
    similar = [one for one in found if one.score >= SIMILAR]
    nearest = found[0].score if found else None
    return Answer(similar[:limit], recommended(similar), nearest, warning)


def _words_of(question: Question) -> str:
    return question.text.strip() or (told(question.signature) if question.signature else "")


class Nearest:
    """The nearest by each vector that is asked for, kept while rows go by."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._best: dict[int, dict[int, float]] = {}

    @property
    def ids(self) -> set[int]:
        return {id_ for best in self._best.values() for id_ in best}

    def look(self, rows: Sequence[tuple[int, bytes | None]], *vectors: Vectors) -> None:
        there = [(id_, content) for id_, content in rows if content is not None]
        if not there or not vectors:
            return
        matrix = np.frombuffer(b"".join(one for _, one in there), np.float32)
        matrix = matrix.reshape(len(there), len(vectors[0]))
        lengths = np.einsum("ij,ij->i", matrix, matrix)
        # Vectors of words have length 1, so the order is that of their cosines.
        for vector, products in zip(vectors, (matrix @ np.stack(vectors).T).T, strict=True):
            far = lengths - 2 * products
            best = self._best.setdefault(id(vector), {})
            nearest = np.argsort(far)[: self._count].tolist()
            best |= {there[place][0]: float(far[place]) for place in nearest}
            for id_ in sorted(best, key=lambda one: best[one])[self._count :]:
                del best[id_]


async def _values(tx: Connection, given: IncidentPattern) -> dict[str, Any]:
    for name in ("description", "resolution", "incident_id", "category"):
        if "\0" in (getattr(given, name) or ""):
            raise BadInput("It holds a NUL character, which no text has.", at=name)
    description = given.description.strip()
    if not description:
        if not given.signature:
            raise BadInput(
                "Say what happened: it has neither words nor readings.", at="description"
            )
        description = told(given.signature)
    if given.severity not in (None, *SEVERITIES):
        raise BadInput(f"The severity is one of {', '.join(SEVERITIES)}.", at="severity")
    if given.started_at and given.ended_at and given.ended_at < given.started_at:
        raise BadInput("It ended before it started.", at="ended_at")
    incident_id = given.incident_id or new_public_id("INC", 2)
    if not 1 <= len(incident_id) <= 64:
        raise BadInput("The id of an incident has 1 to 64 characters.", at="incident_id")
    category = given.category or category_of(given.signature, description)
    if len(category) > 64:
        raise BadInput(
            f"A category has at most 64 characters; ours are {', '.join(CATEGORIES)}.",
            at="category",
        )
    signature = given.signature or None
    device = await devices.find(tx, given.device_id) if given.device_id else None
    return {
        "incident_id": incident_id,
        "device_id": device.id if device else None,
        "category": category,
        "severity": given.severity,
        "started_at": given.started_at,
        "ended_at": given.ended_at,
        "pattern_description": cut(description),
        "resolution": cut(given.resolution) if given.resolution else None,
        "effective": given.effective,
        "signature": signature.as_json() if signature else None,
        "shape": store.packed(vector_of(signature)) if signature else None,
    }


def _written(description: str, resolution: str | None) -> str:
    return f"{description} {resolution}" if resolution else description
