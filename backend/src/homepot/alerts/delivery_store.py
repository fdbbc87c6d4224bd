"""Every SQL statement on what people ask of the outbox; all run inside a tenant's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection


@dataclass(frozen=True)
class Delivery:
    id: int
    public_id: str
    channel_id: str
    channel_name: str
    kind: str
    state: str
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    problem: str | None
    title: str | None
    incident_ids: list[str]
    log: list[dict[str, Any]]


@dataclass(frozen=True)
class Decision:
    incident_id: str
    at: datetime
    what: str
    outcome: str


@dataclass(frozen=True)
class DeliveryQuery:
    channel_id: str | None
    incident_id: str | None
    state: str | None
    limit: int
    before: int | None


_PAGE = text(
    """
    select d.id, d.public_id, h.public_id, h.name, d.kind, d.state, d.created_at, d.due_at,
        d.ended_at, d.attempts, d.problem, d.message ->> 'title',
        array(select distinct a.incident_id from alert_notices as n
            join alerts as a on a.id = n.alert_id where n.delivery_id = d.id order by 1),
        coalesce((select jsonb_agg(jsonb_build_object('number', t.number,
            'started_at', t.started_at, 'ended_at', t.ended_at, 'result', t.result,
            'problem', t.problem) order by t.number)
            from alert_attempts as t where t.delivery_id = d.id), '[]'::jsonb)
    from alert_deliveries as d join alert_channels as h on h.id = d.channel_id
    where (cast(:channel_id as text) is null or h.public_id = :channel_id)
        and (cast(:state as text) is null or d.state = :state)
        and (cast(:before as bigint) is null or d.id < :before)
        and (cast(:public_id as text) is null or d.public_id = :public_id)
        and (cast(:incident_id as text) is null or exists (
            select from alert_notices as n join alerts as a on a.id = n.alert_id
            where n.delivery_id = d.id and a.incident_id = :incident_id))
    order by d.id desc limit :limit
    """
)
_DECISIONS = text(
    "select incident_id, at, what, outcome from alert_decisions"
    " where cast(:incident_id as text) is null or incident_id = :incident_id"
    " order by at desc, source desc limit :limit"
)
_ADD_TEST = text(
    """
    insert into alert_deliveries
        (tenant_id, public_id, channel_id, kind, state, created_at, due_at)
    select current_setting('homepot.tenant_id')::int, :public_id, :channel_id, 'test', 'waiting',
        :now, :now
    where not exists (select from alert_deliveries where channel_id = :channel_id
        and kind = 'test' and state in ('waiting', 'sending'))
    returning id
    """
)


async def page(tx: Connection, asked: DeliveryQuery) -> list[Delivery]:
    """The newest first."""
    given = {**vars(asked), "public_id": None}
    return [Delivery(*row) for row in await tx.execute(_PAGE, given)]


async def find(tx: Connection, public_id: str) -> Delivery | None:
    asked = DeliveryQuery(None, None, None, 1, None)
    row = (await tx.execute(_PAGE, {**vars(asked), "public_id": public_id})).one_or_none()
    return Delivery(*row) if row else None


async def decisions(tx: Connection, incident_id: str | None, limit: int) -> list[Decision]:
    given = {"incident_id": incident_id, "limit": limit}
    return [Decision(*row) for row in await tx.execute(_DECISIONS, given)]


async def add_test(tx: Connection, channel_id: int, public_id: str, now: datetime) -> bool:
    """False where a test of this channel is under way."""
    given = {"channel_id": channel_id, "public_id": public_id, "now": now}
    return (await tx.execute(_ADD_TEST, given)).one_or_none() is not None
