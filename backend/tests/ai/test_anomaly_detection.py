"""Anomaly detection as the plan has it: from a metric update on, on the real product."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.watched import START, World

from homepot.access.permissions import Permission, Role
from homepot.core.database import Database

NOW = START + timedelta(days=3)


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
