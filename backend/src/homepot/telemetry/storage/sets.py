"""Metric sets: which metrics a row holds, in which order, said once for millions of rows."""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from homepot.core.database import Database
from homepot.core.errors import BadInput
from homepot.telemetry.intake.batch import Batch, Floats, Ints
from homepot.telemetry.storage import store

SETS_MAX = 5_000


class MetricSets:
    """The sets that this process has met. They never change, so they are never asked for twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[tuple[int, tuple[str, ...]], int] = {}
        self._names: dict[int, tuple[str, ...]] = {}

    def metrics_of(self, number: int) -> tuple[str, ...] | None:
        return self._names.get(number)

    async def ensure(self, tenant_id: int, metrics: tuple[str, ...]) -> int:
        """The number of this set; made where it is new."""
        found = self._ids.get((tenant_id, metrics))
        if found is not None:
            return found
        async with self._database.tenant(tenant_id) as tx:
            made = await store.ensure_set(tx, tenant_id, digest_of(metrics), metrics, SETS_MAX)
        if made is None:
            raise BadInput(
                f"There are {SETS_MAX:,} different combinations of metrics already, the most that"
                " are kept; let a device send the same metrics each time.",
                at="body.readings",
            )
        self.remember(tenant_id, made, metrics)
        return made

    def remember(self, tenant_id: int, number: int, metrics: tuple[str, ...]) -> None:
        self._ids[tenant_id, metrics] = number
        self._names[number] = metrics


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
