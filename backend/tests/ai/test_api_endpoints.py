"""The endpoints of the AI service, each asked over the real application, in the plan's shapes."""

import math
import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.ai.analysed import Past, made, midnight, moments

from homepot.ai.prediction.service import look_at_all
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

BEGIN, WEAR = midnight(22), midnight(10)


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    """A till whose disk has been filling for ten days."""
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "TILL", "pos_terminal")
    times = moments(BEGIN, now(), timedelta(hours=1))
    await found.measure("TILL", [(at, {"disk_percent": _disk(at)}) for at in times])
    await found.roll_up()
    return found


def _disk(at: datetime) -> float:
    worn = max((at - WEAR) / timedelta(days=1), 0) * 2.0
    return 50 + 0.2 * math.sin((at - BEGIN) / timedelta(hours=1) * 2.7) + worn


async def test_query(past: Past) -> None:
    question = {"question": "What was the maximum disk usage of TILL in the past 7 days?"}
    answer = await past.client.post("/api/ai/query", json=question)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["result"]["kind"] == "number"
    highest = max(_disk(at) for at in moments(BEGIN, now(), timedelta(hours=1)))
    assert told["result"]["value"] == pytest.approx(highest, abs=1e-3)
    said = re.search(r"was ([\d.]+) %", told["answer"])
    assert said is not None
    assert float(said[1]) == pytest.approx(highest, abs=0.05)
    assert [set(one) for one in told["relevant_devices"]] == [{"id", "name", "site", "status"}]
    assert told["mode"] == "maintenance"
    assert told["response_time_ms"] >= 0


async def test_analyze(past: Past) -> None:
    told = await made(await past.client.get("/api/ai/analyze/TILL?period=7d"))
    assert (told["device_id"], told["device_name"], told["period"]) == ("TILL", "TILL", "7d")
    assert {"summary", "health_score", "status", "anomalies_detected"} <= told["analysis"].keys()
    assert {"similar_past_incidents", "recommendations"} <= told["analysis"].keys()
    assert {"avg_temperature", "max_temperature", "uptime_percentage"} <= told["metrics"].keys()


async def test_predict(past: Past) -> None:
    await look_at_all(past.db, now())
    told = await made(await past.client.get("/api/ai/predict/TILL"))
    assert told["device_id"] == "TILL"
    assert 0 < told["risk_score"] <= 1
    (one,) = told["predictions"]
    assert {"prediction", "confidence", "reasoning", "recommended_action"} <= one.keys()
    assert "disk" in one["prediction"].lower()


async def test_report(past: Past) -> None:
    told = await made(await past.client.get("/api/ai/report/TILL?report_type=daily&period=24h"))
    assert told["report_id"].startswith("rpt_")
    assert (told["device_id"], told["report_type"]) == ("TILL", "daily")
    assert {"title", "summary", "key_metrics", "incidents", "recommendations"} <= told[
        "content"
    ].keys()
    assert {"uptime", "avg_temperature", "events_logged", "anomalies"} <= told["content"][
        "key_metrics"
    ].keys()


async def test_insights(past: Past) -> None:
    told = await made(await past.client.get("/api/ai/insights/MILL"))
    assert told["site_id"] == "MILL"
    insights = told["insights"]
    assert insights["total_devices"] == 1
    assert {"overall_health", "health_score", "key_findings", "predicted_issues"} <= insights.keys()
    assert "current_month_downtime_cost" in insights["cost_analysis"]


async def test_status(past: Past) -> None:
    told = await made(await past.client.get("/api/ai/status"))
    assert {"available_models", "chromadb_collections", "ai_enabled"} <= told.keys()


@pytest.mark.parametrize(
    "path",
    ["analyze/TILL?period=5d", "analyze/TILL?mode=angry", "report/TILL?report_type=yearly"],
)
async def test_what_is_not_known_is_refused_with_what_is(past: Past, path: str) -> None:
    answer = await past.client.get(f"/api/ai/{path}")
    assert answer.status_code == 422
    assert any(word in answer.text for word in ("24h", "maintenance", "weekly"))


async def test_that_all_is_well_is_said_of_all_alone(past: Past) -> None:
    """One that is heard from does not answer for the one that never was."""
    await past.device("MILL", "TILL_B", "pos_terminal")
    answer = await past.client.post("/api/ai/query", json={"question": "Are the tills online?"})
    told = answer.json()
    assert (told["result"]["kind"], told["result"]["value"]) == ("boolean", False)
    assert "TILL_B" in [row["device_id"] for row in told["result"]["rows"]]
    assert told["answer"].startswith("No: ")
    assert "not so: " in told["answer"]
    one = await past.client.post("/api/ai/query", json={"question": "Is TILL online?"})
    assert one.json()["result"]["value"] is True
