"""When a device is called silent: not before its own deadline, not while it is heard, and those of
one power cut together."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.watched import START, World

from homepot.access.permissions import Permission, Role
from homepot.ai.incidents.jobs import follow_offline
from homepot.core.database import Database
from homepot.fleet.connectivity.jobs import sweep

TAUGHT = START + timedelta(hours=30)
LIVE = TAUGHT + timedelta(minutes=20)
REPORT = timedelta(seconds=30)
LAST = LIVE - REPORT


@pytest.fixture
async def world(db: Database, people: Any, estate: Any) -> World:
    """Three devices of a site that have been reporting twice a minute."""
    person = await people.add(Role.OPERATOR)
    collector: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    site_id = await estate.site()
    device_ids = [(await estate.agent(site_id)).device_id for _ in range(3)]
    found = World(db, collector, device_ids)
    await found.send(START, TAUGHT)
    await found.look(TAUGHT)
    found.step = REPORT
    await found.send(TAUGHT, LIVE)
    await found.look(LIVE)
    return found


def after(seconds: float) -> Any:
    """Since the last report."""
    return LAST + timedelta(seconds=seconds)


async def test_reports_that_are_lost_are_no_silence_before_the_deadline(world: World) -> None:
    world.silent = lambda device, at: device == 1 and after(15) < at < after(115)
    for seconds in range(30, 240, 10):
        if seconds % 30 == 0:
            await world.send(after(seconds), after(seconds + 30))
        await world.look(after(seconds + 1))
    assert await world.anomalies() == []
    world.silent = lambda device, at: device == 1
    # The last one of it came at 210 s.
    for seconds in range(240, 400, 10):
        if seconds % 30 == 0:
            await world.send(after(seconds), after(seconds + 30))
        await world.look(after(seconds + 1))
    [told] = await world.anomalies()
    assert (told["device"], told["kind"]) == (world.device_ids[1], "silent")
    assert after(330) <= told["detected_at"] <= after(350)
    [incident] = await world.incidents()
    assert "It has stopped reporting." in incident["description"]


async def test_a_device_that_is_heard_and_not_measured_is_said_to_be_that(world: World) -> None:
    world.silent = lambda device, at: device == 1
    beat = text(
        "update device_state as s set last_seen_at = :at, last_heartbeat_at = :at,"
        " silent_after = cast(:at as timestamptz) + interval '120 seconds'"
        " from devices as d where d.id = s.device_id and d.public_id = :id"
    )
    for seconds in range(30, 330, 30):
        await world.send(after(seconds), after(seconds + 30))
        async with world.db.system() as tx:
            await tx.execute(beat, {"id": world.device_ids[1], "at": after(seconds)})
        await world.look(after(seconds + 1))
        if seconds == 210:
            assert await world.anomalies() == []
    [told] = await world.anomalies()
    assert (told["device"], told["kind"]) == (world.device_ids[1], "unmeasured")
    [incident] = await world.incidents()
    assert incident["category"] == "sensor"
    assert "gives signs of life, but no readings come" in incident["description"]
    world.silent = lambda device, at: False
    await world.live(after(330), after(390))
    [told] = await world.anomalies()
    assert told["ended_at"] is not None


@pytest.mark.parametrize("beats", [True, False])
async def test_devices_that_lose_power_together_are_one_incident_from_the_start(
    world: World, beats: bool
) -> None:
    """They report at different moments of the half minute, so their deadlines differ."""
    world.beats = beats
    for number, seconds in enumerate((30, 40, 55)):
        world.silent = lambda device, at, own=number: device != own
        await world.send(after(seconds), after(seconds + 30))
    for seconds in range(60, 300, 5):
        await sweep(world.db, after(seconds))
        await follow_offline(world.db, after(seconds))
        await world.look(after(seconds))
    [incident] = await world.incidents()
    assert (incident["device"], incident["category"]) == (None, "connectivity")
    assert "3 devices have been affected since" in incident["description"]
    assert [what for what, _ in await world.history() if what == "opened"] == ["opened"]
    assert after(175) <= incident["opened_at"] <= after(195)


async def test_who_is_missed_by_signs_of_life_is_not_missed_by_readings_too(world: World) -> None:
    world.silent = lambda device, at: device == 1
    gone = text(
        "with s as (update device_state as s set connectivity = 'offline',"
        " last_heartbeat_at = last_seen_at from devices as d"
        " where d.id = s.device_id and d.public_id = :id returning s.device_id, s.tenant_id)"
        " insert into connectivity_changes (tenant_id, device_id, at, state, previous)"
        " select tenant_id, device_id, :at, 'offline', 'online' from s"
    )
    async with world.db.system() as tx:
        await tx.execute(gone, {"id": world.device_ids[1], "at": after(120)})
    for seconds in range(30, 420, 30):
        await world.send(after(seconds), after(seconds + 30))
        if seconds == 210:
            await follow_offline(world.db, after(seconds))
        if seconds >= 210:
            await world.look(after(seconds + 1))
    [told] = await world.anomalies()
    assert (told["device"], told["kind"], told["generation"]) == (world.device_ids[1], "silent", 0)
