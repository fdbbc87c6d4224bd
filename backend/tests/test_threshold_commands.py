"""`homepot thresholds`: shown, said and taken back on the server itself."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from homepot.cli import app
from homepot.core.log import configure_logging

Command = Callable[..., Awaitable[Result]]


@pytest.fixture
def homepot(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words: str) -> Result:
        try:
            return await asyncio.to_thread(CliRunner().invoke, app, ["thresholds", *words])
        finally:
            configure_logging()

    return run


@pytest.fixture
async def till(operator: httpx.AsyncClient, estate: Any) -> str:
    device = {"name": "Till", "type": "pos_terminal", "site_id": await estate.site()}
    made = await operator.post("/api/devices", json=device)
    assert made.status_code == 201, made.text
    found: str = made.json()["device_id"]
    return found


async def shown(homepot: Command, *words: str) -> Any:
    done = await homepot("show", *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


async def test_what_is_said_at_the_server_is_what_the_api_tells(
    operator: httpx.AsyncClient, admin: httpx.AsyncClient, till: str, homepot: Command
) -> None:
    before = await shown(homepot, "--device", till)
    assert (before["health"], before["source"]) == ({"healthy": 0.8, "warning": 0.4}, "shipped")
    assert before == (await operator.get(f"/api/devices/{till}/thresholds")).json()
    kind = ("--type", "pos_terminal")
    done = await homepot("set", *kind, "--healthy", "0.9", "--warning", "0.5")
    assert (done.exit_code, done.stdout[:5]) == (0, "Said."), done.output
    assert (await shown(homepot, *kind))["said"] == {"healthy": 0.9, "warning": 0.5}
    own = ("--device", till)
    assert (await homepot("set", *own, "--limit", "cpu_percent.warning_above=60")).exit_code == 0
    done = await homepot(
        "set", *own, "--limit", "cpu_percent.critical_above=90",
        "--limit", "memory_percent.warning_above=none", "--healthy", "0.7", "--warning", "0.3",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = (await operator.get(f"/api/devices/{till}/thresholds")).json()
    assert told["health"] == {"healthy": 0.7, "warning": 0.3}
    limits = {one["metric"]: one for one in told["limits"]}
    assert (limits["cpu_percent"]["warning_above"], limits["cpu_percent"]["critical_above"]) == (
        60,
        90,
    )
    assert limits["memory_percent"]["warning_above"] is None
    table = (await homepot("show", *own)).stdout
    assert "healthy from 0.7, critical below 0.3, as the device itself says" in table
    assert "cpu_percent" in table
    everything = (await homepot("show")).stdout
    assert {"pos_terminal", till} <= set(everything.split())
    assert "the type" in everything
    entries = (await admin.get("/api/audit")).json()["items"]
    assert {one["object"] for one in entries if one["action"] == "thresholds.changed"} == {
        "device_type:pos_terminal",
        f"device:{till}",
    }


async def test_what_was_said_is_taken_back_piece_by_piece(
    operator: httpx.AsyncClient, till: str, homepot: Command
) -> None:
    kind, own = ("--type", "pos_terminal"), ("--device", till)
    before = await shown(homepot, *own)
    limit = ("--limit", "disk_percent.warning_above=42")
    for whose in (kind, own):
        assert (await homepot("set", *whose, *limit)).exit_code == 0
    assert (await homepot("clear", *own, "--metric", "disk_percent")).stdout == "Taken back.\n"
    still = {one["metric"]: one for one in (await shown(homepot, *own))["limits"]}
    assert (still["disk_percent"]["warning_above"], still["disk_percent"]["source"]) == (42, "type")
    assert (await homepot("clear", *kind, "--metric", "disk_percent")).stdout == "Taken back.\n"
    assert await shown(homepot, *own) == before
    assert (await homepot("set", *own, "--healthy", "0.6", "--warning", "0.2")).exit_code == 0
    assert (await homepot("clear", *own)).stdout == "Taken back.\n"
    assert (await homepot("clear", *own)).stdout == "Nothing of that had been said.\n"
    assert await shown(homepot, *own) == before


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["show", "--device", "nowhere"], "nowhere"),
        (["set", "--healthy", "0.9", "--warning", "0.5"], "Say of what"),
        (["set", "--type", "pos_terminal"], "Say what holds"),
        (["set", "--type", "pos_terminal", "--healthy", "0.9"], "both --healthy and --warning"),
        (["set", "--type", "pos_terminal", "--healthy", "0.4", "--warning", "0.4"], "below"),
        (
            ["set", "--type", "no_such_type", "--limit", "a.warning_above=1"],
            "--type: there is no device type 'no_such_type'",
        ),
        (["set", "--type", "pos_termnal", "--healthy", "0.9", "--warning", "0.5"], "did you mean"),
        (
            ["set", "--type", "pos_terminal", "--limit", "cpu.warning_above=60"],
            "--limit: there is no metric 'cpu'; did you mean cpu_percent?",
        ),
        (["set", "--type", "pos_terminal", "--limit", "cpu_percent=60"], "METRIC.LIMIT=NUMBER"),
        (
            ["set", "--type", "pos_terminal", "--limit", "cpu_percent.warning_above=much"],
            "'much' is no number",
        ),
        (
            ["set", "--type", "pos_terminal", "--limit", "cpu_percent.warning_above=99"],
            "cpu_percent",
        ),
    ],
)
async def test_what_cannot_be_meant_is_refused_in_words(
    till: str, homepot: Command, words: list[str], complaint: str
) -> None:
    refused = await homepot(*words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert complaint in refused.stderr
