"""Means of whole days (of UTC) for many devices and metrics, as arrays."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from homepot.core.database import Connection
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.totals import days_store, sums_store
from homepot.telemetry.totals.service import Part, Reader, Span

Floats = NDArray[np.float64]
_DAY = timedelta(days=1)


async def day_means(
    tx: Connection,
    archive: Archive,
    wanted: Mapping[str, Sequence[int]],
    first: datetime,
    days: int,
    now: datetime,
) -> dict[str, Floats]:
    """By metric, a row for each device that is wanted of it, in the order given, and a column for
    each day from `first` on; NaN where nothing was reported.

    Sums of days are read as they lie, all metrics of a device at once; what they lack as yet, and
    what came late, is counted from the readings.
    """
    end = first + days * _DAY
    devices = sorted({device for rows in wanted.values() for device in rows})
    made = (await sums_store.made(tx))["rollups_1d"]
    slow = set(devices)
    if made is not None and made >= end:
        slow = {one.device for one in await sums_store.late(tx, devices, first, end)}
    totals = {name: np.zeros((2, len(rows), days)) for name, rows in wanted.items()}
    quick = [device for device in devices if device not in slow]
    if quick:
        await _lay(tx, totals, wanted, quick, first, end)
    if slow:
        await _count(Reader(tx, archive, sorted(wanted), now), totals, wanted, slow, first, days)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            name: np.where(counts > 0, sums / counts, np.nan)
            for name, (counts, sums) in totals.items()
        }


async def _lay(
    tx: Connection,
    totals: Mapping[str, Floats],
    wanted: Mapping[str, Sequence[int]],
    devices: Sequence[int],
    first: datetime,
    end: datetime,
) -> None:
    """From the sums of days."""
    names_of = await days_store.sets(tx)
    row_of = {}
    for name, mine in wanted.items():
        row_of[name] = np.full(max(devices[-1], *mine) + 1, -1)
        row_of[name][list(mine)] = np.arange(len(mine))
    for one in await days_store.days(tx, devices, first, end):
        for place, name in enumerate(names_of[one.metric_set]):
            if name not in wanted:
                continue
            rows, counts = row_of[name][one.devices], one.counts[:, place]
            told = (rows >= 0) & (counts > 0)
            # Of one set, a device has one row a day: none is added to twice.
            at = (rows[told], one.days[told])
            totals[name][0][at] += counts[told]
            totals[name][1][at] += one.sums[told, place]


async def _count(
    reader: Reader,
    totals: Mapping[str, Floats],
    wanted: Mapping[str, Sequence[int]],
    devices: set[int],
    first: datetime,
    days: int,
) -> None:
    """From the readings, and from such sums as there are."""
    spans = [Span(first + day * _DAY, first + (day + 1) * _DAY, day) for day in range(days)]
    begin, parts, starts = 0, [], []
    for place, name in enumerate(reader.metrics):
        rows = wanted[name]
        mine = [(begin + n, row) for n, row in enumerate(rows) if row in devices]
        starts.append(begin)
        begin += len(rows)
        if mine:
            groups, some = [group for group, _ in mine], [row for _, row in mine]
            parts.append(Part(some, groups, [place] * len(mine), spans))
    for one in await reader.sums(parts):
        place = int(np.searchsorted(starts, one.group, side="right")) - 1
        cell = totals[reader.metrics[place]]
        cell[0, one.group - starts[place], one.label] = one.count
        cell[1, one.group - starts[place], one.label] = one.total
