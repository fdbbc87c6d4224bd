"""Every SQL statement on alerts, decisions, waits, and what is put into the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from homepot.alerts.tables import alert_decisions, alert_notices, alert_waits, alerts
from homepot.core.database import Connection

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class Alert:
    id: int
    incident_id: str
    state: str
    severity: str
    category: str
    site_id: str
    site_name: str
    device_id: str | None
    device_name: str | None
    types: list[str]
    tags: list[str]
    member_ids: list[str]
    title: str
    words: str
    since: datetime
    opened_at: datetime
    changed_at: datetime
    episode: int


@dataclass(frozen=True)
class Wait:
    id: int
    alert_id: int
    rule_id: int
    why: str
    due_at: datetime


_COLUMNS = [alerts.c[name] for name in Alert.__dataclass_fields__]


async def note_decision(tx: Connection, values: dict[str, Any]) -> bool:
    """Whether this occurrence had not been decided upon before."""
    statement = (
        upsert(alert_decisions)
        .values(tenant_id=_TENANT, **values)
        .on_conflict_do_nothing()
        .returning(alert_decisions.c.source)
    )
    return (await tx.execute(statement)).one_or_none() is not None


_OUTCOME = text("update alert_decisions set outcome = :outcome where source = :source")


async def set_outcome(tx: Connection, source: str, outcome: str) -> None:
    await tx.execute(_OUTCOME, {"source": source, "outcome": outcome[:2_000]})


async def find(tx: Connection, incident_id: str) -> Alert | None:
    found = await tx.execute(
        select(*_COLUMNS).where(alerts.c.incident_id == incident_id).with_for_update()
    )
    row = found.one_or_none()
    return Alert(*row) if row else None


async def held(tx: Connection, alert_id: int) -> Alert:
    found = await tx.execute(select(*_COLUMNS).where(alerts.c.id == alert_id).with_for_update())
    return Alert(*found.one())


async def untold(tx: Connection, most: int) -> list[Alert]:
    """What lasts of which no channel ever heard, and that waits for no moment; the oldest first."""
    told = select(alert_notices.c.alert_id).where(alert_notices.c.alert_id == alerts.c.id)
    waits = select(alert_waits.c.alert_id).where(alert_waits.c.alert_id == alerts.c.id)
    query = (
        select(*_COLUMNS)
        .where(alerts.c.state != "over", ~told.exists(), ~waits.exists())
        .order_by(alerts.c.id)
        .limit(most)
    )
    return [Alert(*row) for row in await tx.execute(query)]


async def save(tx: Connection, values: dict[str, Any]) -> Alert:
    """The alert of an incident as it is now."""
    statement = upsert(alerts).values(tenant_id=_TENANT, **values)
    kept = {name for name in values if name not in ("incident_id", "opened_at")}
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "incident_id"],
        set_={name: statement.excluded[name] for name in kept},
    )
    return Alert(*(await tx.execute(statement.returning(*_COLUMNS))).one())


async def wait(tx: Connection, values: dict[str, Any]) -> None:
    """Later; what waits for the same reason already goes by the new moment."""
    statement = upsert(alert_waits).values(tenant_id=_TENANT, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["alert_id", "rule_id", "why"],
            set_={name: statement.excluded[name] for name in ("silence_id", "due_at")},
        )
    )


async def wait_once(tx: Connection, values: dict[str, Any]) -> None:
    """Later; what waits for the same reason already keeps its moment."""
    statement = upsert(alert_waits).values(tenant_id=_TENANT, **values)
    await tx.execute(statement.on_conflict_do_nothing())


_STOP_WAITING = text("delete from alert_waits where alert_id = :alert_id and why <> all(:but)")


async def stop_waiting(tx: Connection, alert_id: int, *, but: Sequence[str] = ()) -> None:
    await tx.execute(_STOP_WAITING, {"alert_id": alert_id, "but": list(but)})


_SILENCE_OVER = text("update alert_waits set due_at = :now where silence_id = :silence_id")


async def silence_is_over(tx: Connection, silence_id: int, now: datetime) -> None:
    """What it held is looked at again."""
    await tx.execute(_SILENCE_OVER, {"silence_id": silence_id, "now": now})


_DUE_TENANTS = text("select distinct tenant_id from alert_waits where due_at <= :now")
_TAKE_DUE = text(
    """
    delete from alert_waits where id = any(array(
        select id from alert_waits where due_at <= :now
        order by due_at, id limit :most for update skip locked
    )) returning id, alert_id, rule_id, why, due_at
    """
)


async def tenants_with_due(tx: Connection, now: datetime) -> list[int]:
    """All tenants."""
    return [tenant for (tenant,) in await tx.execute(_DUE_TENANTS, {"now": now})]


async def take_due(tx: Connection, now: datetime, most: int) -> list[Wait]:
    found = await tx.execute(_TAKE_DUE, {"now": now, "most": most})
    return sorted((Wait(*row) for row in found), key=lambda one: (one.due_at, one.id))


_TOLD = text(
    "select distinct channel_id from alert_notices"
    " where alert_id = :alert_id and episode = :episode"
    " and what not in ('over', 'digest')"
)


async def told(tx: Connection, alert: Alert) -> set[int]:
    """The channels that heard of the incident since it last came."""
    found = await tx.execute(_TOLD, {"alert_id": alert.id, "episode": alert.episode})
    return {channel for (channel,) in found}


# -- into the outbox --------------------------------------------------------------------------

_HOLD_CHANNEL = text("select enabled from alert_channels where id = :id for no key update")
_RECENT = text(
    "select due_at from alert_deliveries where channel_id = :channel_id and due_at > :since"
    " and due_at <= :now and kind <> 'test' order by due_at desc limit 10"
)
_OPEN_DELIVERY = text(
    """
    select d.id from alert_deliveries as d
    where d.channel_id = :channel_id and d.kind = :kind and d.state = 'waiting'
        and d.attempts = 0
        and (select count(*) from alert_notices as n where n.delivery_id = d.id) < :most
    order by d.id desc limit 1 for update
    """
)
_FAILING_UNTIL = text(
    "select min(due_at) from alert_deliveries"
    " where channel_id = :channel_id and state = 'waiting' and attempts > 0"
)
_ADD_DELIVERY = text(
    """
    insert into alert_deliveries
        (tenant_id, public_id, channel_id, kind, state, created_at, due_at)
    values (current_setting('homepot.tenant_id')::int, :public_id, :channel_id, :kind,
        'waiting', :now, :due_at)
    returning id
    """
)
_ADD_NOTICE = text(
    """
    insert into alert_notices
        (tenant_id, alert_id, channel_id, what, severity, episode, at, delivery_id)
    values (current_setting('homepot.tenant_id')::int, :alert_id, :channel_id, :what,
        :severity, :episode, :at, :delivery_id)
    """
)
_IS_TOLD = text(
    "select exists (select from alert_notices where alert_id = :alert_id"
    " and channel_id = :channel_id and what = :what and episode = :episode"
    " and array_position(array['info', 'warning', 'critical'], severity)"
    " >= array_position(array['info', 'warning', 'critical'], :severity))"
)


async def hold_channel(tx: Connection, channel_id: int) -> bool:
    """Held, so that one at a time puts something into its outbox; whether it is switched on."""
    return bool((await tx.execute(_HOLD_CHANNEL, {"id": channel_id})).scalar_one_or_none())


async def is_told(tx: Connection, values: dict[str, Any]) -> bool:
    return bool((await tx.execute(_IS_TOLD, values)).scalar_one())


async def recent(tx: Connection, channel_id: int, since: datetime, now: datetime) -> list[datetime]:
    given = {"channel_id": channel_id, "since": since, "now": now}
    return [moment for (moment,) in await tx.execute(_RECENT, given)]


async def open_delivery(tx: Connection, channel_id: int, kind: str, most: int) -> int | None:
    """A message that has not been tried yet and takes one notice more."""
    given = {"channel_id": channel_id, "kind": kind, "most": most}
    found: int | None = (await tx.execute(_OPEN_DELIVERY, given)).scalar_one_or_none()
    return found


async def failing_until(tx: Connection, channel_id: int) -> datetime | None:
    """When a channel that does not answer is tried next."""
    found = await tx.execute(_FAILING_UNTIL, {"channel_id": channel_id})
    moment: datetime | None = found.scalar_one_or_none()
    return moment


async def add_delivery(tx: Connection, values: dict[str, Any]) -> int:
    found: int = (await tx.execute(_ADD_DELIVERY, values)).scalar_one()
    return found


async def add_notice(tx: Connection, values: dict[str, Any]) -> None:
    await tx.execute(_ADD_NOTICE, values)


# -- the end of history -----------------------------------------------------------------------

_FORGET = (
    """
    delete from alert_decisions where (tenant_id, source) in (
        select tenant_id, source from alert_decisions where at < :before limit 5000)
    """,
    """
    delete from alert_deliveries where id in (
        select id from alert_deliveries
        where created_at < :before and state not in ('waiting', 'sending') limit 5000)
    """,
    """
    delete from alerts where id in (
        select id from alerts where changed_at < :before and state = 'over' limit 5000)
    """,
)


async def forget(tx: Connection, step: int, before: datetime) -> int | None:
    """At most 5,000 rows of one kind; none where there is no such step. All tenants."""
    if step >= len(_FORGET):
        return None
    return (await tx.execute(text(_FORGET[step]), {"before": before})).rowcount
