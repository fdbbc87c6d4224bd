"""A small world with a made clock, told to the real product: what detection makes of it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import text

from homepot.access.caller import system_caller
from homepot.ai.anomaly_detection.service import Watch
from homepot.ai.incidents import following
from homepot.ai.incidents import service as incidents
from homepot.core.clock import now
from homepot.core.database import Database

START = datetime(2026, 11, 2, tzinfo=UTC)
STEP = timedelta(minutes=10)
# What is added to a metric of a device at a moment.
Fault = Callable[[int, str, datetime], float]


def no_fault(_device: int, _metric: str, _at: datetime) -> float:
    return 0.0


class Killed(Exception):
    """The worker is gone in the middle of its work."""


async def _killed(*_: object) -> None:
    raise Killed


@dataclass
class World:
    db: Database
    collector: httpx.AsyncClient
    device_ids: Sequence[str]
    fault: Fault = no_fault
    silent: Callable[[int, datetime], bool] = lambda _device, _at: False
    # by how much a device's own clock is off
    shift: Callable[[int, datetime], timedelta] = lambda _device, _at: timedelta(0)
    step: timedelta = STEP
    # whether its devices' hearts beat with their readings
    beats: bool = False
    watch: Watch = field(default_factory=lambda: Watch(following.take))

    def values(self, device: int, at: datetime) -> Mapping[str, float]:
        """The same for the same device and moment, whenever it is asked."""
        noise = np.random.default_rng([device, int(at.timestamp())])
        day = math.sin(2 * math.pi * at.timestamp() / 86400)
        usual = {
            "temperature_celsius": 21 + 1.5 * day + noise.normal(0, 0.3),
            "cpu_percent": 35 + 10 * day + noise.normal(0, 3),
            "network_latency_ms": 30 + noise.normal(0, 2),
        }
        return {name: value + self.fault(device, name, at) for name, value in usual.items()}

    async def send(self, start: datetime, end: datetime) -> None:
        """What the devices measured from one moment up to, and without, the other."""
        rows, last = [], {}
        at = start
        while at < end:
            for number, device_id in enumerate(self.device_ids):
                if self.silent(number, at):
                    continue
                last[device_id] = at
                rows.append(
                    {
                        "device_id": device_id,
                        "timestamp": (at + self.shift(number, at)).isoformat(),
                        "metrics": self.values(number, at),
                    }
                )
            at += self.step
        await self.heard(last)
        for begin in range(0, len(rows), 2_000):
            answer = await self.collector.post("/api/telemetry", json=rows[begin : begin + 2_000])
            assert answer.status_code == 200, answer.text
            assert answer.json()["rejected_count"] == 0, answer.text

    async def heard(self, last: Mapping[str, datetime]) -> None:
        """What connectivity knows goes by the clock of the world too."""
        said = text(
            "update device_state as s set connectivity = 'online', last_seen_at = :at,"
            " last_heartbeat_at = case when :beats then cast(:at as timestamptz) end,"
            " silent_after = cast(:at as timestamptz) + make_interval(secs => s.silence_s)"
            " from devices as d where d.id = s.device_id and d.public_id = :id"
        )
        async with self.db.system() as tx:
            for device_id, at in last.items():
                await tx.execute(said, {"id": device_id, "at": at, "beats": self.beats})

    async def live(self, start: datetime, end: datetime) -> None:
        """As it happens: each report is looked at a second after it was sent."""
        at = start
        while at < end:
            await self.send(at, at + self.step)
            await self.look(at + timedelta(seconds=1))
            at += self.step

    async def look(self, at: datetime) -> None:
        await self.watch.run(self.db, at)
        async with self.db.system() as tx:
            await following.reopen_unmended(tx, at)
            await following.close_calm(tx, at)

    async def look_and_be_interrupted(self, at: datetime, number: int) -> None:
        """The same, and something happens to the worker, each time something else."""
        if number % 5 == 1:
            self.restart()
        elif number % 5 == 2:
            await self.watch.checkpoint(self.db, at)
        elif number % 5 == 3:  # killed when all was written and nothing committed
            with pytest.raises(Killed):
                await Watch(_killed).run(self.db, at)
                raise Killed  # there was nothing to be told of
        elif number % 5 == 4:  # a second worker is quicker
            await Watch(following.take).run(self.db, at)
        await self.look(at)
        await self.look(at)

    def restart(self) -> None:
        """As after a kill: nothing of what was in memory is left."""
        self.watch = Watch(following.take)

    async def anomalies(self) -> list[dict[str, Any]]:
        query = """
            select d.public_id as device, a.kind, a.severity, a.started_at, a.detected_at,
                a.ended_at, a.muted, a.metrics, a.p_value, a.generation, a.number
            from ai_anomaly_logs as a join devices as d on d.id = a.device_id
            order by a.detected_at, d.public_id, a.number
        """
        return await self.all_of(query)

    async def incidents(self) -> list[dict[str, Any]]:
        query = """
            select i.public_id, d.public_id as device, i.state, i.category, i.severity, i.title,
                i.description, i.started_at, i.opened_at, i.ended_at, i.reopened
            from incidents as i left join devices as d on d.id = i.device_id order by i.id
        """
        return await self.all_of(query)

    async def history(self) -> list[tuple[str, str]]:
        query = "select what, state from incident_history order by id"
        return [(row["what"], row["state"]) for row in await self.all_of(query)]

    async def all_of(self, query: str) -> list[dict[str, Any]]:
        async with self.db.system() as tx:
            return [dict(row) for row in (await tx.execute(text(query))).mappings()]


async def recorded_incident(people: Any, device_id: str) -> str:
    """An incident of a device of the tenant Harbour that is open; its id."""
    at = now()
    given = incidents.Given(
        "before", device_id, "power", "warning", at, None, "the lamp is dark", None, None
    )
    tenant_id = await people.tenant()
    async with people.database.tenant(tenant_id) as tx:
        made = await incidents.record(system_caller(tx, tenant_id, "a test"), given, at)
    assert made is not None
    return str(made.public_id)
