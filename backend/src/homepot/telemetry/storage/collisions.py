"""Rows whose device and time are stored already: merged metric by metric, the last word stands."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import tuple_row

from homepot.telemetry.intake.batch import (
    ADDED,
    CORRECTED,
    REPEATED,
    Block,
    Floats,
    Ints,
    compared,
    moment,
)
from homepot.telemetry.storage.sets import MetricSets

Connection = psycopg.AsyncConnection[object]
Copy = Callable[[Connection, Sequence[Block]], Awaitable[None]]

# The rows of one request lie in few days; only their indexes are looked at, never whole days.
_PLAN = (
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)
_STORED = """
    SELECT i.row, m.metric_set_id, m.values
    FROM unnest(%(devices)s::int[], %(times)s::timestamptz[]) WITH ORDINALITY
        AS i (device_id, ts, row)
    JOIN device_metrics m USING (device_id, ts)
    WHERE m.ts BETWEEN %(first)s AND %(last)s
    ORDER BY i.device_id, i.ts
    FOR UPDATE OF m
"""
_SETS = "SELECT id, tenant_id, metrics FROM metric_sets WHERE id = ANY(%s)"
_CORRECT = (
    "UPDATE device_metrics SET metric_set_id = %s, values = %s WHERE device_id = %s AND ts = %s"
)


@dataclass(frozen=True)
class Outcome:
    """Of the rows of a request: new ones, ones said before, ones that changed a value."""

    stored: int = 0
    repeated: int = 0
    corrected: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.stored + other.stored,
            self.repeated + other.repeated,
            self.corrected + other.corrected,
        )


async def write_merging(
    connection: Connection, blocks: Sequence[Block], sets: MetricSets, copy: Copy
) -> tuple[Outcome, list[Block]]:
    """Store these rows within the open transaction; what became of them, and what was written."""
    outcome = Outcome()
    written: list[Block] = []
    await connection.execute(_PLAN)
    for block in blocks:
        stored = await _stored(connection, block)
        fresh = np.ones(len(block), dtype=np.bool_)
        fresh[[row for row, _, _ in stored]] = False
        changed = await _merge(connection, block, stored, sets)
        outcome += changed.outcome + Outcome(stored=int(fresh.sum()))
        touched = fresh.copy()
        touched[changed.rows] = True
        if np.any(touched):
            written.append(_only(block, touched))
        if np.any(fresh):
            await copy(connection, [_only(block, fresh)])
    return outcome, written


@dataclass(frozen=True)
class _Changed:
    outcome: Outcome
    rows: list[int]


async def _stored(connection: Connection, block: Block) -> list[tuple[int, int, list[float]]]:
    times = [moment(at_us) for at_us in block.at_us.tolist()]
    cursor = connection.cursor(row_factory=tuple_row)
    await cursor.execute(
        _STORED,
        {
            "devices": block.device.tolist(),
            "times": times,
            "first": moment(block.at_us.min()),
            "last": moment(block.at_us.max()),
        },
        binary=True,
    )
    return [(int(row) - 1, number, values) async for row, number, values in cursor]


async def _merge(
    connection: Connection,
    block: Block,
    stored: Sequence[tuple[int, int, list[float]]],
    sets: MetricSets,
) -> _Changed:
    """Rows that are stored in the same set are merged together, as one array operation."""
    outcome = Outcome()
    changed: list[int] = []
    by_set: dict[int, list[tuple[int, list[float]]]] = {}
    for row, number, values in stored:
        by_set.setdefault(number, []).append((row, values))
    names = await _names(connection, sets, by_set.keys())
    for number, found in by_set.items():
        rows = np.array([row for row, _ in found])
        union = tuple(sorted({*names[number], *block.metrics}))
        old = _spread(union, names[number], np.array([values for _, values in found]))
        new = _spread(union, block.metrics, block.values[rows])
        kind = compared(old, new)
        outcome += Outcome(
            stored=int(np.sum(kind == ADDED)),
            repeated=int(np.sum(kind == REPEATED)),
            corrected=int(np.sum(kind == CORRECTED)),
        )
        news = np.flatnonzero(kind != REPEATED)
        if len(news):
            merged = np.where(np.isnan(new[news]), old[news], new[news])
            await _correct(
                connection,
                await sets.ensure(block.tenant_id, union),
                merged,
                block.device[rows[news]],
                block.at_us[rows[news]],
            )
            changed += rows[news].tolist()
    return _Changed(outcome, changed)


async def _correct(
    connection: Connection, metric_set: int, values: Floats, device: Ints, at_us: Ints
) -> None:
    rows: list[list[Any]] = [
        [metric_set, list_, number, moment(at)]
        for list_, number, at in zip(values.tolist(), device.tolist(), at_us.tolist(), strict=True)
    ]
    await connection.cursor().executemany(_CORRECT, rows)


async def _names(
    connection: Connection, sets: MetricSets, ids: Collection[int]
) -> dict[int, tuple[str, ...]]:
    if unknown := [number for number in ids if sets.metrics_of(number) is None]:
        cursor = connection.cursor(row_factory=tuple_row)
        await cursor.execute(_SETS, [unknown])
        async for number, tenant_id, metrics in cursor:
            sets.remember(tenant_id, number, tuple(metrics))
    return {number: sets.metrics_of(number) or () for number in ids}


def _spread(union: Sequence[str], metrics: Sequence[str], values: Floats) -> Floats:
    """The columns in the places of the union; NaN where it has more."""
    if tuple(union) == tuple(metrics):
        return values
    places = {name: place for place, name in enumerate(union)}
    wide = np.full((len(values), len(union)), np.nan)
    wide[:, [places[name] for name in metrics]] = values
    return wide


def _only(block: Block, rows: Any) -> Block:
    return Block(
        block.tenant_id,
        block.metric_set,
        block.metrics,
        block.device[rows],
        block.at_us[rows],
        block.values[rows],
    )
