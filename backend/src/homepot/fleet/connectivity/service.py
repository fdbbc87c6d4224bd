"""Use cases of connectivity: a device was heard from, devices fell silent, how it has been."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from homepot.core import live
from homepot.core.database import Connection
from homepot.core.errors import BadInput, NotFound
from homepot.core.log import get_logger
from homepot.fleet.connectivity import store
from homepot.fleet.connectivity.logic import (
    INTERVALS_MISSED_MAX,
    SILENCE_MAX_S,
    Gap,
    Uptime,
    absence,
    clock_is_wrong,
    merged,
    skew,
    uptime,
)
from homepot.fleet.connectivity.store import Past, StateRow

log = get_logger(__name__)

# What listens to devices, and what declares them silent: two processes, each can be away.
Part = Literal["intake", "sweep"]

WINDOW_DEFAULT = timedelta(days=7)
WINDOW_MAX = timedelta(days=92)
SHOWN_MAX = 200
# A device that falls silent and returns every four minutes for the whole window.
_COUNTED_MAX = 100_000
# Clocks drift by milliseconds all the time; that is not worth a write.
_SKEW_SAVED_FROM_S = 1.0


@dataclass(frozen=True)
class Word:
    """Something a device said. `said` is its own clock, where it named a time."""

    at: datetime
    default_silence_s: int
    heartbeat: bool = False
    said: datetime | None = None
    collection_interval_s: int | None = None


@dataclass(frozen=True)
class History:
    start: datetime
    end: datetime
    now_: StateRow
    uptime: Uptime
    gaps: Sequence[Gap]
    changes: Sequence[Past]


async def heard(tx: Connection, tenant_id: int, device_id: int, public_id: str, word: Word) -> None:
    """A device spoke: it is online, and its deadline moves. What counts is when we received it."""
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
    if word.said is not None:
        news |= await _hear_clock(tx, device_id, word.said, word.at, before)
    if news:
        data = {"device_id": public_id, **news}
        await live.announce(tx, tenant_id, "device.changed", data)


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
    tx: Connection, device_id: int, said: datetime, at: datetime, before: store.Before
) -> dict[str, object]:
    """Keep how far the device's clock is off; the news, where it begins or ceases to matter."""
    skew_s = skew(said, at, before.last_seen_at, before.clock_skew_s)
    known_s = before.clock_skew_s
    wrong = clock_is_wrong(skew_s)
    turned = wrong != clock_is_wrong(known_s)
    if turned or known_s is None or abs((skew_s or 0.0) - known_s) >= _SKEW_SAVED_FROM_S:
        await store.save_skew(tx, device_id, skew_s)
    return {"clock_skew_s": skew_s, "clock_is_wrong": wrong} if turned else {}


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
