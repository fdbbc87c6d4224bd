"""A device and its server in a time of their own: an agent of real parts, without waiting."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from homepot_agent.agent import Agent
from homepot_agent.config import Config
from homepot_agent.identity import Identity
from homepot_agent.transport import Answer, Unreachable
from homepot_agent.wire import READY
from stub_server import DEVICE, KEY, SITE, StubServer, date_header

NOON_US = 1_763_719_200_000_000
IDENTITY = Identity("http://stub", DEVICE, KEY, SITE)
METRICS = {"cpu_percent": 12.5, "memory_percent": 40.0, "disk_percent": 60.0, "load_1m": 0.5}


class FakeClock:
    """Both clocks, moved by the test; the time of day can be wrong."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.wrong_by_s = 0.0

    def steady_s(self) -> float:
        return 1000.0 + self.passed_s

    def true_us(self) -> int:
        return NOON_US + round(self.passed_s * 1e6)

    def wall_us(self) -> int:
        return self.true_us() + round(self.wrong_by_s * 1e6)


class FakeTransport:
    """Straight into the stub, while the cable is plugged in."""

    def __init__(self, stub: StubServer, clock: FakeClock) -> None:
        self.stub = stub
        self.clock = clock
        self.up = True
        self.has_way = True
        self.request_s = 0.05
        self.tries_s: list[float] = []
        self.probes_s: list[float] = []

    def request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        (self.probes_s if path == READY else self.tries_s).append(self.clock.passed_s)
        self.clock.passed_s += self.request_s
        if not self.up:
            raise Unreachable("the cable is out")
        reply = self.stub.handle(method, path, dict(headers), body or b"")
        if reply.lost:
            raise Unreachable("the answer was lost")
        small = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(
            reply.status, {"date": date_header(self.clock.true_us()), **small}, reply.body
        )

    def latency_ms(self) -> float | None:
        return 7.0 if self.up else None

    def local_address(self) -> str | None:
        return "10.0.0.7" if self.has_way and self.tries_s else None

    def close(self) -> None:
        """Nothing is held."""


class World:
    """One agent, one server; `live` lets time pass for both."""

    def __init__(self, folder: Path, seed: int = 1, **settings: Any) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.stub = StubServer(self.clock.true_us)
        self.transport = FakeTransport(self.stub, self.clock)
        self.settings = settings
        self.seed = seed
        self.metrics: Callable[[], Mapping[str, float]] = lambda: METRICS
        self.powered: list[list[str]] = []
        self._collect_at_s = 0.0
        self._talk_at_s = 0.0
        self.agent = self._start()

    def _start(self) -> Agent:
        agent = Agent(
            Config(**{"sequence": True, **self.settings}),
            IDENTITY,
            self.folder,
            transport=self.transport,
            measure=self._measured,
            clock=self.clock,
            dice=random.Random(self.seed).random,
        )
        agent.orders._start = lambda work: work()
        agent.orders._power = lambda argv: self.powered.append(list(argv))
        return agent

    def _measured(self) -> Mapping[str, float]:
        return self.metrics()

    def restart(self) -> None:
        """As after kill -9: nothing is said, nothing is closed in order."""
        self.agent = self._start()
        self._talk_at_s = self.clock.passed_s

    def live(self, seconds: float, each_interval: Callable[[], None] = lambda: None) -> None:
        until_s = self.clock.passed_s + seconds
        while True:
            now_s = self.clock.passed_s
            if now_s >= self._collect_at_s:
                self.agent.collect()
                self._collect_at_s = max(self._collect_at_s, now_s - 30.0) + 30.0
                self._talk_at_s = now_s
                each_interval()
                continue
            if now_s >= self._talk_at_s:
                self._talk_at_s = now_s + self.agent.courier.step()
                if self._talk_at_s == now_s:
                    self._talk_at_s = self.clock.passed_s
                continue
            next_s = min(self._collect_at_s, self._talk_at_s)
            if next_s >= until_s:
                self.clock.passed_s = max(self.clock.passed_s, until_s)
                return
            self.clock.passed_s = next_s

    def sequences(self) -> list[int]:
        """The numbers of what the server has, in order."""
        return sorted(metrics["sequence"] for metrics in self.stub.stored.values())
