"""The SQL of whole days of many devices at once, with all their metrics; through the tenant's
views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from homepot.core.database import Connection, in_binary

# The arrays come as PostgreSQL sends them, to be read all at once.
_DAYS = """
    select metric_set_id, device_id, (extract(epoch from bucket - %(start)s) / 86400)::int,
        array_send(counts), array_send(sums)
    from rollups_1d
    where device_id = any(%(devices)s) and bucket >= %(start)s and bucket < %(end)s
    order by metric_set_id
"""
_SETS = text("select id, metrics from metric_sets")
# Dimensions, flags, type, length and first index, each four bytes.
_HEAD = 20


@dataclass(frozen=True)
class Days:
    """What devices reported with the same metrics: a row for each device and day (counted from the
    first), with a column for each metric."""

    metric_set: int
    devices: NDArray[np.int64]
    days: NDArray[np.int64]
    counts: NDArray[np.float64]
    sums: NDArray[np.float64]


async def days(
    tx: Connection, devices: Sequence[int], start: datetime, end: datetime
) -> list[Days]:
    given = {"devices": list(devices), "start": start, "end": end}
    found = []
    for number, rows in groupby(await in_binary(tx, _DAYS, given), itemgetter(0)):
        _, mine, at, counts, sums = zip(*rows, strict=True)
        found.append(
            Days(
                number,
                np.array(mine, np.int64),
                np.array(at, np.int64),
                _matrix(counts, ">i4"),
                _matrix(sums, ">f8"),
            )
        )
    return found


def _matrix(rows: Sequence[bytes], kind: str) -> NDArray[np.float64]:
    """Of arrays that are as long as each other and have no gaps: each value behind its length.

    >>> one = bytes.fromhex("00000001 00000000 00000017 00000001 00000001 00000004 00000009")
    >>> _matrix([one, one], ">i4").tolist()
    [[9.0], [9.0]]
    """
    value = np.dtype([("length", ">i4"), ("value", kind)])
    wide = (len(rows[0]) - _HEAD) // value.itemsize
    row = np.dtype([("head", f"V{_HEAD}"), ("values", value, (wide,))])
    return np.frombuffer(b"".join(rows), row)["values"]["value"].astype(np.float64)


async def sets(tx: Connection) -> dict[int, tuple[str, ...]]:
    return {row.id: tuple(row.metrics) for row in await tx.execute(_SETS)}
