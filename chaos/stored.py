"""What is stored: asked of PostgreSQL itself, and of the API as a user would."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
import psycopg
from homepot_agent.clock import iso, parsed_us
from psycopg.conninfo import make_conninfo

from homepot.telemetry.rollups.due import CLOSED_AFTER

SPANS_US = {
    "device_rollups_5m": 300_000_000,
    "device_rollups_1h": 3_600_000_000,
    "device_rollups_6h": 21_600_000_000,
    "device_rollups_1d": 86_400_000_000,
}
_POINTS = 5_000
_ROWS = """
    SELECT d.public_id, (extract(epoch FROM m.ts) * 1000000)::bigint, m.metric_set_id, m.values
    FROM device_metrics AS m LEFT JOIN devices AS d ON d.id = m.device_id
"""
_ROLLUPS = """
    SELECT d.public_id, (extract(epoch FROM r.bucket) * 1000000)::bigint, r.metric_set_id,
        r.counts, r.lows, r.highs, r.sums, r.lasts
    FROM {table} AS r LEFT JOIN devices AS d ON d.id = r.device_id
"""
_COUNT = """
    SELECT count(*) FROM device_metrics
    WHERE device_id = (SELECT id FROM devices WHERE public_id = %s)
"""
_BEHIND = """
    SELECT count(*) FROM telemetry_commits AS c, unnest(array['rollups', 'newest']) AS r (name)
    WHERE c.xid >= coalesce(
        (SELECT low FROM telemetry_readers AS t WHERE t.name = r.name), '0'::xid8)
"""


class StoredRow(NamedTuple):
    """`metrics` is its whole set; a metric that was not reported is NaN in it."""

    device_id: str
    at_us: int
    metrics: tuple[str, ...]
    values: Sequence[float]

    def said(self) -> dict[str, float]:
        named = zip(self.metrics, self.values, strict=True)
        return {name: value for name, value in named if not math.isnan(value)}


class Bucket(NamedTuple):
    """One metric of one row of a rollup."""

    readings: int
    low: float
    high: float
    total: float
    last: float


# Which bucket: device, first moment, metrics of its set, metric.
Place = tuple[str, int, tuple[str, ...], str]


@dataclass(frozen=True)
class Newest:
    at_us: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Summary:
    """One metric of a device over all time, as a chart adds it up."""

    count: int
    low: float
    high: float


@contextmanager
def opened(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(make_conninfo(url), autocommit=True) as connection:
        connection.execute("SET ROLE homepot_system")
        yield connection


def rows(connection: psycopg.Connection[Any]) -> list[StoredRow]:
    """Every row as it lies in the table; nothing is looked up by an index."""
    names = _names(connection)
    with connection.transaction():
        connection.execute("SET LOCAL enable_indexscan = off")
        connection.execute("SET LOCAL enable_indexonlyscan = off")
        found = connection.execute(_ROWS).fetchall()
    return [StoredRow(device_id, at_us, names[s], values) for device_id, at_us, s, values in found]


def rollups(connection: psycopg.Connection[Any], table: str) -> dict[Place, Bucket]:
    names = _names(connection)
    found = connection.execute(_ROLLUPS.format(table=table)).fetchall()
    return {
        (device_id, at_us, names[number], metric): Bucket(*values)
        for device_id, at_us, number, *columns in found
        for metric, *values in zip(names[number], *columns, strict=True)
        if values[0]  # a metric of the set that nobody reported
    }


def closed_us(connection: psycopg.Connection[Any], span_us: int) -> int:
    """Buckets of this width that begin before this moment were over when they were last made."""
    query = "SELECT read_at FROM telemetry_readers WHERE name = 'rollups'"
    row = connection.execute(query).fetchone()
    at_us = parsed_us((row[0] - CLOSED_AFTER).isoformat()) if row else None
    return (at_us or 0) // span_us * span_us


def count(connection: psycopg.Connection[Any], device_id: str) -> int:
    """Rows of one device."""
    row = connection.execute(_COUNT, [device_id]).fetchone()
    assert row is not None
    return int(row[0])


def behind(connection: psycopg.Connection[Any]) -> int:
    """Commits that rollups and newest values may not have taken in yet."""
    row = connection.execute(_BEHIND).fetchone()
    assert row is not None
    return int(row[0])


def _names(connection: psycopg.Connection[Any]) -> dict[int, tuple[str, ...]]:
    found = connection.execute("SELECT id, metrics FROM metric_sets").fetchall()
    return {number: tuple(metrics) for number, metrics in found}


class Reader:
    """Reads through the API with a token."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=120
        )

    def newest(self) -> dict[str, Newest]:
        items = self._get("/api/telemetry/latest", {})["items"]
        return {one["device_id"]: Newest(parsed_us(one["at"]) or 0, one["values"]) for one in items}

    def summaries(
        self, device_id: str, metrics: Sequence[str], window_us: tuple[int, int]
    ) -> dict[str, Summary]:
        """Of the charts of a device, over a window that holds all of it."""
        first, last = (iso(at_us) for at_us in (window_us[0], window_us[1] + 1))
        asked = {"metrics": list(metrics), "from": first, "to": last, "points": _POINTS}
        chart = self._get(f"/api/devices/{device_id}/metrics", asked)
        return {
            one["metric"]: Summary(
                sum(point["count"] for point in one["points"]),
                min(point["low"] for point in one["points"]),
                max(point["high"] for point in one["points"]),
            )
            for one in chart["series"]
            if one["points"]
        }

    def close(self) -> None:
        self._http.close()

    def _get(self, path: str, asked: Mapping[str, Any]) -> Any:
        answer = self._http.get(path, params=asked)
        answer.raise_for_status()
        return answer.json()
