"""The SQL of devices that are offline; the transaction is the system's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection


@dataclass(frozen=True)
class Gone:
    tenant_id: int
    device_row: int
    site_row: int
    since: datetime
    change: int  # number of the change of connectivity


TURN = "hashtext('devices that are offline')"
_LOCK = text(f"select pg_try_advisory_xact_lock({TURN})")
# Another device of the site that fell silent with this one, and whose deadline is still to come.
COMPANION = """
    exists (
        select from devices as mine
            join devices as other on other.site_id = mine.site_id and other.id <> mine.id
            join device_state as their on their.device_id = other.id
        where mine.id = s.device_id and other.lifecycle = 'active' and other.archived_at is null
            and their.connectivity = 'online'
            and their.last_seen_at > s.last_seen_at - make_interval(secs => :together_s)
            and their.silent_after < cast(:now as timestamptz)
                + make_interval(secs => their.silence_s / 2)
    )
"""
# Devices of which an agent speaks; those that only send readings are missed by their readings.
_GONE = text(
    """
    select d.tenant_id, d.id, d.site_id, c.at, c.id
    from device_state as s
        join devices as d on d.id = s.device_id
        join lateral (
            select at, id, state from connectivity_changes
            where device_id = s.device_id order by at desc, id desc limit 1
        ) as c on c.state = 'offline'
    where s.connectivity = 'offline' and s.last_heartbeat_at is not null
        and d.lifecycle = 'active' and d.archived_at is null
        and not exists (
            select from ai_anomaly_logs as a
            where a.device_id = s.device_id and a.ended_at is null and a.kind = 'silent'
        )
        and not exists (
            select from ai_anomaly_logs as a
            where a.device_id = s.device_id and a.generation = 0 and a.number = c.id
        )
        and (c.at <= cast(:now as timestamptz) - make_interval(secs => :together_s)
            or not {companion})
    order by c.at, d.id limit 5000
    """.replace("{companion}", COMPANION)
)
_END = text(
    """
    update ai_anomaly_logs as a set ended_at = greatest(a.started_at, least(:now, coalesce(
        case when s.connectivity = 'online' then s.last_seen_at end, :now)))
    from device_state as s join devices as d on d.id = s.device_id
    where a.generation = 0 and a.ended_at is null and s.device_id = a.device_id
        and (s.connectivity = 'online' or d.lifecycle <> 'active' or d.archived_at is not null)
    returning a.*
    """
)
_MUTED = text(
    "select * from ai_anomaly_logs where generation = 0 and ended_at is null and muted is not null"
)


async def take_turn(tx: Connection) -> bool:
    """Whether nobody else looks just now; until the transaction ends."""
    mine: bool = (await tx.execute(_LOCK)).scalar_one()
    return mine


async def gone(tx: Connection, now: datetime, together_s: float) -> list[Gone]:
    """Who is offline and not written down as such; those of a site that fall silent together come
    together, where that takes no longer than so many seconds more."""
    given = {"now": now, "together_s": together_s}
    return [Gone(*row) for row in await tx.execute(_GONE, given)]


async def end(tx: Connection, now: datetime) -> list[dict[str, Any]]:
    """Those who are back, or no longer at work, are missed no more."""
    return [dict(row) for row in (await tx.execute(_END, {"now": now})).mappings()]


async def muted(tx: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in (await tx.execute(_MUTED)).mappings()]
