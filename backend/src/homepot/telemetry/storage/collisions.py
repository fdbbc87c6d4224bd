"""Rows whose device and time are stored already: merged metric by metric, the last word stands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import tuple_row

from homepot.telemetry.intake.batch import CORRECTED, REPEATED, Block, compared, moment
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
    outcome = Outcome()
    rows: list[int] = []
    updates: list[list[Any]] = []
    names = await _names(connection, sets, {number for _, number, _ in stored})
    for row, number, values in stored:
        union = tuple(sorted({*names[number], *block.metrics}))
        old = _spread(union, names[number], values)
        new = _spread(union, block.metrics, block.values[row])
        kind = int(compared(old[None], new[None])[0])
        if kind == REPEATED:
            outcome += Outcome(repeated=1)
            continue
        outcome += Outcome(corrected=1) if kind == CORRECTED else Outcome(stored=1)
        rows.append(row)
        updates.append(
            [
                await sets.ensure(block.tenant_id, union),
                np.where(np.isnan(new), old, new).tolist(),
                int(block.device[row]),
                moment(block.at_us[row]),
            ]
        )
    if updates:
        await connection.cursor().executemany(_CORRECT, updates)
    return _Changed(outcome, rows)


async def _names(
    connection: Connection, sets: MetricSets, ids: set[int]
) -> dict[int, tuple[str, ...]]:
    if unknown := [number for number in ids if sets.metrics_of(number) is None]:
        cursor = connection.cursor(row_factory=tuple_row)
        await cursor.execute(_SETS, [unknown])
        async for number, tenant_id, metrics in cursor:
            sets.remember(tenant_id, number, tuple(metrics))
    return {number: sets.metrics_of(number) or () for number in ids}


def _spread(union: Sequence[str], metrics: Sequence[str], values: Sequence[float] | Any) -> Any:
    """The values in the places of the union; NaN where it has more."""
    given = dict(zip(metrics, values, strict=True))
    return np.array([given.get(name, np.nan) for name in union], dtype=np.float64)


def _only(block: Block, rows: Any) -> Block:
    return Block(
        block.tenant_id,
        block.metric_set,
        block.metrics,
        block.device[rows],
        block.at_us[rows],
        block.values[rows],
    )
