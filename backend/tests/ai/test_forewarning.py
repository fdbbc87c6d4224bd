"""A device that is likely to fail: told once, planned for, and withdrawn with a reason."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.ai.analysed import Past, made, midnight

from homepot.ai.prediction import failing_store, forewarning
from homepot.ai.prediction.service import look_at_all
from homepot.alerts.predictions import read_new
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = midnight(1)
TYPE = "industrial_controller"


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "PUMP", TYPE)
    # Somebody has looked at it: what is over is told for a while after the last look.
    await look_at_all(db, NOW)
    await learnt(found, "trees", 34)
    return found


async def learnt(past: Past, basis: str, failures: int) -> None:
    error = None if basis == "few" else 0.021
    async with past.db.system() as tx:
        await tx.execute(
            text(
                "insert into ai_failure_models (tenant_id, device_type, learnt_at, basis, failures,"
                " failures_needed, error_7d, error_14d, error_30d) values (:tenant, :type, :at,"
                " :basis, :failures, 20, :error, :error, :error) on conflict (tenant_id,"
                " device_type) do update set basis = excluded.basis, failures = excluded.failures,"
                " error_7d = :error, error_14d = :error, error_30d = :error"
            ),
            {
                "tenant": past.tenant, "type": TYPE, "at": NOW, "basis": basis,
                "failures": failures, "error": error,
            },
        )  # fmt: skip


async def told(
    past: Past,
    chances: tuple[float, float, float] | None,
    at: datetime,
    failed_at: datetime | None = None,
    telling: bool = True,
) -> None:
    """What an hour's look tells of the device; nothing of it where too few days are known."""
    row = past.rows["PUMP"]
    rows: list[dict[str, Any]] = []
    if chances is not None:
        names = ("chance_7d", "chance_14d", "chance_30d")
        rows.append(
            {
                "device_id": row,
                "basis": "trees",
                "metric": "vibration_mm_s",
                "reasons": ["how near Vibration is to its limit"],
                **dict(zip(names, chances, strict=True)),
            }
        )
    failed = {row: failed_at} if failed_at else {}
    async with past.db.tenant(past.tenant) as tx:
        await forewarning.keep(tx, past.tenant, rows, failed, {row: telling}, at)


async def schedule(past: Past) -> list[dict[str, Any]]:
    return list((await made(await past.client.get("/api/ai/maintenance")))["items"])


async def of_pump(past: Past) -> Any:
    return (await made(await past.client.get("/api/ai/predict/PUMP")))["failure"]["forewarning"]


async def decided(past: Past, prediction_id: str) -> list[str]:
    answer = await past.client.get(f"/api/alerts/decisions?incident_id={prediction_id}")
    return [one["what"] for one in answer.json()][::-1]


async def test_it_is_told_and_planned_once_and_then_kept_up_to_date(past: Past) -> None:
    await told(past, (0.2, 0.45, 0.7), NOW)
    assert await of_pump(past) is None
    assert await schedule(past) == []

    await told(past, (0.3, 0.6, 0.8), NOW)
    first = await of_pump(past)
    assert (first["state"], first["severity"]) == ("open", "warning")
    assert first["words"].startswith("It will probably fail within 14 days (60 %). 30 % within 7")
    assert "from 34 failures of this type, calibrated to ±2.1 %" in first["words"]
    assert first["recommended_action"].startswith("Listen to it")
    (term,) = await schedule(past)
    assert (term["device_id"], term["state"], term["metric"]) == (
        "PUMP", "planned", "vibration_mm_s",
    )  # fmt: skip
    assert term["prediction_id"] == first["prediction_id"]
    assert term["what"].startswith("Likely to fail, by how near Vibration is to its limit: Listen")
    assert (term["parts"], term["cost"]) == (None, None)
    assert "visit" in term["cost_why"]
    # A quarter of a chance lies where the first week has come so far.
    assert datetime.fromisoformat(term["due_at"]) == NOW + timedelta(days=round(7 * 25 / 30, 3))

    await told(past, (0.35, 0.4, 0.8), NOW + HOUR)
    assert (await of_pump(past))["prediction_id"] == first["prediction_id"]
    (again,) = await schedule(past)
    assert again["term_id"] == term["term_id"]
    assert datetime.fromisoformat(again["due_at"]) == NOW + HOUR + 5 * DAY
    # What is as likely an hour later is not put off by an hour.
    await told(past, (0.35, 0.4, 0.8), NOW + 2 * HOUR)
    assert (await schedule(past))[0]["due_at"] == again["due_at"]


async def test_it_is_withdrawn_with_a_reason(past: Past) -> None:
    await told(past, (0.3, 0.6, 0.8), NOW - 2 * HOUR)
    await told(past, (0.05, 0.12, 0.3), NOW - HOUR)
    over = await of_pump(past)
    why = "The chance of a failure within 14 days has fallen to 12 %."
    assert (over["state"], over["ended_why"], over["recommended_action"]) == ("gone", why, None)
    (term,) = await schedule(past)
    assert (term["state"], term["note"]) == ("lapsed", why)
    ahead = await made(await past.client.get("/api/ai/predictions"))
    (shown,) = ahead["over"]
    assert (shown["device_id"], shown["state"], shown["why"]) == ("PUMP", "gone", why)


@pytest.mark.parametrize(
    ("chances", "failed", "telling", "state", "why"),
    [
        ((0.3, 0.6, 0.8), True, True, "failed", "It has failed."),
        (None, False, True, "gone", "Too few of its days are known by now."),
        (None, False, False, "gone", "Past failures of its type tell no more who will fail."),
    ],
)
async def test_each_end_says_which_it_was(
    past: Past,
    chances: tuple[float, float, float] | None,
    failed: bool,
    telling: bool,
    state: str,
    why: str,
) -> None:
    await told(past, (0.3, 0.6, 0.8), NOW - 2 * HOUR)
    await told(past, chances, NOW - HOUR, NOW - 1.5 * HOUR if failed else None, telling)
    over = await of_pump(past)
    assert (over["state"], over["ended_why"]) == (state, why)
    # What was foreseen and came is still to be done.
    (term,) = await schedule(past)
    assert term["state"] == ("planned" if failed else "lapsed")


async def test_what_a_person_said_of_the_line_stands(past: Past) -> None:
    await told(past, (0.3, 0.6, 0.8), NOW - 2 * HOUR)
    (term,) = await schedule(past)
    path = f"/api/ai/maintenance/{term['term_id']}"
    await made(await past.client.patch(path, json={"state": "ordered"}))
    await told(past, (0.6, 0.8, 0.9), NOW - HOUR)
    await told(past, (0.01, 0.02, 0.03), NOW)
    (again,) = await schedule(past)
    assert (again["state"], again["due_at"]) == ("ordered", term["due_at"])


async def test_alerts_tell_it_once_worse_once_and_its_end(past: Past) -> None:
    async def look(chances: tuple[float, float, float], hour: int) -> None:
        await told(past, chances, NOW + hour * HOUR)
        await read_new(past.db, NOW + hour * HOUR)

    await look((0.3, 0.6, 0.8), 0)
    name = (await of_pump(past))["prediction_id"]
    await look((0.3, 0.62, 0.8), 1)
    assert await decided(past, name) == ["opened"]
    await look((0.55, 0.7, 0.9), 2)
    await look((0.6, 0.7, 0.9), 3)
    assert await decided(past, name) == ["opened", "worse"]
    await look((0.1, 0.2, 0.3), 4)
    await look((0.1, 0.2, 0.3), 5)
    assert await decided(past, name) == ["opened", "worse", "over"]
    # It can come again, as another one.
    await look((0.3, 0.6, 0.8), 6)
    assert (await of_pump(past))["prediction_id"] != name


_WEAR = text(
    "insert into ai_predictions (tenant_id, public_id, device_id, metric, limit_name, limit_value,"
    " unit, label, state, severity, crosses_at, lower_at, upper_at, chance_7d, chance_14d,"
    " chance_30d, level, growth, rate_per_day, onset_at, first_at, predicted_at)"
    " select tenant_id, 'PREDICTION-WEAR', id, 'vibration_mm_s', 'warning_above', 7.1, 'mm/s',"
    " 'Vibration', 'open', 'warning', :soon, :soon, :soon, 0.9, 0.9, 1, 5, 3, 0.3, :at, :at, :at"
    " from devices where public_id = 'PUMP'"
)


async def test_a_wear_of_the_same_metric_is_told_in_its_place(past: Past) -> None:
    async with past.db.system() as tx:
        await tx.execute(_WEAR, {"at": NOW, "soon": NOW + 5 * DAY})
    await told(past, (0.3, 0.6, 0.8), NOW)
    await read_new(past.db, NOW)
    name = (await of_pump(past))["prediction_id"]
    assert await decided(past, "PREDICTION-WEAR") == ["opened"]
    assert await decided(past, name) == []
    assert [one for one in await schedule(past) if one["prediction_id"] == name] == []


async def test_what_is_told_already_is_not_told_again_as_a_wear(past: Past) -> None:
    await told(past, (0.3, 0.6, 0.8), NOW)
    await read_new(past.db, NOW)
    async with past.db.system() as tx:
        await tx.execute(_WEAR, {"at": NOW, "soon": NOW + 5 * DAY})
    await read_new(past.db, NOW)
    assert await decided(past, "PREDICTION-WEAR") == []


async def test_types_say_how_many_failures_have_taught(past: Past) -> None:
    ahead = await made(await past.client.get("/api/ai/predictions"))
    (one,) = ahead["types"]
    assert one["words"] == ("Chances are told from 34 failures of this type, calibrated to ±2.1 %.")
    await learnt(past, "few", 3)
    ahead = await made(await past.client.get("/api/ai/predictions"))
    assert ahead["types"][0]["words"].startswith("3 of 20 failures of this type")


async def test_who_will_fail_can_be_asked_for_in_plain_words(past: Past) -> None:
    await past.device("MILL", "FAN", TYPE)
    await past.device("MILL", "SAW", TYPE)
    chances = {"PUMP": (0.3, 0.6, 0.8), "FAN": (0.1, 0.3, 0.55), "SAW": (0.01, 0.02, 0.04)}
    names = ("chance_7d", "chance_14d", "chance_30d")
    rows = [
        {
            "device_id": past.rows[name], "basis": "trees", "reasons": [],
            **dict(zip(names, each, strict=True)),
        }
        for name, each in chances.items()
    ]  # fmt: skip
    async with past.db.tenant(past.tenant) as tx:
        await failing_store.save_chances(tx, past.tenant, rows, NOW)

    async def asked(question: str) -> dict[str, Any]:
        answer = await past.client.post("/api/ai/query", json={"question": question})
        return dict(answer.json()["result"])

    month = await asked("Which devices will fail in the next month?")
    assert (month["kind"], sorted(month["value"])) == ("devices", ["FAN", "PUMP"])
    fortnight = await asked("Which devices will fail in the next two weeks?")
    assert fortnight["value"] == ["PUMP"]
    assert (await asked("How many devices will fail within 7 days?"))["value"] == 0
    risk = await asked("How high is the failure risk of FAN?")
    assert (risk["value"], risk["unit"]) == (pytest.approx(30.0), "%")
