"""Thresholds and limits: shipped, of a type, of one device; and what goes by them."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.ai.anomaly_detection.watching.fleet import load_fleet
from homepot.ai.health import service as health
from homepot.core.clock import now
from homepot.core.database import Database

TILL = "/api/device-types/pos_terminal/thresholds"


async def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture
async def till(operator: httpx.AsyncClient) -> str:
    site = await made(await operator.post("/api/sites", json={"name": "Mill", "timezone": "UTC"}))
    device = {"name": "Till", "type": "pos_terminal", "site_id": site["site_id"]}
    found: str = (await made(await operator.post("/api/devices", json=device)))["device_id"]
    return found


async def test_the_nearest_word_holds_and_can_be_taken_back(
    operator: httpx.AsyncClient, till: str
) -> None:
    mine = f"/api/devices/{till}/thresholds"
    shipped = await made(await operator.get(mine))
    assert (shipped["health"], shipped["source"]) == ({"healthy": 0.8, "warning": 0.4}, "shipped")
    of_type = {"healthy": 0.9, "warning": 0.6}
    assert (await made(await operator.put(TILL, json=of_type)))["said"] == of_type
    assert (await made(await operator.get(mine)))["source"] == "type"
    own = {"health": {"healthy": 0.5, "warning": 0.2}}
    said = await made(await operator.put(mine, json=own))
    assert (said["health"], said["source"]) == (own["health"], "device")
    assert (await made(await operator.get(TILL)))["health"] == of_type
    assert (await operator.delete(mine)).status_code == 204
    assert (await made(await operator.get(mine)))["health"] == of_type
    assert (await operator.delete(TILL)).status_code == 204
    assert await made(await operator.get(mine)) == shipped


async def test_what_was_said_is_audited_and_needs_a_right(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient, till: str
) -> None:
    words = {"healthy": 0.9, "warning": 0.6}
    assert (await viewer.put(TILL, json=words)).status_code == 403
    assert (await admin.put(TILL, json=words)).status_code == 200
    limits = {"limits": {"cpu_percent": {"warning_above": 50}}}
    assert (await admin.put(f"/api/devices/{till}/thresholds", json=limits)).status_code == 200
    entries = (await made(await admin.get("/api/audit")))["items"]
    changed = [one for one in entries if one["action"] == "thresholds.changed"]
    assert {one["object"] for one in changed} == {"device_type:pos_terminal", f"device:{till}"}


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"health": {"healthy": 0.4, "warning": 0.4}}, "body.warning"),
        ({"limits": {"cpu percent": {"warning_above": 5}}}, "body.limits"),
        (
            {"limits": {"cpu_percent": {"warning_above": 60, "critical_above": 50}}},
            "body.limits.cpu_percent.warning_above",
        ),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_its_place(
    operator: httpx.AsyncClient, till: str, body: dict[str, Any], at: str
) -> None:
    refused = await operator.put(f"/api/devices/{till}/thresholds", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["at"] == at


async def test_detection_takes_the_limits_of_the_device(
    operator: httpx.AsyncClient, till: str, db: Database
) -> None:
    before, _ = await load_fleet(db)
    (row,) = before.devices
    assert before.metric(row, "cpu_percent").above == 85
    limits = {"cpu_percent": {"warning_above": 50}, "memory_percent": {"warning_above": None}}
    limits["paper_mm"] = {"warning_below": 5}
    path = f"/api/devices/{till}/thresholds"
    told = await made(await operator.put(path, json={"limits": limits}))
    shown = {one["metric"]: one for one in told["limits"]}
    assert (shown["cpu_percent"]["warning_above"], shown["cpu_percent"]["source"]) == (50, "device")
    assert shown["disk_percent"]["source"] == "type"
    assert told["said"]["limits"]["memory_percent"]["warning_above"] is None
    after, _ = await load_fleet(db)
    assert after.says_otherwise(before)
    assert not after.says_otherwise(after)
    assert after.metric(row, "cpu_percent").above == 50
    memory = before.metric(row, "memory_percent").above, after.metric(row, "memory_percent").above
    assert memory[0] < memory[1]
    assert after.metric(row, "paper_mm").below == 5


async def test_health_goes_by_them(operator: httpx.AsyncClient, till: str, db: Database) -> None:
    async def status() -> str:
        async with db.system() as tx:
            await tx.execute(text("update device_state set connectivity = 'offline'"))
            await health.judge(tx, {}, now())
        shown = await made(await operator.get(f"/api/devices/{till}/health"))
        assert shown["score"] == pytest.approx(0.3)
        found: str = shown["status"]
        return found

    assert await status() == "critical"
    await made(await operator.put(TILL, json={"healthy": 0.5, "warning": 0.2}))
    assert await status() == "warning"
    own = {"health": {"healthy": 0.25, "warning": 0.1}}
    await made(await operator.put(f"/api/devices/{till}/thresholds", json=own))
    assert await status() == "healthy"
