"""Values of two units are never mixed: what comes in another one is named and not stored."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.core.database import Database


def row(device_id: str, ago_s: float, **metrics: float) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat()
    return {"device_id": device_id, "timestamp": at, "metrics": metrics}


@pytest.fixture
async def collector(people: Any) -> httpx.AsyncClient:
    person = await people.add(Role.OPERATOR)
    program: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    return program


async def send(client: httpx.AsyncClient, units: dict[str, str], *readings: Any) -> Any:
    body = {"readings": list(readings), "units": units}
    answer = await client.post("/api/telemetry", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stored(db: Database) -> int:
    async with db.system() as tx:
        found: int = (await tx.execute(text("select count(*) from device_metrics"))).scalar_one()
    return found


async def notices(admin: httpx.AsyncClient, device_id: str) -> list[Any]:
    path = f"/api/devices/{device_id}/events"
    found: list[Any] = (await admin.get(path, params={"kind": "notice"})).json()["items"]
    return found


async def test_a_reading_in_another_unit_is_named_and_not_stored(
    collector: httpx.AsyncClient, agent: Any, admin: httpx.AsyncClient, db: Database
) -> None:
    warm = row(agent.device_id, 20, temperature_celsius=68)
    dry = row(agent.device_id, 10, humidity_percent=40)
    receipt = await send(collector, {"temperature_celsius": "°F"}, warm, dry)
    assert receipt["stored"] == 1
    assert receipt["rejected"] == [
        {"index": 0, "reason": "temperature_celsius is measured in °C here, not in °F"}
    ]
    await send(collector, {"temperature_celsius": "fahrenheit"}, warm)
    (noticed,) = await notices(admin, agent.device_id)
    assert noticed["details"] == {
        "metric": "temperature_celsius",
        "unit": "°C",
        "unit_sent": "°F",
    }
    assert (await send(collector, {"temperature_celsius": "celsius"}, warm))["stored"] == 1
    assert await stored(db) == 2


async def test_the_first_unit_that_is_said_stays_until_a_person_says_otherwise(
    collector: httpx.AsyncClient, agent: Any, admin: httpx.AsyncClient
) -> None:
    assert (await send(collector, {"torque": "Nm"}, row(agent.device_id, 30, torque=1)))["stored"]
    metrics = {one["name"]: one for one in (await admin.get("/api/metrics")).json()["items"]}
    assert metrics["torque"]["unit"] == "Nm"
    other = row(agent.device_id, 20, torque=1)
    assert (await send(collector, {"torque": "lbf ft"}, other))["rejected_count"] == 1
    await admin.patch("/api/metrics/torque", json={"unit": "lbf ft"})

    async with asyncio.timeout(10):
        while not (await send(collector, {"torque": "lbf ft"}, other))["stored"]:
            await asyncio.sleep(0.02)
    again = row(agent.device_id, 10, torque=1)
    assert (await send(collector, {"torque": "Nm"}, again))["rejected_count"] == 1


async def test_rows_that_are_refused_say_nothing_of_metrics(
    collector: httpx.AsyncClient, agent: Any, admin: httpx.AsyncClient
) -> None:
    for device_id, seconds in (("nobody", 30), (agent.device_id, -3600)):
        refused = row(device_id, seconds, ghost=1)
        assert (await send(collector, {"ghost": "Nm"}, refused))["rejected_count"] == 1
    metrics = (await admin.get("/api/metrics")).json()["items"]
    assert "ghost" not in {one["name"] for one in metrics}


async def test_of_two_first_units_at_once_one_stands(
    collector: httpx.AsyncClient, agent: Any, db: Database
) -> None:
    sent = [
        send(collector, {"torque": unit}, row(agent.device_id, number + 1, torque=1))
        for number, unit in enumerate(["Nm", "lbf ft"] * 5)
    ]
    receipts = await asyncio.gather(*sent)
    assert [one["stored"] for one in receipts] in ([1, 0] * 5, [0, 1] * 5)
    assert await stored(db) == 5


async def test_a_ratio_is_no_percentage(collector: httpx.AsyncClient, agent: Any) -> None:
    receipt = await send(collector, {"error_rate": "%"}, row(agent.device_id, 9, error_rate=2))
    assert receipt["rejected"][0]["reason"] == (
        "error_rate is a number without a unit here, not in %"
    )


async def test_units_of_another_tenant_are_not_ours(
    people: Any, collector: httpx.AsyncClient, agent: Any
) -> None:
    theirs = await people.program(
        await people.add(Role.OPERATOR, tenant="Orchard"), Permission.TELEMETRY_WRITE
    )
    await send(theirs, {"torque": "lbf ft"}, row("nobody", 5, torque=1))
    assert (await send(collector, {"torque": "Nm"}, row(agent.device_id, 5, torque=1)))["stored"]
