"""Every SQL statement on the clocks of devices, but for the one that hears a single word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from homepot.core.database import Connection
from homepot.fleet.connectivity.clock import Clock


@dataclass(frozen=True)
class Clocked:
    """A device and what is believed of its clock."""

    tenant_id: int
    device_row: int
    device_id: str
    clock: Clock


_CLOCKS = text(
    """
    select d.tenant_id, d.id, d.public_id, s.clock_skew_s, s.clock_wrong_since, s.clock_doubt_s,
        s.clock_doubt_since
    from unnest(cast(:tenants as int[]), cast(:device_ids as text[])) as asked (tenant, device)
    join devices as d on d.tenant_id = asked.tenant and d.public_id = asked.device
    join device_state as s on s.device_id = d.id
    where d.lifecycle in ('pending', 'active') and d.archived_at is null
    order by s.device_id for update of s
    """
)
_WRONG_CLOCKS = text(
    """
    select d.tenant_id, d.public_id from device_state as s join devices as d on d.id = s.device_id
    where s.clock_wrong_since is not null
    """
)
_SAVE_CLOCKS = text(
    """
    update device_state as s set clock_skew_s = new.skew_s, clock_wrong_since = new.wrong_since,
        clock_doubt_s = new.doubt_s, clock_doubt_since = new.doubt_since
    from unnest(
        cast(:rows as int[]), cast(:skews as float8[]), cast(:wrongs as timestamptz[]),
        cast(:doubts as float8[]), cast(:sinces as timestamptz[])
    ) as new (device_id, skew_s, wrong_since, doubt_s, doubt_since)
    where s.device_id = new.device_id
    """
)


async def clocks(tx: Connection, asked: Sequence[tuple[int, str]]) -> list[Clocked]:
    """Of these devices, by tenant and id, those at work; nobody else changes their clocks."""
    given = {"tenants": [one[0] for one in asked], "device_ids": [one[1] for one in asked]}
    rows = await tx.execute(_CLOCKS, given)
    return [
        Clocked(tenant, row, public_id, Clock(*clock)) for tenant, row, public_id, *clock in rows
    ]


async def wrong_clocks(tx: Connection) -> list[tuple[int, str]]:
    return [(tenant_id, public_id) for tenant_id, public_id in await tx.execute(_WRONG_CLOCKS)]


async def save_clocks(tx: Connection, clocks: Mapping[int, Clock]) -> None:
    """By the rows of their devices."""
    await tx.execute(
        _SAVE_CLOCKS,
        {
            "rows": list(clocks),
            "skews": [clock.skew_s for clock in clocks.values()],
            "wrongs": [clock.wrong_since for clock in clocks.values()],
            "doubts": [clock.doubt_s for clock in clocks.values()],
            "sinces": [clock.doubt_since for clock in clocks.values()],
        },
    )
