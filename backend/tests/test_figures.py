"""The figures for Prometheus: who may read them, what is in them, the files that go with them."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from homepot.access.permissions import Permission
from homepot.ai.llm.service import LlmService
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.jobs import Loop, run_loop
from homepot.core.process import Process
from homepot.core.settings import Settings
from homepot.operation import jobs, of_worker

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES, BOARD = DEPLOY / "prometheus" / "homepot.rules.yml", DEPLOY / "grafana" / "homepot.json"


async def figures(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_the_figures_are_for_who_runs_it(
    people: Any, admin: httpx.AsyncClient, operator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/metrics")).status_code == 401
    assert (await operator.get("/metrics")).status_code == 403
    program = await people.program(await people.add("admin"), Permission.OPERATION_READ)
    assert (await program.get("/metrics")).status_code == 200
    assert (await program.get("/api/devices")).status_code == 403
    reader = await people.program(await people.add("admin"), Permission.FLEET_READ)
    assert (await reader.get("/metrics")).status_code == 403


async def test_what_happened_is_in_the_figures(
    admin: httpx.AsyncClient, app: FastAPI, estate: Any
) -> None:
    before = await figures(admin)
    agent = await estate.agent(await estate.site())
    rows = [
        {"device_id": agent.device_id, "timestamp": now().isoformat(), "metrics": {"odd": 1.5}},
        {"device_id": "nobody", "timestamp": now().isoformat(), "metrics": {"odd": 1.5}},
    ]
    sent = await admin.post("/api/telemetry", json={"readings": rows})
    assert sent.status_code in (200, 202, 207), sent.text
    process: Process = app.state.process
    llm = process.part(LlmService)
    llm.counts.calls, llm.counts.failures, llm.counts.busy_s = 4, 1, 2.5
    after = await figures(admin)

    def grown(*name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    assert grown("homepot_intake_rows_total", "stored") == 1
    assert grown("homepot_intake_rows_total", "rejected") == 1
    assert grown("homepot_devices", "active") == 1
    assert after["homepot_model_requests_total",] == 4
    assert after["homepot_model_failures_total",] == 1
    assert after["homepot_model_busy_seconds_total",] == 2.5
    assert 0 <= after["homepot_intake_age_seconds",] < 600
    assert after["homepot_memory_bytes", "api"] > 10_000_000
    told = [name for name in after if name[0] == "homepot_http_request_seconds_count"]
    assert all(agent.device_id not in part for name in told for part in name)


async def test_what_the_worker_measures_is_handed_on_for_as_long_as_it_is_true(
    admin: httpx.AsyncClient, db: Database, settings: Settings
) -> None:
    assert not any(name[0].startswith("homepot_loop") for name in await figures(admin))
    stop = asyncio.Event()

    async def once(_: Database, __: datetime) -> None:
        stop.set()
        raise RuntimeError("the sweep of the test fails")

    await run_loop(Loop("test.sweep", 0.01, once), db, stop)
    (write,) = jobs.loops(settings)
    await write.run(db, now())
    found = await figures(admin)
    assert found["homepot_loop_seconds_count", "test.sweep"] == 1
    assert found["homepot_loop_failures_total", "test.sweep"] == 1
    assert found["homepot_worker_process_resident_memory_bytes",] > 1_000_000
    assert found["process_resident_memory_bytes",] > 1_000_000
    assert found["homepot_worker_figures_age_seconds",] < 100
    long_ago = now().timestamp() - 2 * of_worker.AGE_MAX_S
    os.utime(of_worker.place(settings), (long_ago, long_ago))
    found = await figures(admin)
    assert ("homepot_loop_seconds_count", "test.sweep") not in found
    assert found["homepot_worker_figures_age_seconds",] >= of_worker.AGE_MAX_S


async def test_methods_that_nobody_knows_are_one(
    admin: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    for number in range(3):
        await client.request(f"ODD{number}", "/api/nowhere")
    named = {
        name[1] for name in await figures(admin) if name[0] == "homepot_http_request_seconds_count"
    }
    assert "other" in named
    assert not {one for one in named if one.startswith("ODD")}


async def test_rules_and_board_ask_for_figures_that_there_are(
    admin: httpx.AsyncClient, app: FastAPI
) -> None:
    await admin.get("/api/devices")
    answer = await admin.get("/metrics")
    there = set(re.findall(r"^# TYPE (homepot_\w+)", answer.text, re.MULTILINE))
    there |= {f"{name}_{end}" for name in there for end in ("bucket", "count")}
    # Only where there is one of them.
    there |= {
        "homepot_backup_age_seconds",
        "homepot_intake_age_seconds",
        "homepot_intake_delay_seconds",
        "homepot_reader_lag_seconds",
        "homepot_devices_connectivity",
        "homepot_incidents_open",
        "homepot_alerts",
        "homepot_alert_deliveries",
        "homepot_jobs",
        "homepot_intake_rows_total",
    }
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    asked = [rule["expr"] for rule in rules]
    board = json.loads(BOARD.read_text())
    asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    names = {name for words in asked for name in re.findall(r"homepot_\w+", words)}
    assert names - there == set()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
def test_prometheus_takes_its_files(tmp_path: Path) -> None:
    folder = shutil.copytree(RULES.parent, tmp_path / "prometheus of it")
    (folder / "homepot.token").write_text("hp_token")
    for words in (
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "homepot.rules.test.yml"],
    ):
        done = subprocess.run(
            ["promtool", *words], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
async def test_prometheus_finds_nothing_to_complain_of(admin: httpx.AsyncClient) -> None:
    said = (await admin.get("/metrics")).text
    check = ["promtool", "check", "metrics"]
    done = await asyncio.to_thread(
        subprocess.run, check, input=said, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
