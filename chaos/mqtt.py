"""MQTT: a real broker that can be killed, and a sender that publishes to it at QoS 1.

A broker that is killed forgets what it took since it last saved, whatever it had acknowledged.
So this sender counts a message as acknowledged when the broker has said so and has saved after
that; until then it would publish it again, as a device has to that wants to lose nothing.
"""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from chaos.encode import iso
from chaos.ledger import Receipt, Row, Saying
from chaos.sender import TIMEOUT_S, Sender
from homepot.telemetry.mqtt.tests.mosquitto import Mosquitto

# Saves every second what changed.
_MORE = "allow_anonymous true\nautosave_interval 1"
_LOOK_EVERY_S = 0.05


class BrokerAbsent(Exception):
    """Mosquitto is not installed: sudo apt-get install --no-install-recommends mosquitto"""


class Broker:
    """Mosquitto on a folder of its own; killed, it comes back with what it had saved."""

    def __init__(self, folder: Path) -> None:
        if not (shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")):
            raise BrokerAbsent(BrokerAbsent.__doc__)
        self._mosquitto = Mosquitto(folder, _MORE)
        self.url, self.port = self._mosquitto.url, self._mosquitto.port
        self.kept = folder / "mosquitto.db"

    def start(self) -> None:
        self._mosquitto.start()

    def save(self) -> None:
        self._mosquitto.save()

    def kill(self) -> None:
        self._mosquitto.kill()


def topic_of(row: Row) -> str:
    return f"homepot/{row.device_id}/telemetry"


def message(row: Row) -> str:
    """Every reading says when it was measured: so it is known, however often it is delivered."""
    return json.dumps({"timestamp": iso(row.at_us), "metrics": row.values})


class MqttSender(Sender):
    """The same as to HTTP; `headers` of its job name the broker and where that saves."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._broker_port = int(self.job.headers["broker"])
        self._kept = Path(self.job.headers["kept"])
        self._client: Client | None = None
        self._is_at_rest = False

    def say_one(self) -> None:
        """One reading of the first device, until the broker has it, which nobody kills any more."""
        self._is_at_rest = True
        number, at_us = self._counters[self.job.devices[0]].next(self._step_us)
        row = Row(self.job.devices[0], at_us, {"number": float(number), "value": 0.0})
        try:
            self._deliver(self._say("new", [row]))
        finally:
            self._hang_up()
            self.ledger.close()

    def _attempt(self, saying: Saying) -> float | None:
        try:
            is_kept = self._publish(saying.rows, hang_up=self._dice.random() < 0.04)
        except (OSError, ValueError, RuntimeError):
            is_kept = False
        if not is_kept:
            self._hang_up()
            self.ledger.note_unanswered(saying)
            return None
        self.ledger.acknowledge(saying, Receipt(len(saying.rows), 0, 0))
        return 0.0

    def _publish(self, rows: Sequence[Row], *, hang_up: bool) -> bool:
        """Whether the broker has all of it, where a kill does not reach it."""
        client = self._connected()
        sent = [client.publish(topic_of(row), message(row), qos=1) for row in rows]
        if hang_up:
            return False
        ends_s = time.monotonic() + TIMEOUT_S
        for one in sent:
            while not one.is_published():
                if not client.is_connected() or time.monotonic() > ends_s:
                    return False
                one.wait_for_publish(_LOOK_EVERY_S)
        return self._is_at_rest or self._is_saved(client, ends_s)

    def _is_saved(self, client: Client, ends_s: float) -> bool:
        """What is written a second time from now on was begun after this moment."""
        seen, times = self._save(), 0
        while times < 2:
            if not client.is_connected() or time.monotonic() > ends_s or self.hurry.is_set():
                return False
            time.sleep(_LOOK_EVERY_S)
            if (save := self._save()) != seen:
                seen, times = save, times + 1
        return client.is_connected()

    def _save(self) -> tuple[int, int]:
        try:
            found = self._kept.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns

    def _connected(self) -> Client:
        if self._client is None:
            client = Client(
                CallbackAPIVersion.VERSION2,
                protocol=MQTTProtocolVersion.MQTTv5,
                reconnect_on_failure=False,
            )
            client.connect("127.0.0.1", self._broker_port)
            client.loop_start()
            self._client = client
            ends_s = time.monotonic() + TIMEOUT_S
            while not client.is_connected():
                if time.monotonic() > ends_s:
                    raise TimeoutError
                time.sleep(_LOOK_EVERY_S)
        return self._client

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None
