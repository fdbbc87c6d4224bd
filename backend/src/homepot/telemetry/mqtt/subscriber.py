"""Subscribes to the owner's broker for as long as the process runs.

It runs in the web application, because the writer and its one bounded queue are there: what
comes by MQTT, HTTP and Prometheus waits in the same line and is stored by the same commits, and
the status is asked there. One process of the installation has the seat; others stand by.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import psycopg
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTProtocolVersion
from sqlalchemy.exc import SQLAlchemyError

from homepot.access.people import service as people
from homepot.core.clock import now
from homepot.core.errors import HomepotError, NotFound
from homepot.core.log import get_logger
from homepot.core.process import Process
from homepot.telemetry.mqtt import store
from homepot.telemetry.mqtt.broker import broker_at
from homepot.telemetry.mqtt.connection import BrokerAway, Connection, Login, OlderProtocol
from homepot.telemetry.mqtt.desk import Desk, Stored
from homepot.telemetry.mqtt.maps import filters, load
from homepot.telemetry.mqtt.messages import Message, Sorted, sorted_out
from homepot.telemetry.mqtt.reading import Reader
from homepot.telemetry.mqtt.receipts import Receipts
from homepot.telemetry.mqtt.status import Status

log = get_logger(__name__)

# Stored together; the rest of what the broker may send ahead arrives meanwhile.
GROUP_MAX = 1_000
GROUP_BYTES_MAX = 16 * 1024 * 1024
# Where the broker keeps no bound of ours (MQTT 3.1.1, QoS 0), reading stops here.
WAITING_MAX = 4_000
WAITING_BYTES_MAX = 64 * 1024 * 1024
PAUSE_MIN_S, PAUSE_MAX_S = 0.2, 60.0
STORE_PAUSE_MAX_S = 10.0
SEAT_LOOKED_AT_EVERY_S = 10.0
SAID_EVERY_S = 10.0
# A broker sends again what it has no answer to as soon as a connection is there; an hour later,
# with nothing withheld, no message can be a repeat of what came a week ago.
RECEIPTS_LOOKED_AT_EVERY = timedelta(hours=1)
RECEIPTS_KEPT = timedelta(days=7)
_AWAY = (HomepotError, SQLAlchemyError, psycopg.Error, OSError)


def pause_s(tries: int, most_s: float) -> float:
    """Doubles with each try in a row, and never the same for two that started together."""
    longest = min(most_s, PAUSE_MIN_S * 2.0 ** min(tries, 20))
    return random.uniform(longest / 2, longest)  # noqa: S311  nobody may guess here


class Subscriber:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._settings = process.settings
        self.status = Status()
        self._maps = load(process.settings)
        self._receipts = Receipts()
        self._reader = Reader(self._maps)
        self._desk = Desk(process, self._receipts, process.settings.mqtt_site)
        self._waiting: deque[Message] = deque()
        self._waiting_bytes = 0
        self._in_hand = 0
        self._came = asyncio.Event()
        self._connection: Connection | None = None
        self._version = MQTTProtocolVersion.MQTTv5
        self._said_at_s = 0.0
        self._said_problem: str | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Subscriber"]:
        if self._settings.mqtt_url is None:
            yield self
            return
        self.status.state = "starting"
        tasks = [
            asyncio.create_task(self._subscribe_for_ever(), name="MQTT subscriber"),
            asyncio.create_task(self._store_for_ever(), name="MQTT store"),
        ]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # -- the connection ------------------------------------------------------------------------

    async def _subscribe_for_ever(self) -> None:
        tries = 0
        while True:
            seat = None
            try:
                seat = await store.Seat.take(self._process.database)
                if seat is None:
                    self.status.state = "standing_by"
                    await asyncio.sleep(SEAT_LOOKED_AT_EVERY_S)
                    continue
                await self._learn_tenant()
                tries = 0 if await self._hold_connection(seat) else tries
            except BrokerAway as away:
                self._say_away(str(away))
            except _AWAY as error:
                self._say_away(getattr(error, "detail", None) or str(error).strip())
            finally:
                if seat is not None:
                    await seat.leave()
            await asyncio.sleep(pause_s(tries, PAUSE_MAX_S))
            tries += 1

    async def _learn_tenant(self) -> None:
        async with self._process.database.system() as tx:
            try:
                tenant = await people.tenant_named(tx, self._settings.mqtt_tenant)
            except NotFound as unclear:
                raise BrokerAway(unclear.detail.replace("--tenant", "mqtt_tenant")) from None
            self._receipts.know(await store.receipts(tx))
        self.status.tenant_id = tenant.id

    async def _hold_connection(self, seat: store.Seat) -> bool:
        """Until it ends; whether it had begun. BrokerAway where it does not come about."""
        login = self._login()
        self.status.broker = login.broker.name
        self.status.client_id = login.client_id
        connection = Connection(login, self._version, self._arrived)
        self._connection = connection
        opened_at = now()
        try:
            try:
                was_there, refused = await connection.open()
            except OlderProtocol:
                if self._version is not MQTTProtocolVersion.MQTTv5:
                    raise
                self._version = MQTTProtocolVersion.MQTTv311
                return True
            await self._say_connected(login, was_there=was_there, refused=refused)
            if not was_there:  # a session that has just begun repeats nothing of an earlier one
                await self._forget_receipts(opened_at)
            looked_at = opened_at
            while not connection.closed.done():
                await asyncio.wait({connection.closed}, timeout=SEAT_LOOKED_AT_EVERY_S)
                if now() - looked_at >= RECEIPTS_LOOKED_AT_EVERY and self.status.withheld is None:
                    looked_at = now()
                    await self._forget_receipts(looked_at - RECEIPTS_KEPT)
                if not await seat.is_held():
                    raise BrokerAway(
                        "the database was away, and with it the seat of the subscriber"
                    )
            self._version = MQTTProtocolVersion.MQTTv5  # it may be another broker by then
            self._say_away(
                f"{login.broker.name} ended the connection: {connection.closed.result()}"
            )
        finally:
            connection.close()
            self.status.connected_since = None
        return True

    async def _forget_receipts(self, before: datetime) -> None:
        before_us = _microseconds(before)
        async with self._process.database.system() as tx:
            await store.forget(tx, before_us)
        self._receipts.forget(before_us)

    def _login(self) -> Login:
        settings = self._settings
        assert settings.mqtt_url is not None
        return Login(
            broker_at(settings.mqtt_url),
            settings.mqtt_client_id,
            settings.mqtt_ca_path,
            filters(self._maps),
        )

    async def _say_connected(self, login: Login, *, was_there: bool, refused: list[str]) -> None:
        status = self.status
        status.state, status.problem, self._said_problem = "connected", None, None
        status.connected_since = now()
        status.protocol = "5" if self._version is MQTTProtocolVersion.MQTTv5 else "3.1.1"
        status.subscriptions, status.subscriptions_refused = list(login.filters), refused
        log.info(
            f"Subscribed at the broker {login.broker.name}.",
            action="mqtt.connected",
            protocol=status.protocol,
            topics=list(login.filters),
            session="kept" if was_there else "new",
        )
        if refused:
            log.warning(
                "The broker refuses some topics; give the user of mqtt_url the right to read them.",
                action="mqtt.subscription_refused",
                topics=refused,
            )

    def _say_away(self, problem: str) -> None:
        self.status.state, self.status.problem = "away", problem[:500]
        if problem != self._said_problem:
            log.warning(
                f"Not subscribed to the MQTT broker: {problem.rstrip('.')}. It is tried again.",
                action="mqtt.away",
            )
        self._said_problem = problem

    # -- messages --------------------------------------------------------------------------------

    def _arrived(self, sent: MQTTMessage) -> None:
        at = now()
        try:
            topic = sent.topic
        except UnicodeDecodeError:
            topic = "a topic that is not UTF-8"
        message = Message(
            topic,
            bytes(sent.payload),
            _microseconds(at),
            sent.mid if sent.qos else None,
            sent.dup,
            sent.retain,
            self._connection,
        )
        self._waiting.append(message)
        self._waiting_bytes += len(message.payload)
        self.status.messages += 1
        self.status.last_message_at = at
        self._came.set()
        if self._is_too_much() and self._connection is not None:
            self._connection.pause()

    def _is_too_much(self) -> bool:
        waiting = len(self._waiting) + self._in_hand
        return waiting > WAITING_MAX or self._waiting_bytes > WAITING_BYTES_MAX

    async def _store_for_ever(self) -> None:
        while True:
            await self._came.wait()
            group = self._next_group()
            if not group:
                self._came.clear()
                continue
            found = sorted_out(group, self._reader, self._receipts)
            await self._store(group, found)
            self._acknowledge(group)
            if self._connection is not None and not self._is_too_much():
                self._connection.resume()
            await asyncio.sleep(0)  # others of this process have their turn

    def _next_group(self) -> list[Message]:
        group: list[Message] = []
        size = 0
        while self._waiting and len(group) < GROUP_MAX and size < GROUP_BYTES_MAX:
            group.append(self._waiting.popleft())
            size += len(group[-1].payload)
        self._waiting_bytes -= size
        self._in_hand = len(group)
        return group

    async def _store(self, group: Sequence[Message], found: Sorted) -> None:
        """Again and again until it is stored: meanwhile nothing is acknowledged."""
        tries = 0
        while True:
            try:
                tenant_id = self.status.tenant_id
                assert tenant_id is not None, "nothing comes before the tenant is known"
                at = now()
                stored = await self._desk.store(tenant_id, group, found, at)
            except _AWAY as error:
                reason = getattr(error, "detail", None) or str(error).strip()
                self._say_withheld(reason)
                await asyncio.sleep(pause_s(tries, STORE_PAUSE_MAX_S))
                tries += 1
            else:
                self._note(found, stored, at)
                return

    def _say_withheld(self, reason: str) -> None:
        if self.status.withheld is None:
            log.warning(
                "Messages cannot be stored just now; the broker keeps what is not acknowledged.",
                action="mqtt.withheld",
                reason=reason,
            )
        self.status.withheld = reason[:500]

    def _note(self, found: Sorted, stored: Stored, at: datetime) -> None:
        status, outcome = self.status, stored.outcome
        status.withheld = None
        status.stored += outcome.stored
        status.repeated += outcome.repeated
        status.corrected += outcome.corrected
        status.passed_over += found.passed_over
        refused = [*found.refused, *stored.refused]
        refused += [("(values)", reason) for reason in stored.left_out]
        if not refused:
            return
        status.refuse(at, refused)
        at_s = asyncio.get_running_loop().time()
        if at_s - self._said_at_s >= SAID_EVERY_S:
            self._said_at_s = at_s
            topic, reason = refused[-1]
            log.warning(
                "Messages could not be taken; GET /api/telemetry/mqtt names the last ones.",
                action="mqtt.refused",
                refused_so_far=status.refused,
                topic=topic[:200],
                reason=reason,
            )

    def _acknowledge(self, group: Sequence[Message]) -> None:
        """Over the connection that is there now: an earlier one's have been sent anew by it."""
        self._in_hand = 0
        here = self._connection
        packets = [one.packet for one in group if one.packet is not None and one.came_over is here]
        if here is not None and packets:
            here.acknowledge(packets)
            self.status.acknowledged += len(packets)


def _microseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[Subscriber]:
    async with Subscriber(process).running() as subscriber:
        yield subscriber
