"""Detection in operation: from a reading to a row of the log and an incident, exactly once."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.watched import START, World

from homepot.access.permissions import Permission, Role
from homepot.core.database import Database

NOW = START + timedelta(days=3)
HOT_FROM = NOW + timedelta(hours=2)
HOT_TO = NOW + timedelta(hours=5)


@pytest.fixture
async def world(db: Database, people: Any, estate: Any) -> World:
    person = await people.add(Role.OPERATOR)
    collector: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    site_id = await estate.site()
    device_ids = [(await estate.agent(site_id)).device_id for _ in range(3)]
    return World(db, collector, device_ids)


def hot(device: int, metric: str, at: datetime) -> float:
    is_hot = device == 1 and metric == "temperature_celsius" and HOT_FROM <= at < HOT_TO
    return 9.0 if is_hot else 0.0


async def test_a_fault_becomes_one_anomaly_and_one_incident_and_is_over(world: World) -> None:
    world.fault = hot
    await world.send(START, NOW)
    await world.look(NOW)
    assert await world.anomalies() == []
    await world.live(NOW, HOT_TO + timedelta(hours=3))
    [anomaly] = await world.anomalies()
    [metric] = anomaly["metrics"]
    assert anomaly["device"] == world.device_ids[1]
    assert (anomaly["kind"], anomaly["muted"], metric["name"]) == (
        "step",
        None,
        "temperature_celsius",
    )
    assert 7 < metric["size"] < 11
    assert metric["low"] < metric["usual"] < metric["high"] < metric["value"]
    assert HOT_FROM - timedelta(minutes=1) <= anomaly["started_at"] <= HOT_FROM
    assert HOT_TO <= anomaly["ended_at"] <= HOT_TO + timedelta(hours=1)
    [incident] = await world.incidents()
    assert incident["device"] == world.device_ids[1]
    assert (incident["state"], incident["category"]) == ("closed", "temperature")
    assert incident["opened_at"] <= HOT_FROM + timedelta(minutes=40)
    for words in ("temperature_celsius was", "above its usual", "°C", "5 Nov 02:00"):
        assert words in incident["description"], incident["description"]
    assert await world.history() == [("opened", "open"), ("closed", "closed")]
