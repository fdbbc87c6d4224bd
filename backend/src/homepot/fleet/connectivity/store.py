"""Every SQL statement on connectivity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from homepot.core.database import Connection, in_binary
from homepot.fleet.connectivity.clock import Clock
from homepot.fleet.connectivity.logic import Change, Gap, Health, State, as_of
from homepot.fleet.connectivity.tables import connectivity_changes, server_gaps, server_presence
from homepot.fleet.devices.tables import device_state, devices


@dataclass(frozen=True)
class Before:
    """How a device stood before the word that has just been heard."""

    connectivity: State
    clock: Clock


@dataclass(frozen=True)
class StateRow:
    connectivity: State
    last_seen_at: datetime | None
    last_heartbeat_at: datetime | None
    silent_after: datetime | None
    silence_s: int
    health: Health
    clock_skew_s: float | None
    clock_wrong_since: datetime | None

    def at(self, now: datetime) -> State:
        """Its connectivity at this moment, whether or not the sweep has been round."""
        return as_of(self.connectivity, self.silent_after, now)


@dataclass(frozen=True)
class Overdue:
    tenant_id: int
    device_id: str
    since: datetime


@dataclass(frozen=True)
class Past:
    """One change, as it is shown."""

    at: datetime
    state: State
    previous: State
    recorded_at: datetime


# The subquery holds the row and remembers how it was; a word that is older than what we know
# moves nothing back. See logic.silence_for for the sum.
_HEARD = text(
    """
    update device_state as now_ set
        connectivity = 'online',
        last_seen_at = greatest(now_.last_seen_at, :at),
        last_heartbeat_at = case when :heartbeat
            then greatest(now_.last_heartbeat_at, :at) else now_.last_heartbeat_at end,
        collection_interval_s = was.interval_s,
        silence_s = was.silence_s,
        silent_after = greatest(
            case when :at < now_.last_seen_at then now_.silent_after end,
            cast(:at as timestamptz) + make_interval(secs => was.silence_s)
        ),
        updated_at = greatest(now_.updated_at, :at)
    from (
        select device_id, connectivity, clock_skew_s, clock_wrong_since, clock_doubt_s,
            clock_doubt_since, given.interval_s,
            greatest(
                :default_s, least(:most_s, :missed_max * coalesce(given.interval_s, 0))
            )::int as silence_s
        from device_state,
            lateral (
                select coalesce(cast(:interval_s as int), collection_interval_s) as interval_s
            ) as given
        where device_id = :device_id for update of device_state
    ) as was
    where now_.device_id = was.device_id
    returning was.connectivity, was.clock_skew_s, was.clock_wrong_since, was.clock_doubt_s,
        was.clock_doubt_since
    """
)


async def heard(tx: Connection, device_id: int, word: dict[str, Any]) -> Before:
    """A device was heard from: one statement, and what was before."""
    state, *clock = (await tx.execute(_HEARD, {"device_id": device_id, **word})).one()
    return Before(state, Clock(*clock))


# Only the rows of devices that are still to be heard of are written, in one order for all.
_HEARD_MANY = text(
    """
    with was as (
        select s.device_id, s.connectivity
        from device_state as s
        where s.device_id = any(:device_ids)
            and (s.connectivity <> 'online' or s.last_seen_at < :at)
        order by s.device_id for update
    ), told as (
        update device_state as s set
            connectivity = 'online',
            last_seen_at = greatest(s.last_seen_at, :at),
            silence_s = greatest(:default_s, s.silence_s),
            silent_after = greatest(
                s.silent_after,
                cast(:at as timestamptz) + make_interval(secs => greatest(:default_s, s.silence_s))
            ),
            updated_at = greatest(s.updated_at, :at)
        from was where s.device_id = was.device_id
    ), changed as (
        select d.tenant_id, was.device_id, d.public_id, was.connectivity as previous
        from was join devices as d on d.id = was.device_id where was.connectivity <> 'online'
    ), written as (
        insert into connectivity_changes (tenant_id, device_id, at, state, previous)
        select tenant_id, device_id, :at, 'online', previous from changed
    )
    select tenant_id, public_id from changed order by tenant_id, public_id
    """
)


async def heard_many(
    tx: Connection, device_ids: Sequence[int], at: datetime, default_silence_s: int
) -> list[tuple[int, str]]:
    """These were heard from; tenant and id of those that were not online before. All tenants."""
    rows = await tx.execute(
        _HEARD_MANY, {"device_ids": list(device_ids), "at": at, "default_s": default_silence_s}
    )
    return [(tenant_id, public_id) for tenant_id, public_id in rows]


_CHANGED = text(
    "insert into connectivity_changes (tenant_id, device_id, at, state, previous)"
    " values (:tenant_id, :device_id, :at, :state, :previous)"
)


async def changed(
    tx: Connection, tenant_id: int, device_id: int, at: datetime, state: State, previous: State
) -> None:
    await tx.execute(
        _CHANGED,
        {
            "tenant_id": tenant_id,
            "device_id": device_id,
            "at": at,
            "state": state,
            "previous": previous,
        },
    )


# A row that somebody else holds is passed over: either another worker is declaring it, or the
# device is speaking at this moment. So no two sweeps and no intake ever wait for each other.
_SWEEP = text(
    """
    with overdue as (
        select device_id from device_state
        where connectivity = 'online' and silent_after <= :now
        for update skip locked
    ), declared as (
        update device_state as s set connectivity = 'offline', updated_at = :now
        from overdue join devices as d on d.id = overdue.device_id
        where s.device_id = overdue.device_id
        returning s.tenant_id, s.device_id, d.public_id, s.silent_after
    ), written as (
        insert into connectivity_changes (tenant_id, device_id, at, state, previous)
        select tenant_id, device_id, silent_after, 'offline', 'online' from declared
    )
    select tenant_id, public_id, silent_after from declared order by tenant_id, public_id
    """
)


async def declare_overdue(tx: Connection, now: datetime) -> list[Overdue]:
    """Everybody whose deadline has passed is offline since that deadline. All tenants."""
    return [Overdue(*row) for row in await tx.execute(_SWEEP, {"now": now})]


_PRESENT = text(
    "insert into server_presence (part, seen_at) values (:part, :now) on conflict (part) do nothing"
)
_LAST_BEAT = text("select seen_at from server_presence where part = :part for update")
_BEAT = text("update server_presence set seen_at = greatest(seen_at, :now) where part = :part")


async def beat(tx: Connection, part: str, now: datetime) -> datetime:
    """Note that this part of the server is at work; its beat before. One worker at a time."""
    await tx.execute(_PRESENT, {"part": part, "now": now})
    last: datetime = (await tx.execute(_LAST_BEAT, {"part": part})).scalar_one()
    await tx.execute(_BEAT, {"part": part, "now": now})
    return last


async def last_beat(tx: Connection, part: str) -> datetime | None:
    found = await tx.execute(
        select(server_presence.c.seen_at).where(server_presence.c.part == part)
    )
    return found.scalar_one_or_none()


_RECORD_GAP = text("insert into server_gaps (from_at, to_at) values (:from_at, :to_at)")
_GRACE = text(
    """
    with waiting as (
        select device_id, cast(:to_at as timestamptz) + make_interval(secs => silence_s) as until
        from device_state where connectivity = 'online' for update skip locked
    )
    update device_state as s set silent_after = waiting.until
    from waiting where s.device_id = waiting.device_id and s.silent_after < waiting.until
    """
)


async def record_gap(tx: Connection, gap: Gap) -> None:
    """The server was away: everybody gets the full silence from its return. All tenants."""
    await tx.execute(_RECORD_GAP, {"from_at": gap.from_at, "to_at": gap.to_at})
    await tx.execute(_GRACE, {"to_at": gap.to_at})


async def device_id_of(tx: Connection, public_id: str) -> int | None:
    found = await tx.execute(select(devices.c.id).where(devices.c.public_id == public_id))
    return found.scalar_one_or_none()


async def state_of(tx: Connection, device_id: int) -> StateRow:
    columns = [device_state.c[name] for name in StateRow.__dataclass_fields__]
    found = await tx.execute(select(*columns).where(device_state.c.device_id == device_id))
    return StateRow(*found.one())


async def state_before(tx: Connection, device_id: int, at: datetime) -> State:
    found = await tx.execute(
        select(connectivity_changes.c.state)
        .where(connectivity_changes.c.device_id == device_id, connectivity_changes.c.at < at)
        .order_by(connectivity_changes.c.at.desc(), connectivity_changes.c.id.desc())
        .limit(1)
    )
    state: State | None = found.scalar_one_or_none()
    return state or "unknown"


async def changes(
    tx: Connection, device_id: int, start: datetime, end: datetime, limit: int
) -> list[Change]:
    """The changes within [start, end), oldest first."""
    table = connectivity_changes
    found = await tx.execute(
        select(table.c.at, table.c.state)
        .where(table.c.device_id == device_id, table.c.at >= start, table.c.at < end)
        .order_by(table.c.at, table.c.id)
        .limit(limit)
    )
    return [Change(*row) for row in found]


async def newest_changes(
    tx: Connection, device_id: int, start: datetime, end: datetime, limit: int
) -> list[Past]:
    table = connectivity_changes
    columns = [table.c[name] for name in Past.__dataclass_fields__]
    found = await tx.execute(
        select(*columns)
        .where(table.c.device_id == device_id, table.c.at >= start, table.c.at < end)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return [Past(*row) for row in found]


async def newest(tx: Connection, device_id: int, limit: int) -> list[Past]:
    table = connectivity_changes
    columns = [table.c[name] for name in Past.__dataclass_fields__]
    found = await tx.execute(
        select(*columns)
        .where(table.c.device_id == device_id)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return [Past(*row) for row in found]


_STOOD = text(
    """
    select distinct on (device_id) device_id, state from connectivity_changes
    where device_id = any(:devices) and at <= :start order by device_id, at desc, id desc
    """
)
_CHANGED_SINCE = """
    select device_id, at, state from connectivity_changes
    where device_id = any(%(devices)s) and at > %(start)s and at < %(end)s
    order by device_id, at, id
"""


async def record(
    tx: Connection, device_rows: Sequence[int], start: datetime, end: datetime
) -> tuple[dict[int, State], dict[int, list[Change]]]:
    """By device: how it stood at the start, where that is known, and what changed until the end."""
    given = {"devices": list(device_rows), "start": start}
    before: dict[int, State] = {row[0]: row[1] for row in await tx.execute(_STOOD, given)}
    since: dict[int, list[Change]] = {}
    for device, at, state in await in_binary(tx, _CHANGED_SINCE, given | {"end": end}):
        since.setdefault(device, []).append(Change(at, state))
    return before, since


async def gaps(tx: Connection, start: datetime, end: datetime) -> Sequence[Gap]:
    found = await tx.execute(
        select(server_gaps.c.from_at, server_gaps.c.to_at).where(
            server_gaps.c.to_at > start, server_gaps.c.from_at < end
        )
    )
    return [Gap(*row) for row in found]


# The last change before the moment stays: it says how things stood from there on.
_FORGET_CHANGES = text(
    """
    delete from connectivity_changes where id = any(array(
        select old.id from connectivity_changes as old
        where old.device_id = any(:device_ids) and old.at < :before and exists (
            select from connectivity_changes as later
            where later.device_id = old.device_id and later.at < :before
                and (later.at, later.id) > (old.at, old.id)
        )
        limit :most for update skip locked
    ))
    """
)
_FORGET_GAPS = text("delete from server_gaps where to_at < :before")


async def forget_changes(
    tx: Connection, device_ids: Sequence[int], before: datetime, most: int
) -> int:
    given = {"device_ids": list(device_ids), "before": before, "most": most}
    return (await tx.execute(_FORGET_CHANGES, given)).rowcount


async def forget_gaps(tx: Connection, before: datetime) -> int:
    return (await tx.execute(_FORGET_GAPS, {"before": before})).rowcount
