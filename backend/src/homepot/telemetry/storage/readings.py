"""The parts of `device_metrics`, in whichever of the two stores it lies."""

from collections.abc import Collection
from datetime import date

from psycopg import AsyncConnection
from psycopg.errors import FeatureNotSupported, WrongObjectType

from homepot.telemetry.storage.days import READINGS
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import Parts, is_hypertable
from homepot.telemetry.storage.timescale import TimescaleParts


async def find_parts(connection: AsyncConnection[object]) -> Parts:
    """The one place that chooses, by looking at the server."""
    if await is_hypertable(connection, READINGS.table):
        return TimescaleParts(READINGS)
    return NativeParts(READINGS)


class ReadingParts:
    """Asks the server at the first use, so that it can be made before there is a connection."""

    def __init__(self) -> None:
        self._found: Parts | None = None

    async def ensure(self, connection: AsyncConnection[object], days: Collection[date]) -> None:
        try:
            await (await self._parts(connection)).ensure(connection, days)
        except (WrongObjectType, FeatureNotSupported):  # it has been moved to the other store since
            self.forget()
            await (await self._parts(connection)).ensure(connection, days)

    def forget(self) -> None:
        self._found = None

    async def begin_merging(self, connection: AsyncConnection[object]) -> bool:
        return await (await self._parts(connection)).begin_merging(connection)

    async def days(self, connection: AsyncConnection[object]) -> list[date]:
        return await (await self._parts(connection)).days(connection)

    async def hold(self, connection: AsyncConnection[object]) -> None:
        await (await self._parts(connection)).hold(connection)

    async def drop(self, connection: AsyncConnection[object], day: date) -> None:
        await (await self._parts(connection)).drop(connection, day)

    async def _parts(self, connection: AsyncConnection[object]) -> Parts:
        if self._found is None:
            self._found = await find_parts(connection)
        return self._found
