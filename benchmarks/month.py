"""Thirty days of a large fleet, made where they lie, and no more of them than questions reach.

Days and quarters of days are written for all thirty days; hours for the last eight days and for
the first two, where windows begin, readings for the hours in which windows begin or end and for the
last day. Each part of a table is filled before it is given its indexes and its place, and is not
logged: what is lost with the machine is made again.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from homepot.telemetry.rollups.service import COARSE, DAYS, QUARTERS, ROLLUPS
from homepot.telemetry.storage.days import READINGS, Parted
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import make_parts

DAYS_BACK = 30
METRICS = ("cpu_percent", "disk_percent", "memory_percent", "network_latency_ms")
# Days before now whose hours are there; what lies between is read from days and their quarters.
_READ_BY_HOUR = ((30, 28), (8, 0))
# Hours before now whose readings are there.
_READ_RAW = ((720, 718), (169, 166), (26, 0))
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_AT_ONCE = 2

# By device, metric and day, so that everybody is somewhere else; all of a day are alike.
_VALUE = "(30 + (d.id * 7 + {m} * 13 + {day}) % 60)::float8"
_SET = "INSERT INTO metric_sets (tenant_id, digest, metrics) VALUES (%s, '\\x00', %s) RETURNING id"
# By time and then by device, as it would have come, and without sorting it: the fleet is laid
# beside each moment, in its order. What is laid beside must need the moment, or it may come first.
_MOMENTS = """
    (SELECT at, extract(epoch FROM at)::bigint / 86400 AS day
        FROM generate_series('{first}'::timestamptz, '{last}'::timestamptz, '{length}') AS at
    ) AS m CROSS JOIN LATERAL unnest(
        (SELECT array_agg(id ORDER BY id) FROM devices WHERE m.at IS NOT NULL)
    ) AS d (id)
"""
_SUMS = """
    INSERT INTO {part} (device_id, bucket, metric_set_id, counts, lows, highs, sums, lasts)
    SELECT id, at, {set}, '{counts}', v, v, ARRAY[{totals}], v
    FROM (SELECT d.id, m.at, ARRAY[{values}] AS v FROM {moments} OFFSET 0) AS made
"""
_READINGS = """
    INSERT INTO {part} (device_id, ts, metric_set_id, values)
    SELECT d.id, m.at + d.id % 600 * interval '1 second', {set}, ARRAY[{values}] FROM {moments}
"""
_LATEST = """
    INSERT INTO device_latest (device_id, metric_set_id, ts, values)
    SELECT DISTINCT ON (device_id) device_id, metric_set_id, ts, values FROM device_metrics
    WHERE ts > now() - interval '2 hours' ORDER BY device_id, ts DESC
"""
_MADE = """
    INSERT INTO telemetry_readers (name, low, read_at)
    SELECT name, pg_snapshot_xmin(pg_current_snapshot()), now()
    FROM unnest(ARRAY['rollups', 'rollups of quarters', 'rollups of days', 'pauses']) AS name
"""
# The same devices were silent while they were away.
_PAUSED = """
    INSERT INTO device_pauses (tenant_id, device_id, from_at, until_at, usual_s)
    SELECT tenant_id, id, now() - (id % 160 + 2) * interval '1 hour',
        now() - (id % 160 + 1) * interval '1 hour', 600
    FROM devices WHERE id % 7 = 0
"""
_REPORTED = """
    INSERT INTO device_reports (tenant_id, device_id, first_at, known_at, last_at, usual_s,
        shortest_s)
    SELECT d.tenant_id, d.id, now() - interval '31 days', now() - interval '31 days', l.ts, 600, 600
    FROM devices AS d JOIN device_latest AS l ON l.device_id = d.id
"""
# Watched since a month ago; one in seven was away for a while, each at another time.
_WATCHED = """
    INSERT INTO connectivity_changes (tenant_id, device_id, at, state, previous)
    SELECT tenant_id, id, now() - interval '31 days', 'online', 'unknown' FROM devices
    UNION ALL
    SELECT tenant_id, id, now() - (id % 160 + 2) * interval '1 hour', 'offline', 'online'
    FROM devices WHERE id % 7 = 0
    UNION ALL
    SELECT tenant_id, id, now() - (id % 160 + 1) * interval '1 hour', 'online', 'offline'
    FROM devices WHERE id % 7 = 0
"""
# What the server does by itself a while after such a change.
_SETTLED = (
    "VACUUM (ANALYZE, INDEX_CLEANUP off) device_rollups_1h (device_id, bucket, metric_set_id)",
    "VACUUM (ANALYZE, INDEX_CLEANUP off) device_rollups_6h (device_id, bucket, metric_set_id)",
    "VACUUM (ANALYZE, INDEX_CLEANUP off) device_rollups_1d (device_id, bucket, metric_set_id)",
    "VACUUM ANALYZE device_metrics",
    "VACUUM ANALYZE device_pauses",
    "VACUUM ANALYZE device_reports",
    "VACUUM ANALYZE device_latest",
    "VACUUM ANALYZE connectivity_changes",
    "ANALYZE metric_sets",
)
Owner = psycopg.AsyncConnection[tuple[object, ...]]
Filled = tuple[Parted, datetime, str]
"""A part of a table, by its first moment, and the statement that fills it."""


async def make_month(url: str, tenant_id: int, moment: datetime) -> None:
    async with await psycopg.AsyncConnection.connect(make_conninfo(url), autocommit=True) as owner:
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE homepot_system")
            made = await owner.execute(_SET.encode(), [tenant_id, list(METRICS)])
            row = await made.fetchone()
            assert row is not None
        todo = [*_sums(row[0], moment), *_readings(row[0], moment)]
        await asyncio.gather(*(_fill(url, todo[n::_AT_ONCE]) for n in range(_AT_ONCE)))
        dates = {(moment - number * _DAY).date() for number in range(-2, DAYS_BACK + 2)}
        await make_parts(url, [NativeParts(one) for one in (*ROLLUPS, READINGS)], dates)
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE homepot_system")
            for statement in (_LATEST, _WATCHED, _PAUSED, _REPORTED, _MADE):
                await owner.execute(statement)
        for statement in _SETTLED:
            await owner.execute(statement)


async def _fill(url: str, todo: Sequence[Filled]) -> None:
    async with await psycopg.AsyncConnection.connect(make_conninfo(url), autocommit=True) as owner:
        for parted, first, statement in todo:
            part, whole = Identifier(parted.name(first.date())), Identifier(parted.table)
            begin, end = map(Literal, parted.bounds(first.date()))
            async with owner.transaction():
                await owner.execute("SET LOCAL synchronous_commit = off")
                await owner.execute("SET LOCAL maintenance_work_mem = '256MB'")
                await owner.execute(SQL("CREATE UNLOGGED TABLE {} (LIKE {})").format(part, whole))
                # The owner sees no device; who may see them all does not own the part.
                await owner.execute(SQL("GRANT INSERT ON {} TO homepot_system").format(part))
                await owner.execute("SET LOCAL ROLE homepot_system")
                await owner.execute(statement.encode())
                await owner.execute("RESET ROLE")
                await owner.execute(
                    SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                        whole, part, begin, end
                    )
                )


def _sums(metric_set: int, moment: datetime) -> list[Filled]:
    """What is over of hours, quarters and days, a month at a time; the larger parts first."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    midnight, quarter = hour.replace(hour=0), hour.replace(hour=hour.hour // 6 * 6)
    since = hour.replace(hour=0) - (DAYS_BACK - 1) * _DAY
    found: dict[tuple[Parted, datetime], list[str]] = {}
    for first_day, last_day in _READ_BY_HOUR:
        _sum_up(found, metric_set, COARSE, hour - first_day * _DAY, hour - last_day * _DAY, _HOUR)
    _sum_up(found, metric_set, QUARTERS, since, quarter, 6 * _HOUR)
    _sum_up(found, metric_set, DAYS, since, midnight, _DAY)
    return [(parted, month, ";".join(several)) for (parted, month), several in found.items()]


def _sum_up(
    found: dict[tuple[Parted, datetime], list[str]],
    metric_set: int,
    parted: Parted,
    first: datetime,
    end: datetime,
    length: timedelta,
) -> None:
    """Of readings every ten minutes."""
    count = length // timedelta(minutes=10)
    values = _values()
    while first < end:
        month = first.replace(day=1, hour=0)
        beyond = min((month + 32 * _DAY).replace(day=1), end)
        statement = _SUMS.format(
            part=parted.name(month.date()), set=metric_set, values=", ".join(values),
            counts=f"{{{','.join([str(count)] * len(METRICS))}}}",
            totals=", ".join(f"v[{number}] * {count}" for number in range(1, len(METRICS) + 1)),
            moments=_MOMENTS.format(first=first, last=beyond - length, length=length),
        )  # fmt: skip
        found.setdefault((parted, month), []).append(statement)
        first = beyond


def _values() -> list[str]:
    return [_VALUE.format(m=number, day="m.day") for number in range(1, len(METRICS) + 1)]


def _readings(metric_set: int, moment: datetime) -> list[Filled]:
    found: dict[datetime, list[str]] = {}
    for first_h, last_h in _READ_RAW:
        # A round is a fleet's readings of ten minutes; the last one is over.
        first = _round_of(moment - first_h * _HOUR)
        end = _round_of(moment - last_h * _HOUR)
        while first < end:
            day = first.replace(hour=0, minute=0)
            beyond = min(day + _DAY, end)
            statement = _READINGS.format(
                part=READINGS.name(day.date()), set=metric_set, values=", ".join(_values()),
                moments=_MOMENTS.format(
                    first=first, last=beyond - timedelta(minutes=10), length="10 min"
                ),
            )  # fmt: skip
            found.setdefault(day, []).append(statement)
            first = beyond
    return [(READINGS, day, ";".join(several)) for day, several in found.items()]


def _round_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=at.minute // 10 * 10, second=0, microsecond=0)
