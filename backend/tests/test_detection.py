"""Detection in operation: from a reading to a row of the log and an incident, exactly once."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.watched import START, STEP, World

from homepot.access.permissions import Permission, Role
from homepot.ai.anomaly_detection.watching.anomaly import moment
from homepot.ai.anomaly_detection.watching.replay import replay
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
    for words in ("Temperature: ", "above what is usual", "°C", "5 Nov 02:00"):
        assert words in incident["description"], incident["description"]
    assert await world.history() == [("opened", "open"), ("closed", "closed")]


Story = list[tuple[str, str, datetime, datetime, datetime | None]]


def story(rows: list[dict[str, Any]]) -> Story:
    """What was found, without what is only how it is kept."""
    return sorted(
        (row["device"], row["kind"], row["started_at"], row["detected_at"], row["ended_at"])
        for row in rows
    )


async def replayed(world: World, start: datetime, end: datetime) -> Story:
    async with world.db.system() as tx:
        found = (await tx.execute(text("select id, public_id, tenant_id from devices"))).all()
    names = {row: public_id for row, public_id, _ in found}
    told = await replay(world.db, found[0][2], start, end, lambda _: None)
    return sorted(
        (
            names[one.row],
            one.deviation.kind.value,
            moment(one.deviation.start),
            moment(one.deviation.detected_at),
            one.ended_at,
        )
        for one in told
    )


def several(device: int, metric: str, at: datetime) -> float:
    """Two troubles of two devices, one beginning while the other goes on."""
    if device == 0 and metric == "network_latency_ms":
        return 60.0 if HOT_FROM + timedelta(hours=1) <= at < HOT_TO + timedelta(hours=1) else 0.0
    return hot(device, metric, at)


async def test_killed_at_any_moment_it_finds_the_same_as_a_replay_of_it_all(world: World) -> None:
    world.fault = several
    end = HOT_TO + timedelta(hours=3)
    await world.send(START, NOW)
    await world.look(NOW)
    at, number = NOW, 0
    while at < end:
        number += 1
        await world.send(at, at + STEP)
        await world.look_and_be_interrupted(at + timedelta(seconds=1), number)
        at += STEP
    found = await world.anomalies()
    assert len(found) >= 2
    assert len({(row["device"], row["generation"], row["number"]) for row in found}) == len(found)
    assert {row["generation"] for row in found} == {1}
    assert story(found) == await replayed(world, NOW, end)
    incidents = await world.incidents()
    assert sorted(row["device"] for row in incidents) == sorted(world.device_ids[:2])
    assert await world.history() == [
        ("opened", "open"),
        ("opened", "open"),
        ("closed", "closed"),
        ("closed", "closed"),
    ]


async def test_history_trains_and_is_not_told_but_for_what_still_goes_on(world: World) -> None:
    world.fault = hot
    # All of it comes at once, as from an import or a spool; the fault is not over at its end.
    await world.look(START)
    await world.send(START, HOT_FROM + timedelta(hours=2))
    late = HOT_FROM + timedelta(hours=3)
    await world.look(late)
    assert [row["muted"] for row in await world.anomalies()] == ["history"]
    assert await world.incidents() == []
    await world.live(late, late + timedelta(minutes=30))
    assert [row["muted"] for row in await world.anomalies()] == [None]
    assert [row["state"] for row in await world.incidents()] == ["open"]


async def test_history_that_was_still_coming_when_detection_began_is_learnt_whole(
    world: World,
) -> None:
    """And what comes late to an engine that has been at work is not."""
    generation = "select generation from detection_shares"
    minute = timedelta(minutes=1)
    await world.send(START, START + timedelta(hours=36))
    await world.look(NOW - minute)
    await world.send(NOW - STEP, NOW)
    await world.look(NOW)
    await world.send(START + timedelta(hours=36), NOW - STEP)
    await world.look(NOW + minute)
    assert await world.all_of(generation) == [{"generation": 1}]
    await world.look(NOW + 2 * minute)
    assert await world.all_of(generation) == [{"generation": 2}]
    await world.live(NOW, NOW + timedelta(hours=1))
    await world.send(START - timedelta(hours=9), START)
    await world.look(NOW + timedelta(hours=1) + minute)
    await world.look(NOW + timedelta(hours=1) + 3 * minute)
    assert await world.all_of(generation) == [{"generation": 2}]
    assert await world.anomalies() == []


async def test_what_is_lost_is_learnt_anew_from_history(world: World) -> None:
    world.fault = hot
    await world.send(START, NOW)
    await world.live(NOW, NOW + timedelta(hours=1))
    async with world.db.system() as tx:
        await tx.execute(text("delete from detection_shares"))
    world.restart()
    await world.live(NOW + timedelta(hours=1), HOT_FROM + timedelta(hours=1))
    assert [row["device"] for row in await world.anomalies()] == [world.device_ids[1]]
    assert len(await world.incidents()) == 1


async def test_a_silent_device_is_missed_and_a_silent_site_is_one_incident(world: World) -> None:
    gone = NOW + timedelta(hours=1)
    world.silent = lambda device, at: gone <= at < gone + timedelta(hours=2)
    await world.send(START, NOW)
    await world.live(NOW, gone + timedelta(hours=1))
    silent = await world.anomalies()
    assert sorted(row["device"] for row in silent) == sorted(world.device_ids)
    assert {row["kind"] for row in silent} == {"silent"}
    living = [row for row in await world.incidents() if row["state"] != "merged"]
    assert [(row["device"], row["category"]) for row in living] == [(None, "connectivity")]
    assert "3 devices have been affected since 5 Nov 01:00" in living[0]["description"]
    await world.live(gone + timedelta(hours=1), gone + timedelta(hours=3))
    living = [row for row in await world.incidents() if row["state"] != "merged"]
    assert [row["state"] for row in living] == ["closed"]


async def test_a_level_that_moves_after_an_update_is_nobody_s_trouble(
    world: World, estate: Any
) -> None:
    """The third device is updated when its processor's load moves; the first one's just moves."""
    moved = NOW + timedelta(hours=1)
    world.fault = lambda device, metric, at: (
        25.0 if device in (0, 2) and metric == "cpu_percent" and at >= moved else 0.0
    )
    await world.send(START, NOW)
    await world.live(NOW, moved)
    async with world.db.system() as tx:
        await tx.execute(
            text(
                "insert into device_events (tenant_id, device_id, kind, at, severity, category,"
                " title) select tenant_id, id, 'log', :at, 'info', 'device', 'firmware_updated'"
                " from devices where public_id = :id"
            ),
            {"id": world.device_ids[2], "at": moved},
        )
    await world.live(moved, moved + timedelta(hours=3))
    assert {row["device"] for row in await world.anomalies()} == {world.device_ids[0]}
