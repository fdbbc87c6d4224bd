"""Every SQL statement of the audit log. The chain itself is kept by a trigger: see 0002_access."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from homepot.access.audit.chain import ChainFacts
from homepot.access.caller import ActorKind, Caller
from homepot.access.tables import audit_log
from homepot.core.database import Connection

_ADD = text(
    "INSERT INTO audit_log (tenant_id, actor_kind, actor_id, actor_name, action, object,"
    " details, request_id, address) VALUES (:tenant_id, :actor_kind, :actor_id, :actor_name,"
    " :action, :object, CAST(:details AS jsonb), :request_id, :address)"
)

# The expression of the trigger, written again here: a trigger that was tampered with is found.
_CHECK = text(
    """
    WITH computed AS (
        SELECT number, hash, previous_hash,
            lag(number, 1, 0::bigint) OVER chain AS number_before,
            lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS hash_before,
            sha256(previous_hash || convert_to(jsonb_build_array(
                tenant_id, number,
                to_char(at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS.US"Z"'),
                actor_kind, actor_id, actor_name, action, object, details,
                request_id, address
            )::text, 'UTF8')) AS hash_now
        FROM audit_log
        WHERE tenant_id = :tenant_id
        WINDOW chain AS (ORDER BY number)
    )
    SELECT count(*) AS entries,
        coalesce(max(number), 0) AS last_number,
        (SELECT hash FROM computed ORDER BY number DESC LIMIT 1) AS last_hash,
        min(number) FILTER (WHERE hash_now <> hash) AS changed,
        min(number) FILTER (WHERE number <> number_before + 1) AS gap_before,
        min(number) FILTER (WHERE previous_hash <> hash_before) AS unlinked
    FROM computed
    """
)
_HEAD = text("SELECT number, hash FROM audit_heads WHERE tenant_id = :tenant_id")


@dataclass(frozen=True)
class Entry:
    number: int
    at: datetime
    actor_kind: ActorKind
    actor_id: str | None
    actor_name: str
    action: str
    object: str
    details: dict[str, Any]
    request_id: str | None
    address: str | None
    hash: bytes


async def add(caller: Caller, action: str, object_: str, details: dict[str, Any]) -> None:
    actor = caller.actor
    await caller.tx.execute(
        _ADD,
        {
            "tenant_id": caller.tenant_id,
            "actor_kind": actor.kind,
            "actor_id": None if actor.id is None else str(actor.id),
            "actor_name": actor.name,
            "action": action,
            "object": object_,
            "details": json.dumps(details, ensure_ascii=False),
            "request_id": caller.request_id,
            "address": caller.address,
        },
    )


async def page(tx: Connection, *, limit: int, before: int | None) -> Sequence[Entry]:
    """The newest first."""
    columns = [audit_log.c[name] for name in Entry.__dataclass_fields__]
    statement = select(*columns).order_by(audit_log.c.number.desc()).limit(limit)
    if before is not None:
        statement = statement.where(audit_log.c.number < before)
    return [Entry(**row._asdict()) for row in await tx.execute(statement)]


async def chain_facts(tx: Connection, tenant_id: int) -> ChainFacts:
    # The head first: entries added meanwhile then look like more, never like a cut tail.
    head = (await tx.execute(_HEAD, {"tenant_id": tenant_id})).first()
    found = (await tx.execute(_CHECK, {"tenant_id": tenant_id})).one()
    number, hash_ = (0, None) if head is None else head
    return ChainFacts(**found._asdict(), head_number=number, head_hash=hash_)


async def number_of(tx: Connection, tenant_id: int, hash_: bytes) -> int | None:
    statement = select(audit_log.c.number).where(
        audit_log.c.tenant_id == tenant_id, audit_log.c.hash == hash_
    )
    found: int | None = (await tx.execute(statement)).scalar_one_or_none()
    return found
