"""A real broker for the tests, and somebody who publishes."""

import asyncio
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

BOUND_S = 30.0
_CONFIGURATION = """
user root
listener {port} 127.0.0.1
persistence true
persistence_location {folder}/
max_queued_messages 0
log_dest stderr
{more}
"""


@dataclass(frozen=True)
class Sent:
    topic: str
    payload: bytes | str
    qos: int = 1
    retain: bool = False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


class Mosquitto:
    """Keeps its port and what it has saved when it is started again."""

    def __init__(self, folder: Path, more: str = "allow_anonymous true") -> None:
        self.port = free_port()
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self._file = folder / "mosquitto.conf"
        text = _CONFIGURATION.format(port=self.port, folder=folder, more=more)
        self._file.write_text(text, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        assert program, "the tests need Mosquitto: sudo apt-get install mosquitto"
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([program, "-c", self._file], stderr=log)
        last_s = time.monotonic() + BOUND_S
        while time.monotonic() < last_s and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError((self._folder / "log").read_text())

    def save(self) -> None:
        """Write everything down now, as it does every half hour."""
        kept = self._folder / "mosquitto.db"
        before = kept.stat().st_mtime_ns if kept.exists() else 0
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR1)
        last_s = time.monotonic() + BOUND_S
        while time.monotonic() < last_s:
            if kept.exists() and kept.stat().st_mtime_ns != before:
                return
            time.sleep(0.02)
        raise RuntimeError("the broker saved nothing")

    def end(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(BOUND_S)
            self._process = None

    def kill(self) -> None:
        self.end(signal.SIGKILL)


@contextmanager
def publisher(
    port: int, version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5
) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, protocol=version)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish_all(port: int, messages: Sequence[Sent]) -> None:
    """Returns when the broker has each of them."""
    with publisher(port) as client:
        sent = [client.publish(one.topic, one.payload, one.qos, one.retain) for one in messages]
        for one in sent:
            one.wait_for_publish(BOUND_S)
            assert one.is_published()


async def publish(port: int, *messages: Sent) -> None:
    await asyncio.to_thread(publish_all, port, messages)
