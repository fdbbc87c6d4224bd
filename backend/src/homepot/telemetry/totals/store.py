"""Every SQL statement that sums up readings of many devices; all through the tenant's views.

Each part of a question is a branch of one statement. What is read is cut by edges: a moment lies
in a span where an odd number of edges are not after it, and the span has a label.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection
from homepot.telemetry.totals.logic import Laid, Late, Span, clusters, edges

Given = dict[str, Any]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Filed:
    """Readings of the archive that are laid under those of the table."""

    devices: list[int]
    at: list[datetime]
    metrics: list[int]
    values: list[float]


_MADE_AT = text("select made_at from rollups_behind limit 1")
_LATE = text(
    """
    select device_id, ts_min, ts_max from rollups_behind
    where ts_min is not null and device_id = any(:devices) and ts_max >= :first and ts_min < :end
    """
)
_PLACES = text(
    """
    select s.id, m.number::int, array_position(s.metrics, m.name)
    from metric_sets as s, unnest(cast(:metrics as text[])) with ordinality as m (name, number)
    where s.metrics @> array[m.name]
    """
)
# Where the metric stands in the row's set: looked up, not joined, so that the planner keeps knowing
# how many rows to expect, and sorts none of them.
_PLACE = "(cast(:places as int[]))[{metric}][array_position(cast(:sets as int[]), r.metric_set_id)]"
_OF_SETS = "r.metric_set_id = any(cast(:sets as int[]))"
_ASKED = """
    unnest(cast(:devices_{n} as int[]), cast(:groups_{n} as int[]), cast(:metrics_{n} as int[]))
        as a (device_id, number, metric)
"""
_LABEL = """
    case when width_bucket({at}, cast(:edges_{k} as timestamptz[])) % 2 = 1
        then (cast(:labels_{k} as int[]))[
            (width_bucket({at}, cast(:edges_{k} as timestamptz[])) + 1) / 2
        ]
    end
"""
_HOURS = """
    select a.number, a.device_id, {label} as label, r.counts[{place}]::bigint as n,
        r.sums[{place}] as total, r.lows[{place}] as low, r.highs[{place}] as high
    from rollups_1h as r join {asked} on a.device_id = r.device_id
    where r.bucket >= :first_{k} and r.bucket < :end_{k} and {of_sets}
        and r.counts[{place}] > 0
        {few}
"""
_RAW = """
    select a.number, a.device_id, {label} as label, r.ts, r.values[{place}] as value
    from readings as r join {asked} on a.device_id = r.device_id
    where r.ts >= :first_{k} and r.ts < :end_{k} and {of_sets} and r.values[{place}] <> 'NaN'
        {few}
"""
_FEW = "and r.device_id = any(cast(:devices_{n} as int[]))"
_FEW_MAX = 500
# What the table holds of an archived day lies over the file, metric by metric.
_FILED = """
    select a.number, a.device_id, {label} as label, f.ts, f.value
    from unnest(cast(:filed_devices as int[]), cast(:filed_at as timestamptz[]),
            cast(:filed_metrics as int[]), cast(:filed_values as float8[]))
            as f (device_id, ts, metric, value)
        join {asked} on a.device_id = f.device_id and a.metric = f.metric
    where f.ts >= :first_{k} and f.ts < :end_{k} and not exists (
        select from readings as r
        where r.device_id = f.device_id and r.ts = f.ts and {of_sets}
            and r.values[{filed_place}] <> 'NaN'
    )
"""
_NEWEST = """
    select distinct on (r.device_id) r.device_id, coalesce(r.times[{place}], r.ts) as at,
        r.values[{place}]
    from latest_readings as r join {asked} on a.device_id = r.device_id
    where {of_sets} and r.values[{place}] <> 'NaN'
    order by r.device_id, 2 desc, r.written_at desc
"""
_HEARD_NEWEST = text(
    "select device_id, max(ts) from latest_readings where device_id = any(:devices) group by 1"
)
_HEARD_WITHIN = text(
    """
    select device_id, max(ts) from readings
    where device_id = any(:devices) and ts >= :first and ts < :end group by 1
    """
)


async def made_at(tx: Connection) -> datetime | None:
    found: datetime | None = (await tx.execute(_MADE_AT)).scalar_one_or_none()
    return found


async def late(
    tx: Connection, devices: Sequence[int], first: datetime, end: datetime
) -> list[Late]:
    given = {"devices": list(devices), "first": first, "end": end}
    return [Late(*row) for row in await tx.execute(_LATE, given)]


# -- counts, sums, lowest and highest -----------------------------------------------------------

_SUMS = """
    select number, label, sum(n)::bigint, sum(total), min(low), max(high), count(*)
    from (
        select number, device_id, label, sum(n) as n, sum(total) as total, min(low) as low,
            max(high) as high
        from ({pieces}) as each_piece where label is not null group by 1, 2, 3
    ) as each_device group by 1, 2
"""
_ONE_EACH = """
    select number, device_id, label, 1::bigint as n, value as total, value as low, value as high
    from ({raw}) as raw
"""


async def sums(
    tx: Connection, metrics: Sequence[str], parts: Sequence[Laid], filed: Filed | None
) -> list[Row]:
    """Group, label, count, sum, lowest, highest, and how many devices it is of."""

    def pieces(given: Given, number: int, part: Laid) -> Iterable[str]:
        for place, hours in enumerate(clusters(part.hours)):
            given |= _cut(f"hours_{number}_{place}", hours)
            yield _filled(_HOURS, "r.bucket", number, f"hours_{number}_{place}", part, hours)
        for raw in _raw_pieces(given, number, part, filed):
            yield _ONE_EACH.format(raw=raw)

    return await _asked(tx, _SUMS, metrics, parts, pieces, filed)


# -- what needs every reading -------------------------------------------------------------------

_MIDDLES = """
    select number, label, count(*), percentile_cont(cast(:part as float8)) within group
        (order by value), stddev_pop(value), count(distinct device_id)
    from ({pieces}) as raw where label is not null group by 1, 2
"""
# A reading stands until the next, but no longer than twice as long as is usual for its device.
_BEYOND = """
    with said as materialized (
        select *, lead(ts) over w - ts as step, lag(value) over w as before
        from ({pieces}) as raw where label is not null
        window w as (partition by number, device_id, label order by ts)
    ), usual as (
        select device_id, percentile_cont(0.5) within group (order by step) as step
        from said where step is not null group by 1
    )
    select s.number, s.label, count(*),
        coalesce(sum(extract(epoch from least(s.step, 2 * u.step)))
            filter (where {beyond}), 0)::float8,
        count(*) filter (where {beyond} and not coalesce({beyond_before}, false)),
        count(distinct s.device_id)
    from (
        select said.device_id, number, label, value, before, coalesce(said.step, usual.step) as step
        from said left join usual using (device_id)
    ) as s left join usual as u using (device_id)
    group by 1, 2
"""
_EXTREME = """
    select distinct on (number, label) number, label, 1::bigint, value, ts, 1
    from ({pieces}) as raw where label is not null order by number, label, value {order}, ts
"""
_ENDS = """
    select number, label, device_id, count(*), min(ts), (array_agg(value order by ts))[1],
        max(ts), (array_agg(value order by ts desc))[1]
    from ({pieces}) as raw where label is not null group by 1, 2, 3
"""
# What grows until it begins again at nothing; labels below 0 are there to be gone on from.
_INCREASES = """
    with said as (
        select *, lag(value) over (partition by number, device_id order by ts) as before
        from ({pieces}) as raw where label is not null
    )
    select number, label, count(*), count(before),
        coalesce(sum(case when value < before then value else value - before end), 0)::float8,
        count(*) filter (where value > before), count(*) filter (where value < before),
        count(distinct device_id)
    from said where label >= 0 group by 1, 2
"""


async def middles(
    tx: Connection, metrics: Sequence[str], parts: Sequence[Laid], filed: Filed | None, part: float
) -> list[Row]:
    """Group, label, count, this part of the values in order, their spread, devices."""
    return await _raw(tx, _MIDDLES, metrics, parts, filed, part=part)


async def beyond(
    tx: Connection,
    metrics: Sequence[str],
    parts: Sequence[Laid],
    filed: Filed | None,
    limit: float,
    *,
    above: bool,
) -> list[Row]:
    """Group, label, count, seconds beyond the limit, how often it went there, devices."""
    sign = ">" if above else "<"
    statement = _BEYOND.replace("{beyond_before}", f"before {sign} :limit").replace(
        "{beyond}", f"value {sign} :limit"
    )
    return await _raw(tx, statement, metrics, parts, filed, limit=limit)


async def extremes(
    tx: Connection,
    metrics: Sequence[str],
    parts: Sequence[Laid],
    filed: Filed | None,
    *,
    highest: bool,
) -> list[Row]:
    """Group, label, 1, the extreme value, when it was first reached, 1."""
    statement = _EXTREME.replace("{order}", "desc" if highest else "asc")
    return await _raw(tx, statement, metrics, parts, filed)


async def ends(
    tx: Connection, metrics: Sequence[str], parts: Sequence[Laid], filed: Filed | None
) -> list[Row]:
    """Group, label, device, count, first moment and value, last moment and value."""
    return await _raw(tx, _ENDS, metrics, parts, filed)


async def increases(
    tx: Connection, metrics: Sequence[str], parts: Sequence[Laid], filed: Filed | None
) -> list[Row]:
    """Group, label, count, steps, by how much it grew, how often it rose and fell, devices."""
    return await _raw(tx, _INCREASES, metrics, parts, filed)


async def newest(
    tx: Connection, metrics: Sequence[str], devices: Sequence[int], wanted: Sequence[int]
) -> list[Row]:
    """Device, moment and value of the newest reading there is."""
    given = await _placed(tx, metrics) | {
        "devices_0": list(devices),
        "groups_0": list(devices),
        "metrics_0": [metric + 1 for metric in wanted],
    }
    place = _PLACE.format(metric="a.metric")
    query = _NEWEST.format(asked=_ASKED.format(n=0), place=place, of_sets=_OF_SETS)
    return [tuple(row) for row in await tx.execute(text(query), given)]


async def heard(tx: Connection, devices: Sequence[int]) -> dict[int, datetime]:
    """When each device measured what it said last."""
    return {row[0]: row[1] for row in await tx.execute(_HEARD_NEWEST, {"devices": list(devices)})}


async def heard_within(
    tx: Connection, devices: Sequence[int], first: datetime, end: datetime
) -> dict[int, datetime]:
    given = {"devices": list(devices), "first": first, "end": end}
    return {row[0]: row[1] for row in await tx.execute(_HEARD_WITHIN, given)}


# -- putting together ---------------------------------------------------------------------------


async def _raw(
    tx: Connection,
    statement: str,
    metrics: Sequence[str],
    parts: Sequence[Laid],
    filed: Filed | None,
    **more: float,
) -> list[Row]:
    def pieces(given: Given, number: int, part: Laid) -> Iterable[str]:
        yield from _raw_pieces(given, number, part, filed)

    return await _asked(tx, statement, metrics, parts, pieces, filed, **more)


def _raw_pieces(given: Given, number: int, part: Laid, filed: Filed | None) -> Iterable[str]:
    for place, raw in enumerate(clusters(part.raw)):
        key = f"raw_{number}_{place}"
        given |= _cut(key, raw)
        yield _filled(_RAW, "r.ts", number, key, part, raw)
        if filed is not None:
            yield _filled(_FILED, "f.ts", number, key, part, raw)


def _filled(piece: str, at: str, number: int, key: str, part: Laid, spans: Sequence[Span]) -> str:
    """The piece for some spans of a part; where it is one span there is nothing to cut."""
    label = _LABEL.format(at=at, k=key) if len(spans) > 1 else str(spans[0].label)
    few = _FEW.format(n=number) if len(part.part.devices) <= _FEW_MAX else ""
    asked = _ASKED.format(n=number)
    return piece.format(
        label=label,
        asked=asked,
        few=few,
        k=key,
        of_sets=_OF_SETS,
        place=_PLACE.format(metric="a.metric"),
        filed_place=_PLACE.format(metric="f.metric"),
    )


def _cut(key: str, spans: Sequence[Span]) -> Given:
    return {
        f"edges_{key}": edges(spans),
        f"labels_{key}": [span.label for span in spans],
        f"first_{key}": spans[0].start,
        f"end_{key}": spans[-1].end,
    }


async def _asked(
    tx: Connection,
    statement: str,
    metrics: Sequence[str],
    parts: Sequence[Laid],
    pieces: Callable[[Given, int, Laid], Iterable[str]],
    filed: Filed | None,
    **more: float,
) -> list[Row]:
    given: Given = {**await _placed(tx, metrics), **more}
    read: list[str] = []
    for number, one in enumerate(parts):
        given[f"devices_{number}"] = list(one.part.devices)
        given[f"groups_{number}"] = list(one.part.groups)
        # Numbers of unnest ... with ordinality begin at 1.
        given[f"metrics_{number}"] = [metric + 1 for metric in one.part.metrics]
        read += pieces(given, number, one)
    if not read:
        return []
    if filed is not None:
        given |= {
            "filed_devices": filed.devices,
            "filed_at": filed.at,
            "filed_metrics": [metric + 1 for metric in filed.metrics],
            "filed_values": filed.values,
        }
    query = statement.replace("{pieces}", "\n    union all\n".join(read))
    return [tuple(row) for row in await tx.execute(text(query), _only(query, given))]


# A list of devices has no statistics, and a join by merging would sort millions of wide rows.
_NO_MERGING = text("select set_config('enable_mergejoin', 'off', true)")


async def _placed(tx: Connection, metrics: Sequence[str]) -> Given:
    """Where the metrics stand in which metric sets."""
    await tx.execute(_NO_MERGING)
    rows = (await tx.execute(_PLACES, {"metrics": list(metrics)})).all()
    sets = sorted({number for number, _, _ in rows})
    places: list[list[int | None]] = [[None] * len(sets) for _ in metrics]
    for number, metric, place in rows:
        places[metric - 1][sets.index(number)] = place
    return {"sets": sets, "places": places if sets else []}


def _only(query: str, given: Given) -> Given:
    """What the statement names."""
    return {name: value for name, value in given.items() if f":{name}" in query}
