"""`homepot ask` and `homepot evaluate questions`, as they are typed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from homepot.cli import app

AS_OF = datetime(2026, 9, 8, tzinfo=UTC)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A folder as `homepot import` takes it, in a path with a space."""
    folder = tmp_path / "a fleet"
    (folder / "metrics").mkdir(parents=True)
    site = {"id": "quay", "name": "Quay Shop", "timezone": "Europe/Oslo"}
    devices = [
        {"id": f"till_{n}", "name": f"Till {n}", "type": "pos_terminal", "site_id": "quay"}
        for n in (1, 2)
    ]
    (folder / "sites.json").write_text(json.dumps([site]))
    (folder / "devices.json").write_text(json.dumps(devices))
    for n in (1, 2):
        lines = ["timestamp,cpu_percent"]
        lines += [
            f"{(AS_OF - timedelta(hours=hour)).isoformat()},{10 * n + hour}"
            for hour in range(24, 0, -1)
        ]
        (folder / "metrics" / f"till_{n}.csv").write_text("\n".join(lines) + "\n")
    return folder


def questions(folder: Path, *asked: tuple[str, dict[str, Any]]) -> Path:
    file = folder.parent / "questions.jsonl"
    lines = [
        {"id": f"q{n}", "category": "all", "question": text, "as_of": AS_OF.isoformat(),
         "expect": expect}
        for n, (text, expect) in enumerate(asked)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_a_file_of_questions_is_asked_and_scored(fleet: Path, tmp_path: Path) -> None:
    file = questions(
        fleet,
        ("How many tills are at Quay Shop?", {"kind": "number", "value": 2, "tolerance": 0}),
        ("maximum CPU usage of till_1 in the last 24 hours", {"kind": "number", "value": 34.0}),
        ("Which till had the highest average CPU usage in the last 24 hours?",
         {"kind": "devices", "value": ["till_2"], "ordered": True}),
        ("How many devices are at the Moonbase site?", {"kind": "none", "value": None}),
        ("How many tills are there?", {"kind": "number", "value": 3}),
    )  # fmt: skip
    out = tmp_path / "out.json"
    told = run("evaluate", "questions", str(file), "--fleet", str(fleet), "--out", str(out),
               "--json")  # fmt: skip
    figures = json.loads(told.strip().splitlines()[-1])
    assert (figures["right"], figures["total"]) == (4, 5)
    assert figures["by_category"] == {"all": [4, 5]}
    results = {one["id"]: one["result"] for one in json.loads(out.read_text())}
    assert results["q2"] == {"kind": "devices", "value": ["till_2"]}
    assert results["q3"] == {"kind": "none", "value": None}


def test_one_question_is_answered_in_words(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fleet: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path / "var"))
    run("tenant", "add", "Quay")
    run("import", str(fleet))
    as_of = AS_OF.strftime("%Y-%m-%dT%H:%M:%S")
    told = run("ask", "maximum CPU usage of till_1 in the last 24 hours", "--as-of", as_of)
    assert "34 %" in told
    told = run("ask", "how", "many", "tills", "are", "there", "--explain")
    assert "2 tills" in told
    assert "Understood as:" in told
    whole = json.loads(run("ask", "how many tills are there", "--json"))
    assert whole["result"]["value"] == 2
    told = run("ask", "has a printer paper jam happened before?")
    assert told.startswith("No past incident is known that looked like “a printer paper jam”.")
    result = CliRunner().invoke(app, ["ask", "how many tills", "--mode", "poetic"])
    assert result.exit_code == 1
    assert "poetic" in result.output
