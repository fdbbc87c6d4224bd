"""Reading what is committed, for background work; the transaction is the system's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from homepot.core.database import Connection
from homepot.telemetry.following import store
from homepot.telemetry.following.logic import Commit, Window, windows
from homepot.telemetry.following.store import Row

__all__ = [
    "Commit",
    "Look",
    "Row",
    "Window",
    "advance",
    "before",
    "last",
    "look",
    "names_of",
    "read",
    "within",
]

ROWS_MAX = 20_000


@dataclass(frozen=True)
class Look:
    """What there was to read at one moment, and where the reader stands once it has."""

    low: str
    commits: Sequence[Commit]
    windows: Sequence[Window]


async def look(tx: Connection, reader: str, known: Collection[int] = ()) -> Look | None:
    """What this reader has not met; `known` are commits it read and may be shown again.

    None for a reader that was never advanced: it has no place yet.
    """
    low = await store.here(tx)
    place = await store.place(tx, reader)
    if place is None:
        return None
    found = await store.commits(tx, place)
    return Look(low, found, windows(one for one in found if one.id not in known))


async def here(tx: Connection) -> str:
    """The place of a reader that has read everything that is committed now."""
    return await store.here(tx)


async def advance(tx: Connection, reader: str, low: str, now: datetime) -> None:
    await store.advance(tx, reader, low, now)


async def read(tx: Connection, window: Window) -> tuple[list[Row], Window | None]:
    """Rows by time, and what is left of the window where there are too many for once."""
    rows = await store.rows(tx, window, ROWS_MAX)
    if len(rows) < ROWS_MAX:
        return rows, None
    # A device has one row at a time, and a window fewer devices than this: it always goes on.
    return rows, replace(window, first=datetime.fromtimestamp(rows[-1][1], UTC))


async def before(tx: Connection, moments: Mapping[int, datetime], since: datetime) -> set[int]:
    """The devices of which something is stored from before their moments, but not before all."""
    return await store.before(tx, moments, since)


async def last(tx: Connection, device_ids: Collection[int], since: datetime) -> datetime | None:
    """The moment of the newest reading that is stored of these devices from `since` on."""
    return await store.last(tx, device_ids, since)


async def names_of(tx: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The metrics of metric sets, in the order of their rows."""
    return await store.sets(tx, numbers)


def within(device_ids: Sequence[int], first: datetime, last: datetime) -> list[Window]:
    """All that may be stored of devices between two moments, in windows by time."""
    return windows([Commit(0, first, last, device_ids)]) if device_ids else []
