"""SQL of MQTT: receipts, and the one seat of the subscriber."""

from collections.abc import Sequence
from typing import Self

from sqlalchemy import delete, select, text
from sqlalchemy.exc import SQLAlchemyError

from homepot.core.database import Connection, Database
from homepot.telemetry.mqtt.receipts import Receipt
from homepot.telemetry.mqtt.tables import mqtt_receipts

_SEAT = 0x6D717474  # "mqtt"
_SIT_DOWN = text("SELECT pg_try_advisory_lock(:seat)")
_STAND_UP = text("SELECT pg_advisory_unlock(:seat)")
_SAVE = text(
    """
    insert into mqtt_receipts (packet, digest, at_us)
    select * from unnest(
        cast(:packets as int[]), cast(:digests as bytea[]), cast(:moments as bigint[])
    )
    on conflict (packet) do update set digest = excluded.digest, at_us = excluded.at_us
    """
)


async def receipts(tx: Connection) -> list[Receipt]:
    return [Receipt(*row) for row in await tx.execute(select(mqtt_receipts))]


async def save(tx: Connection, found: Sequence[Receipt]) -> None:
    await tx.execute(
        _SAVE,
        {
            "packets": [one.packet for one in found],
            "digests": [one.digest for one in found],
            "moments": [one.at_us for one in found],
        },
    )


async def forget(tx: Connection, before_us: int) -> None:
    await tx.execute(delete(mqtt_receipts).where(mqtt_receipts.c.at_us < before_us))


class Seat:
    """Held by the one process of the installation that subscribes, as long as it lives."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    async def take(cls, database: Database) -> Self | None:
        """None where another process has it."""
        bare = await database.engine.connect()
        connection = await bare.execution_options(isolation_level="AUTOCOMMIT")
        if (await connection.execute(_SIT_DOWN, {"seat": _SEAT})).scalar_one():
            return cls(connection)
        await connection.close()
        return None

    async def is_held(self) -> bool:
        """The lock ends with its connection."""
        try:
            await self._connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def leave(self) -> None:
        try:
            await self._connection.execute(_STAND_UP, {"seat": _SEAT})
        except (SQLAlchemyError, OSError):
            await self._connection.invalidate()
        await self._connection.close()
