"""Every SQL statement of the memory of incidents."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from homepot.ai.device_memory.patterns import Pattern
from homepot.ai.device_memory.signature import Signature
from homepot.ai.device_memory.tables import ai_incident_patterns as patterns
from homepot.ai.embedding import Vectors
from homepot.core.database import Connection, in_binary, in_binary_pieces
from homepot.core.tables import TransactionId
from homepot.fleet.devices.tables import devices

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)
_ME: ColumnElement[str] = literal_column("pg_current_xact_id()")
_IS_NEW: ColumnElement[bool] = literal_column("(xmax = 0)")
_WHOLE = select(
    patterns.c.id,
    patterns.c.incident_id,
    devices.c.public_id.label("device_id"),
    patterns.c.category,
    patterns.c.severity,
    patterns.c.started_at,
    patterns.c.ended_at,
    patterns.c.pattern_description.label("description"),
    patterns.c.resolution,
    patterns.c.effective,
    patterns.c.signature,
    patterns.c.embedding,
    patterns.c.embedding_model,
).select_from(
    patterns.outerjoin(
        devices,
        and_(devices.c.tenant_id == patterns.c.tenant_id, devices.c.id == patterns.c.device_id),
    )
)
# Joined, row by row: beside row-level security a condition on the id has been answered by reading
# the whole index of the tenant. Written out, because a search is a matter of milliseconds: what
# comes in binary is read twice as fast.
_BY_IDS: LiteralString = """
    select p.id, p.incident_id, d.public_id, p.category, p.severity, p.started_at, p.ended_at,
        p.pattern_description, p.resolution, p.effective, p.signature, p.embedding,
        p.embedding_model
    from (
        select unnest(%(ids)s::bigint[]) as id
        union
        (select id from ai_incident_patterns where changed_by >= %(since)s::xid8
        order by changed_by desc limit %(changed_max)s)
    ) as wanted
    join ai_incident_patterns as p on p.id = wanted.id
    left join devices as d on d.tenant_id = p.tenant_id and d.id = p.device_id
"""
_PIECE_ROWS = 4_000
_VECTORS = select(
    patterns.c.id,
    patterns.c.tenant_id,
    patterns.c.shape,
    patterns.c.embedding,
    patterns.c.embedding_model,
)


def packed(vector: Vectors | None) -> bytes | None:
    return None if vector is None else np.asarray(vector, np.float32).tobytes()


def unpacked(content: bytes | None) -> Vectors | None:
    return None if content is None else np.frombuffer(content, np.float32)


async def put(tx: Connection, values: Mapping[str, Any]) -> bool:
    """True where the incident is new; else it is told anew."""
    made = insert(patterns).values(tenant_id=_TENANT, **values)
    anew = {name: made.excluded[name] for name in values if name != "incident_id"}
    statement = made.on_conflict_do_update(
        index_elements=["tenant_id", "incident_id"], set_={**anew, "changed_by": _ME}
    ).returning(_IS_NEW)
    return bool((await tx.execute(statement)).scalar_one())


async def forget(tx: Connection, incident_id: str) -> int | None:
    statement = (
        delete(patterns).where(patterns.c.incident_id == incident_id).returning(patterns.c.id)
    )
    return (await tx.execute(statement)).scalar_one_or_none()


async def by_incident(tx: Connection, incident_id: str) -> Pattern | None:
    found = await tx.execute(_WHOLE.where(patterns.c.incident_id == incident_id))
    row = found.mappings().one_or_none()
    return None if row is None else _pattern(row)


async def spans(
    tx: Connection, device_id: int, since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """When the incidents of a device were, of those that touch this time."""
    statement = select(patterns.c.started_at, patterns.c.ended_at).where(
        patterns.c.device_id == device_id,
        patterns.c.started_at < until,
        patterns.c.ended_at > since,
    )
    return [(start, end) for start, end in await tx.execute(statement)]


async def by_incidents(
    tx: Connection, tenant_id: int, incident_ids: Collection[str]
) -> list[Pattern]:
    """Those of one tenant, whoever asks."""
    found = await tx.execute(
        _WHOLE.where(
            patterns.c.tenant_id == tenant_id, patterns.c.incident_id.in_(list(incident_ids))
        )
    )
    return [_pattern(row) for row in found.mappings()]


async def by_ids(
    tx: Connection, ids: Collection[int], since: int | None = None, changed_max: int = 0
) -> list[Pattern]:
    """Those that the asker may see; the others are as if they were not there.

    With some that changed since then, the newest first: the index may not know them yet.
    """
    given = {"ids": list(ids), "since": str(since or 0), "changed_max": changed_max}
    return [_whole(row) for row in await in_binary(tx, _BY_IDS, given)]


def _whole(row: Sequence[Any]) -> Pattern:
    *first, signature, embedding, model = row
    known = None if signature is None else Signature.from_json(signature)
    return Pattern(*[*first, known, unpacked(embedding), model])


def _pattern(row: RowMapping) -> Pattern:
    given = dict(row)
    if given["signature"] is not None:
        given["signature"] = Signature.from_json(given["signature"])
    given["embedding"] = unpacked(given["embedding"])
    return Pattern(**given)


async def vectors(
    tx: Connection, after: int, *, since: int | None = None, limit: int = 1_000
) -> Sequence[Any]:
    """The next rows with their vectors, of everybody that this transaction may see."""
    statement = _VECTORS.where(patterns.c.id > after).order_by(patterns.c.id).limit(limit)
    if since is not None:
        statement = statement.where(patterns.c.changed_by >= cast(str(since), TransactionId))
    return (await tx.execute(statement)).all()


class Vectored(NamedTuple):
    id: int
    shape: bytes | None
    embedding: bytes | None
    embedding_model: str | None


async def every_vector(tx: Connection) -> AsyncGenerator[list[Vectored]]:
    """Of everybody that this transaction may see, by one reading of the table."""
    query = "select id, shape, embedding, embedding_model from ai_incident_patterns"
    async with aclosing(in_binary_pieces(tx, query, _PIECE_ROWS)) as pieces:
        async for rows in pieces:
            yield [Vectored(*row) for row in rows]


async def horizon(tx: Connection) -> int:
    """Every transaction before this one is over; what comes later counts from here on."""
    found = await tx.execute(text("select pg_snapshot_xmin(pg_current_snapshot())::text"))
    return int(found.scalar_one())


async def counts(tx: Connection) -> dict[int, tuple[int, int]]:
    """Of each tenant: the incidents that have a shape, and those that have an embedding."""
    statement = select(
        patterns.c.tenant_id, func.count(patterns.c.shape), func.count(patterns.c.embedding)
    ).group_by(patterns.c.tenant_id)
    return {tenant: (shapes, words) for tenant, shapes, words in await tx.execute(statement)}


async def ids_of(tx: Connection, tenant_id: int) -> set[int]:
    statement = select(patterns.c.id).where(patterns.c.tenant_id == tenant_id)
    return set((await tx.execute(statement)).scalars())


class Waiting(NamedTuple):
    """An incident whose words are not a vector of the model yet, as it was seen."""

    id: int
    words: str
    changed_by: str


async def without_model(tx: Connection, model: str, limit: int, after: int = 0) -> list[Waiting]:
    words = func.concat_ws(" ", patterns.c.pattern_description, patterns.c.resolution)
    statement = (
        select(patterns.c.id, func.left(words, 10_000), cast(patterns.c.changed_by, Text))
        .where(
            patterns.c.id > after,
            or_(patterns.c.embedding_model != model, patterns.c.embedding_model.is_(None)),
        )
        .order_by(patterns.c.id)
        .limit(limit)
    )
    return [Waiting(*row) for row in await tx.execute(statement)]


async def put_embeddings(
    tx: Connection, model: str, waiting: Sequence[Waiting], vectors_: Vectors
) -> None:
    """But for those that were told anew meanwhile. Whoever had a vector of another model is
    as it was to the index, which is built anew when all have one of this model."""
    had_none = patterns.c.embedding_model.is_(None)
    statement = (
        update(patterns)
        .where(
            patterns.c.id == bindparam("row"),
            patterns.c.changed_by == cast(bindparam("seen", type_=Text), TransactionId),
        )
        .values(
            embedding=bindparam("vector"),
            embedding_model=model,
            changed_by=case((had_none, _ME), else_=patterns.c.changed_by),
        )
    )
    given = [
        {"row": one.id, "seen": one.changed_by, "vector": packed(vector)}
        for one, vector in zip(waiting, vectors_, strict=True)
    ]
    if given:
        await tx.execute(statement, given)


async def models(tx: Connection) -> list[str]:
    """Of which the words of somebody's incidents are vectors: two while one takes over."""
    found = select(patterns.c.embedding_model).distinct()
    return [one for one in (await tx.execute(found)).scalars() if one is not None]
