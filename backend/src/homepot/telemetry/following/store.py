"""Every SQL statement on what was committed, for readers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection
from homepot.telemetry.following.logic import Commit, Window

_HERE = text("select pg_snapshot_xmin(pg_current_snapshot())::text")
_PLACE = text("select low::text from telemetry_readers where name = :reader")
_COMMITS = text(
    """
    select id, ts_min, ts_max, device_ids from telemetry_commits
    where xid >= cast(:low as xid8) order by id
    """
)
_ADVANCE = text(
    """
    insert into telemetry_readers as r (name, low, read_at)
    values (:reader, cast(:low as xid8), :now)
    on conflict (name) do update set low = excluded.low, read_at = excluded.read_at
    """
)
_ROWS = text(
    """
    select device_id, extract(epoch from ts)::float8, metric_set_id, values
    from device_metrics
    where device_id = any(:device_ids) and ts >= :first and ts <= :last
    order by ts, device_id limit :most
    """
)
# One look into the index for each device and day: it stops at the first reading.
_BEFORE = text(
    """
    select d.id from unnest(cast(:ids as int[]), cast(:moments as timestamptz[])) as d (id, moment)
    where exists (
        select from device_metrics as m
        where m.device_id = d.id and m.ts >= :since and m.ts < d.moment)
    """
)
# One look into the index for each device, from its end.
_LAST = text(
    """
    select max(newest.ts) from unnest(cast(:ids as int[])) as d (id)
    cross join lateral (
        select ts from device_metrics as m
        where m.device_id = d.id and m.ts >= :since order by ts desc limit 1) as newest
    """
)
_SETS = text("select id, metrics from metric_sets where id = any(:ids)")

Row = tuple[int, float, int, list[float]]


async def here(tx: Connection) -> str:
    low: str = (await tx.execute(_HERE)).scalar_one()
    return low


async def place(tx: Connection, reader: str) -> str | None:
    low: str | None = (await tx.execute(_PLACE, {"reader": reader})).scalar_one_or_none()
    return low


async def commits(tx: Connection, low: str) -> list[Commit]:
    return [Commit(*row) for row in await tx.execute(_COMMITS, {"low": low})]


async def advance(tx: Connection, reader: str, low: str, now: datetime) -> None:
    await tx.execute(_ADVANCE, {"reader": reader, "low": low, "now": now})


async def rows(tx: Connection, window: Window, most: int) -> list[Row]:
    given = {
        "device_ids": list(window.device_ids),
        "first": window.first,
        "last": window.last,
        "most": most,
    }
    found = await tx.execute(_ROWS, given)
    return [(device, at, number, values) for device, at, number, values in found]


async def before(tx: Connection, moments: Mapping[int, datetime], since: datetime) -> set[int]:
    """The devices of which something is stored from before their moments."""
    given = {"ids": list(moments), "moments": list(moments.values()), "since": since}
    return set((await tx.execute(_BEFORE, given)).scalars())


async def last(tx: Connection, device_ids: Collection[int], since: datetime) -> datetime | None:
    """The moment of the newest reading of these devices."""
    given = {"ids": list(device_ids), "since": since}
    found: datetime | None = (await tx.execute(_LAST, given)).scalar_one()
    return found


async def sets(tx: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found = await tx.execute(_SETS, {"ids": list(numbers)})
    return {number: tuple(metrics) for number, metrics in found}
