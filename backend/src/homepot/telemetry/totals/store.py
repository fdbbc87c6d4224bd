"""Every SQL statement that sums up readings of many devices; all through the tenant's views.

Each part of a question is a branch of one statement. What is read is cut by edges: a moment lies
in a span where an odd number of edges are not after it, and the span has a label.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from homepot.core.database import Connection, in_binary, numbers
from homepot.telemetry.totals.logic import Laid, Span, clusters, edges

Given = dict[str, Any]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Filed:
    """Readings of the archive that are laid under those of the table."""

    devices: list[int]
    at: list[datetime]
    metrics: list[int]
    values: list[float]


@dataclass(frozen=True)
class Places:
    """Where metrics stand in the rows of which metric sets, as an expression in SQL.

    Written out, not joined and not looked up: the planner keeps knowing how many rows to expect,
    and each of very many rows costs a comparison.
    """

    sets: Sequence[int]
    by_metric: Sequence[dict[int, int]]

    def of(self, metric: int) -> str:
        known = self.by_metric[metric]
        if len(self.sets) == 1 and known:
            return str(known[self.sets[0]])
        whens = " ".join(f"when {number} then {place}" for number, place in sorted(known.items()))
        return f"(case r.metric_set_id {whens} end)" if whens else "null::int"

    def of_any(self, metric: str) -> str:
        """Of the metric that an expression tells, by its number from 1."""
        if len(self.by_metric) == 1:
            return self.of(0)
        whens = (f"when {one + 1} then {self.of(one)}" for one in range(len(self.by_metric)))
        return f"(case {metric} {' '.join(whens)} end)"


_PLACES = text(
    """
    select s.id, m.number::int, array_position(s.metrics, m.name)
    from metric_sets as s, unnest(cast(:metrics as text[])) with ordinality as m (name, number)
    where s.metrics @> array[m.name]
    """
)
OF_SETS = "r.metric_set_id = any(cast(:sets as int[]))"
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
_HEARD_NEWEST = """
    select device_id, max(ts) from latest_readings
    where device_id = any(cast(%(devices)s as int[])) group by 1
"""
_HEARD_WITHIN = text(
    """
    select device_id, max(ts) from readings
    where device_id = any(cast(:devices as int[])) and ts >= :first and ts < :end group by 1
    """
)


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
    places = await placed(tx, metrics)
    given = {
        "sets": list(places.sets),
        "devices_0": numbers(devices),
        "groups_0": numbers(devices),
        "metrics_0": numbers(metric + 1 for metric in wanted),
    }
    query = _NEWEST.format(
        asked=_ASKED.format(n=0), place=places.of_any("a.metric"), of_sets=OF_SETS
    )
    return [tuple(row) for row in await tx.execute(text(query), given)]


async def heard(tx: Connection, devices: Sequence[int]) -> dict[int, datetime]:
    """When each device measured what it said last."""
    return dict(await in_binary(tx, _HEARD_NEWEST, {"devices": numbers(devices)}))


async def heard_within(
    tx: Connection, devices: Sequence[int], first: datetime, end: datetime
) -> dict[int, datetime]:
    given = {"devices": numbers(devices), "first": first, "end": end}
    return {row[0]: row[1] for row in await tx.execute(_HEARD_WITHIN, given)}


# -- putting together ---------------------------------------------------------------------------


def _raw_pieces(
    given: Given, number: int, part: Laid, filed: Filed | None, places: Places
) -> Iterable[str]:
    for place, raw in enumerate(clusters(part.raw)):
        key = f"raw_{number}_{place}"
        given |= cut(key, raw)
        yield _filled(_RAW, "r.ts", number, key, part, raw, places)
        if filed is not None:
            yield _filled(_FILED, "f.ts", number, key, part, raw, places)


def _filled(
    piece: str, at: str, number: int, key: str, part: Laid, spans: Sequence[Span], places: Places
) -> str:
    few = _FEW.format(n=number) if len(part.part.devices) <= _FEW_MAX else ""
    return piece.format(
        label=labelled(at, key, spans),
        asked=_ASKED.format(n=number),
        few=few,
        k=key,
        of_sets=OF_SETS,
        place=places.of_any("a.metric"),
        filed_place=places.of_any("f.metric"),
    )


def labelled(at: str, key: str, spans: Sequence[Span]) -> str:
    """Where it is one span there is nothing to cut."""
    return _LABEL.format(at=at, k=key) if len(spans) > 1 else str(spans[0].label)


def cut(key: str, spans: Sequence[Span]) -> Given:
    return {
        f"edges_{key}": edges(spans),
        f"labels_{key}": [span.label for span in spans],
        f"first_{key}": spans[0].start,
        f"end_{key}": spans[-1].end,
    }


async def _raw(
    tx: Connection,
    statement: str,
    metrics: Sequence[str],
    parts: Sequence[Laid],
    filed: Filed | None,
    **more: float,
) -> list[Row]:
    places = await placed(tx, metrics)
    given: Given = {"sets": list(places.sets), **more}
    read: list[str] = []
    for number, one in enumerate(parts):
        given[f"devices_{number}"] = numbers(one.part.devices)
        given[f"groups_{number}"] = numbers(one.part.groups)
        # Numbers of unnest ... with ordinality begin at 1.
        given[f"metrics_{number}"] = numbers(metric + 1 for metric in one.part.metrics)
        read += _raw_pieces(given, number, one, filed, places)
    if not read:
        return []
    if filed is not None:
        given |= asked_of_archive(filed)
    query = statement.replace("{pieces}", "\n    union all\n".join(read))
    return [tuple(row) for row in await tx.execute(text(query), only(query, given))]


def asked_of_archive(filed: Filed) -> Given:
    return {
        "filed_devices": filed.devices,
        "filed_at": filed.at,
        "filed_metrics": [metric + 1 for metric in filed.metrics],
        "filed_values": filed.values,
    }


# A list of devices has no statistics, and a join by merging would sort millions of wide rows.
_NO_MERGING = text("select set_config('enable_mergejoin', 'off', true)")


async def placed(tx: Connection, metrics: Sequence[str]) -> Places:
    await tx.execute(_NO_MERGING)
    by_metric: list[dict[int, int]] = [{} for _ in metrics]
    sets = set()
    for number, metric, place in await tx.execute(_PLACES, {"metrics": list(metrics)}):
        by_metric[metric - 1][number] = place
        sets.add(number)
    return Places(sorted(sets), by_metric)


def only(query: str, given: Given) -> Given:
    """What the statement names."""
    return {name: value for name, value in given.items() if f":{name}" in query}
