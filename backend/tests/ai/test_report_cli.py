"""`homepot report`, as it is typed: as page, paper, JSON and words, and what is refused."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest
from fastapi import FastAPI
from tests.ai.analysed import Past, moments
from typer.testing import CliRunner

from homepot.cli import app as commands
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

HOUR = timedelta(hours=1)


@pytest.fixture
async def past(
    db: Database,
    app: FastAPI,
    operator: httpx.AsyncClient,
    archive: Archive,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Past:
    """A gateway with a day of readings; commands use the same database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "data of the command"))
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "GATE")
    times = moments(now() - 25 * HOUR, now(), HOUR / 2)
    await found.measure("GATE", [(at, {"temperature_celsius": 21.5}) for at in times])
    return found


async def typed(*words: str) -> tuple[int, str]:
    """In a thread: a command has an event loop of its own."""
    result = await asyncio.to_thread(CliRunner().invoke, commands, ["report", *words])
    return result.exit_code, result.output


async def test_a_device_is_reported_as_words_and_in_each_form(past: Past, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    code, said = await typed("GATE", "--kind", "weekly", "--mode", "executive")
    assert code == 0, said
    assert "Weekly Summary - GATE" in said
    assert "21.5 °C" in said
    for form in ("json", "html", "pdf"):
        code, said = await typed("GATE", "--out", str(folder / f"daily.{form}"))
        assert code == 0, said
        assert "Daily Health Report - GATE, kept as rpt_" in said
    told: dict[str, Any] = json.loads((folder / "daily.json").read_text(encoding="utf-8"))
    assert told["content"]["key_metrics"]["avg_temperature"] == "21.5 °C"
    assert "21.5 °C" in (folder / "daily.html").read_text(encoding="utf-8")
    paper = pypdfium2.PdfDocument(folder / "daily.pdf")
    assert "21.5 °C" in paper[0].get_textpage().get_text_range()
    kept = (await past.client.get("/api/ai/reports")).json()["items"]
    assert told["report_id"] in [one["report_id"] for one in kept]
    assert len(kept) == 4


async def test_a_site_everything_and_a_range_of_ones_own(past: Past) -> None:
    code, said = await typed("--site", "MILL", "--format", "json")
    assert code == 0, said
    assert json.loads(said)["content"]["subject"]["id"] == "MILL"
    start = (now() - 3 * HOUR).replace(microsecond=0, tzinfo=None)
    code, said = await typed(
        "--all", "--from", start.isoformat(), "--to", (start + HOUR).isoformat(), "--format", "json"
    )
    assert code == 0, said
    content = json.loads(said)["content"]
    assert content["title"] == "Custom Analysis - All sites"
    assert content["period"]["start"] == f"{start.isoformat()}Z"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Name a device, or --site with its id, or --all"),
        (["GATE", "--all"], "one of them"),
        (["NOTHING"], "There is no device 'NOTHING'"),
        (["GATE", "--format", "pdf"], "A PDF needs --out FILE."),
        (["GATE", "--out", "report.docx"], "Say --format pdf, html or json"),
        (["GATE", "--out", "no such folder/report.pdf"], "There is no folder"),
        (["GATE", "--kind", "weekly", "--from", "2026-01-02"], "go with --kind custom"),
        (["GATE", "--kind", "yearly"], "'monthly'"),
        (["GATE", "--tenant", "Nobody"], "There is no such tenant; there is: Harbour."),
    ],
)
async def test_what_makes_no_sense_is_refused_with_what_does(
    past: Past, words: list[str], said: str
) -> None:
    code, output = await typed(*words)
    assert code != 0
    assert said in output
