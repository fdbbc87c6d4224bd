"""Every SQL statement on the questions that were asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, delete, func, insert, select, text, update

from homepot.ai.query.tables import ai_questions
from homepot.core.database import Connection

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class Logged:
    """One question as it is kept."""

    id: int
    public_id: str
    user_id: int | None
    actor_name: str
    conversation_id: str
    asked_at: datetime
    as_of: datetime
    question: str | None
    plan: dict[str, Any]
    kind: str
    value: Any
    answer: str
    mode: str
    model_used: str | None
    response_time_ms: int
    rating: int | None
    correction: str | None
    rated_at: datetime | None


_LARGEST = text(
    "select tenant_id from devices group by tenant_id order by count(*) desc, tenant_id"
    " limit :limit"
)
_COLUMNS = [ai_questions.c[name] for name in Logged.__dataclass_fields__]


async def add(tx: Connection, values: dict[str, Any]) -> None:
    await tx.execute(insert(ai_questions).values(tenant_id=_TENANT, **values))


async def last_plans(
    tx: Connection, conversation_id: str, user_id: int | None, count: int
) -> list[dict[str, Any]]:
    """Of this person's conversation, the newest first; what could not be answered is left out."""
    of = ai_questions.c
    found = await tx.execute(
        select(of.plan)
        .where(
            of.conversation_id == conversation_id,
            of.user_id.is_not_distinct_from(user_id),
            of.plan["ask"].astext != "none",
        )
        .order_by(of.id.desc())
        .limit(count)
    )
    return list(found.scalars())


async def page(
    tx: Connection, user_id: int | None, *, of_all: bool, before: int | None, limit: int
) -> list[Logged]:
    """The newest first; of one person, or of all."""
    query = select(*_COLUMNS).order_by(ai_questions.c.id.desc()).limit(limit)
    if not of_all:
        query = query.where(ai_questions.c.user_id.is_not_distinct_from(user_id))
    if before is not None:
        query = query.where(ai_questions.c.id < before)
    return [Logged(*row) for row in await tx.execute(query)]


async def find(tx: Connection, public_id: str) -> Logged | None:
    query = select(*_COLUMNS).where(ai_questions.c.public_id == public_id)
    row = (await tx.execute(query)).one_or_none()
    return Logged(*row) if row else None


async def rate(
    tx: Connection, public_id: str, rating: int | None, correction: str | None, now: datetime
) -> None:
    await tx.execute(
        update(ai_questions)
        .where(ai_questions.c.public_id == public_id)
        .values(rating=rating, correction=correction, rated_at=now)
    )


async def worded(tx: Connection, public_id: str, answer: str, model: str) -> None:
    await tx.execute(
        update(ai_questions)
        .where(ai_questions.c.public_id == public_id)
        .values(answer=answer, model_used=model)
    )


async def forget(tx: Connection, before: datetime, most: int) -> int:
    old: Sequence[int] = list(
        (
            await tx.execute(
                select(ai_questions.c.id).where(ai_questions.c.asked_at < before).limit(most)
            )
        ).scalars()
    )
    if old:
        await tx.execute(delete(ai_questions).where(ai_questions.c.id.in_(old)))
    return len(old)


async def largest_tenants(tx: Connection, limit: int) -> list[int]:
    """Those with most devices first, as the system sees them."""
    return list((await tx.execute(_LARGEST, {"limit": limit})).scalars())
