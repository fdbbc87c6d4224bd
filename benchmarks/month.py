"""Thirty days of a large fleet, made where they lie, and no more of them than questions reach.

Hours are written for all thirty days, readings for the hours in which windows end and for the last
day; the days are made from the hours by the product itself, as its worker does.
"""

from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from homepot.core.database import Database
from homepot.core.settings import load_settings
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.rollups.service import ROLLUPS, catch_up
from homepot.telemetry.storage.days import READINGS
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import make_parts

DAYS = 30
METRICS = ("cpu_percent", "disk_percent", "memory_percent", "network_latency_ms")
# Hours before now whose readings are there, beside the sums of all hours.
_READ_RAW = ((720, 718), (169, 166), (26, 0))

# By device, metric and hour, so that everybody is somewhere else.
_VALUE = "(30 + (d.id * 7 + {m} * 13 + extract(epoch from AT)::bigint / 3600) %% 60)::float8"
_SET = "INSERT INTO metric_sets (tenant_id, digest, metrics) VALUES (%s, '\\x00', %s) RETURNING id"
_HOURS = """
    INSERT INTO device_rollups_1h (device_id, bucket, metric_set_id, counts, lows, highs, sums,
        lasts)
    SELECT d.id, b, %(set)s, array_fill(6, ARRAY[%(width)s]), ARRAY[{low}], ARRAY[{high}],
        ARRAY[{total}], ARRAY[{high}]
    FROM generate_series(date_bin('1 hour', now(), timestamptz '2000-01-01 00:00+00')
            - interval '30 days', now() - interval '1 hour', interval '1 hour') AS b,
        devices AS d
    ORDER BY b, d.id
"""
_READINGS = """
    INSERT INTO device_metrics (device_id, ts, metric_set_id, values)
    SELECT d.id, t + d.id %% 600 * interval '1 second', %(set)s, ARRAY[{value}]
    FROM generate_series(%(first)s::timestamptz, %(end)s::timestamptz, interval '10 min') AS t,
        devices AS d
    WHERE t + d.id %% 600 * interval '1 second' < now()
    ORDER BY t, d.id
"""
_LATEST = """
    INSERT INTO device_latest (device_id, metric_set_id, ts, values)
    SELECT DISTINCT ON (device_id) device_id, metric_set_id, ts, values FROM device_metrics
    WHERE ts > now() - interval '20 minutes' ORDER BY device_id, ts DESC
"""
_MADE = (
    "INSERT INTO telemetry_readers (name, low, read_at)"
    " VALUES ('rollups', pg_snapshot_xmin(pg_current_snapshot()), now())"
)
# Watched since a month ago; one in seven was away for a while, each at another time.
_WATCHED = """
    INSERT INTO connectivity_changes (tenant_id, device_id, at, state, previous)
    SELECT tenant_id, id, now() - interval '31 days', 'online', 'unknown' FROM devices
    UNION ALL
    SELECT tenant_id, id, now() - (id %% 160 + 2) * interval '1 hour', 'offline', 'online'
    FROM devices WHERE id %% 7 = 0
    UNION ALL
    SELECT tenant_id, id, now() - (id %% 160 + 1) * interval '1 hour', 'online', 'offline'
    FROM devices WHERE id %% 7 = 0
"""
_SETTLED = (
    "ANALYZE device_rollups_1h (device_id, bucket, metric_set_id)",
    "ANALYZE device_rollups_1d (device_id, bucket, metric_set_id)",
    "VACUUM ANALYZE device_metrics",
    "VACUUM ANALYZE device_latest",
    "VACUUM ANALYZE connectivity_changes",
    "ANALYZE metric_sets",
)


async def make_month(url: str, data: Path, tenant_id: int, moment: datetime) -> None:
    dates = {(moment - timedelta(days=number)).date() for number in range(DAYS + 2)}
    await make_parts(url, [NativeParts(one) for one in (*ROLLUPS, READINGS)], dates)
    async with await psycopg.AsyncConnection.connect(make_conninfo(url), autocommit=True) as owner:
        async with owner.transaction():
            await owner.execute("SET LOCAL ROLE homepot_system")
            await owner.execute("SET LOCAL statement_timeout = 0")
            made = await owner.execute(_SET.encode(), [tenant_id, list(METRICS)])
            row = await made.fetchone()
            assert row is not None
            given = {"set": row[0], "width": len(METRICS)}
            await owner.execute(_written_out(_HOURS, "b").encode(), given)
            for first_h, last_h in _READ_RAW:
                hours = {
                    "first": moment - timedelta(hours=first_h),
                    "end": moment - timedelta(hours=last_h),
                }
                await owner.execute(_written_out(_READINGS, "t").encode(), given | hours)
            await owner.execute(_LATEST)
            await owner.execute(_WATCHED.replace("%%", "%").encode())
            await owner.execute(_MADE)
        database = Database(url)
        await catch_up(database, moment, Archive.of(load_settings({"HOMEPOT_DATA": str(data)})))
        await database.close()
        for statement in _SETTLED:
            await owner.execute(statement)


def _written_out(query: str, at: str) -> str:
    values = [_VALUE.format(m=number).replace("AT", at) for number in range(1, len(METRICS) + 1)]
    return query.format(
        value=", ".join(values),
        low=", ".join(f"{value} - 1" for value in values),
        high=", ".join(f"{value} + 1" for value in values),
        total=", ".join(f"{value} * 6" for value in values),
    )
