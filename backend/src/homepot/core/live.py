"""Changes on their way to open dashboards: PostgreSQL NOTIFY in, bounded queues out.

`announce` writes a row in the transaction of the change itself, so what is announced has
happened. Each process that serves dashboards runs one LiveFeed, which reads the new rows by
transaction id: ids are handed out before commit, so reading "id greater than the last" would
skip the row of a slow transaction. A resume token is the oldest transaction that was still open
when we read; everything from there on is sent again and what is known already is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import insert, text

from homepot.core.clock import now
from homepot.core.database import Connection, Database
from homepot.core.log import get_logger
from homepot.core.tables import live_events

log = get_logger(__name__)

CHANNEL = "homepot_live"
KEPT_FOR = timedelta(hours=1)
REPLAY_MAX = 1_000
QUEUE_MAX = 1_000
# Without a notification we look all the same, in case one was lost with a connection.
LOOK_EVERY_S = 10.0

_SNAPSHOT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
_READ = text(
    "SELECT id, xid::text, tenant_id, kind, data, at FROM live_events"
    " WHERE xid >= CAST(:low AS xid8) ORDER BY id"
)
_READ_TENANT = text(
    "SELECT id, xid::text, tenant_id, kind, data, at FROM live_events"
    " WHERE xid >= CAST(:low AS xid8) AND tenant_id = :tenant_id ORDER BY id LIMIT :limit"
)


@dataclass(frozen=True)
class LiveEvent:
    id: int
    xid: str
    tenant_id: int
    kind: str
    data: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class ResumeToken:
    """Where a viewer was: the oldest open transaction, and when that was."""

    low: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.low}-{int(self.at.timestamp())}"

    @classmethod
    def parse(cls, given: str, newest: int, now_: datetime) -> ResumeToken | None:
        """The token, or None where it is no token of ours or reaches back too far."""
        low, _, seconds = given.partition("-")
        if not (low.isascii() and low.isdigit() and seconds.isascii() and seconds.isdigit()):
            return None
        if len(low) > 19 or len(seconds) > 11 or int(low) > newest:
            return None
        age_s = now_.timestamp() - int(seconds)
        if age_s > KEPT_FOR.total_seconds() - 300:
            return None
        return cls(int(low), now_ - timedelta(seconds=age_s))


@dataclass(eq=False)
class Subscription:
    """One open dashboard. When it cannot keep up it is told to load anew, never fed stale."""

    tenant_id: int
    queue: asyncio.Queue[tuple[LiveEvent, ResumeToken]] = field(
        default_factory=lambda: asyncio.Queue(QUEUE_MAX)
    )
    overrun: bool = False

    def offer(self, event: LiveEvent, resume: ResumeToken) -> None:
        if event.tenant_id != self.tenant_id:
            return
        try:
            self.queue.put_nowait((event, resume))
        except asyncio.QueueFull:
            self.overrun = True
            while not self.queue.empty():
                self.queue.get_nowait()


async def announce(connection: Connection, tenant_id: int, kind: str, data: dict[str, Any]) -> None:
    """Tell every open dashboard of this tenant, at the moment the transaction commits."""
    await connection.execute(insert(live_events).values(tenant_id=tenant_id, kind=kind, data=data))
    await connection.execute(text(f"NOTIFY {CHANNEL}"))


async def announce_many(
    connection: Connection, events: list[tuple[int, str, dict[str, Any]]]
) -> None:
    """The same for many changes at once: one statement, one notification."""
    if not events:
        return
    rows = [{"tenant_id": tenant, "kind": kind, "data": data} for tenant, kind, data in events]
    await connection.execute(
        text(
            "INSERT INTO live_events (tenant_id, kind, data)"
            " SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))"
            " AS given (tenant_id int, kind text, data jsonb)"
        ),
        {"rows": json.dumps(rows)},
    )
    await connection.execute(text(f"NOTIFY {CHANNEL}"))


class LiveFeed:
    """Reads what was announced and hands it to the dashboards of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscriptions: set[Subscription] = set()
        self._listeners: list[Callable[[LiveEvent], None]] = []
        self._low = 0
        self._seen: set[int] = set()
        self._looked_at_s = -math.inf

    def behind_s(self) -> float:
        """How long ago everything that had happened was passed on; never, before the first time."""
        return time.monotonic() - self._looked_at_s

    def on_event(self, listener: Callable[[LiveEvent], None]) -> None:
        """For caches of this process: told of every tenant's changes, quickly and once or more."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made anew."""
        pause_s = 0.1
        while True:
            try:
                await self._listen()
            except (psycopg.OperationalError, OSError) as error:
                log.warning(
                    "Lost the live connection to the database; trying again.",
                    action="live.lost",
                    error=str(error).strip(),
                )
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5.0)
            else:
                pause_s = 0.1

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._database.url, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            while True:
                await self._pass_on()
                async for _ in connection.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                    pass

    async def begin(self) -> None:
        """From here on nothing is missed: to be called before the first viewer is let in."""
        async with self._database.system() as tx:
            self._low = int((await tx.execute(text(_SNAPSHOT))).scalar_one())

    async def _pass_on(self) -> None:
        looks_at_s = time.monotonic()
        async with self._database.system() as tx:
            # Asked first: whatever is still open at this moment is read again next time.
            low = int((await tx.execute(text(_SNAPSHOT))).scalar_one())
            rows = (await tx.execute(_READ, {"low": str(self._low)})).all()
        events = [LiveEvent(*row) for row in rows]
        # The token of a batch reaches back to before it: an event may come twice, never be lost.
        resume = ResumeToken(self._low, now())
        for event in events:
            if event.id not in self._seen:
                for listener in self._listeners:
                    listener(event)
                for subscription in self._subscriptions:
                    subscription.offer(event, resume)
        self._low = low
        self._seen = {event.id for event in events if int(event.xid) >= low}
        self._looked_at_s = looks_at_s

    @contextlib.contextmanager
    def subscribe(self, tenant_id: int) -> Iterator[Subscription]:
        subscription = Subscription(tenant_id)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def replay(
        self, tenant_id: int, given: str | None
    ) -> tuple[ResumeToken, list[LiveEvent] | None]:
        """The token of now, and what was missed since `given`: None means "load anew"."""
        async with self._database.tenant(tenant_id) as tx:
            newest = int((await tx.execute(text(_SNAPSHOT))).scalar_one())
            here = ResumeToken(newest, now())
            if given is None:
                return here, []
            token = ResumeToken.parse(given, newest, here.at)
            if token is None:
                return here, None
            rows = (
                await tx.execute(
                    _READ_TENANT,
                    {"low": str(token.low), "tenant_id": tenant_id, "limit": REPLAY_MAX + 1},
                )
            ).all()
        if len(rows) > REPLAY_MAX:
            return here, None
        return here, [LiveEvent(*row) for row in rows]


async def forget_old(database: Database, now_: datetime) -> None:
    """Live events are for dashboards that slept a while; history is kept elsewhere."""
    async with database.system() as tx:
        await tx.execute(
            text("DELETE FROM live_events WHERE at < :before"), {"before": now_ - KEPT_FOR}
        )
