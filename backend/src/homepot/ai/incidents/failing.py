"""Which incidents were failures: those that somebody had to be there for at once."""

from dataclasses import dataclass
from datetime import datetime

from homepot.ai.incidents import failing_store as store
from homepot.core.database import Connection


@dataclass(frozen=True)
class Failed:
    """`failed_at` is when it was critical; of one that came with its history, when it was mended,
    as such a record begins with its first trouble. Where it is None, the device was set right
    before it failed."""

    device_row: int
    failed_at: datetime | None
    over_at: datetime


async def failures(tx: Connection, since: datetime, until: datetime) -> list[Failed]:
    """What befell the devices that the transaction sees, as it was known at `until`."""
    found = []
    for device, failed_at, over_at, is_mended, is_open in await store.past(tx, since, until):
        if failed_at is not None and failed_at <= until:
            end = until if is_open or over_at > until else over_at
            found.append(Failed(device, failed_at, max(end, failed_at)))
        elif is_mended and not is_open and over_at <= until:
            found.append(Failed(device, None, over_at))
    return found
