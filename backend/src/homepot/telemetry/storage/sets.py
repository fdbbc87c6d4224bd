"""Metric sets: which metrics a row holds, in which order, said once for millions of rows."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from homepot.core.database import Database
from homepot.telemetry.intake.batch import Batch, Block, Floats, Ints, Spread
from homepot.telemetry.storage import store
from homepot.telemetry.storage.placing import Known


@dataclass(frozen=True)
class Placed:
    """A metric set, and where the metrics of a row stand in it; None where it has no others."""

    number: int
    spread: Spread | None = None


class MetricSets:
    """The sets that this process has met. They never change, so they are never asked for twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, Known] = {}
        self._newest: dict[int, int] = {}
        self._names: dict[int, tuple[str, ...]] = {}

    def metrics_of(self, number: int) -> tuple[str, ...] | None:
        return self._names.get(number)

    async def blocks(self, tenant_id: int, batch: Batch) -> list[Block]:
        """The rows of a batch as they will be stored."""
        blocks = []
        for metrics, rows, values in by_set(batch):
            placed = await self.place(tenant_id, metrics)
            blocks.append(
                Block(
                    tenant_id,
                    placed.number,
                    metrics,
                    batch.device[rows],
                    batch.at_us[rows],
                    values,
                    placed.spread,
                )
            )
        return blocks

    async def place(self, tenant_id: int, metrics: tuple[str, ...]) -> Placed:
        """The set that rows with these metrics go into; made where none will do."""
        known = self._known.setdefault(tenant_id, Known())
        number = known.place(metrics)
        if number is None:
            number = await self._find_or_make(tenant_id, known, metrics)
        return Placed(number, self._spread(number, metrics))

    async def ensure(self, tenant_id: int, metrics: tuple[str, ...]) -> int:
        """The set of exactly these metrics."""
        async with self._database.tenant(tenant_id) as tx:
            number = await store.ensure_set(tx, tenant_id, digest_of(metrics), metrics)
        self.remember(tenant_id, number, metrics)
        return number

    async def _find_or_make(self, tenant_id: int, known: Known, metrics: tuple[str, ...]) -> int:
        async with self._database.tenant(tenant_id) as tx:
            # Another process may have made one that will do.
            for number, names in await store.sets_since(tx, self._newest.get(tenant_id, 0)):
                self.remember(tenant_id, number, names)
                self._newest[tenant_id] = number
            found = known.place(metrics)
            if found is not None:
                return found
            wider = known.to_make(metrics)
            made = await store.ensure_set(tx, tenant_id, digest_of(wider), wider)
        self.remember(tenant_id, made, wider)
        return made

    def remember(self, tenant_id: int, number: int, metrics: tuple[str, ...]) -> None:
        self._known.setdefault(tenant_id, Known()).add(number, metrics)
        self._names[number] = metrics

    def _spread(self, number: int, metrics: tuple[str, ...]) -> Spread | None:
        names = self._names[number]
        if names == metrics:
            return None
        return Spread(len(names), np.searchsorted(np.array(names), np.array(metrics)))


def digest_of(metrics: Sequence[str]) -> bytes:
    return hashlib.sha256("\n".join(metrics).encode()).digest()


def by_set(batch: Batch) -> Iterator[tuple[tuple[str, ...], Ints, Floats]]:
    """The rows that report the same metrics together: their names in order, rows, values."""
    order = np.argsort(np.array(batch.metrics, dtype=np.str_), kind="stable")
    in_order = bool(np.all(order[1:] > order[:-1]))
    names = [batch.metrics[place] for place in order]
    values = batch.values if in_order else batch.values[:, order]
    reported = ~np.isnan(values)
    if np.all(reported):
        yield tuple(names), np.arange(len(batch)), values
        return
    packed = np.packbits(reported, axis=1)
    patterns = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, firsts, which = np.unique(patterns, return_index=True, return_inverse=True)
    for number, first in enumerate(firsts):
        rows = np.flatnonzero(which == number)
        columns = np.flatnonzero(reported[first])
        yield tuple(names[c] for c in columns), rows, values[np.ix_(rows, columns)]
