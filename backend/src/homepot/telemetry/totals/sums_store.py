"""The SQL of counts, sums, lowest and highest: from sums of days and hours, and from readings.

Each piece of time is summed up by device where it is read, so that what is joined is short.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import text

from homepot.core.database import Connection, numbers
from homepot.telemetry.totals.logic import Laid, Late, Made, Span, clusters
from homepot.telemetry.totals.store import (
    OF_SETS,
    Filed,
    Given,
    Places,
    Row,
    asked_of_archive,
    cut,
    labelled,
    only,
    placed,
)

_MADE_AT = text("select made_at, quarters_made_at, days_made_at from rollups_behind limit 1")
_LATE = text(
    """
    select device_id, ts_min, ts_max from rollups_behind
    where ts_min is not null and device_id = any(cast(:devices as int[]))
        and ts_max >= :first and ts_min < :end
    """
)
_PER_HOUR = text(
    """
    select coalesce(sum((select max(n) from unnest(r.counts) as c (n))), 0)::float8 / :count
    from rollups_1h as r
    where r.device_id = any(cast(:devices as int[])) and r.bucket = :hour
    """
)
_SUMS = """
    select a.number, s.label, sum(s.n)::bigint, sum(s.total), min(s.low), max(s.high), count(*)
    from (
        select part, device_id, label, sum(n) as n, sum(total) as total, min(low) as low,
            max(high) as high
        from ({pieces}) as each_piece where label is not null group by 1, 2, 3
    ) as s join ({asked}) as a using (part, device_id)
    group by 1, 2
"""
_ASKED = """
    select {n} as part, device_id, number
    from unnest(cast(:devices_{n} as int[]), cast(:groups_{n} as int[])) as a (device_id, number)
"""
_SUMMED = """
    select {n} as part, r.device_id, {label} as label, sum(r.counts[{place}])::bigint as n,
        sum(r.sums[{place}]) as total, min(r.lows[{place}]) as low, max(r.highs[{place}]) as high
    from {source} as r
    where r.bucket >= :first_{k} and r.bucket < :end_{k} and {of_sets}
        and {of_devices} and r.counts[{place}] > 0
    group by 2, 3
"""
_RAW = """
    select {n} as part, r.device_id, {label} as label, count(*) as n,
        sum(r.values[{place}]) as total, min(r.values[{place}]) as low,
        max(r.values[{place}]) as high
    from readings as r
    where r.ts >= :first_{k} and r.ts < :end_{k} and {of_sets}
        and {of_devices} and r.values[{place}] <> 'NaN'
    group by 2, 3
"""
_OF_DEVICES = "r.device_id = any(cast(:devices_{n} as int[]))"
# Each of very many devices would be looked up by itself: what lies in the window is then read as
# it lies, by time, and sorted out.
_OF_MANY_DEVICES = "r.device_id + 0 = any(cast(:devices_{n} as int[]))"
_MANY = 1_000
# What the table holds of an archived day lies over the file, metric by metric.
_FILED = """
    select {n} as part, f.device_id, {label} as label, count(*) as n, sum(f.value) as total,
        min(f.value) as low, max(f.value) as high
    from unnest(cast(:filed_devices as int[]), cast(:filed_at as timestamptz[]),
            cast(:filed_metrics as int[]), cast(:filed_values as float8[]))
            as f (device_id, ts, metric, value)
    where f.metric = {metric} and f.device_id = any(cast(:devices_{n} as int[]))
        and f.ts >= :first_{k} and f.ts < :end_{k} and not exists (
            select from readings as r
            where r.device_id = f.device_id and r.ts = f.ts and {of_sets}
                and r.values[{place}] <> 'NaN'
        )
    group by 2, 3
"""


async def made(tx: Connection) -> Made:
    row = (await tx.execute(_MADE_AT)).one_or_none()
    hours, quarters, days = row if row is not None else (None, None, None)
    return {"rollups_1d": days, "rollups_6h": quarters, "rollups_1h": hours}


async def late(
    tx: Connection, devices: Sequence[int], first: datetime, end: datetime
) -> list[Late]:
    given = {"devices": numbers(devices), "first": first, "end": end}
    return [Late(*row) for row in await tx.execute(_LATE, given)]


async def per_hour(tx: Connection, devices: Sequence[int], hour: datetime) -> float:
    """How often these devices reported in this hour, in the mean."""
    given = {"devices": numbers(devices), "hour": hour, "count": len(devices)}
    return float((await tx.execute(_PER_HOUR, given)).scalar_one())


async def sums(
    tx: Connection, metrics: Sequence[str], parts: Sequence[Laid], filed: Filed | None
) -> list[Row]:
    """Group, label, count, sum, lowest, highest, and how many devices it is of."""
    places = await placed(tx, metrics)
    given: Given = {"sets": list(places.sets)}
    each = [one for part in parts for one in _of_one_metric(part)]
    pieces = [
        piece
        for number, part in enumerate(each)
        for piece in _pieces(given, number, part, places, filed)
    ]
    if not pieces:
        return []
    if filed is not None:
        given |= asked_of_archive(filed)
    for number, part in enumerate(each):
        given[f"devices_{number}"] = numbers(part.part.devices)
        given[f"groups_{number}"] = numbers(part.part.groups)
    asked = [_ASKED.format(n=number) for number in range(len(each))]
    query = _SUMS.replace("{pieces}", " union all ".join(pieces)).replace(
        "{asked}", " union all ".join(asked)
    )
    return [tuple(row) for row in await tx.execute(text(query), only(query, given))]


def _of_one_metric(laid: Laid) -> Iterator[Laid]:
    part = laid.part
    for metric in sorted(set(part.metrics)):
        wanted = {
            device
            for device, other in zip(part.devices, part.metrics, strict=True)
            if other == metric
        }
        yield Laid(part.of(wanted), laid.summed, laid.raw)


def _pieces(
    given: Given, number: int, laid: Laid, places: Places, filed: Filed | None
) -> Iterator[str]:
    metric = laid.part.metrics[0]
    place = places.of(metric)
    of_devices = _OF_MANY_DEVICES if len(laid.part.devices) >= _MANY else _OF_DEVICES
    read: list[tuple[str, str, str, Sequence[Span]]] = [
        (_SUMMED, source, "r.bucket", spans) for source, spans in laid.summed.items()
    ]
    read.append((_RAW, "raw", "r.ts", laid.raw))
    if filed is not None:
        read.append((_FILED, "filed", "f.ts", laid.raw))
    for piece, source, at, spans in read:
        for nth, several in enumerate(clusters(spans)):
            key = f"{source}_{number}_{nth}"
            given |= cut(key, several)
            yield piece.format(
                n=number,
                k=key,
                label=labelled(at, key, several),
                place=place,
                metric=metric + 1,
                source=source,
                of_sets=OF_SETS,
                of_devices=of_devices.format(n=number),
            )
