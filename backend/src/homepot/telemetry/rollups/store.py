"""Every SQL statement on rollups and their readers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text

from homepot.core.database import Connection
from homepot.telemetry.intake.batch import Block
from homepot.telemetry.intake.copy_rows import COLUMNS, HEADER, TRAILER, copy_rows
from homepot.telemetry.rollups.logic import Committed, Piece

_LOCK = text("select pg_try_advisory_xact_lock(hashtext('telemetry reader ' || :reader))")
_HERE = text("select pg_snapshot_xmin(pg_current_snapshot())::text")
_TAKE_YOUR_TIME = text("set local statement_timeout = '10min'")
_COMMITS = text(
    """
    select ts_min, ts_max, device_ids from telemetry_commits
    where xid >= coalesce(
        (select low from telemetry_readers where name = :reader), cast('0' as xid8)
    )
    """
)
_BEFORE = text("select read_at from telemetry_readers where name = :reader")
_SEEN = text(
    """
    select ts_min, ts_max, device_ids from telemetry_commits
    where ts_max >= :since
        and xid < (select low from telemetry_readers where name = :reader)
    """
)
_ADVANCE = text(
    """
    insert into telemetry_readers as r (name, low, read_at)
    values (:reader, cast(:low as xid8), :now)
    on conflict (name) do update set low = excluded.low, read_at = excluded.read_at
    """
)
_FORGET_COMMITS = text(
    """
    delete from telemetry_commits
    where at < :before and xid < (select min(low) from telemetry_readers)
        and ts_max < (select min(read_at) from telemetry_readers) - interval '2 hours'
    """
)
_FORGET = """
    delete from {rollups}
    where device_id = any(:device_ids) and bucket >= :first and bucket < :end
    """
_FORGET_5M = text(_FORGET.format(rollups="device_rollups_5m"))
_FORGET_1H = text(_FORGET.format(rollups="device_rollups_1h"))
# NaN is a metric that a row did not report. Where a bucket has none of it the count is 0, and
# every array keeps its places.
_FIVE_MINUTES = """
    insert into device_rollups_5m
        (device_id, bucket, metric_set_id, counts, lows, highs, sums, lasts)
    select device_id, bucket, metric_set_id,
        array_agg(n order by place), array_agg(low order by place),
        array_agg(high order by place), array_agg(total order by place),
        array_agg(last order by place)
    from (
        select device_id, date_bin('5 min', ts, timestamptz '2000-01-01 00:00+00') as bucket,
            metric_set_id, place, count(said)::int as n, coalesce(min(said), 'NaN') as low,
            coalesce(max(said), 'NaN') as high, coalesce(sum(said), 0) as total,
            coalesce((array_agg(said order by ts desc) filter (where said is not null))[1], 'NaN')
                as last
        from {readings}, unnest("values") with ordinality as u (value, place),
            nullif(value, 'NaN') as said
        where device_id = any(:device_ids) and ts >= :first and ts < :end
        group by 1, 2, 3, 4
    ) as each_metric
    group by 1, 2, 3
    """
_COARSER = """
    insert into {rollups}
        (device_id, bucket, metric_set_id, counts, lows, highs, sums, lasts)
    select device_id, coarse, metric_set_id,
        array_agg(n order by place), array_agg(low order by place),
        array_agg(high order by place), array_agg(total order by place),
        array_agg(last order by place)
    from (
        select device_id, date_bin('{span}', bucket, timestamptz '2000-01-01 00:00+00') as coarse,
            metric_set_id, place, sum(n)::int as n, coalesce(min(nullif(low, 'NaN')), 'NaN') as low,
            coalesce(max(nullif(high, 'NaN')), 'NaN') as high, sum(total) as total,
            coalesce((array_agg(last order by bucket desc) filter (where n > 0))[1], 'NaN') as last
        from {finer}, unnest(counts, lows, highs, sums, lasts) with ordinality
            as u (n, low, high, total, last, place)
        where device_id = any(:device_ids) and bucket >= :first and bucket < :end
        group by 1, 2, 3, 4
    ) as each_metric
    group by 1, 2, 3
    """
# A device may report a metric in several sets: what came last in a bucket is then the same in all
# of them, whichever brought it.
_ONE_LAST = """
    with several as materialized (
        select device_id, bucket from {rollups}
        where device_id = any(:device_ids) and bucket >= :first and bucket < :end
        group by 1, 2 having count(*) > 1
    ), newest as materialized (
        select distinct on (s.device_id, s.bucket, u.metric)
            s.device_id, s.bucket, u.metric, u.value
        from several as s join {source} as m
            on m.device_id = s.device_id and date_bin('{span}', m.{moment}, {epoch}) = s.bucket
                and m.{moment} >= :first and m.{moment} < :end
            join metric_sets as ms on ms.id = m.metric_set_id,
            unnest(ms.metrics, m.{values}) as u (metric, value)
        where u.value <> 'NaN'
        order by s.device_id, s.bucket, u.metric, m.{moment} desc
    )
    update {rollups} as r set lasts = found.lasts
    from (
        select r.device_id, r.bucket, r.metric_set_id, array_agg(
            case when u.last = 'NaN' then u.last else n.value end order by u.place
        ) as lasts
        from several as s join {rollups} as r using (device_id, bucket)
            join metric_sets as ms on ms.id = r.metric_set_id
            cross join unnest(ms.metrics, r.lasts) with ordinality as u (metric, last, place)
            left join newest as n on n.device_id = r.device_id and n.bucket = r.bucket
                and n.metric = u.metric
        where r.bucket >= :first and r.bucket < :end
        group by 1, 2, 3
    ) as found
    where r.device_id = found.device_id and r.bucket = found.bucket
        and r.metric_set_id = found.metric_set_id and r.bucket >= :first and r.bucket < :end
    """
_EPOCH = "timestamptz '2000-01-01 00:00+00'"
# Where the readings are: all of them in their table, or some of them in the archive.
_STORED, _LAID_OUT = "device_metrics", "readings_laid_out"
_FROM = {name: text(_FIVE_MINUTES.format(readings=name)) for name in (_STORED, _LAID_OUT)}
_LAST_OF_5M = {
    name: text(
        _ONE_LAST.format(
            rollups="device_rollups_5m",
            source=name,
            span="5 min",
            moment="ts",
            values='"values"',
            epoch=_EPOCH,
        )
    )
    for name in (_STORED, _LAID_OUT)
}


def _coarser(rollups: str, finer: str, span: str) -> tuple[TextClause, TextClause]:
    last = _ONE_LAST.format(
        rollups=rollups, source=finer, span=span, moment="bucket", values="lasts", epoch=_EPOCH
    )
    return text(_COARSER.format(rollups=rollups, finer=finer, span=span)), text(last)


_HOURS, _LAST_OF_1H = _coarser("device_rollups_1h", "device_rollups_5m", "1 hour")
# Made of hours once they are over: forgotten, summed up, and what came last in all of their sets.
_OF_HOURS = {
    rollups: (
        text(_FORGET.format(rollups=rollups)), *_coarser(rollups, "device_rollups_1h", span)
    )
    for rollups, span in (("device_rollups_6h", "6 hours"), ("device_rollups_1d", "1 day"))
}  # fmt: skip
_BUCKETS_OF_HOURS = text(
    "select distinct date_bin(:length, bucket, timestamptz '2000-01-01 00:00+00')"
    " from device_rollups_1h where bucket >= :first and bucket < :end order by 1"
)
_REPORTING = text(
    "select distinct device_id from device_rollups_1h where bucket >= :first and bucket < :end"
    " order by 1"
)
_LAY_OUT = text(f"create temporary table {_LAID_OUT} (like {_STORED}) on commit drop")
_COPY = f"COPY {_LAID_OUT} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"


async def take_turn(tx: Connection, reader: str) -> bool:
    """Whether nobody else reads under this name just now; until the transaction ends."""
    mine: bool = (await tx.execute(_LOCK, {"reader": reader})).scalar_one()
    return mine


async def here(tx: Connection) -> str:
    """The oldest transaction still open: to be asked before the commits are read."""
    low: str = (await tx.execute(_HERE)).scalar_one()
    return low


async def commits(tx: Connection, reader: str) -> list[Committed]:
    """What was committed since this reader last looked; some of it may come a second time."""
    rows = await tx.execute(_COMMITS, {"reader": reader})
    return [Committed(*row) for row in rows]


async def looked_before(tx: Connection, reader: str) -> datetime | None:
    """When this reader last looked; None where it never did."""
    before: datetime | None = (await tx.execute(_BEFORE, {"reader": reader})).scalar_one_or_none()
    return before


async def seen(tx: Connection, reader: str, since: datetime) -> list[Committed]:
    """What this reader has read before and is not older than that."""
    rows = await tx.execute(_SEEN, {"reader": reader, "since": since})
    return [Committed(*row) for row in rows]


async def advance(tx: Connection, reader: str, low: str, now: datetime) -> None:
    await tx.execute(_ADVANCE, {"reader": reader, "low": low, "now": now})


async def make_anew(tx: Connection, piece: Piece, *, fine_too: bool = True) -> None:
    """Both rollups of these devices and hours, from the readings as they are now."""
    await _make_anew(tx, piece, _STORED, fine_too=fine_too)


async def make_anew_from(
    tx: Connection, piece: Piece, blocks: Iterable[Block], *, fine_too: bool = True
) -> None:
    """The same from these readings, which are all that the devices have in these hours."""
    await tx.execute(_LAY_OUT)
    raw = await tx.get_raw_connection()
    connection: Any = raw.driver_connection
    async with connection.cursor() as cursor, cursor.copy(_COPY) as stream:
        await stream.write(HEADER)
        for block in blocks:
            await stream.write(copy_rows(block))
        await stream.write(TRAILER)
    await _make_anew(tx, piece, _LAID_OUT, fine_too=fine_too)


async def _make_anew(tx: Connection, piece: Piece, readings: str, *, fine_too: bool) -> None:
    await tx.execute(_TAKE_YOUR_TIME)
    given = {"device_ids": list(piece.device_ids), "first": piece.first, "end": piece.end}
    fine = [_FORGET_5M, _FROM[readings], _LAST_OF_5M[readings]]
    steps = [*fine, _FORGET_1H, _HOURS, _LAST_OF_1H]
    for step in steps if fine_too else [*steps, _FORGET_5M]:
        await tx.execute(step, given)


async def make_fine(tx: Connection, piece: Piece) -> None:
    """Five minutes alone."""
    given = {"device_ids": list(piece.device_ids), "first": piece.first, "end": piece.end}
    await tx.execute(_FORGET_5M, given)
    await tx.execute(_FROM[_STORED], given)
    await tx.execute(_LAST_OF_5M[_STORED], given)


async def make_of_hours(tx: Connection, rollups: str, piece: Piece) -> None:
    """These devices' days or quarters of them, from their hours as they are now."""
    await tx.execute(_TAKE_YOUR_TIME)
    given = {"device_ids": list(piece.device_ids), "first": piece.first, "end": piece.end}
    for step in _OF_HOURS[rollups]:
        await tx.execute(step, given)


async def buckets_of_hours(
    tx: Connection, length: timedelta, first: datetime, end: datetime
) -> list[datetime]:
    """Those of this length of which there are hours."""
    await tx.execute(_TAKE_YOUR_TIME)
    given = {"length": length, "first": first, "end": end}
    return list((await tx.execute(_BUCKETS_OF_HOURS, given)).scalars())


async def reporting(tx: Connection, first: datetime, end: datetime) -> list[int]:
    """The devices that have hours between these moments."""
    await tx.execute(_TAKE_YOUR_TIME)
    found = await tx.execute(_REPORTING, {"first": first, "end": end})
    return list(found.scalars())


async def forget_commits(tx: Connection, before: datetime) -> None:
    """What every reader has read and nobody will ask for again."""
    await tx.execute(_FORGET_COMMITS, {"before": before})
