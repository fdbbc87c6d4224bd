"""The SQL of questions about how devices are and were heard from, and about their health."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, get_args

from sqlalchemy import text

from homepot.core.database import Connection, in_binary, numbers
from homepot.fleet.connectivity.logic import Change, Gap, State

_STATES = """
    select device_id, connectivity, last_seen_at, silent_after, silence_s, health, health_reason
    from device_state where device_id = any(cast(%(devices)s as int[]))
"""
# How each stood at the beginning, and every change since.
_CHANGES = """
    select distinct on (device_id) device_id, cast(%(start)s as timestamptz) as at, state
    from connectivity_changes
    where device_id = any(cast(%(devices)s as int[])) and at <= %(start)s
    order by device_id, connectivity_changes.at desc, id desc
"""
_SINCE = """
    select device_id, at, state from connectivity_changes
    where device_id = any(cast(%(devices)s as int[])) and at > %(start)s and at <= %(end)s
    order by device_id, at, id
"""
_GAPS = text("select from_at, to_at from server_gaps where to_at > :start and from_at < :end")
_HEALTH = text(
    "select device_id, score, status from device_health"
    " where device_id = any(cast(:devices as int[]))"
)
_HEALTH_THEN = text(
    """
    select distinct on (device_id) device_id, score, status from device_health_history
    where device_id = any(cast(:devices as int[])) and at <= :at
    order by device_id, at desc, id desc
    """
)
_HEALTH_SINCE = text(
    """
    select device_id, at, score from device_health_history
    where device_id = any(cast(:devices as int[])) and at > :start and at < :end
    order by device_id, at, id
    """
)
_FACTORS = text(
    "select device_id, score, status, reason, factors, since from device_health"
    " where device_id = any(cast(:devices as int[]))"
)


_LIMIT = text("select set_config('statement_timeout', :limit, true)")


class Shown(NamedTuple):
    """What is on a device's card now."""

    connectivity: State
    last_seen_at: datetime | None
    silent_after: datetime | None
    silence_s: int
    health: str
    health_reason: str | None


@dataclass(frozen=True)
class Factors:
    score: float | None
    status: str
    reason: str | None
    factors: Sequence[dict[str, Any]]
    since: datetime


async def limit_statements(tx: Connection, seconds: int) -> None:
    """For the rest of the transaction: whoever asks waits."""
    await tx.execute(_LIMIT, {"limit": f"{seconds}s"})


async def shown(tx: Connection, devices: Sequence[int]) -> dict[int, Shown]:
    rows = await in_binary(tx, _STATES, {"devices": numbers(devices)})
    return {row[0]: Shown._make(row[1:]) for row in rows}


async def changes(
    tx: Connection, devices: Sequence[int], start: datetime, end: datetime
) -> dict[int, list[Change]]:
    """By device: how it stood at the start, where that is known, and what changed until the end."""
    found: dict[int, list[Change]] = {}
    given = {"devices": numbers(devices), "start": start, "end": end}
    alike = {state: Change(start, state) for state in get_args(State)}  # of nearly every device
    for device, _, state in await in_binary(tx, _CHANGES, given):
        found[device] = [alike[state]]
    for device, at, state in await in_binary(tx, _SINCE, given):
        found.setdefault(device, []).append(Change(at, state))
    return found


async def server_gaps(tx: Connection, start: datetime, end: datetime) -> list[Gap]:
    return [Gap(*row) for row in await tx.execute(_GAPS, {"start": start, "end": end})]


async def health(
    tx: Connection, devices: Sequence[int], at: datetime | None
) -> dict[int, tuple[float | None, str]]:
    """Score and word of each device, now or at a moment of before."""
    query, given = (_HEALTH, {}) if at is None else (_HEALTH_THEN, {"at": at})
    rows = await tx.execute(query, {"devices": numbers(devices), **given})
    return {device: (score, status) for device, score, status in rows}


async def health_since(
    tx: Connection, devices: Sequence[int], start: datetime, end: datetime
) -> dict[int, list[tuple[datetime, float | None]]]:
    found: dict[int, list[tuple[datetime, float | None]]] = {}
    given = {"devices": numbers(devices), "start": start, "end": end}
    for device, at, score in await tx.execute(_HEALTH_SINCE, given):
        found.setdefault(device, []).append((at, score))
    return found


async def factors(tx: Connection, devices: Sequence[int]) -> dict[int, Factors]:
    rows = await tx.execute(_FACTORS, {"devices": numbers(devices)})
    return {device: Factors(*row) for device, *row in rows}
