"""What a device did, how it is, what it resembles: each number again in plain Python."""

from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.ai.analysed import Past, made, moments

from homepot.access.caller import system_caller
from homepot.ai.analysis.facts import Window
from homepot.ai.analysis.service import Analyst
from homepot.ai.device_memory.patterns import IncidentPattern
from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import Embedding
from homepot.ai.llm.doors.fake_door import FakeDoor
from homepot.ai.llm.service import LlmService
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

HOUR = timedelta(hours=1)
TARIFF = {"downtime_cost_per_hour": 40, "visit_cost": 90, "currency": "EUR"}


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "GATE")
    return found


async def analysed(past: Past, device: str = "GATE", **query: Any) -> Any:
    return await made(await past.client.get(f"/api/ai/analyze/{device}", params=query))


def values(number: int, at: datetime) -> dict[str, float]:
    return {
        "temperature_celsius": 40 + 30 * (number % 7) / 7,
        "cpu_percent": float(at.minute),
        "uptime_seconds": 60.0 * number,
    }


async def test_every_number_is_that_of_the_raw_rows(past: Past) -> None:
    end = now()
    times = moments(end - timedelta(days=9), end - timedelta(minutes=1), timedelta(minutes=30))
    await past.measure("GATE", [(at, values(number, at)) for number, at in enumerate(times)])
    await past.roll_up()
    await past.heard(
        "GATE",
        [(end - timedelta(days=6), "online"), (end - 30 * HOUR, "offline"),
         (end - 20 * HOUR, "online"), (end - 5 * HOUR, "offline"), (end - 3 * HOUR, "online")],
    )  # fmt: skip
    await past.anomaly("GATE", end - 40 * HOUR, end - 30 * HOUR)
    await past.anomaly("GATE", end - 25 * HOUR, end - 23 * HOUR)
    await past.anomaly("GATE", end - 4 * HOUR, None)
    await past.anomaly("GATE", end - 4 * HOUR, end - 3 * HOUR, muted="maintenance")
    await past.scored("GATE", [(end - 48 * HOUR, 1.0), (end - 12 * HOUR, 0.5)])
    for period, hours in (("1h", 1), ("24h", 24), ("7d", 168), ("30d", 720)):
        found = await analysed(past, period=period)
        start, until = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
        assert until - start == timedelta(hours=hours)
        told = found["metrics"]
        for one in told["all"]:
            rows = [value for _, value in await past.raw("GATE", one["metric"], start, until)]
            assert one["count"] == len(rows)
            assert (one["lowest"], one["highest"]) == (min(rows), max(rows))
            if one["kind"] != "counter":
                assert one["average"] == pytest.approx(fmean(rows))
        warm = [value for _, value in await past.raw("GATE", "temperature_celsius", start, until)]
        assert told["avg_temperature"] == pytest.approx(fmean(warm))
        assert told["max_temperature"] == max(warm)
        online_s, offline_s = await past.offline_s("GATE", start, until)
        share = 100 * online_s / (online_s + offline_s)
        assert told["uptime_percentage"] == pytest.approx(share)
    day = await analysed(past)
    assert (day["period"], day["mode"]) == ("24h", "maintenance")
    assert (day["device_id"], day["device_name"]) == ("GATE", "GATE")
    assert end <= datetime.fromisoformat(day["generated_at"]) <= now()
    assert (day["analysis"]["health_score"], day["analysis"]["status"]) == (0.5, "warning")
    assert day["analysis"]["anomalies_detected"] == 2
    assert [one["muted"] for one in day["analysis"]["anomalies"]].count("maintenance") == 1
    assert day["analysis"]["health_average"] == pytest.approx(0.75, abs=1e-3)
    assert day["metrics"]["uptime"]["outages"] == 2
    grown = next(one for one in day["metrics"]["all"] if one["kind"] == "counter")
    rows = await past.raw(
        "GATE", "uptime_seconds", end - timedelta(days=9), datetime.fromisoformat(day["end"])
    )
    before = max(value for at, value in rows if at < datetime.fromisoformat(day["start"]))
    assert grown["increase"] == pytest.approx(rows[-1][1] - before)


async def test_what_is_not_known_is_null_and_says_why(past: Past) -> None:
    found = await analysed(past)
    assert found["metrics"]["avg_temperature"] is None
    assert found["metrics"]["uptime_percentage"] is None
    assert found["analysis"]["health_score"] is None
    assert found["analysis"]["status"] == "unknown"
    assert set(found["why"]) >= {
        "avg_temperature", "max_temperature", "uptime_percentage", "health_score",
        "similar_past_incidents", "recommendations", "downtime_cost",
    }  # fmt: skip
    assert (
        "No readings in the last 24 hours; it has never sent any." in (found["analysis"]["summary"])
    )
    assert "learning, 0 of 24 h" in found["analysis"]["summary"]


async def test_a_period_with_nothing_tells_of_the_last_reading(past: Past) -> None:
    last = now() - timedelta(days=3)
    await past.measure("GATE", [(last, {"temperature_celsius": 40.0})])
    summary = (await analysed(past))["analysis"]["summary"]
    assert "No readings in the last 24 hours; the last one is of 20" in summary
    found = await analysed(past, period="7d")
    assert found["metrics"]["readings"]["values"] == 1


async def test_an_hour_of_readings_and_gaps_are_told(past: Past) -> None:
    end = now()
    times = moments(end - HOUR, end, timedelta(minutes=5))
    await past.measure("GATE", [(at, {"cpu_percent": 5.0}) for at in times])
    found = await analysed(past)
    assert "cover 55 min of 24 h" in found["analysis"]["summary"]
    early = moments(end - 30 * HOUR, end - 20 * HOUR, timedelta(minutes=5))
    await past.measure("GATE", [(at, {"cpu_percent": 5.0}) for at in early])
    found = await analysed(past)
    assert "paused once, the longest for 19.1 h" in found["analysis"]["summary"]
    (pause,) = found["metrics"]["readings"]["pauses"]
    length = datetime.fromisoformat(pause["end"]) - datetime.fromisoformat(pause["start"])
    assert length == pytest.approx(timedelta(hours=19, minutes=5), abs=timedelta(minutes=6))


async def test_a_limit_of_the_type_that_was_passed_is_named(past: Past) -> None:
    await past.measure("GATE", [(now() - HOUR / 2, {"disk_percent": 96.0, "cpu_percent": 20.0})])
    found = await analysed(past, period="1h")
    by_name = {one["metric"]: one for one in found["metrics"]["all"]}
    assert (by_name["disk_percent"]["beyond"], by_name["disk_percent"]["limit"]) == ("critical", 95)
    assert by_name["cpu_percent"]["beyond"] is None
    assert "96 % is beyond the critical limit of 95 %" in found["analysis"]["summary"]


async def test_what_worked_before_is_recommended_with_its_evidence(past: Past) -> None:
    end = now()
    cleaned = "Cleaned the fan filter."
    old = await past.incident(
        "GATE", end - timedelta(days=20), end - timedelta(days=19), resolution=cleaned, worked=True
    )
    remembered = {
        "incident_id": old, "device_id": "GATE", "category": "temperature",
        "description": "temperature was too high", "resolution": cleaned, "effective": True,
        "started_at": end - timedelta(days=20), "ended_at": end - timedelta(days=19),
    }  # fmt: skip
    await _remember(past, remembered)
    new = await past.incident("GATE", end - 2 * HOUR, None)
    told = (await analysed(past))["analysis"]
    (similar,) = told["similar_past_incidents"]
    assert (similar["incident_id"], similar["of_incident"]) == (old, new)
    assert similar["resolution"] == cleaned
    assert 0 < similar["similarity_score"] <= 1
    (advice,) = told["recommended"]
    assert (advice["kind"], advice["worked"], advice["tried"]) == ("worked_before", 1, 1)
    assert advice["evidence"] == [old]
    assert told["recommendations"] == [advice["text"]]
    assert cleaned in advice["text"]


async def _remember(past: Past, given: dict[str, Any]) -> None:
    memory = Memory(Embedding(), "all-MiniLM-L6-v2")
    async with past.db.tenant(past.tenant) as tx:
        caller = system_caller(tx, past.tenant, "a test")
        await memory.save_incident_pattern(caller, IncidentPattern(**given))


async def test_the_cost_of_downtime_is_hours_times_what_an_hour_costs(past: Past) -> None:
    end = now()
    await past.heard(
        "GATE",
        [(end - timedelta(days=2), "online"), (end - 5 * HOUR, "offline"),
         (end - 2 * HOUR, "online")],
    )  # fmt: skip
    assert (
        "nobody said what an hour of downtime costs"
        in ((await analysed(past, mode="executive"))["analysis"]["summary"])
    )
    await made(await past.client.patch("/api/sites/MILL", json={"tariff": TARIFF}))
    found = await analysed(past, mode="executive")
    assert found["cost"]["offline_hours"] == pytest.approx(3)
    month = await analysed(past, period="30d")
    assert (
        "It was online 93.75 % of the 2 days of the last 30 days that are known"
        in (month["analysis"]["summary"])
    )
    assert found["cost"]["downtime_cost"] == 120
    assert "Downtime cost 120.00 EUR: 3.00 h at 40.00 EUR an hour." in found["analysis"]["summary"]
    assert "downtime_cost" not in found["why"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"period": "2h"}, "'1h', '24h', '7d' or '30d'"),
        ({"mode": "poetic"}, "'maintenance', 'predictive' or 'executive'"),
    ],
)
async def test_what_is_unknown_is_refused_with_what_is_allowed(
    past: Past, query: dict[str, str], words: str
) -> None:
    refused = await past.client.get("/api/ai/analyze/GATE", params=query)
    assert refused.status_code == 422
    assert words in refused.text


async def test_modes_tell_different_things_and_no_model_is_needed(past: Past) -> None:
    await past.measure("GATE", [(now() - HOUR, {"temperature_celsius": 40.0})])
    by_mode = {
        mode: (await analysed(past, mode=mode))["analysis"]["summary"]
        for mode in ("maintenance", "predictive", "executive")
    }
    assert len(set(by_mode.values())) == 3
    assert "Temperature was 40 °C throughout" in by_mode["maintenance"]
    assert "Temperature" not in by_mode["executive"]
    wanted = await analysed(past, narrate=True)
    assert wanted["analysis"]["summary_by"] == "template"
    assert wanted["analysis"]["summary"] == by_mode["maintenance"]
    assert wanted["why"]["summary"].startswith("no words of a model: ")


async def test_another_tenant_finds_no_such_device(past: Past, stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/api/ai/analyze/GATE")).status_code == 404
    same = Past(past.db, stranger, past.archive, past.intake)
    await same.site("MILL")
    await same.device("MILL", "GATE")
    await past.incident("GATE", now() - HOUR, None)
    await past.measure("GATE", [(now() - HOUR / 2, {"cpu_percent": 1.0})])
    found = await analysed(same)
    assert (found["metrics"]["all"], found["analysis"]["incidents"]) == ([], [])


async def test_later_rows_do_not_change_what_a_past_window_came_to(past: Past) -> None:
    """Facts of a window that is over rest on that window alone, as reports of a past day need."""
    end = now() - 6 * HOUR
    window = Window(end - 24 * HOUR, end, "that day")
    await past.measure("GATE", [(end - HOUR, {"cpu_percent": 10.0})])

    async def facts() -> Any:
        analyst = Analyst(Memory(Embedding(), "all-MiniLM-L6-v2"), past.archive, {})
        async with past.db.tenant(past.tenant) as tx:
            caller = system_caller(tx, past.tenant, "a test")
            return await analyst.facts(caller, "GATE", window, now())

    before = await facts()
    await past.measure("GATE", [(end + HOUR, {"cpu_percent": 99.0})])
    await past.heard("GATE", [(end + HOUR, "online")])
    after = await facts()
    assert (after.metrics, after.heard, after.stretch) == (
        before.metrics, before.heard, before.stretch,
    )  # fmt: skip


def speaking(app: FastAPI, text: str) -> FakeDoor:
    llm = app.state.process.part(LlmService)
    llm.door = FakeDoor(answer=lambda _: text)
    found: FakeDoor = llm.door
    return found


async def test_a_models_words_are_shown_where_they_say_the_same(past: Past, app: FastAPI) -> None:
    await past.measure("GATE", [(now() - HOUR, {"temperature_celsius": 40.0})])
    door = speaking(app, "Temperature was 40 °C throughout.")
    ours = (await analysed(past))["analysis"]
    assert (ours["summary_by"], door.asked) == ("template", [])
    told = (await analysed(past, narrate=True))["analysis"]
    assert (told["summary_by"], told["summary"]) == ("model", "Temperature was 40 °C throughout.")
    assert told["model_used"]
    assert "Temperature was 40 °C throughout." in door.asked[0].question


async def test_what_a_model_makes_up_is_not_shown(past: Past, app: FastAPI) -> None:
    await past.measure("GATE", [(now() - HOUR, {"temperature_celsius": 40.0})])
    speaking(app, "Temperature was 40 °C throughout, and 93 °C last week.")
    found = await analysed(past, narrate=True)
    assert found["analysis"]["summary_by"] == "template"
    assert "93" not in found["analysis"]["summary"]
    assert found["why"]["summary"].startswith("no words of a model: ")


async def test_what_is_foreseen_is_told_with_what_to_do_before(past: Past) -> None:
    nothing = await analysed(past, mode="predictive")
    assert (nothing["analysis"]["predictions"], nothing["analysis"]["risk_score"]) == ([], None)
    assert nothing["why"]["risk_score"].startswith("Not looked at yet")
    await past.foreseen("GATE", now() + timedelta(days=9), 0.83)
    told = (await analysed(past, mode="predictive"))["analysis"]
    assert told["risk_score"] == 0.83
    (coming,) = told["predictions"]
    assert (coming["metric"], coming["limit"], coming["confidence"]) == ("disk_percent", 95, 0.83)
    assert "Disk used will reach its critical limit of 95 %" in told["summary"]
    assert "The chance within 14 days is 83 %." in told["summary"]
    (advice,) = told["recommended"]
    assert (advice["kind"], advice["evidence"]) == ("foreseen", [coming["prediction_id"]])
