"""Rows whose device and time are stored already: merged metric by metric, the last word stands."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import tuple_row

from homepot.telemetry.intake.batch import ADDED, CORRECTED, REPEATED, Block, Floats, Ints, compared
from homepot.telemetry.storage.arrays import Floats8, Ints4, Moments
from homepot.telemetry.storage.parts import Parts
from homepot.telemetry.storage.sets import MetricSets, Placed

Connection = psycopg.AsyncConnection[object]
Copy = Callable[[Connection, Sequence[Block]], Awaitable[None]]

# The rows of one request lie in few days; only their indexes are looked at, never whole days.
_PLAN = (
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)
_STORED = """
    SELECT i.row, m.metric_set_id, m.values
    FROM unnest(%(devices)s, %(times)s) WITH ORDINALITY AS i (device_id, ts, row)
    JOIN device_metrics m USING (device_id, ts)
    WHERE m.ts BETWEEN (%(times)s)[%(first)s] AND (%(times)s)[%(last)s]
    ORDER BY i.device_id, i.ts
"""
_HELD = f"{_STORED} FOR UPDATE OF m"
_SETS = "SELECT id, tenant_id, metrics FROM metric_sets WHERE id = ANY(%s)"
_CORRECT = """
    UPDATE device_metrics AS m
    SET metric_set_id = %(set)s,
        values = (%(values)s)[(i.row - 1) * %(width)s + 1 : i.row * %(width)s]
    FROM unnest(%(devices)s, %(times)s) WITH ORDINALITY AS i (device_id, ts, row)
    WHERE m.device_id = i.device_id AND m.ts = i.ts
        AND m.ts BETWEEN (%(times)s)[%(first)s] AND (%(times)s)[%(last)s]
"""


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
    connection: Connection, blocks: Sequence[Block], sets: MetricSets, days: Parts, copy: Copy
) -> tuple[Outcome, list[Block]]:
    """Store these rows within the open transaction; what became of them, and what was written.

    A history that is sent again is looked at and not touched: only rows that bring something are
    locked and read once more.
    """
    outcome = Outcome()
    written: list[Block] = []
    await connection.execute(_PLAN)
    for block in blocks:
        known = await _repeated(connection, block, sets)
        outcome += Outcome(repeated=int(known.sum()))
        if np.all(known):
            continue
        news = block.only(~known)
        query = _HELD if await days.begin_merging(connection) else _STORED
        changed, there = await _merge(connection, query, news, sets)
        fresh = news.only(~there)
        if len(fresh):
            await copy(connection, [fresh])
        outcome += changed + Outcome(stored=len(fresh))
        written.append(news)
    return outcome, written


async def _repeated(connection: Connection, block: Block, sets: MetricSets) -> NDArray[np.bool_]:
    """Of each row, whether everything it says is stored already."""
    known = np.zeros(len(block), dtype=np.bool_)
    for found in await _stored(connection, _STORED, block, sets):
        kind = compared(found.old, found.new(block))
        known[found.rows[kind == REPEATED]] = True
    return known


async def _merge(
    connection: Connection, query: str, block: Block, sets: MetricSets
) -> tuple[Outcome, NDArray[np.bool_]]:
    """Merge with what is stored, one set after another; and which of the rows were there."""
    outcome = Outcome()
    there = np.zeros(len(block), dtype=np.bool_)
    for found in await _stored(connection, query, block, sets):
        there[found.rows] = True
        old, new = found.old, found.new(block)
        kind = compared(old, new)
        outcome += Outcome(
            stored=int(np.sum(kind == ADDED)),
            repeated=int(np.sum(kind == REPEATED)),
            corrected=int(np.sum(kind == CORRECTED)),
        )
        news = np.flatnonzero(kind != REPEATED)
        if len(news):
            merged = np.where(np.isnan(new[news]), old[news], new[news])
            placed = await sets.place(block.tenant_id, found.union)
            rows = found.rows[news]
            await _correct(connection, placed, merged, block.device[rows], block.at_us[rows])
    return outcome, there


@dataclass(frozen=True)
class _Found:
    """Rows of a block that are stored in one set already, both in the places of the union."""

    rows: Ints
    union: tuple[str, ...]
    old: Floats

    def new(self, block: Block) -> Floats:
        return _spread(self.union, block.metrics, block.values[self.rows])


async def _stored(
    connection: Connection, query: str, block: Block, sets: MetricSets
) -> list[_Found]:
    cursor = connection.cursor(row_factory=tuple_row)
    await cursor.execute(query, _keys(block.device, block.at_us), binary=True)
    by_set: dict[int, list[tuple[int, list[float]]]] = {}
    async for row, number, values in cursor:
        by_set.setdefault(number, []).append((row - 1, values))
    names = await _names(connection, sets, by_set.keys())
    return [
        _found(block, names[number], [row for row, _ in rows], [values for _, values in rows])
        for number, rows in by_set.items()
    ]


def _found(
    block: Block, metrics: tuple[str, ...], rows: list[int], values: list[list[float]]
) -> _Found:
    """A set that has all metrics of the block is kept; else the holes need no place any more."""
    old = np.array(values)
    if set(metrics).issuperset(block.metrics):
        return _Found(np.array(rows), metrics, old)
    used = ~np.all(np.isnan(old), axis=0)
    kept = [name for name, is_used in zip(metrics, used.tolist(), strict=True) if is_used]
    union = tuple(sorted({*kept, *block.metrics}))
    return _Found(np.array(rows), union, _spread(union, kept, old[:, used]))


async def _correct(
    connection: Connection, placed: Placed, values: Floats, device: Ints, at_us: Ints
) -> None:
    wide = placed.spread.over(values) if placed.spread else values
    given = {"set": placed.number, "values": Floats8(wide), "width": wide.shape[1]}
    await connection.execute(_CORRECT, given | _keys(device, at_us))


def _keys(device: Ints, at_us: Ints) -> dict[str, Any]:
    return {
        "devices": Ints4(device),
        "times": Moments(at_us),
        "first": int(at_us.argmin()) + 1,
        "last": int(at_us.argmax()) + 1,
    }


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
