"""What the product takes while it is under load: memory, files, connections, pools, queues, lag."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from homepot.operation.memory import part_of
from under_load.house import House

Sample = dict[str, float]
"""By name what was seen at one moment; `at_s` is when."""

# name in /metrics -> ours; several with labels are added up, or the highest is taken
_ADDED = {
    "homepot_database_connections": "connections to the database",
    "homepot_database_pool_used": "connections of the API in use",
    "homepot_model_waiting": "requests waiting for the model",
    "homepot_intake_waiting_values": "values waiting to be stored",
    "homepot_alert_deliveries": "messages not sent yet",
}
_HIGHEST = {"homepot_reader_lag_seconds": "lag of the slowest reader, s"}
_LINE = re.compile(r"^(\w+)(?:\{([^}]*)\})? (\S+)$")


class Watcher:
    """Looks every so often, from outside and at /metrics, in a thread of its own."""

    def __init__(self, house: House, every_s: float) -> None:
        self.samples: list[Sample] = []
        self._house = house
        self._every_s = every_s
        self._ended = threading.Event()
        self._began_s = time.monotonic()

    @contextmanager
    def watching(self) -> Iterator["Watcher"]:
        thread = threading.Thread(target=self._go_on, name="watcher")
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def _go_on(self) -> None:
        while True:
            self.look()
            if self._ended.wait(self._every_s):
                return

    def look(self) -> None:
        sample = {"at_s": time.monotonic() - self._began_s, **of_processes(self._house.data)}
        with suppress(OSError, HTTPException):  # too busy to say: what was seen outside is kept
            sample |= told(_metrics(self._house))
        self.samples.append(sample)


def of_processes(data: Path) -> Sample:
    """Memory that is nobody else's, in MB, and open files, by part of the product."""
    found: Sample = {}
    for process in _family(data):
        try:
            part = part_of(process.cmdline()) or ""
            if not part and process.name() == "postgres":
                part = "database"
            if not part:
                continue
            memory, files = process.memory_info(), process.num_fds()
        except psutil.Error:
            continue  # it has just ended
        own_mb = (memory.rss - memory.shared) / 1e6
        for name, value in ((f"{part}, MB", own_mb), (f"{part}, open files", files)):
            found[name] = found.get(name, 0.0) + value
    return found


def _family(data: Path) -> list[psutil.Process]:
    """The database by the folder it works on, all others by their environment."""
    mine: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        try:
            is_mine = process.environ().get("HOMEPOT_DATA") == str(data)
            if is_mine or str(data) in " ".join(process.cmdline()):
                mine[process.pid] = process
                mine |= {one.pid: one for one in process.children(recursive=True)}
        except psutil.Error:
            continue
    return list(mine.values())


def _metrics(house: House) -> str:
    connection = HTTPConnection("127.0.0.1", house.port, timeout=60)
    try:
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {house.token}"})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    return text if answer.status == 200 else ""


def told(text: str) -> Sample:
    """What /metrics says of what can fill up.

    >>> told('homepot_model_waiting 2.0\\nhomepot_reader_lag_seconds{reader="rollups"} 1.5')
    {'requests waiting for the model': 2.0, 'lag of the slowest reader, s': 1.5}
    """
    found: Sample = {}
    for line in text.splitlines():
        if (said := _LINE.match(line)) is None:
            continue
        name, value = said[1], float(said[3])
        if ours := _ADDED.get(name):
            found[ours] = found.get(ours, 0.0) + value
        elif ours := _HIGHEST.get(name):
            found[ours] = max(found.get(ours, 0.0), value)
    return found


def columns(samples: list[Sample]) -> Mapping[str, list[tuple[float, float]]]:
    """By name the moments and values, those of memory first."""
    found: dict[str, list[tuple[float, float]]] = {}
    for sample in samples:
        for name, value in sample.items():
            if name != "at_s":
                found.setdefault(name, []).append((sample["at_s"], value))
    return dict(sorted(found.items(), key=lambda one: (not one[0].endswith(", MB"), one[0])))
