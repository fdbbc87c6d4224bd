"""Anomaly detection as the plan has it: from a metric update on, on the real product."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import text
from tests.watched import START, STEP, World

from homepot.access.permissions import Permission, Role
from homepot.ai.anomaly_detection.service import Watch
from homepot.ai.health import service as health
from homepot.ai.incidents.jobs import follower
from homepot.ai.thresholds.logic import Thresholds
from homepot.core.database import Database
from homepot.core.log import configure_logging

# Days are lived through in steps of minutes: that takes minutes on a busy machine.
pytestmark = pytest.mark.timeout(600)

NOW = START + timedelta(days=3)
METRIC = "temperature_celsius"


@pytest.fixture
async def world(db: Database, people: Any, estate: Any) -> World:
    person = await people.add(Role.OPERATOR)
    collector: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    site_id = await estate.site()
    device_ids = [(await estate.agent(site_id)).device_id for _ in range(3)]
    return World(db, collector, device_ids)


async def test_a_history_that_comes_after_the_first_words_is_learnt(
    world: World, admin: httpx.AsyncClient
) -> None:
    """A fleet is set up: its devices are heard at once, what they measured before comes later."""
    path = f"/api/devices/{world.device_ids[0]}/health"

    async def said() -> str:
        words: str = (await admin.get(path)).json()["learning"]["words"]
        return words

    await world.look(NOW)
    await world.live(NOW, NOW + timedelta(minutes=20))
    await world.send(START, NOW - timedelta(days=1))
    await world.look(NOW + timedelta(minutes=20))
    await world.send(NOW - timedelta(days=1), NOW)
    # While it is still coming nothing is begun anew.
    await world.look(NOW + timedelta(minutes=20, seconds=30))
    assert await said() == "learning, 0 of 24 h"
    await world.look(NOW + timedelta(minutes=22))
    await world.look(NOW + timedelta(minutes=24))
    assert await said() == "watching"
    world.fault = lambda device, metric, _: (
        9.0 if device == 1 and metric == "temperature_celsius" else 0.0
    )
    await world.live(NOW + timedelta(minutes=30), NOW + timedelta(hours=2))
    [incident] = await world.incidents()
    assert (incident["device"], incident["state"]) == (world.device_ids[1], "open")
    assert {row["generation"] for row in await world.anomalies()} == {2}


HOT_FROM = NOW + timedelta(hours=1)


def hot(device: int, metric: str, at: datetime) -> float:
    return 9.0 if (device, metric) == (1, "temperature_celsius") and at >= HOT_FROM else 0.0


async def test_each_anomaly_is_a_line_of_the_log(world: World) -> None:
    stream = StringIO()
    world.watch = Watch(follower({"": Thresholds(0.9, 0.5)}), {"": Thresholds(0.9, 0.5)})
    world.fault = hot
    await world.send(START, NOW)
    await world.look(NOW)
    configure_logging("info", "json", stream)
    try:
        await world.live(NOW, HOT_FROM + timedelta(hours=2))
    finally:
        configure_logging()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    (line,) = [one for one in lines if one["action"] == "detection.found"]
    [anomaly] = await world.anomalies()
    assert line["event"] == f"Anomaly detected: {world.device_ids[1]}."
    assert (line["logger"], line["level"]) == ("homepot.ai", "warning")
    assert line["severity"] in ("warning", "critical")
    assert line["health_score"] < line["threshold"] <= 0.9
    assert line["metrics"] == [one["name"] for one in anomaly["metrics"]]


async def test_the_health_score_is_right_about_who_is_ill_and_when(
    world: World, admin: httpx.AsyncClient
) -> None:
    """Through a day with one fault, looked at every hour: only the one that has it is not well,
    only while it has it, and the score is what its reasons take away."""
    world.fault = lambda device, metric, at: (
        hot(device, metric, at) if at < HOT_FROM + timedelta(hours=3) else 0.0
    )
    await world.send(START, NOW)
    await world.look(NOW)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for hour in range(7):
        at = NOW + timedelta(hours=hour + 1)
        await world.live(at - timedelta(hours=1), at)
        async with world.db.system() as tx:
            await health.judge(tx, {}, at)
        for device_id in world.device_ids:
            told = (await admin.get(f"/api/devices/{device_id}/health")).json()
            assert told["score"] == pytest.approx(1 - sum(one["lost"] for one in told["factors"]))
            found[device_id, hour + 1] = told
    ill = {key for key, told in found.items() if told["status"] != "healthy"}
    # An hour after it began it is known, an hour after its end it is over.
    assert {(world.device_ids[1], hour) for hour in (2, 3, 4)} <= ill
    assert ill <= {(world.device_ids[1], hour) for hour in (2, 3, 4, 5)}
    assert all("Temperature" in found[key]["reason"] for key in ill)


METRICS = tuple(f"zone_{number:02}_temperature" for number in range(60))


class Wide(World):
    """Devices that report sixty metrics, which move with one hidden load."""

    def values(self, device: int, at: datetime) -> Mapping[str, float]:
        noise = np.random.default_rng([device, int(at.timestamp())]).normal(0, 1, len(METRICS) + 1)
        usual = 50 + np.arange(len(METRICS)) + noise[-1] + noise[:-1]
        return {
            name: float(value) + self.fault(device, name, at)
            for name, value in zip(METRICS, usual, strict=True)
        }


async def test_sixty_metrics_of_a_device_are_judged_together(world: World) -> None:
    """Many that are off at once are one incident, which says which and with what share."""
    struck = set(METRICS[10:22])
    wide = Wide(world.db, world.collector, world.device_ids[:2])
    wide.fault = lambda device, metric, at: (
        40.0 if device == 1 and metric in struck and at >= HOT_FROM else 0.0
    )
    await wide.send(START, NOW)
    await wide.look(NOW)
    await wide.live(NOW, HOT_FROM + timedelta(hours=2))
    [incident] = await wide.incidents()
    assert incident["device"] == world.device_ids[1]
    assert "6 more metrics deviate too." in incident["description"]
    anomalies = await wide.anomalies()
    assert {one["device"] for one in anomalies} == {world.device_ids[1]}
    [metrics] = [one["metrics"] for one in anomalies if one["kind"] == "step"]
    assert {one["name"] for one in metrics} == struck
    assert sum(one["share"] for one in metrics) == pytest.approx(1, abs=1e-3)


async def test_a_limit_that_is_passed_is_told_within_a_minute(
    world: World, admin: httpx.AsyncClient
) -> None:
    """Of a device that reports every ten seconds."""
    limits = {"limits": {METRIC: {"warning_above": 27, "critical_above": 28}}}
    path = f"/api/devices/{world.device_ids[1]}/thresholds"
    answer = await admin.put(path, json=limits)
    assert answer.status_code == 200, answer.text
    await world.send(START, NOW)
    world.step = timedelta(seconds=10)
    await world.live(NOW, NOW + timedelta(minutes=20))
    assert await world.incidents() == []
    world.fault = lambda device, metric, _: 9.0 if (device, metric) == (1, METRIC) else 0.0
    begin = NOW + timedelta(minutes=20)
    await world.live(begin, begin + timedelta(minutes=2))
    [incident] = await world.incidents()
    assert incident["device"] == world.device_ids[1]
    assert incident["opened_at"] - begin < timedelta(minutes=1)


async def test_a_restart_a_changed_clock_and_a_new_firmware_are_nobody_s_trouble(
    world: World, estate: Any
) -> None:
    """One device is restarted, one sets its clock back an hour and on again, one is updated."""
    restarted, _, updated = world.device_ids
    calm = NOW + timedelta(hours=1)
    world.silent = lambda device, at: device == 0 and calm <= at < calm + 2 * STEP
    world.fault = lambda device, metric, at: (
        12.0 if device == 2 and metric == "cpu_percent" and at >= calm else 0.0
    )
    await world.send(START, NOW)
    await world.live(NOW, calm)
    async with world.db.system() as tx:
        for device_id, title in ((restarted, "restarted"), (updated, "firmware_updated")):
            await tx.execute(
                text(
                    "insert into device_events (tenant_id, device_id, kind, at, severity,"
                    " category, title) select tenant_id, id, 'log', :at, 'info', 'device', :title"
                    " from devices where public_id = :id"
                ),
                {"id": device_id, "at": calm, "title": title},
            )
    world.shift = lambda device, at: (
        timedelta(hours=-1) if device == 1 and calm <= at < calm + timedelta(hours=2)
        else timedelta(0)
    )  # fmt: skip
    await world.live(calm, calm + timedelta(hours=6))
    assert await world.incidents() == []
