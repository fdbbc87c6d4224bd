"""Whatever is killed between the publisher and the table: once acknowledged, stored exactly once.

The subscriber here is the real application in a process of its own.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from homepot.core.settings import Settings
from homepot.main import create_app
from homepot.telemetry.mqtt import subscriber as mqtt
from homepot.telemetry.mqtt.connection import Connection
from homepot.telemetry.mqtt.tests.mosquitto import Mosquitto, Sent, free_port, publish, publisher

BASE_S = 1_790_000_000
KILLS = 3


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    found = Mosquitto(tmp_path / "broker")
    found.start()
    yield found
    found.end()


@pytest.fixture
def bare(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(make_conninfo(database_url), autocommit=True) as connection:
        connection.execute("SET ROLE homepot_system")
        connection.execute("INSERT INTO tenants (name) VALUES ('Pier')")
        yield connection


class Subscriber:
    """The application; killed, it comes back with nothing but the database."""

    def __init__(self, folder: Path, url: str, broker: Mosquitto) -> None:
        self._folder = folder
        self._variables = {
            **{key: value for key, value in os.environ.items() if not key.startswith("HOMEPOT_")},
            "HOMEPOT_DATA": str(folder / "var"),
            "HOMEPOT_DATABASE_URL": url,
            "HOMEPOT_MQTT_URL": broker.url,
            "HOMEPOT_MQTT_SITE": "Yard",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        port = str(free_port())
        command = [sys.executable, "-m", "uvicorn", "homepot.main:app", "--port", port]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._variables, cwd=self._folder, stdout=log, stderr=log
            )

    def end(self, number: int = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None


@pytest.fixture
def subscriber(tmp_path: Path, database_url: str, broker: Mosquitto) -> Iterator[Subscriber]:
    found = Subscriber(tmp_path, database_url, broker)
    yield found
    found.end()


def stored(bare: psycopg.Connection[Any]) -> Counter[float]:
    """How often each number stands in the table."""
    rows = bare.execute("SELECT unnest(values) FROM device_metrics")
    return Counter(value for (value,) in rows)


async def until(look: Any) -> None:
    async with asyncio.timeout(90):
        while not look():
            await asyncio.sleep(0.05)


@contextmanager
def nothing_can_be_stored(url: str) -> Iterator[None]:
    with psycopg.connect(make_conninfo(url)) as locking:
        locking.execute("SET ROLE homepot_system")
        locking.execute("LOCK TABLE device_metrics IN EXCLUSIVE MODE")
        yield


def is_waiting(bare: psycopg.Connection[Any]) -> bool:
    """Whether somebody stands before the lock: messages were received and are not committed."""
    row = bare.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)").fetchone()
    return row is not None and row[0]


def numbered(first: int, last: int, *, timed: bool) -> list[Sent]:
    return [
        Sent(
            f"homepot/till-{n % 7}/telemetry",
            json.dumps({"n": n, **({"timestamp": BASE_S + n} if timed else {})}),
        )
        for n in range(first, last)
    ]


async def test_a_subscriber_killed_between_receipt_and_commit_loses_and_doubles_nothing(
    subscriber: Subscriber, broker: Mosquitto, bare: psycopg.Connection[Any], database_url: str
) -> None:
    subscriber.start()
    await first_heard(broker, bare)
    begun = stored(bare)
    with nothing_can_be_stored(database_url):
        await publish(broker.port, *numbered(10, 200, timed=False))
        await publish(broker.port, *numbered(200, 300, timed=True))
        await until(lambda: is_waiting(bare))
        subscriber.end(signal.SIGKILL)
        assert stored(bare) == begun
    subscriber.start()
    await until(lambda: set(range(10, 300)) <= set(stored(bare)))
    await publish(broker.port, *numbered(300, 301, timed=True))
    await until(lambda: 300 in stored(bare))
    assert {n: often for n, often in stored(bare).items() if often != 1} == {}


async def test_a_broker_killed_while_it_waits_for_acknowledgements_loses_and_doubles_nothing(
    subscriber: Subscriber, broker: Mosquitto, bare: psycopg.Connection[Any], database_url: str
) -> None:
    subscriber.start()
    await first_heard(broker, bare)
    with nothing_can_be_stored(database_url):
        await publish(broker.port, *numbered(1, 200, timed=False))
        await until(lambda: is_waiting(bare))
        broker.save()
        broker.kill()
        broker.start()
    await until(lambda: set(range(1, 200)) <= set(stored(bare)))
    await publish(broker.port, *numbered(200, 201, timed=False))
    await until(lambda: 200 in stored(bare))
    assert {n: often for n, often in stored(bare).items() if often != 1 and n} == {}


async def first_heard(broker: Mosquitto, bare: psycopg.Connection[Any]) -> None:
    """The session is there from here on."""
    async with asyncio.timeout(90):
        while not stored(bare):
            await publish(broker.port, *numbered(0, 1, timed=True))
            await asyncio.sleep(0.2)


async def test_a_subscriber_killed_at_any_moment_loses_and_doubles_nothing(
    subscriber: Subscriber, broker: Mosquitto, bare: psycopg.Connection[Any]
) -> None:
    subscriber.start()
    await first_heard(broker, bare)
    chance = random.Random(7)
    sent = 1
    with publisher(broker.port) as client:
        for _ in range(KILLS):
            wanted = len(stored(bare)) + chance.randint(1, 300)
            while len(stored(bare)) < wanted:
                for message in numbered(sent, sent + 30, timed=bool(sent // 30 % 2)):
                    client.publish(message.topic, message.payload, 1)
                sent += 30
                await asyncio.sleep(0.05)
            subscriber.end(signal.SIGKILL)
            subscriber.start()
        last = client.publish("homepot/till-0/telemetry", json.dumps({"n": sent}), 1)
        await asyncio.to_thread(last.wait_for_publish, 30)
    await until(lambda: len(stored(bare)) > sent)
    assert set(stored(bare)) == set(range(sent + 1))
    assert {n: often for n, often in stored(bare).items() if often != 1} == {}


async def test_an_acknowledgement_that_never_arrives_doubles_nothing(
    settings: Any, broker: Mosquitto, bare: psycopg.Connection[Any], monkeypatch: Any
) -> None:
    """Stored and committed, but the word of it is lost: once with the process, once without."""
    values = settings.model_dump() | {"mqtt_url": broker.url, "mqtt_site": "Yard"}
    acknowledge = Connection.acknowledge
    monkeypatch.setattr(Connection, "acknowledge", lambda *_: None)
    app = create_app(Settings.model_validate(values))
    async with app.router.lifespan_context(app):
        subscriber = app.state.process.part(mqtt.Subscriber)
        await until(lambda: subscriber.status.state == "connected")
        await publish(broker.port, *numbered(0, 20, timed=False), *numbered(20, 40, timed=True))
        await until(lambda: len(stored(bare)) == 40)
        broker.save()
        broker.kill()
        broker.start()
        await until(lambda: subscriber.status.messages == 80 and subscriber.status.repeated >= 40)
    monkeypatch.setattr(Connection, "acknowledge", acknowledge)
    app = create_app(Settings.model_validate(values))
    async with app.router.lifespan_context(app):
        status = app.state.process.part(mqtt.Subscriber).status
        await until(lambda: status.acknowledged == 40)
        assert (status.stored, status.repeated) == (0, 40)
    assert stored(bare) == Counter(range(40))
