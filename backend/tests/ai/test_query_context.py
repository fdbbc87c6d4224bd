"""What the plan promises of questions by name: the status of all sensors in a building, and a
model that is told what helped before."""

import json
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.ai.test_query import ask, speaking
from tests.conftest import Estate, People

from homepot.ai.device_memory.recorded import RecordedIncident
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.transfer.incidents import bringing_incidents


@pytest.fixture
async def building(app: FastAPI, admin: httpx.AsyncClient, estate: Estate) -> list[str]:
    """Three sensors in Building A, and one elsewhere."""
    site = await estate.site(name="Building A", timezone="UTC")
    other = await estate.site(name="Building B", timezone="UTC")
    made = []
    for number, place in enumerate((site, site, site, other)):
        body = {"site_id": place, "type": "iot_sensor", "name": f"Sensor {number}",
                "device_id": f"sensor_{number}"}  # fmt: skip
        answer = await admin.post("/api/devices", json=body)
        assert answer.status_code == 201, answer.text
        made.append(str(answer.json()["device_id"]))
    return made


async def test_the_status_of_all_sensors_in_a_building_is_told_with_counts(
    viewer: httpx.AsyncClient, building: list[str]
) -> None:
    found = await ask(viewer, "What's the status of all sensors in Building A?")
    assert found["result"]["kind"] == "table"
    assert {one["id"] for one in found["relevant_devices"]} <= set(building[:3])
    assert "3" in found["answer"], found["answer"]


async def test_a_model_is_told_what_helped_with_incidents_that_were_alike(
    app: FastAPI, viewer: httpx.AsyncClient, people: People, building: list[str]
) -> None:
    ended = now() - timedelta(days=2)
    warm = "Cold store warming up, fan motor seized"
    recorded = (
        ("inc_before", building[1], ended - timedelta(days=9), "Fitted a new fan motor"),
        ("inc_last", building[0], ended, "Swapped the fan"),
    )
    process = app.state.process
    async with bringing_incidents(process, await people.tenant(), "a test") as bring:
        for name, device, start, resolution in recorded:
            given = RecordedIncident(
                id=name, device_id=device, category="temperature", severity="critical",
                started_at=start, ended_at=start + timedelta(hours=3), description=warm,
                resolution=resolution, effective=True,
            )  # fmt: skip
            assert await bring(given)
    door = speaking(app, "nothing that is known")
    question = f"How was the last incident of {building[0]} resolved?"
    found = await ask(viewer, question, narrate=True)
    assert found["result"]["kind"] == "incident", found["answer"]
    assert "Swapped the fan" in found["answer"]
    told = door.asked[0].question
    assert "Fitted a new fan motor" in told
    assert "Swapped the fan" in told


async def test_what_is_wrong_names_each_device_once_with_what_counts(
    db: Database, viewer: httpx.AsyncClient, building: list[str]
) -> None:
    factors = [
        {"name": "limits", "weight": 0.65, "evidence": 0.45, "lost": 0.29, "reason": "too warm"},
        {"name": "trend", "weight": 0.65, "evidence": 0.0, "lost": 0.0, "reason": "nothing drifts"},
        {"name": "deviation", "weight": 0.65, "evidence": 1.0, "lost": 0.65, "reason": "odd"},
    ]
    well = [{**one, "lost": 0.0} for one in factors]
    async with db.system() as tx:
        for device in building:
            known = factors if device == building[1] else well
            await tx.execute(
                text(
                    "insert into device_health (tenant_id, device_id, score, status, factors,"
                    " since) select tenant_id, id, 0.06, 'critical', cast(:factors as jsonb), now()"
                    " from devices where public_id = :device"
                ),
                {"factors": json.dumps(known), "device": device},
            )
        await tx.execute(
            text(
                "insert into incidents (tenant_id, public_id, site_id, device_id, state, category,"
                " severity, title, description, search, started_at, opened_at, changed_at) select"
                " tenant_id, 'inc_open', site_id, id, 'open', 'temperature', 'critical',"
                " 'Too warm inside', '', '', now(), now(), now() from devices"
                " where public_id = :device"
            ),
            {"device": building[2]},
        )
    found = await ask(viewer, "Which devices are not healthy and why?")
    assert [(one["device_id"], one["title"]) for one in found["result"]["rows"]] == [
        (building[1], "odd"), (building[1], "too warm"), (building[2], "Too warm inside"),
    ]  # fmt: skip
    assert found["answer"].startswith(
        "Something is wrong with 2 of 4 devices, the worst first."
        f" Sensor 1 ({building[1]}): odd; too warm. Sensor 2 ({building[2]}): incident inc_open"
    )
    assert [one["id"] for one in found["relevant_devices"]] == building[1:3]
