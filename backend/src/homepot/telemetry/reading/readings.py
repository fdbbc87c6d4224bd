"""Readings as they are, wherever they lie: in the table, in the archive, or in both.

What the table holds lies over what the archive holds, metric by metric: so a reading that came
late for an archived day counts, and none is seen twice.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from homepot.core.database import Connection, Database
from homepot.telemetry.archive.layout import span_of
from homepot.telemetry.archive.rows import Rows, over
from homepot.telemetry.archive.service import YOUNGEST, Archive
from homepot.telemetry.intake.batch import EPOCH, Floats, moment
from homepot.telemetry.reading import raw_store, store
from homepot.telemetry.reading.logic import Samples, Source, Window, in_buckets
from homepot.telemetry.reading.raw_store import Row, Sets

ROWS_AT_ONCE = 10_000
_MICROSECOND = timedelta(microseconds=1)
_DAY_ROWS_MAX = 10_000_000


async def samples(
    tx: Connection,
    archive: Archive,
    device_id: int,
    metrics: Sequence[str],
    window: Window,
    now: datetime,
) -> dict[str, Samples]:
    """By metric; one without any reading in the window is absent."""
    start, end = window
    found = await store.samples(tx, device_id, metrics, start, end)
    if start >= min(end, now - YOUNGEST):
        return found
    archived = await archive.rows(tx, device_id, start, end, set(metrics))
    return _laid_under(found, archived) if archived else found


async def late(
    tx: Connection,
    archive: Archive,
    source: Source,
    device_id: int,
    metrics: Sequence[str],
    spans: Sequence[Window],
    grid: store.Grid,
    now: datetime,
) -> list[dict[str, Samples]]:
    """What the buckets of these spans come to, of which the rollups are not made yet."""
    in_files = [one for one in spans if await _is_archived(tx, archive, device_id, one, now)]
    found = [await samples(tx, archive, device_id, metrics, window, now) for window in in_files]
    parts = [
        {metric: in_buckets(values, source) for metric, values in one.items()} for one in found
    ]
    stored = [one for one in spans if one not in in_files]
    return [*parts, await store.made(tx, source, device_id, metrics, stored, grid)]


async def _is_archived(
    tx: Connection, archive: Archive, device_id: int, window: Window, now: datetime
) -> bool:
    if window[0] >= now - YOUNGEST:
        return False
    return await archive.next_day(tx, device_id, *window) is not None


def _laid_under(found: Mapping[str, Samples], archived: Rows) -> dict[str, Samples]:
    both = dict(found)
    for place, metric in enumerate(archived.metrics):
        values = archived.values[:, place]
        counts = ~np.isnan(values)
        if metric in found:
            counts &= ~np.isin(archived.at_us, found[metric].at_us)
        at_us, values = archived.at_us[counts], values[counts]
        if not len(at_us):
            continue
        older = Samples(at_us, at_us, np.ones_like(at_us), values, values, values, values)
        both[metric] = _one_after_the_other(older, found[metric]) if metric in found else older
    return both


def _one_after_the_other(*parts: Samples) -> Samples:
    return Samples(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Samples.__dataclass_fields__
        )
    )


@dataclass(frozen=True)
class Series:
    """All readings of one device in a window, whose metrics are known beforehand."""

    database: Database
    archive: Archive
    tenant_id: int
    device_id: int
    metrics: list[str]
    sets: Sets

    @classmethod
    async def of(
        cls, database: Database, archive: Archive, tenant_id: int, device_id: int, window: Window
    ) -> "Series":
        async with database.tenant(tenant_id) as tx:
            await archive.stay(tx)
            sets = await raw_store.sets_of(tx, device_id, *window)
            archived = await archive.metrics(tx, device_id, *window)
        metrics = sorted(sets.used | archived)
        return cls(database, archive, tenant_id, device_id, metrics, sets)

    async def read(self, window: Window) -> AsyncIterator[Rows]:
        """In the order of time, some thousand at once or an archived day. Each of them is a
        transaction: a long way out holds nothing up."""
        first, last = window
        while first < last:
            async with self.database.tenant(self.tenant_id) as tx:
                await self.archive.stay(tx)
                rows, first = await self._next(tx, first, last)
            if len(rows):
                yield rows

    async def _next(self, tx: Connection, first: datetime, last: datetime) -> tuple[Rows, datetime]:
        """Some readings, and from where to go on."""
        day = await self.archive.next_day(tx, self.device_id, first, last)
        begin, beyond = span_of(day) if day else (last, last)
        if first < begin:
            rows = await self._stored(tx, (first, min(begin, last)), ROWS_AT_ONCE)
            if len(rows) == ROWS_AT_ONCE:
                return self._wide(rows), moment(int(rows.at_us[-1])) + _MICROSECOND
            return self._wide(rows), min(begin, last)
        end = min(beyond, last)
        stored = await self._stored(tx, (first, end), _DAY_ROWS_MAX)
        archived = await self.archive.rows(tx, self.device_id, first, end)
        return self._wide(over(archived, stored) if archived else stored), end

    async def _stored(self, tx: Connection, window: Window, limit: int) -> Rows:
        rows = await raw_store.rows(tx, self.device_id, self.sets.metrics, window, limit)
        return Rows(tuple(self.metrics), _moments(rows), self._values(rows))

    def _values(self, rows: Sequence[Row]) -> Floats:
        # A metric without any value in the window goes into the last column, which is cut off.
        columns = {name: place for place, name in enumerate(self.metrics)}
        places = {
            number: [columns.get(name, len(columns)) for name in names]
            for number, names in self.sets.metrics.items()
        }
        values = np.full((len(rows), len(columns) + 1), np.nan)
        for number, row in enumerate(rows):
            values[number, places[row.metric_set]] = row.values
        return values[:, :-1]

    def _wide(self, rows: Rows) -> Rows:
        return Rows(tuple(self.metrics), rows.at_us, rows.of_metrics(self.metrics))


def _moments(rows: Sequence[Row]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found = [(row.at - EPOCH) // _MICROSECOND for row in rows]
    return np.array(found, dtype=np.int64)
