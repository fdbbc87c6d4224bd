"""Use case of reading: what the archive holds of a window, as it was stored."""

import asyncio
from collections.abc import Collection, Iterable, Sequence, Set
from datetime import date, datetime, timedelta
from pathlib import Path

from homepot.core.database import Connection
from homepot.core.settings import Settings
from homepot.telemetry.archive import store
from homepot.telemetry.archive.files import Reader, Unreadable
from homepot.telemetry.archive.layout import span_of
from homepot.telemetry.archive.rows import Rows, joined, over
from homepot.telemetry.archive.store import File
from homepot.telemetry.intake.batch import EPOCH

# Younger readings are never archived, whatever the settings say.
YOUNGEST = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_OF_ANOTHER = "The archive file {} is not of the tenant and the day it is noted for."

Window = tuple[datetime, datetime]


class Archive:
    """The folder of the archive, read through the rows of `archive_files`.

    A transaction of a tenant finds the files of that tenant alone. `stay` comes first in a
    transaction that looks both at the table and here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, settings: Settings) -> "Archive":
        return cls(settings.data_dir / "archive")

    async def stay(self, tx: Connection) -> None:
        await store.stay(tx)

    async def rows(
        self,
        tx: Connection,
        device_id: int,
        start: datetime,
        end: datetime,
        metrics: Collection[str] | None = None,
    ) -> Rows | None:
        """Of one device; None where nothing of it is archived."""
        found = await store.files(tx, [device_id], start, end)
        if not found:
            return None
        return await asyncio.to_thread(self._read, found, device_id, (start, end), metrics)

    async def of_devices(
        self, tx: Connection, device_ids: Sequence[int], start: datetime, end: datetime
    ) -> dict[int, dict[int, Rows]]:
        """By tenant, the archived readings of those of these devices that have any."""
        found = await store.files(tx, device_ids, start, end)
        return await asyncio.to_thread(self._read_many, found, set(device_ids), (start, end))

    async def with_stored(
        self, tx: Connection, device_ids: Sequence[int], start: datetime, end: datetime
    ) -> dict[int, dict[int, Rows]]:
        """By tenant, those of these devices of which something is archived: with what the table
        holds of them laid over it. In a transaction of the system."""
        await store.stay(tx)
        archived = await self.of_devices(tx, device_ids, start, end)
        devices = sorted({device_id for rows in archived.values() for device_id in rows})
        if not devices:
            return {}
        newer = await store.stored_rows(tx, devices, start, end)
        return {
            tenant_id: {
                device_id: over(rows, newer[device_id]) if device_id in newer else rows
                for device_id, rows in of_tenant.items()
            }
            for tenant_id, of_tenant in archived.items()
        }

    async def next_day(
        self, tx: Connection, device_id: int, start: datetime, end: datetime
    ) -> date | None:
        return await store.next_day(tx, device_id, start, end)

    async def metrics(
        self, tx: Connection, device_id: int, start: datetime, end: datetime
    ) -> set[str]:
        """Which metrics have a value in the window."""
        found = await store.files(tx, [device_id], start, end)
        return await asyncio.to_thread(self._metrics, found, device_id, (start, end))

    def _read(
        self,
        found: Iterable[File],
        device_id: int,
        window: Window,
        metrics: Collection[str] | None,
    ) -> Rows:
        days = []
        for file in found:
            with self.reader(file) as reader:
                days.append(reader.rows(device_id, metrics).between(*_in_us(window)))
        return joined(days)

    def _read_many(
        self, found: Iterable[File], device_ids: Set[int], window: Window
    ) -> dict[int, dict[int, Rows]]:
        days: dict[int, dict[int, list[Rows]]] = {}
        for file in found:
            of_tenant = days.setdefault(file.tenant_id, {})
            with self.reader(file) as reader:
                for device_id in sorted(device_ids & reader.devices):
                    rows = reader.rows(device_id).between(*_in_us(window))
                    of_tenant.setdefault(device_id, []).append(rows)
        return {
            tenant_id: {device_id: joined(parts) for device_id, parts in of_tenant.items()}
            for tenant_id, of_tenant in days.items()
        }

    def _metrics(self, found: Iterable[File], device_id: int, window: Window) -> set[str]:
        names: set[str] = set()
        for file in found:
            start, end = span_of(file.day)
            with self.reader(file) as reader:
                if window[0] <= start and end <= window[1]:
                    names.update(reader.metrics(device_id))
                else:
                    rows = reader.rows(device_id).between(*_in_us(window))
                    names.update(rows.reported().metrics)
        return names

    def reader(self, file: File) -> Reader:
        path = self.folder / file.path
        reader = Reader(path)
        if (reader.tenant_id, reader.day) != (file.tenant_id, file.day.isoformat()):
            raise Unreadable(_OF_ANOTHER.format(path))
        return reader


def _in_us(window: Window) -> tuple[int, int]:
    start, end = window
    return (start - EPOCH) // _MICROSECOND, (end - EPOCH) // _MICROSECOND
