"""Carries the faults out: each by its name, on the running product and its senders."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from chaos.agents import Agent
from chaos.crowd import Crowd
from chaos.line import Line
from chaos.mqtt import Broker
from chaos.plan import Fault
from chaos.stage import House, until

FREEZE_MIN_S, FREEZE_MAX_S = 1.0, 4.0
FULL_S = 6.0
LINK_AWAY_S = 6.0
OVERLOAD_S = 8.0
_FILL_BYTES = 4 * 1024 * 1024


class Skipped(Exception):
    """This fault cannot be made here; the message says why."""


@dataclass
class Hand:
    """What the faults reach for."""

    house: House
    crowd: Crowd
    burst: Crowd
    agents: list[Agent]
    days: list[Agent]
    line: Line
    broker: Broker
    is_small_disk: bool
    dice: Random
    when: dict[str, Callable[[], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.when = {
            "API": lambda: self._kill_part("API"),
            "database": lambda: self._kill_part("database"),
            "worker": lambda: self._kill_part("worker"),
            "model server": lambda: self._kill_part("model server"),
            "backend": self._kill_backend,
            "agent": self._kill_agent,
            "senders": self._kill_senders,
            "supervisor": self._kill_supervisor,
            "broker": self._kill_broker,
            "freeze": self._freeze,
            "restart": self._restart,
            "full disk": self._fill_disk,
            "no link": lambda: self._spoil_line("cut"),
            "lost answers": lambda: self._spoil_line("deaf"),
            "overload": self._overload,
            "day": self._day,
        }

    def do(self, fault: Fault) -> float:
        """Returns the moment at which it hit. Skipped where it cannot be made."""
        self._hit_s = 0.0
        self.when[fault.kind]()
        return self._hit_s or time.monotonic()

    def _kill_part(self, name: str) -> None:
        until(lambda: self._killed(self.house.part(name)), f"a {name} to kill")

    def _kill_backend(self) -> None:
        def one() -> bool:
            found = [one for one in self.house.database_processes()[1:] if _serves(one)]
            return bool(found) and self._killed(self.dice.choice(found))

        until(one, "a backend to kill")

    def _killed(self, process: psutil.Process | None) -> bool:
        if process is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            self._hit_s = time.monotonic()
            return True
        return False

    def _kill_agent(self) -> None:
        agent = self.dice.choice([one for one in self.agents if one.process is not None])
        agent.kill()
        agent.start()

    def _kill_senders(self) -> None:
        self.crowd.kill()
        self.crowd.start()

    def _kill_broker(self) -> None:
        self.broker.kill()
        self.broker.start()

    def _kill_supervisor(self) -> None:
        until(self._is_typed, "a supervisor to kill")
        self.house.kill_supervisor()
        self._hit_s = time.monotonic()
        self.house.start()

    def _is_typed(self) -> bool:
        self.house.tend()
        return self.house.is_up()

    def _freeze(self) -> None:
        """The whole database stands still for a while, as on a disk that does not answer."""
        until(self.house.is_ready, "the product is ready")
        frozen = self.house.database_processes()
        for process in frozen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        time.sleep(self.dice.uniform(FREEZE_MIN_S, FREEZE_MAX_S))
        for process in frozen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    def _restart(self) -> None:
        """PostgreSQL's fast shutdown, as a package upgrade does it."""
        until(lambda: self.house.part("database") is not None, "a database to restart")
        process = self.house.part("database")
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)

    def _fill_disk(self) -> None:
        if not self.is_small_disk:
            raise Skipped("no small file system could be mounted here (it takes root on Linux)")
        filler = self.house.data / "filler"
        try:
            ends_s = time.monotonic() + FULL_S
            while time.monotonic() < ends_s:
                _fill(filler)  # again: what somebody freed is taken as well
                time.sleep(0.05)
        finally:
            filler.unlink()

    def _spoil_line(self, mode: str) -> None:
        self.line.set("cut" if mode == "cut" else "deaf")
        time.sleep(LINK_AWAY_S)
        self.line.set("open")

    def _overload(self) -> None:
        self.burst.start()
        time.sleep(OVERLOAD_S)
        self.burst.stop()

    def _day(self) -> None:
        if not self.days:
            raise Skipped("every agent with a day to tell is at work already")
        agent = self.days.pop()
        agent.start()
        self.agents.append(agent)


def _serves(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return any("homepot homepot" in word for word in process.cmdline())
    return False


def _fill(path: Path) -> None:
    """Until not one byte more is taken."""
    piece = bytes(_FILL_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        while piece:
            try:
                os.write(handle, piece)
            except OSError:
                piece = piece[: len(piece) // 2]
    finally:
        os.close(handle)
