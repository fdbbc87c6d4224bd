"""What the plan promises of questions by name: the status of all sensors in a building, and a
model that is told what helped before."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from tests.ai.test_query import ask, speaking
from tests.conftest import Estate, People

from homepot.ai.device_memory.recorded import RecordedIncident
from homepot.core.clock import now
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
