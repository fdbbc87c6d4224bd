"""Tariffs: who may say them, which holds, and that they stay within a tenant."""

from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from homepot.cli import app as command

AMOUNTS = {"visit_cost": 90, "part_cost": 60.5, "currency": "eur"}
ON_SITE = {"downtime_cost_per_hour": 40, "visit_cost": 120, "currency": "EUR"}


async def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture
async def till(operator: httpx.AsyncClient) -> str:
    await made(
        await operator.post(
            "/api/sites", json={"site_id": "MILL", "name": "Mill", "timezone": "UTC"}
        )
    )
    device = {"name": "Till", "type": "pos_terminal", "site_id": "MILL"}
    found: str = (await made(await operator.post("/api/devices", json=device)))["device_id"]
    return found


async def test_the_nearest_word_holds_with_where_it_was_said(
    admin: httpx.AsyncClient, till: str
) -> None:
    path = f"/api/devices/{till}/tariff"
    nothing = await made(await admin.get(path))
    assert (nothing["currency"], nothing["visit_cost"]) == (None, None)
    assert nothing["why"]["visit_cost"] == "nobody said what a visit costs"
    await made(await admin.put("/api/tariffs", json=AMOUNTS))
    assert (await made(await admin.get(path)))["visit_cost"] == {"amount": 90, "source": "all"}
    await made(await admin.patch("/api/sites/MILL", json={"tariff": ON_SITE}))
    there = {"site_id": "MILL", "device_type": "pos_terminal", "part_cost": 75, "currency": "EUR"}
    lines = (await made(await admin.put("/api/tariffs", json=there)))["items"]
    assert [one["source"] for one in lines] == ["all", "site", "site_and_type"]
    found = await made(await admin.get(path))
    assert found["visit_cost"] == {"amount": 120, "source": "site"}
    assert found["part_cost"] == {"amount": 75, "source": "site_and_type"}
    where = {"site_id": "MILL", "device_type": "pos_terminal"}
    assert (await admin.delete("/api/tariffs", params=where)).status_code == 204
    assert (await admin.delete("/api/tariffs", params=where)).status_code == 404
    assert (await made(await admin.get(path)))["part_cost"] == {"amount": 60.5, "source": "all"}


async def test_only_the_owner_says_costs_and_each_word_is_audited(
    admin: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    assert (await operator.put("/api/tariffs", json=AMOUNTS)).status_code == 403
    await made(await admin.put("/api/tariffs", json=AMOUNTS))
    assert (await admin.delete("/api/tariffs")).status_code == 204
    entries = (await made(await admin.get("/api/audit")))["items"]
    actions = [one["action"] for one in entries if one["action"].startswith("tariff.")]
    assert sorted(actions) == ["tariff.forgotten", "tariff.said"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"currency": "EUR"}, "Say at least one of downtime_cost_per_hour, visit_cost, part_cost"),
        ({**AMOUNTS, "site_id": "MILL"}, "PATCH /api/sites/MILL with a tariff"),
        ({**AMOUNTS, "device_type": "zeppelin"}, "There is no device type 'zeppelin'"),
        ({**AMOUNTS, "site_id": "NOWHERE", "device_type": "tablet"}, "There is no site 'NOWHERE'"),
        ({**AMOUNTS, "visit_cost": -1}, "greater than or equal to 0"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    admin: httpx.AsyncClient, till: str, body: dict[str, Any], words: str
) -> None:
    refused = await admin.put("/api/tariffs", json=body)
    assert refused.status_code == 422
    assert words in refused.text


async def test_another_tenant_sees_none_of_it(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient, till: str
) -> None:
    await made(await admin.put("/api/tariffs", json=AMOUNTS))
    await made(await admin.patch("/api/sites/MILL", json={"tariff": ON_SITE}))
    assert (await made(await stranger.get("/api/tariffs")))["items"] == []
    assert (await stranger.get(f"/api/devices/{till}/tariff")).status_code == 404
    assert (await stranger.delete("/api/tariffs")).status_code == 404


def test_the_command_says_lists_and_takes_back(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = CliRunner()
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    assert run.invoke(command, ["db", "migrate"]).exit_code == 0
    assert run.invoke(command, ["tenant", "add", "Harbour"]).exit_code == 0
    wrong = run.invoke(command, ["tariffs", "set", "--visit", "ninety", "--currency", "EUR"])
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("--visit: ")
    said = ["tariffs", "set", "--type", "tablet", "--visit", "90", "--currency", "EUR"]
    done = run.invoke(command, said)
    assert done.exit_code == 0, done.stderr
    listed = run.invoke(command, ["tariffs", "list"]).stdout
    assert "tablet" in listed
    assert "90.00" in listed
    assert run.invoke(command, ["tariffs", "remove", "--type", "tablet"]).exit_code == 0
    assert "Nobody said what anything costs" in run.invoke(command, ["tariffs", "list"]).stdout
