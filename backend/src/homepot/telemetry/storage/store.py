"""Every SQL statement on metric sets."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from homepot.core.database import Connection
from homepot.telemetry.storage.tables import metric_sets


async def ensure_set(
    tx: Connection, tenant_id: int, digest: bytes, metrics: Sequence[str], sets_max: int
) -> int | None:
    """The number of the set; None where the tenant has too many for another one."""
    find = select(metric_sets.c.id).where(metric_sets.c.digest == digest)
    found: int | None = (await tx.execute(find)).scalar_one_or_none()
    if found is not None:
        return found
    count = (await tx.execute(select(func.count()).select_from(metric_sets))).scalar_one()
    if count >= sets_max:
        return None
    make = (
        insert(metric_sets)
        .values(tenant_id=tenant_id, digest=digest, metrics=list(metrics))
        .on_conflict_do_nothing()
        .returning(metric_sets.c.id)
    )
    made: int | None = (await tx.execute(make)).scalar_one_or_none()
    # Nothing was made where another writer made it at the same moment: then it is there now.
    return made if made is not None else (await tx.execute(find)).scalar_one()
