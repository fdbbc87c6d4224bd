"""Every SQL statement on thresholds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert

from homepot.ai.thresholds.logic import Limits, Thresholds
from homepot.ai.thresholds.tables import device_thresholds as table
from homepot.core.clock import now
from homepot.core.database import Connection
from homepot.fleet.devices.tables import devices


@dataclass(frozen=True)
class Said:
    tenant_id: int
    device_type: str | None
    device_id: int | None
    healthy: float | None
    warning: float | None
    limits: Limits

    @property
    def thresholds(self) -> Thresholds | None:
        if self.healthy is None or self.warning is None:
            return None
        return Thresholds(self.healthy, self.warning)


_COLUMNS = [table.c[name] for name in Said.__dataclass_fields__]


async def everything(tx: Connection) -> Sequence[Said]:
    return [Said(*row) for row in await tx.execute(select(*_COLUMNS))]


async def of_type(tx: Connection, device_type: str) -> Said | None:
    return await _one(tx, table.c.device_type == device_type)


async def of_device(tx: Connection, device_row: int) -> Said | None:
    return await _one(tx, table.c.device_id == device_row)


async def _one(tx: Connection, which: ColumnElement[bool]) -> Said | None:
    row = (await tx.execute(select(*_COLUMNS).where(which))).one_or_none()
    return Said(*row) if row else None


async def public_ids(tx: Connection, device_rows: Collection[int]) -> Sequence[str]:
    columns = select(devices.c.public_id).where(devices.c.id.in_(device_rows))
    return (await tx.execute(columns.order_by(devices.c.public_id))).scalars().all()


async def save(tx: Connection, said: Said) -> None:
    """In place of what was said before."""
    key = "device_type" if said.device_type is not None else "device_id"
    words = {"healthy": said.healthy, "warning": said.warning, "limits": said.limits}
    given = insert(table).values(**vars(said))
    await tx.execute(
        given.on_conflict_do_update(
            index_elements=["tenant_id", key], set_={**words, "updated_at": now()}
        )
    )


async def forget_type(tx: Connection, device_type: str) -> bool:
    return await _forget(tx, table.c.device_type == device_type)


async def forget_device(tx: Connection, device_row: int) -> bool:
    return await _forget(tx, table.c.device_id == device_row)


async def _forget(tx: Connection, which: ColumnElement[bool]) -> bool:
    return (await tx.execute(delete(table).where(which))).rowcount > 0
