"""The whole chain on faults of the pretend fleet, through a running server, against what is known
of them: each fault is one incident and one message, and nobody else has any."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from homepot_simulator.episodes import Episode
from homepot_simulator.faults import make_fault
from homepot_simulator.fleet import make_fleet
from homepot_simulator.world import World, report_times
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.ai.anomaly_detection.service import Watch
from homepot.ai.incidents import following
from homepot.alerts.incidents import read_new
from homepot.alerts.sending import Sender
from homepot.core.database import Database

SITE = "sim-pharmacy"
START = datetime(2026, 10, 1, tzinfo=UTC)
NOW = START + timedelta(days=6)
END = NOW + timedelta(hours=20)
STEP = timedelta(minutes=10)


def us(at: datetime) -> int:
    return round(at.timestamp()) * 1_000_000


def faults(fleet: Any) -> list[Episode]:
    """One of each of several kinds, each on a device of its own, as strong as they come."""
    given = (
        ("cpu_runaway", "till-1", 2, 4),
        ("error_burst", "till-2", 14, 17),
        ("power_loss", "street-weather", 6, 9),
        ("cooling_failure", "vaccine-fridge", 5, 12),
    )
    return [
        make_fault(
            fleet,
            kind,
            fleet.device[f"{SITE}-{name}"],
            (us(NOW + timedelta(hours=begin)), us(NOW + timedelta(hours=end))),
            1.0,
        )
        for kind, name, begin, end in given
    ]


async def send(collector: httpx.AsyncClient, world: World, start: datetime, end: datetime) -> None:
    """What the devices report within (start, end]."""
    rows = []
    for device in world.fleet.devices:
        times = report_times(device, 1, us(start), us(end), us(START + STEP) - us(START))
        found = world.values(device.key, np.asarray(times))
        for at_us, values in zip(found.times_us.tolist(), found.values.tolist(), strict=True):
            told = zip(found.metrics, values, strict=True)
            at = datetime.fromtimestamp(at_us / 1e6, UTC)
            metrics = {name: value for name, value in told if np.isfinite(value)}
            row = {"device_id": device.key, "timestamp": at.isoformat(), "metrics": metrics}
            rows.append(row)
    for begin in range(0, len(rows), 2_000):
        answer = await collector.post("/api/telemetry", json=rows[begin : begin + 2_000])
        assert answer.status_code == 200, answer.text
        assert answer.json()["rejected_count"] == 0, answer.text


async def live_through(db: Database, collector: httpx.AsyncClient, world: World) -> None:
    """What was before at once, then step by step, with all that the worker does behind it."""
    await send(collector, world, START, NOW)
    watch, sender = Watch(following.take), Sender(db, {}, "http://homepot.test")
    at = NOW
    while at < END:
        await watch.run(db, at)
        async with db.system() as tx:
            await following.close_calm(tx, at)
        await read_new(db, at)
        async with db.system() as tx:  # by the machine's clock it is due
            await tx.execute(text("update alert_deliveries set due_at = now()"))
            await tx.execute(text("delete from incident_errands"))  # memory is not asked here
        await sender.send_due(at)
        await send(collector, world, at, at + STEP)
        at += STEP


async def told_of(admin: httpx.AsyncClient, state: str) -> list[str]:
    """The incidents of all messages that say so, as often as they were told."""
    items = (await admin.get("/api/alerts/deliveries", params={"limit": 200})).json()["items"]
    assert {one["state"] for one in items} == {"sent"}
    over = [one for one in items if one["title"].startswith("[OVER]")]
    some = over if state == "over" else [one for one in items if one not in over]
    return [incident for one in some for incident in one["incident_ids"]]


@pytest.mark.timeout(600)  # twenty hours in steps of ten minutes
async def test_each_fault_is_one_incident_and_one_message_and_nobody_else_has_any(
    db: Database, people: Any, estate: Any, server: str
) -> None:
    fleet = make_fleet(1).only(frozenset({SITE}))
    episodes = faults(fleet)
    world = World(fleet, scheduled=False, added=episodes)
    site_id = await estate.site(timezone="America/New_York")
    for device in fleet.devices:
        body = {"device_id": device.key, "name": device.name, "type": device.type}
        answer = await estate.admin.post("/api/devices", json={**body, "site_id": site_id})
        assert answer.status_code == 201, answer.text
    person = await people.add(Role.OPERATOR)
    program = await people.program(person, Permission.TELEMETRY_WRITE)
    desk = {"name": "Desk", "kind": "dashboard"}
    assert (await estate.admin.post("/api/alerts/channels", json=desk)).status_code == 201
    async with httpx.AsyncClient(base_url=server, headers=program.headers, timeout=60) as collector:
        await live_through(db, collector, world)
    query = (
        "select d.public_id, i.started_at, i.opened_at, i.public_id from incidents as i"
        " join devices as d on d.id = i.device_id where i.state <> 'merged' order by i.started_at"
    )
    async with db.system() as tx:
        found = (await tx.execute(text(query))).all()
    assert {row[0] for row in found} == {one.device_key for one in episodes}
    for one in episodes:
        mine = [row for row in found if row[0] == one.device_key]
        assert len(mine) == 1, mine
        assert us(mine[0][1] + 3 * STEP) >= one.start_us, one.kind
        assert us(mine[0][2]) <= one.end_us, one.kind
    assert sorted(await told_of(estate.admin, "open")) == sorted(row[3] for row in found)
    assert set(await told_of(estate.admin, "over")) <= {row[3] for row in found}
