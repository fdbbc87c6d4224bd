"""MQTT: messages of 50 metrics that wait at a broker at QoS 1, taken in until all are acknowledged.

The peer is a bare subscriber made with the same client library that stores nothing and
acknowledges at once: what the protocol alone costs in Python. Broker, server and database share
one machine; the publisher is done before either begins.
"""

import asyncio
import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
from fleet import build
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, free_port, product, uvicorn_command

from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.telemetry.mqtt.connection import RECEIVE_MAX
from homepot.telemetry.mqtt.tests.mosquitto import Mosquitto, Sent, publish_all, publisher

DEVICES = 200
METRICS = 50
MESSAGES = 30_000
SINGLES = 300
START_S = 1_790_000_000
BOUND_S = 240.0


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        _, token = _built(url)
        broker = Mosquitto(Path(data) / "broker")
        broker.start()
        try:
            return _measured(data, url, token, broker)
        finally:
            broker.end()


def _built(url: str) -> tuple[int, str]:
    return asyncio.run(build(url, DEVICES, 4))


def _measured(data: Path, url: str, token: str, broker: Mosquitto) -> list[Row]:
    port = free_port()
    command = uvicorn_command(port)
    variables = {"HOMEPOT_MQTT_URL": broker.url}
    with product(command, data, port, **variables):
        _until(port, token, lambda found: found["state"] == "connected")
    bare = Bare(broker.port)
    bare.leave_session()
    publish_all(broker.port, [_message(n) for n in range(MESSAGES)])
    bare_per_s = MESSAGES / bare.drain_s(MESSAGES)
    with product(command, data, port, **variables):
        began = _until(port, token, lambda found: found["messages"] > 0)
        found = _until(port, token, lambda found: found["acknowledged"] >= MESSAGES)
        ours_per_s = MESSAGES / (found[0] - began[0])
        if found[1]["stored"] + found[1]["repeated"] != MESSAGES:
            raise RuntimeError(f"not everything was stored: {found[1]}")
        waits_ms = sorted(_singles(url, broker))
    return [
        Row(
            "MQTT",
            ours_per_s * METRICS,
            "values/s",
            "bare subscriber, stores nothing",
            bare_per_s * METRICS,
        ),
        Row("MQTT", ours_per_s, "messages/s", "bare subscriber, stores nothing", bare_per_s),
        Row(
            "MQTT, published to committed",
            waits_ms[int(len(waits_ms) * 0.99)],
            "ms p99",
            "p50",
            waits_ms[len(waits_ms) // 2],
        ),
    ]


def _message(number: int) -> Sent:
    metrics = {f"metric_{n:02d}": (number * 31 + n * 17) % 977 / 10 for n in range(METRICS)}
    body = {"timestamp": START_S + number // DEVICES, "metrics": metrics}
    return Sent(f"homepot/pos_{number % DEVICES}/telemetry", json.dumps(body))


def _until(port: int, token: str, is_so: Any) -> tuple[float, Any]:
    """When the status was so, and the status."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/telemetry/mqtt", headers={"Authorization": f"Bearer {token}"}
    )
    last = time.perf_counter() + BOUND_S
    while time.perf_counter() < last:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  our own address
            found = json.load(answer)
        if is_so(found):
            return time.perf_counter(), found
        time.sleep(0.01)
    raise RuntimeError(f"it did not come about: {found}")


def _singles(url: str, broker: Mosquitto) -> list[float]:
    """One message after another: milliseconds from its publishing to the word of its commit."""
    took_ms = []
    with (
        psycopg.connect(make_conninfo(url), autocommit=True) as listening,
        publisher(broker.port) as client,
    ):
        listening.execute("LISTEN homepot_readings")
        for n in range(SINGLES):
            one = _message(MESSAGES + n)
            began = time.perf_counter()
            client.publish(one.topic, one.payload, 1)
            if not list(listening.notifies(timeout=30, stop_after=1)):
                raise RuntimeError("a message was not stored within 30 s")
            took_ms.append((time.perf_counter() - began) * 1_000)
    return took_ms


class Bare:
    """A subscriber with a session of its own that counts."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._came = 0

    def _connected(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id="bare", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.on_message = self._count
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3_600
        properties.ReceiveMaximum = RECEIVE_MAX
        client.connect("127.0.0.1", self._port, clean_start=False, properties=properties)
        return client

    def _count(self, *_: Any) -> None:
        self._came += 1

    def leave_session(self) -> None:
        subscribed: list[Any] = []
        client = self._connected()
        client.on_connect = lambda *_: client.subscribe(
            "homepot/+/telemetry", options=SubscribeOptions(qos=1)
        )
        client.on_subscribe = lambda *_: subscribed.append(True)
        while not subscribed:
            client.loop(0.1)
        client.disconnect()

    def drain_s(self, wanted: int) -> float:
        client = self._connected()
        while not self._came:
            client.loop(0.01)
        began = time.perf_counter()
        while self._came < wanted:
            client.loop(1.0)
        took_s = time.perf_counter() - began
        client.disconnect()
        return took_s
