"""What the plan promises of questions by name: the status of all sensors in a building, and a
model that is told what helped before."""

import json
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.conftest import Estate, People
from tests.shops import ask, speaking

from homepot.ai.device_memory.recorded import RecordedIncident
from homepot.ai.llm.budget import left_for_context, tokens_of
from homepot.ai.llm.narrator import OPTIONS
from homepot.ai.query.answering.inquiry import AlertSent
from homepot.ai.query.narrating import Narrator
from homepot.ai.query.service import Asking
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.intake.service import Intake
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


async def test_a_model_is_told_the_newest_values_and_what_went_out_as_far_as_it_fits(
    app: FastAPI, admin: httpx.AsyncClient, viewer: httpx.AsyncClient, building: list[str]
) -> None:
    """Of the devices that the answer is about, and of none beside them."""
    at = now()
    readings = [
        {"device_id": device, "timestamp": at.isoformat(),
         "metrics": {"temperature_celsius": 4.5, "humidity_percent": 61.0}}
        for device in building
    ]  # fmt: skip
    answer = await admin.post("/api/telemetry", json={"readings": readings})
    assert answer.status_code in (200, 202), answer.text
    process = app.state.process
    await process.part(Intake).aftermath.write(now())
    sent = [
        AlertSent("a1", at, building[0], "", "temperature", "warning", "Warm inside"),
        AlertSent("a2", at, building[3], "", "temperature", "warning", "Cold outside"),
    ]

    async def alerts(*_: object) -> list[AlertSent]:
        return sent

    process.part(Asking).doors.alerts = alerts
    door = speaking(app, "nothing that is known")
    question = f"What is the temperature of {building[0]}?"
    await ask(viewer, question, narrate=True)
    told = door.asked[0].question
    assert "an alert went out about Sensor 0 (sensor_0): Warm inside." in told
    assert "humidity 61 %" in told
    assert told.index("4.5") < told.index("Warm inside") < told.index("humidity")
    assert "Cold outside" not in told
    # Where the window is small the answer stays, and what is told beside it goes.
    lines = told.strip("-\n").splitlines()
    taken = -left_for_context(0, OPTIONS.answer_tokens_max, door.asked[0].system, "---\n---")
    process.part(Narrator).window = taken + tokens_of(lines[0])
    await ask(viewer, question, narrate=True)
    assert "4.5" in door.asked[1].question
    assert "humidity" not in door.asked[1].question


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
