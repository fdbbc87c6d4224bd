"""Reports as the plan has them: their shape, their kinds and lengths, their table."""

from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.ai.analysed import Past, made
from tests.ai.reporting import HOUR, lived, report

from homepot.ai.reports.content import ReportContent
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "GATE")
    return found


async def test_the_shape_is_the_plans_and_says_what_to_do(past: Past) -> None:
    await lived(past)
    open_one = await past.incident("GATE", now() - HOUR, None, category="power")
    asked_at = now()
    found = await report(past, mode="predictive", report_type="incident", period="7d")
    assert set(found) == {
        "report_id", "device_id", "site_id", "report_type", "mode", "content", "generated_at",
    }  # fmt: skip
    made_at = datetime.fromisoformat(found["generated_at"])
    assert asked_at <= made_at <= now()
    assert found["report_id"].startswith(f"rpt_{made_at:%Y%m%d}_")
    content = found["content"]
    assert content["title"] == "Incident Report - GATE"
    assert {"uptime", "avg_temperature", "events_logged", "anomalies"} <= set(
        content["key_metrics"]
    )
    first, last = content["incidents"]
    assert (first["incident_id"], first["ended_at"], first["resolution"]) == (open_one, None, None)
    assert last["description"] == "too warm: temperature was too high"
    assert len(content["recommendations"]) >= 1
    # What to do about it is what memory or the kind of trouble says, in a whole sentence.
    assert content["recommendations"][0].endswith(".")
    daily = (await report(past))["content"]
    assert daily["summary"].startswith("GATE ")
    assert "1 anomaly in the last 24 hours" in daily["summary"]
    assert "No cost" in content["cost_impact"], "nobody said what an hour costs"


LENGTHS: list[tuple[dict[str, str], int, str]] = [
    ({}, 1, "Daily Health Report"),
    ({"report_type": "incident"}, 1, "Incident Report"),
    ({"report_type": "weekly"}, 7, "Weekly Summary"),
    ({"report_type": "monthly"}, 30, "Monthly Summary"),
    ({"period": "24h"}, 1, "Daily Health Report"),
    ({"period": "7d"}, 7, "Daily Health Report"),
    ({"period": "30d", "report_type": "weekly"}, 30, "Weekly Summary"),
    ({"report_type": "custom"}, 1, "Custom Analysis"),
]


async def test_each_kind_has_its_length_and_each_period_its_own(past: Past) -> None:
    for query, days, title in LENGTHS:
        found = await report(past, **query)
        assert found["report_type"] == query.get("report_type", "daily")
        assert found["content"]["title"] == f"{title} - GATE"
        period = found["content"]["period"]
        length = datetime.fromisoformat(period["end"]) - datetime.fromisoformat(period["start"])
        assert length == timedelta(days=days), query
        assert period["end"] == found["generated_at"]


async def test_the_table_of_reports_takes_what_the_plan_names_and_nothing_else(
    past: Past, db: Database
) -> None:
    found = await report(past, report_type="weekly", mode="executive")
    site = await made(await past.client.get("/api/ai/report/sites/MILL"))
    async with db.system() as tx:
        rows = (
            await tx.execute(
                text(
                    "select public_id, report_type, site_id, device_id, content, generated_at, mode"
                    " from ai_reports order by id"
                )
            )
        ).all()
    assert [row[:4] for row in rows] == [
        (found["report_id"], "weekly", None, past.rows["GATE"]),
        (site["report_id"], "daily", past.site_row, None),
    ]
    assert (
        ReportContent.model_validate_json(rows[0].content).model_dump(mode="json")
        == (found["content"])
    )
    assert (rows[0].mode, rows[0].generated_at) == (
        "executive", datetime.fromisoformat(found["generated_at"]),
    )  # fmt: skip
    for column, wrong, why in (
        ("report_type", "'yearly'", "report_type_known"),
        ("mode", "'loud'", "mode_known"),
        ("site_id", "999999", "site_id"),
        ("device_id", "999999", "device_id"),
        ("content", "null", "not-null"),
    ):
        with pytest.raises(IntegrityError, match=why):
            async with db.system() as tx:
                await tx.execute(text(f"update ai_reports set {column} = {wrong}"))
