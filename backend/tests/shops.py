"""Two shops with a day of readings, and somebody who asks about them."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.conftest import Estate, People

from homepot.ai.llm.doors.fake_door import FakeDoor
from homepot.ai.llm.service import LlmService
from homepot.core.clock import now
from homepot.telemetry.intake.rows import from_rows
from homepot.telemetry.intake.service import Intake

HOUR = timedelta(hours=1)


@pytest.fixture
async def fleet(app: FastAPI, admin: httpx.AsyncClient, estate: Estate, people: People) -> Any:
    """Two shops with a till and a sensor each, and a day of readings."""
    made: dict[str, str] = {}
    for shop in ("Bakery", "Harbour"):
        site = await estate.site(name=f"{shop} shop", timezone="UTC")
        for kind, type_ in (("till", "pos_terminal"), ("sensor", "iot_sensor")):
            body = {"site_id": site, "type": type_, "name": f"{shop} {kind}",
                    "device_id": f"{kind}_{shop.lower()}"}  # fmt: skip
            answer = await admin.post("/api/devices", json=body)
            assert answer.status_code == 201, answer.text
            made[f"{shop} {kind}"] = answer.json()["device_id"]
    intake = app.state.process.part(Intake)
    tenant = await people.tenant()
    start = now() - timedelta(hours=24)
    await store(intake, tenant, [
        {"device_id": made["Bakery till"], "timestamp": (start + n * HOUR).isoformat(),
         "metrics": {"cpu_percent": 20.0 + n}} for n in range(24)
    ])  # fmt: skip
    await store(intake, tenant, [
        {"device_id": made["Harbour till"], "timestamp": (start + n * HOUR).isoformat(),
         "metrics": {"cpu_percent": 60.0}} for n in range(24)
    ])  # fmt: skip
    return made


async def store(intake: Intake, tenant: int, rows: list[dict[str, Any]]) -> None:
    receipt = await intake.take(tenant, from_rows(rows, None), now())
    assert not receipt.rejected
    await intake.aftermath.write(now())


async def ask(client: httpx.AsyncClient, question: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/ai/query", json={"question": question, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def events(client: httpx.AsyncClient, body: dict[str, Any]) -> AsyncIterator[tuple[str, Any]]:
    async with client.stream("POST", "/api/ai/query", json=body) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        whole = (await answer.aread()).decode()
    for block in whole.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def speaking(app: FastAPI, text: str) -> FakeDoor:
    """From now on the model of this application says that."""
    llm = app.state.process.part(LlmService)
    llm.door = FakeDoor(answer=lambda _: text)
    return llm.door
