"""Every SQL statement of the sender: all tenants, as the system."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection


@dataclass(frozen=True)
class Claimed:
    """A delivery that this worker sends now."""

    id: int
    tenant_id: int
    public_id: str
    kind: str
    attempts: int
    created_at: datetime
    message: dict[str, Any] | None
    channel_id: int
    channel_name: str
    channel_kind: str
    url: str | None
    topic: str | None
    length: str


@dataclass(frozen=True)
class Item:
    """An incident in a delivery: the last that happened of what its notices say."""

    what: str
    incident_id: str
    state: str
    severity: str
    category: str
    site_id: str
    site_name: str
    device_id: str | None
    device_name: str | None
    title: str
    words: str
    since: datetime
    timezone: str | None
    # its row among the incidents, as long as it is there
    incident_row: int | None
    ended_at: datetime | None
    # the last that led to how it stands now: what it was, who said it, in which words
    how: str | None
    by: str | None
    note: str | None

    def __repr__(self) -> str:
        return f"Item({self.incident_id})"


@dataclass(frozen=True)
class Configured:
    """A channel that is switched on, with its address."""

    name: str
    kind: str
    url: str | None
    shown: str
    last_sent_at: datetime | None
    problem: str | None
    is_used: bool
    waiting: int

    def __repr__(self) -> str:
        return f"Configured({self.name!r})"


_CONFIGURED = text(
    """
    select h.name, h.kind, h.url, h.shown, h.last_sent_at, h.problem,
        exists (select from alert_rules as r where r.tenant_id = h.tenant_id and r.enabled
            and (h.public_id = any(r.channel_ids) or h.public_id = any(r.escalate_channel_ids))),
        (select count(*) from alert_deliveries as d
            where d.channel_id = h.id and d.state in ('waiting', 'sending'))
    from alert_channels as h where h.removed_at is null and h.enabled
    order by h.tenant_id, h.name limit 1000
    """
)
# A send whose worker was killed is found by its moment; what came of it nobody knows.
_LOST = text(
    """
    with lost as (
        update alert_deliveries set state = 'waiting', sending_until = null, due_at = :now
        where id = any(array(
            select id from alert_deliveries
            where state = 'sending' and sending_until <= :now for update skip locked
        ))
        returning id, attempts
    )
    update alert_attempts as a set result = 'unknown', ended_at = :now,
        problem = 'The worker was interrupted while it was sending.'
    from lost where a.delivery_id = lost.id and a.number = lost.attempts and a.result is null
    """
)
# Of a channel one message at a time; one that is to say what an incident resembles waits a moment
# for that to be found out.
_CLAIM = text(
    """
    with next as (
        select d.id from alert_deliveries as d
        where d.state = 'waiting' and d.due_at <= :now and not exists (
            select from alert_deliveries as busy
            where busy.channel_id = d.channel_id and busy.state = 'sending'
        ) and not exists (
            select from alert_notices as n join alerts as a on a.id = n.alert_id
                join incidents as i
                    on i.tenant_id = a.tenant_id and i.public_id = a.incident_id
                join incident_errands as e on e.incident_id = i.id and e.what = 'recall'
            where n.delivery_id = d.id and n.what <> 'over' and n.at > :patient_since
        )
        order by d.due_at, d.id limit 1 for update skip locked
    ), claimed as (
        update alert_deliveries as d set state = 'sending', attempts = d.attempts + 1,
            sending_until = :until
        from next where d.id = next.id returning d.*
    ), logged as (
        insert into alert_attempts (tenant_id, delivery_id, number, started_at)
        select tenant_id, id, attempts, :now from claimed
    )
    select c.id, c.tenant_id, c.public_id, c.kind, c.attempts, c.created_at, c.message,
        h.id, h.name, h.kind, h.url, h.topic, h.length
    from claimed as c join alert_channels as h on h.id = c.channel_id
    where h.removed_at is null
    """
)
_ITEMS = text(
    """
    select distinct on (a.id) n.what, a.incident_id, a.state, n.severity, a.category, a.site_id,
        a.site_name, a.device_id, a.device_name, a.title, a.words, a.since, s.timezone, i.id,
        i.ended_at, h.what, h.actor_name, h.note
    from alert_notices as n join alerts as a on a.id = n.alert_id
        left join incidents as i on i.tenant_id = a.tenant_id and i.public_id = a.incident_id
        left join lateral (
            select said.what, said.actor_name, said.note from incident_history as said
            where said.incident_id = i.id
                and said.what in ('opened', 'reopened', 'resolved', 'normal', 'closed')
            order by said.id desc limit 1
        ) as h on true
        left join sites as s on s.tenant_id = a.tenant_id and s.public_id = a.site_id
    where n.delivery_id = :delivery_id
    order by a.id, n.id desc
    """
)
_KEEP_MESSAGE = text(
    "update alert_deliveries set message = cast(:message as jsonb) where id = :id"
    " and message is null"
)
_END_ATTEMPT = text(
    "update alert_attempts set result = :result, problem = :problem, ended_at = :now"
    " where delivery_id = :id and number = :number and result is null"
)
_END = text(
    """
    update alert_deliveries set state = :state, due_at = coalesce(:due_at, due_at),
        problem = :problem, sending_until = null,
        ended_at = case when :state = 'waiting' then null else cast(:now as timestamptz) end
    where id = :id and state = 'sending' and attempts = :number returning id
    """
)
_CHANNEL_WORKS = text(
    "update alert_channels set last_sent_at = :now, failing_since = null, problem = null"
    " where id = :id"
)
_CHANNEL_FAILS = text(
    "update alert_channels set failing_since = coalesce(failing_since, :now), problem = :problem"
    " where id = :id"
)
# What was not tried yet waits with it, so that a channel that is away is not asked for each.
_OTHERS_WAIT = text(
    "update alert_deliveries set due_at = greatest(due_at, :due_at)"
    " where channel_id = :channel_id and state = 'waiting' and attempts = 0 and kind <> 'test'"
)
# One that works again takes what waits for it at once.
_OTHERS_GO = text(
    "update alert_deliveries set due_at = least(due_at, :now)"
    " where channel_id = :channel_id and state = 'waiting' and attempts > 0"
)
_DROP = text(
    "update alert_deliveries as d set state = 'dropped', ended_at = :now, sending_until = null,"
    " problem = 'The channel was removed.' from alert_channels as h"
    " where h.id = d.channel_id and h.removed_at is not null"
    " and d.state in ('waiting', 'sending') and d.due_at <= :now"
)


_ADD_REPORT = text(
    """
    insert into alert_deliveries
        (tenant_id, public_id, channel_id, kind, state, created_at, due_at, message)
    select tenant_id, :public_id, id, 'report', 'waiting', :now, :now, cast(:message as jsonb)
    from alert_channels
    where public_id = :channel_id and removed_at is null and enabled
    """
)


async def add_report(
    tx: Connection, public_id: str, channel_id: str, message: Mapping[str, Any], now: datetime
) -> None:
    """Where the channel is there and switched on; the transaction is the tenant's."""
    given = {"public_id": public_id, "channel_id": channel_id, "message": json.dumps(message)}
    await tx.execute(_ADD_REPORT, given | {"now": now})


async def configured(tx: Connection) -> list[Configured]:
    return [Configured(*row) for row in await tx.execute(_CONFIGURED)]


async def find_lost(tx: Connection, now: datetime) -> None:
    await tx.execute(_LOST, {"now": now})


async def drop_removed(tx: Connection, now: datetime) -> None:
    await tx.execute(_DROP, {"now": now})


async def claim(
    tx: Connection, now: datetime, until: datetime, patience: timedelta
) -> Claimed | None:
    given = {"now": now, "until": until, "patient_since": now - patience}
    row = (await tx.execute(_CLAIM, given)).one_or_none()
    return Claimed(*row) if row else None


async def items(tx: Connection, delivery_id: int) -> list[Item]:
    return [Item(*row) for row in await tx.execute(_ITEMS, {"delivery_id": delivery_id})]


async def keep_message(tx: Connection, delivery_id: int, message: Mapping[str, Any]) -> None:
    given = {"id": delivery_id, "message": json.dumps(message)}
    await tx.execute(_KEEP_MESSAGE, given)


async def end(
    tx: Connection,
    claimed: Claimed,
    state: str,
    now: datetime,
    *,
    problem: str | None = None,
    due_at: datetime | None = None,
) -> bool:
    """What came of it; False where somebody else has taken it over meanwhile."""
    result = "sent" if state == "sent" else "failed"
    given = {"id": claimed.id, "number": claimed.attempts, "problem": problem, "now": now}
    await tx.execute(_END_ATTEMPT, given | {"result": result})
    ended = await tx.execute(_END, given | {"state": state, "due_at": due_at})
    if ended.one_or_none() is None:
        return False
    channel = {"id": claimed.channel_id, "now": now}
    others = {"channel_id": claimed.channel_id}
    if state == "sent":
        await tx.execute(_CHANNEL_WORKS, channel)
        await tx.execute(_OTHERS_GO, others | {"now": now})
    else:
        await tx.execute(_CHANNEL_FAILS, channel | {"problem": problem})
        if due_at is not None:
            await tx.execute(_OTHERS_WAIT, others | {"due_at": due_at})
    return True
