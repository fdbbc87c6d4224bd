"""The SQL of when devices reported, and when they did not; through the tenant's views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection, numbers
from homepot.telemetry.pauses.logic import STEPS_MISSED


@dataclass(frozen=True)
class Heard:
    """Devices that are looked at between two moments, the second of which is left out."""

    devices: Sequence[int]
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Reports:
    """When a device reported first and last, how often it usually does (None: once only), and its
    pauses: from the report before to the report after."""

    device: int
    first_at: datetime
    last_at: datetime
    step_s: float | None
    pauses: Sequence[tuple[datetime, datetime]]


# Moments alone, so an index has all that is read; each is looked at once, whatever the fleet.
_READ = """
    select r.device_id, r.ts from readings as r
    where r.device_id = any(cast(:devices_{n} as int[])) and r.ts >= :start_{n} and r.ts < :end_{n}
"""
_FILED = """
    select f.device_id, f.ts
    from unnest(cast(:filed_devices as int[]), cast(:filed_at as timestamptz[]))
        as f (device_id, ts)
"""
_REPORTS = """
    with said as materialized (
        select device_id, ts, lead(ts) over (partition by device_id order by ts) as beyond
        from ({pieces}) as heard
    ), usual as materialized (
        select device_id, min(ts) as first_at, max(ts) as last_at,
            percentile_cont(0.5) within group (order by extract(epoch from beyond - ts)::float8)
                as step
        from said group by 1
    ), pauses as (
        select s.device_id, array_agg(s.ts order by s.ts) as starts,
            array_agg(s.beyond order by s.ts) as ends
        from said as s join usual as u using (device_id)
        where extract(epoch from s.beyond - s.ts) > :missed * u.step
        group by 1
    )
    select u.device_id, u.first_at, u.last_at, u.step, p.starts, p.ends
    from usual as u left join pauses as p using (device_id)
"""


async def reports(
    tx: Connection, asked: Sequence[Heard], filed: Sequence[tuple[int, datetime]]
) -> list[Reports]:
    """`filed` are moments of the archive; one that the table has too counts once."""
    if not asked:
        return []
    given: dict[str, object] = {"missed": STEPS_MISSED}
    pieces = []
    for number, one in enumerate(asked):
        given |= {
            f"devices_{number}": numbers(one.devices),
            f"start_{number}": one.start,
            f"end_{number}": one.end,
        }
        pieces.append(_READ.format(n=number))
    if filed:
        given["filed_devices"] = [device for device, _ in filed]
        given["filed_at"] = [at for _, at in filed]
        pieces.append(_FILED)
    query = _REPORTS.replace("{pieces}", ("union" if filed else "union all").join(pieces))
    return [
        Reports(device, first, last, step, list(zip(starts or (), ends or (), strict=True)))
        for device, first, last, step, starts, ends in await tx.execute(text(query), given)
    ]
