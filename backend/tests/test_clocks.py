"""A clock that is an hour off is noticed on every road, told once, and shown; a backlog is none."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from homepot.access.permissions import Permission, Role
from homepot.core.clock import now
from homepot.telemetry.intake.clocks import Clocks

HOUR_S = 3600.0


def by_its_clock(ahead_s: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=ahead_s)).isoformat()


async def shown(admin: httpx.AsyncClient, device_id: str) -> dict[str, Any]:
    body: dict[str, Any] = (await admin.get(f"/api/devices/{device_id}")).json()
    return body


async def notices(admin: httpx.AsyncClient, device_id: str) -> list[str]:
    path = f"/api/devices/{device_id}/events"
    items = (await admin.get(path, params={"kind": "notice"})).json()["items"]
    return [one["title"] for one in items]


async def until_wrong(admin: httpx.AsyncClient, device_id: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while not (device := await shown(admin, device_id))["clock_wrong_since"]:
            await asyncio.sleep(0.05)
    return device


async def test_a_heartbeat_tells(agent: Any, admin: httpx.AsyncClient) -> None:
    for _ in range(3):
        await agent.tell("/agent/heartbeat", timestamp=by_its_clock(HOUR_S))
    device = await shown(admin, agent.device_id)
    assert device["clock_skew_s"] == pytest.approx(HOUR_S, abs=30)
    assert device["clock_wrong_since"] is not None
    (title,) = await notices(admin, agent.device_id)
    assert title.startswith(("Clock 1 h", "Clock 59 min"))
    assert title.endswith("ahead")


async def test_readings_tell_even_where_they_are_refused_for_it(
    agent: Any, admin: httpx.AsyncClient
) -> None:
    answer = await agent.client.post(
        "/api/telemetry",
        json=[{"timestamp": by_its_clock(HOUR_S), "metrics": {"x": 1}}],
        headers=agent.headers,
    )
    assert answer.json()["rejected_count"] == 1
    device = await until_wrong(admin, agent.device_id)
    assert device["clock_skew_s"] == pytest.approx(HOUR_S, abs=30)
    assert len(await notices(admin, agent.device_id)) == 1


async def test_reports_of_existing_agents_tell(agent: Any, admin: httpx.AsyncClient) -> None:
    report = {"cpu_usage": 1, "memory_usage": 1, "disk_usage": 1}
    stamp = by_its_clock(HOUR_S)
    assert (await agent.tell("/agent/telemetry", timestamp=stamp, **report)).status_code == 422
    assert await until_wrong(admin, agent.device_id)


async def test_of_many_devices_only_the_one_in_the_future_is_told(
    people: Any, estate: Any, agent: Any, admin: httpx.AsyncClient
) -> None:
    other = await estate.agent()
    program = await people.program(await people.add(Role.OPERATOR), Permission.TELEMETRY_WRITE)
    readings = [
        {"device_id": agent.device_id, "timestamp": by_its_clock(HOUR_S), "metrics": {"x": 1}},
        {"device_id": other.device_id, "timestamp": by_its_clock(-HOUR_S), "metrics": {"x": 1}},
    ]
    await program.post("/api/telemetry", json=readings)
    await until_wrong(admin, agent.device_id)
    assert (await shown(admin, other.device_id))["clock_skew_s"] is None
    # Set right again, it is found right by the same collector.
    for second in (0, 200):
        clocks: Clocks = people._app.state.process.part(Clocks)
        moment = now() + timedelta(seconds=second)
        clocks.heard(await people.tenant(), agent.device_id, moment, moment)
        await clocks.write()
    assert (await shown(admin, agent.device_id))["clock_wrong_since"] is None
    assert (await notices(admin, agent.device_id))[0] == "Clock right again"


async def test_a_day_of_backlog_is_no_wrong_clock(
    app: FastAPI, people: Any, agent: Any, admin: httpx.AsyncClient
) -> None:
    """Oldest first, a minute of the past in each second, for as long as that takes."""
    clocks: Clocks = app.state.process.part(Clocks)
    tenant_id, start = await people.tenant(), now()
    for step in range(0, 1440, 12):
        said = start - timedelta(days=1) + timedelta(minutes=step)
        clocks.heard(tenant_id, agent.device_id, said, start + timedelta(seconds=step))
        await clocks.write()
    device = await shown(admin, agent.device_id)
    assert device["clock_wrong_since"] is None
    assert await notices(admin, agent.device_id) == []


async def test_a_wrong_clock_is_still_known_after_a_restart(
    app: FastAPI, people: Any, agent: Any
) -> None:
    await agent.tell("/agent/heartbeat", timestamp=by_its_clock(HOUR_S))
    anew = Clocks(people.database)
    async with anew.running():
        assert anew._wrong == {(await people.tenant(), agent.device_id)}
