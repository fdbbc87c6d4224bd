"""Use case of archiving: the days that are due, one after the other, from table to files.

In this order, so that a reading is in at least one place whenever the power goes: the file is
noted, written, synced, read back and compared; then one transaction makes it current and drops
the day. What is left of an archiving that was interrupted is removed by the next one.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homepot.core.log import get_logger
from homepot.telemetry.archive import files, moving, stored
from homepot.telemetry.archive.files import Contents, Reader, Unreadable
from homepot.telemetry.archive.layout import ROWS_FEW, Size, due, due_at, groups, path_of, span_of
from homepot.telemetry.archive.moving import Busy, Held, Owner
from homepot.telemetry.archive.rows import Rows, over
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.archive.store import File
from homepot.telemetry.storage.readings import ReadingParts

log = get_logger(__name__)

# A day that was written to this recently may be written to again: an import in progress, say.
QUIET = timedelta(minutes=15)
# Notes of what was committed are kept for an hour; whoever read for longer cannot rely on them.
READ_MAX_S = 50 * 60.0
# For who puts back a backup of the database that still knows the file.
REPLACED_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Archived:
    """A day that is out of the database; its files and readings, and those of an earlier file
    that were taken over into them."""

    day: date
    files: int = 0
    rows: int = 0
    values: int = 0
    size_bytes: int = 0


@dataclass(frozen=True)
class Postponed:
    day: date
    reason: str
    # where it needs nothing but time
    until: datetime | None = None


@dataclass(frozen=True)
class _Written:
    number: int
    rows: int
    values: int
    size_bytes: int


class Archiver:
    def __init__(self, url: str, archive: Archive, kept_days: int) -> None:
        self._url = url
        self._archive = archive
        self._kept_days = kept_days
        self._parts = ReadingParts()
        # somebody else was archiving when this was run last
        self.is_elsewhere = False

    async def next_due(self, now: datetime) -> tuple[date, datetime] | None:
        """The oldest day that is not due yet, and when it will be; none where nothing is kept."""
        async with moving.owner(self._url) as connection:
            days = await self._parts.days(connection)
        later = sorted(set(days) - set(due(days, now, self._kept_days)))
        return (later[0], due_at(later[0], self._kept_days)) if later else None

    async def run(
        self, now: datetime, *, quiet: timedelta | None = None
    ) -> AsyncGenerator[Archived | Postponed, None]:
        """A day at a time, the oldest first; none where somebody else archives."""
        quiet = QUIET if quiet is None else quiet
        async with moving.owner(self._url) as connection:
            self.is_elsewhere = not await moving.take_turn(connection)
            if self.is_elsewhere:
                return
            await self._tidy(connection, now)
            for day in due(await self._parts.days(connection), now, self._kept_days):
                if wait := await moving.why_wait(connection, day, now, quiet):
                    yield Postponed(day, wait.reason, wait.until)
                    continue
                try:
                    yield await self._archive_day(connection, day)
                except Busy as busy:
                    yield Postponed(day, str(busy))
                except Unreadable as unreadable:
                    yield Postponed(day, unreadable.detail)
            await self._tidy(connection, now)

    async def _tidy(self, connection: Owner, now: datetime) -> None:
        gone = await moving.left_over(connection, now - REPLACED_KEPT)
        for _, path in gone:
            files.remove(self._archive.folder / path)
        if gone:
            await moving.forget(connection, [number for number, _ in gone])

    async def _archive_day(self, connection: Owner, day: date) -> Archived:
        began_s = time.monotonic()
        written: list[_Written] = []
        old: list[int] = []
        async with (
            moving.owner(self._url) as reading,
            moving.as_system(reading, snapshot=True),
        ):
            seen = await moving.here(reading)
            held = await moving.held(reading, day)
            current = await moving.current(reading, day)
            known = await stored.sets(reading, {one.metric_set for one in held})
            for tenant_id, of_tenant in _by_tenant(held, day).items():
                mine = [file for file in current if file.tenant_id == tenant_id]
                job = _Job(reading, day, tenant_id, known, _to_renew(mine, of_tenant))
                old += [file.id for file in job.renewed]
                written += await self._write_files(connection, job, of_tenant)
        if time.monotonic() - began_s > READ_MAX_S:
            raise Busy("it took too long to be sure that nothing came meanwhile")
        await moving.move(connection, self._parts, day, seen, [one.number for one in written], old)
        return Archived(
            day,
            len(written),
            sum(one.rows for one in written),
            sum(one.values for one in written),
            sum(one.size_bytes for one in written),
        )

    async def _write_files(
        self, connection: Owner, job: "_Job", held: Sequence[Held]
    ) -> list[_Written]:
        """What the database holds of a tenant's day over what older files hold, file by file."""
        with ExitStack() as stack:
            readers = [stack.enter_context(self._archive.reader(file)) for file in job.renewed]
            of_device = {device: reader for reader in readers for device in reader.devices}
            counts: Counter[int] = Counter()
            for one in held:
                counts[one.device_id] += one.rows
            names = await moving.names(job.connection, [*counts, *of_device])
            written = []
            for some in groups(_sizes(job, held, of_device)):
                newer = await stored.rows(job.connection, some, *span_of(job.day))
                found = await asyncio.to_thread(_merged, some, newer, of_device, counts)
                contents = Contents(job.tenant_id, job.day.isoformat(), found, names)
                written.append(await self._write(connection, job.day, contents))
            return written

    async def _write(self, connection: Owner, day: date, contents: Contents) -> _Written:
        path = path_of(contents.tenant_id, day, secrets.token_hex(8))
        number = await moving.begin_file(connection, day, path, contents)
        size_bytes, sha256 = await asyncio.to_thread(
            files.write, self._archive.folder / path, contents
        )
        await moving.end_file(connection, number, size_bytes, sha256)
        return _Written(number, contents.rows, contents.values, size_bytes)


@dataclass(frozen=True)
class _Job:
    """One day of one tenant, and the older files that are written anew with it."""

    connection: Owner
    day: date
    tenant_id: int
    sets: Mapping[int, tuple[str, ...]]
    renewed: Sequence[File]


def _by_tenant(held: Iterable[Held], day: date) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for one in held:
        if one.tenant_id is None:
            raise Busy(f"readings of {day} are of a device that nobody has, number {one.device_id}")
        found.setdefault(one.tenant_id, []).append(one)
    return found


def _to_renew(current: Iterable[File], held: Iterable[Held]) -> list[File]:
    """Those that have a device of which the database holds rows; and small ones, so that few
    files hold a day however often devices come late for it."""
    late = {one.device_id for one in held}
    return [
        file
        for file in current
        if file.row_count < ROWS_FEW or not late.isdisjoint(file.device_ids)
    ]


def _sizes(job: _Job, held: Iterable[Held], of_device: Mapping[int, Reader]) -> dict[int, Size]:
    sizes = {
        device: Size(reader.length(device), frozenset(reader.metrics(device)))
        for device, reader in of_device.items()
    }
    for one in held:
        known = sizes.get(one.device_id, Size(0, frozenset()))
        metrics = known.metrics.union(job.sets[one.metric_set])
        sizes[one.device_id] = Size(known.rows + one.rows, metrics)
    return sizes


def _merged(
    devices: Sequence[int],
    newer: Mapping[int, Rows],
    of_device: Mapping[int, Reader],
    counts: Mapping[int, int],
) -> dict[int, Rows]:
    found: dict[int, Rows] = {}
    for device in devices:
        both = [of_device[device].rows(device)] if device in of_device else []
        if device in newer:
            both.append(newer[device])
        if counts[device] != (len(newer[device]) if device in newer else 0):
            raise Busy(f"not every reading of device number {device} was sent")
        found[device] = over(*both).reported() if len(both) > 1 else both[0]
    return found
