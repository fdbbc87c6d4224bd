"""The statement that reads the hours or days of a whole fleet: one row for each, arrays in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from homepot.core.database import Connection, in_binary

Doubles = NDArray[np.float64]
HourRow = tuple[int, NDArray[np.int32], list[Doubles]]
# array_send: dimensions, has null, element type, then length and lower bound; then each element
_HEAD_BYTES = 20
_INTS = np.dtype([("length", ">i4"), ("value", ">i4")])
_FLOATS = np.dtype([("length", ">i4"), ("value", ">f8")])


@dataclass(frozen=True)
class Span:
    """What the rollups are of; `at_once` is what a statement reads, so that none takes long."""

    table: str
    length: timedelta
    at_once: timedelta


HOURLY = Span("device_rollups_1h", timedelta(hours=1), timedelta(days=1))
DAILY = Span("device_rollups_1d", timedelta(days=1), timedelta(days=20))

_SETS = text("select id, metrics from metric_sets where metrics && cast(:metrics as text[])")


_HOURS = """
    select (extract(epoch from r.bucket) / {span_s})::int, array_send(array_agg(r.device_id)),
        {means}
    from {table} as r
        join unnest(%(sets)s::int[], {unnested}) as p (id, {columns}) on p.id = r.metric_set_id
    where r.bucket >= %(start)s and r.bucket < %(end)s
    group by 1
"""


async def places(tx: Connection, metrics: Sequence[str]) -> dict[int, list[int | None]]:
    """Of each metric set, where these metrics stand in it, from 1."""
    found = await tx.execute(_SETS, {"metrics": list(metrics)})
    return {
        row.id: [row.metrics.index(one) + 1 if one in row.metrics else None for one in metrics]
        for row in found
    }


async def means_of(
    tx: Connection,
    span: Span,
    known: Mapping[int, Sequence[int | None]],
    wide: int,
    start: datetime,
    end: datetime,
) -> list[HourRow]:
    """For each hour or day of the window and each kind of row, which devices had it and the means
    of each metric; not a number where there was none. Of all tenants, as the system."""
    given: dict[str, Any] = {"start": start, "end": end, "sets": list(known)}
    given |= {f"p{k}": [one[k] for one in known.values()] for k in range(wide)}
    columns = ", ".join(f"p{k}" for k in range(wide))
    unnested = ", ".join(f"%(p{k})s::int[]" for k in range(wide))
    means = ", ".join(
        f"array_send(array_agg(coalesce(r.sums[p{k}] / nullif(r.counts[p{k}], 0), 'NaN')))"
        for k in range(wide)
    )
    query: Any = _HOURS.format(
        means=means, unnested=unnested, columns=columns, table=span.table,
        span_s=round(span.length.total_seconds()),
    )  # fmt: skip
    return [
        (row[0], _values(row[1], _INTS), [_values(one, _FLOATS) for one in row[2:]])
        for row in await in_binary(tx, query, given)
    ]


def _values(sent: bytes, kind: np.dtype[Any]) -> NDArray[Any]:
    return np.frombuffer(sent, kind, offset=_HEAD_BYTES)["value"]
