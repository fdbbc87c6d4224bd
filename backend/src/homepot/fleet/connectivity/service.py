"""Use cases of connectivity: a device was heard from, devices fell silent, how it has been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from homepot.core import live
from homepot.core.database import Connection, Database
from homepot.core.errors import BadInput, NotFound
from homepot.core.log import get_logger
from homepot.fleet.connectivity import clock_store, store
from homepot.fleet.connectivity.clock import Clock, turned, worth_saving
from homepot.fleet.connectivity.clock import heard as clock_after
from homepot.fleet.connectivity.clock_store import Clocked
from homepot.fleet.connectivity.logic import (
    INTERVALS_MISSED_MAX,
    SILENCE_MAX_S,
    Gap,
    Uptime,
    absence,
    merged,
    uptime,
)
from homepot.fleet.connectivity.record import Record, Stretch
from homepot.fleet.connectivity.store import Past, StateRow
from homepot.fleet.forgetting import forget_of_devices

__all__ = ["Clock", "Clocked", "Past", "Record", "Stretch", "Turn", "Word"]

log = get_logger(__name__)

# What listens to devices, and what declares them silent: two processes, each can be away.
Part = Literal["intake", "sweep"]

WINDOW_DEFAULT = timedelta(days=7)
WINDOW_MAX = timedelta(days=92)
SHOWN_MAX = 200
# A device that falls silent and returns every four minutes for the whole window.
_COUNTED_MAX = 100_000


@dataclass(frozen=True)
class Word:
    """Something a device said. `said` is its own clock, where it named a time."""

    at: datetime
    default_silence_s: int
    heartbeat: bool = False
    said: datetime | None = None
    collection_interval_s: int | None = None


@dataclass(frozen=True)
class Turn:
    """A device's clock went wrong, or right again (then there is no `wrong_since`)."""

    skew_s: float
    wrong_since: datetime | None

    def news(self) -> dict[str, object]:
        since = self.wrong_since.isoformat() if self.wrong_since else None
        return {"clock_skew_s": self.skew_s, "clock_wrong_since": since}


@dataclass(frozen=True)
class History:
    start: datetime
    end: datetime
    now_: StateRow
    uptime: Uptime
    gaps: Sequence[Gap]
    changes: Sequence[Past]


async def heard(
    tx: Connection, tenant_id: int, device_id: int, public_id: str, word: Word
) -> Turn | None:
    """A device spoke: it is online, and its deadline moves. What counts is when we received it.

    The turn of its clock, where there was one.
    """
    before = await store.heard(
        tx,
        device_id,
        {
            "at": word.at,
            "heartbeat": word.heartbeat,
            "interval_s": word.collection_interval_s,
            "default_s": word.default_silence_s,
            "most_s": SILENCE_MAX_S,
            "missed_max": INTERVALS_MISSED_MAX,
        },
    )
    news: dict[str, object] = {}
    if before.connectivity != "online":
        await store.changed(tx, tenant_id, device_id, word.at, "online", before.connectivity)
        news |= {"connectivity": "online", "last_seen_at": word.at.isoformat()}
    turn = None
    if word.said is not None:
        turn = await _hear_clock(tx, device_id, word.said, word.at, before.clock)
        news |= turn.news() if turn else {}
    if news:
        data = {"device_id": public_id, **news}
        await live.announce(tx, tenant_id, "device.changed", data)
    return turn


async def heard_many(
    tx: Connection, device_ids: Sequence[int], at: datetime, default_silence_s: int
) -> None:
    """Many devices spoke, as a collector tells; the transaction is the system's."""
    back = await store.heard_many(tx, device_ids, at, default_silence_s)
    news = {"connectivity": "online", "last_seen_at": at.isoformat()}
    await live.announce_many(
        tx,
        [
            (tenant_id, "device.changed", {"device_id": public_id, **news})
            for tenant_id, public_id in back
        ],
    )


async def _hear_clock(
    tx: Connection, device_id: int, said: datetime, at: datetime, before: Clock
) -> Turn | None:
    """Keep how far the device's clock is off; the turn, where it goes wrong or right again."""
    after = clock_after(before, said, at)
    if worth_saving(before, after):
        await clock_store.save_clocks(tx, {device_id: after})
    return Turn(after.skew_s or 0.0, after.wrong_since) if turned(before, after) else None


async def hear_clocks(
    tx: Connection, words: Mapping[tuple[int, str], tuple[datetime, datetime]]
) -> list[tuple[Clocked, Turn | None]]:
    """What devices (by tenant and id) said of the time, and when; what is believed of each now.

    The transaction is the system's.
    """
    found: list[tuple[Clocked, Turn | None]] = []
    changed: dict[int, Clock] = {}
    for one in await clock_store.clocks(tx, list(words)):
        after = clock_after(one.clock, *words[one.tenant_id, one.device_id])
        if worth_saving(one.clock, after):
            changed[one.device_row] = after
        is_turn = turned(one.clock, after)
        turn = Turn(after.skew_s or 0.0, after.wrong_since) if is_turn else None
        found.append((replace(one, clock=after), turn))
    if changed:
        await clock_store.save_clocks(tx, changed)
    news = [
        (one.tenant_id, "device.changed", {"device_id": one.device_id, **turn.news()})
        for one, turn in found
        if turn
    ]
    await live.announce_many(tx, news)
    return found


async def wrong_clocks(tx: Connection) -> list[tuple[int, str]]:
    """Tenant and id of every device whose clock is wrong; the transaction is the system's."""
    return await clock_store.wrong_clocks(tx)


async def at_work(tx: Connection, part: Part, now: datetime) -> None:
    """This part of the server is there. Where it had been away, that is nobody's silence."""
    gap = absence(await store.beat(tx, part, now), now)
    if gap is None:
        return
    log.info(
        f"The server was away for {(gap.to_at - gap.from_at).total_seconds():.0f} s; devices"
        " get their full time before they count as offline.",
        action="connectivity.gap",
        part=part,
        from_at=gap.from_at.isoformat(),
    )
    await store.record_gap(tx, gap)


async def sweep(tx: Connection, now: datetime) -> int:
    """Declare who is overdue; the transaction is the system's. The number of those.

    While nobody is there to listen, nobody is declared silent.
    """
    await at_work(tx, "sweep", now)
    if absence(await store.last_beat(tx, "intake"), now) is not None:
        return 0
    overdue = await store.declare_overdue(tx, now)
    await live.announce_many(
        tx,
        [
            (one.tenant_id, "device.changed", {"device_id": one.device_id, **_silent(one.since)})
            for one in overdue
        ],
    )
    return len(overdue)


def _silent(since: datetime) -> dict[str, str]:
    return {"connectivity": "offline", "silent_after": since.isoformat()}


async def state(tx: Connection, device_id: int) -> StateRow:
    return await store.state_of(tx, device_id)


async def history(
    tx: Connection, public_id: str, start: datetime | None, end: datetime | None, now: datetime
) -> History:
    """The changes and the uptime of one device within a window, by default the last seven days."""
    end = min(end, now) if end else now
    start = start or end - WINDOW_DEFAULT
    if start >= end:
        raise BadInput("`from` must be before `to`, and in the past.", at="query.from")
    if end - start > WINDOW_MAX:
        raise BadInput(f"At most {WINDOW_MAX.days} days at once.", at="query.from")
    device_id = await store.device_id_of(tx, public_id)
    if device_id is None:
        raise NotFound(f"There is no device {public_id!r}.")
    gaps = merged(await store.gaps(tx, start, end), start, end)
    before = await store.state_before(tx, device_id, start)
    changes = await store.changes(tx, device_id, start, end, _COUNTED_MAX)
    return History(
        start,
        end,
        await store.state_of(tx, device_id),
        uptime(changes, gaps, start, end, before),
        gaps,
        await store.newest_changes(tx, device_id, start, end, SHOWN_MAX),
    )


async def record(
    tx: Connection, device_rows: Sequence[int], start: datetime, end: datetime
) -> Record:
    """How these devices were heard from, to be asked for any span within the window."""
    before, changes = await store.record(tx, device_rows, start, end)
    return Record(start, end, before, changes, await store.gaps(tx, start, end))


async def newest(tx: Connection, device_row: int, limit: int) -> Sequence[Past]:
    """The newest changes first."""
    return await store.newest(tx, device_row, limit)


async def forget(database: Database, before: datetime) -> int:
    """What is older and no longer needed to say how things stood; the number of rows."""
    gone = await forget_of_devices(database, before, [store.forget_changes])
    async with database.system() as tx:
        return gone + await store.forget_gaps(tx, before)
