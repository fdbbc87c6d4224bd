"""What a site's last days amount to: each number again in plain Python, each claim tested."""

import asyncio
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from tests.ai.analysed import Past, made, midnight, moments

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.totals.days import day_means

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TARIFF = {"downtime_cost_per_hour": 40, "visit_cost": 90, "currency": "EUR"}


@pytest.fixture
async def past(db: Database, app: FastAPI, admin: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, admin, archive, app.state.process.part(Intake))
    await found.site("MILL")
    return found


async def insights(past: Past, site: str = "MILL", **query: Any) -> Any:
    return await made(await past.client.get(f"/api/ai/insights/{site}", params=query))


async def test_a_site_without_devices_says_so(past: Past) -> None:
    found = await insights(past)
    told = found["insights"]
    assert (told["total_devices"], told["health_score"]) == (0, None)
    assert told["overall_health"] == "Unknown"
    assert told["key_findings"] == ["There are no devices at Mill."]
    assert found["why"]["health_score"] == "there are no devices at this site"
    assert found["why"]["current_month_downtime_cost"] == "there are no devices at this site"
    assert (await past.client.get("/api/ai/insights/NOWHERE")).status_code == 404
    refused = await past.client.get("/api/ai/insights/MILL", params={"mode": "poetic"})
    assert refused.status_code == 422
    assert "'maintenance', 'predictive' or 'executive'" in refused.text


async def test_counts_uptime_and_costs_are_those_of_the_raw_rows(past: Past) -> None:
    end = now()
    month = end.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    scores = {"A": 1.0, "B": 0.5, "C": 0.2}
    for name, score in scores.items():
        await past.device("MILL", name, warranty_until=str((end + 20 * DAY).date()))
        await past.scored(name, [(end - DAY, score)])
        await past.heard(
            name,
            [(end - 40 * DAY, "online"), (end - 10 * HOUR, "offline"), (end - 4 * HOUR, "online")],
        )  # fmt: skip
    await past.device("MILL", "D")
    before = await insights(past)
    assert before["insights"]["cost_analysis"]["current_month_downtime_cost"] is None
    assert before["why"]["current_month_downtime_cost"].startswith("no tariff is set")
    await made(await past.client.patch("/api/sites/MILL", json={"tariff": TARIFF}))
    found = await insights(past)
    assert (found["site_id"], found["site_name"], found["mode"]) == ("MILL", "Mill", "maintenance")
    assert end <= datetime.fromisoformat(found["generated_at"]) <= now()
    told = found["insights"]
    assert told["total_devices"] == 4
    assert [told[f"devices_{health}"] for health in ("healthy", "warning", "critical")] == [1, 1, 1]
    assert told["devices_unknown"] == 1
    assert told["health_score"] == pytest.approx(fmean(scores.values()))
    assert told["overall_health"] == "Fair"
    start, until = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
    assert until - start == 30 * DAY
    totals = [await past.offline_s(name, start, until) for name in scores]
    online, offline = (sum(one[place] for one in totals) for place in (0, 1))
    assert told["uptime"]["percentage"] == pytest.approx(100 * online / (online + offline))
    assert told["uptime"]["devices_watched"] == 3
    hours = sum([(await past.offline_s(name, month, until))[1] for name in scores]) / 3600
    costs = told["cost_analysis"]
    assert costs["month_offline_hours"] == pytest.approx(hours)
    assert costs["downtime_amount"] == pytest.approx(40 * hours, abs=0.03)
    assert costs["current_month_downtime_cost"] == f"{costs['downtime_amount']:,.2f} EUR"
    assert found["why"]["current_month_downtime_cost"].startswith("1 of 4 devices are left out")
    assert [one["device_id"] for one in told["warranties"]] == ["A", "B", "C"]
    assert any("3 devices near the end of warranty" in one for one in told["key_findings"])


async def test_what_worsens_is_found_and_what_wobbles_is_not(past: Past) -> None:
    for name in ("A", "B", "C"):
        await past.device("MILL", name)
    times = moments(midnight(30), midnight(0), 6 * HOUR)

    def values(device: int, number: int, at: datetime) -> dict[str, float]:
        wobble = 1.5 * ((number * 7919 + device * 104729) % 100 / 100 - 0.5)
        weekend = 6.0 if at.weekday() >= 5 else 0.0
        grown = 0.9 * number / 4 if device == 1 else -0.9 * number / 4 if device == 2 else 0.0
        return {
            "disk_percent": 45 + grown + weekend + wobble,
            "network_in_bytes_per_second": 9_000.0 - 40 * number,
        }

    for device, name in enumerate(("A", "B", "C")):
        await past.measure(name, [(at, values(device, n, at)) for n, at in enumerate(times)])
    await past.roll_up()
    told = (await insights(past))["insights"]
    assert {(one["device_id"], one["metric"], one["way"]) for one in told["trends"]} == {
        ("B", "disk_percent", "worse"), ("C", "disk_percent", "better"),
    }  # fmt: skip
    assert (told["worsening"], told["improving"]) == (["B"], ["C"])
    assert told["metrics_tested"] == 3
    worse = next(one for one in told["trends"] if one["way"] == "worse")
    days: dict[Any, list[float]] = {}
    for at, value in await past.raw("B", "disk_percent", midnight(30), midnight(0)):
        days.setdefault(at.astimezone(UTC).date(), []).append(value)
    means = [fmean(days[day]) for day in sorted(days)]
    assert worse["first_week"] == pytest.approx(fmean(means[:7]))
    assert worse["last_week"] == pytest.approx(fmean(means[-7:]))
    steps = sorted(
        (means[b] - means[a]) / (b - a)
        for a in range(30)
        for b in range(a + 1, 30)
        if (b - a) % 7 == 0
    )
    assert worse["per_day"] == pytest.approx((steps[24] + steps[25]) / 2)
    assert any(one["recommendation_id"] == "trend:B:disk_percent"
               for one in told["recommendations"])  # fmt: skip
    assert any("Getting worse: B, disk used" in one for one in told["key_findings"])


async def test_too_few_days_are_no_trend_and_nothing_is_called_steady(past: Past) -> None:
    await past.device("MILL", "A")
    await past.heard("A", [(now() - 2 * DAY, "online")])
    times = moments(midnight(9), midnight(0), 6 * HOUR)
    await past.measure("A", [(at, {"disk_percent": 20.0 + n}) for n, at in enumerate(times)])
    told = (await insights(past))["insights"]
    steady = "of 720 hours, too little to say how steady they are."
    assert any(one.endswith(steady) for one in told["key_findings"])
    assert (told["trends"], told["metrics_tested"], told["metrics_too_short"]) == ([], 0, 1)
    assert any("not enough history for trends" in one for one in told["key_findings"])


async def test_a_firmware_in_common_is_a_cause_only_against_the_others(past: Past) -> None:
    end = now()
    for number in range(8):
        await past.device("MILL", f"OLD{number}", firmware="1.0", location="Hall")
    for number in range(12):
        await past.device("MILL", f"NEW{number}", firmware="2.0", location="Hall")
    # Another type with trouble of its own, all on one firmware: nothing to compare it with.
    for number in range(4):
        await past.device("MILL", f"TILL{number}", "pos_terminal", firmware="9.9")
        await past.incident(f"TILL{number}", end - 3 * DAY, end - 2 * DAY)
    for number in range(7):
        await past.incident(f"OLD{number}", end - (number + 1) * DAY, end - number * DAY - HOUR)
    await past.incident("NEW0", end - 2 * DAY, end - DAY)
    told = (await insights(past))["insights"]
    (cause,) = told["common_causes"]
    assert (cause["trait"], cause["value"]) == ("firmware", "1.0")
    assert [cause[name] for name in ("struck", "of", "others_struck", "of_others")] == [7, 8, 1, 12]
    assert cause["p"] == pytest.approx(_fisher(20, 8, 8, 7))
    assert told["causes_tested"] >= 1
    said = "7 of 8 devices with the firmware 1.0 had"
    assert any(said in one and "against 1 of 12 others" in one for one in told["key_findings"])


def _fisher(size: int, marked: int, struck: int, both: int) -> float:
    from math import comb  # noqa: PLC0415

    ways = sum(
        comb(marked, k) * comb(size - marked, struck - k)
        for k in range(both, min(marked, struck) + 1)
    )
    return ways / comb(size, struck)


async def test_what_returns_and_the_hour_it_begins_are_told(past: Past) -> None:
    await past.device("MILL", "A")
    await past.device("MILL", "B")
    for day in range(2, 8):
        at = midnight(day) + 3 * HOUR + timedelta(minutes=5)
        await past.incident("A", at, at + HOUR)
    await past.incident("B", midnight(3) + 15 * HOUR, midnight(3) + 16 * HOUR)
    told = (await insights(past))["insights"]
    (again,) = told["recurring"]
    assert (again["device_id"], again["category"], again["times"]) == ("A", "temperature", 6)
    assert (told["same_hour"]["hour"], told["same_hour"]["times"], told["same_hour"]["of"]) == (
        3, 6, 7,
    )  # fmt: skip
    recommended = {one["recommendation_id"]: one for one in told["recommendations"]}
    assert recommended["incident:A:temperature"]["evidence"]["times"] == 6


async def test_an_action_is_taken_and_what_came_of_it_is_measured(past: Past) -> None:
    end = now()
    await past.device("MILL", "A")
    await made(await past.client.patch("/api/sites/MILL", json={"tariff": TARIFF}))
    await past.heard("A", [(end - 60 * DAY, "online")])
    for day in range(20, 29):
        await past.incident("A", end - day * DAY, end - day * DAY + HOUR)
    path = "/api/ai/insights/MILL/actions"
    unknown = await past.client.post(path, json={"recommendation_id": "incident:Z:power"})
    assert unknown.status_code == 409
    late = {"recommendation_id": "incident:A:temperature", "taken_at": str(end + DAY)}
    assert (await past.client.post(path, json=late)).status_code == 422
    body = {
        "recommendation_id": "incident:A:temperature", "note": "new fan",
        "taken_at": (end - 2 * DAY - HOUR).isoformat(),
    }  # fmt: skip
    fresh = await made(await past.client.post(path, json=body))
    assert {one["verdict"] for one in fresh["effect"]} == {"too_early"}
    assert fresh["effect"][0]["words"] == "Too early to say: 2 of 7 days."
    assert (fresh["note"], fresh["incidents_prevented"]) == ("new fan", None)
    gone = await past.client.delete(f"{path}/{fresh['action_id']}")
    assert gone.status_code == 204
    assert (await past.client.delete(f"{path}/{fresh['action_id']}")).status_code == 404
    body["taken_at"] = (end - 18 * DAY - HOUR).isoformat()
    await made(await past.client.post(path, json=body))
    (done,) = (await made(await past.client.get(path)))["items"]
    incidents = done["effect"][0]
    assert (incidents["verdict"], incidents["after"]) == ("less", 0)
    assert incidents["before"] == pytest.approx(9 / 30)
    assert incidents["high"] < 1
    assert done["incidents_prevented"] == pytest.approx(18 * 9 / 30)
    told = (await insights(past))["insights"]
    assert told["actions"][0]["action_id"] == done["action_id"]
    assert told["cost_analysis"]["prevented_amount"] == pytest.approx(90 * 18 * 9 / 30)
    taken = {one["recommendation_id"]: one["taken"] for one in told["recommendations"]}
    assert taken["incident:A:temperature"] is True
    entries = (await made(await past.client.get("/api/audit")))["items"]
    assert {"insight.taken", "insight.taken_back"} <= {one["action"] for one in entries}


async def test_the_budget_is_visits_and_up_to_a_part_each(past: Past) -> None:
    await past.device("MILL", "A")
    await past.device("MILL", "B")
    await past.incident("A", now() - HOUR, None, category="mechanical")
    await past.incident("B", now() - HOUR, None, category="software")
    tariff = {"visit_cost": 90, "part_cost": 60, "currency": "EUR"}
    await made(await past.client.put("/api/tariffs", json=tariff))
    told = (await insights(past))["insights"]
    costs = told["cost_analysis"]
    assert (costs["budget_low"], costs["budget_high"]) == (180, 240)
    assert costs["recommended_maintenance_budget"] == "180.00 to 240.00 EUR"
    prices = {one["recommendation_id"]: one["estimated_cost"] for one in told["recommendations"]}
    assert prices["incident:A:mechanical"] == "90.00 to 150.00 EUR"
    assert prices["incident:B:software"] == "90.00 EUR"


async def test_another_tenant_finds_no_such_site(past: Past, stranger: httpx.AsyncClient) -> None:
    await past.device("MILL", "A")
    await past.incident("A", now() - HOUR, None)
    assert (await stranger.get("/api/ai/insights/MILL")).status_code == 404
    same = Past(past.db, stranger, past.archive, past.intake)
    await same.site("MILL")
    told = (await insights(same))["insights"]
    assert (told["total_devices"], told["incidents"], told["actions"]) == (0, 0, [])


async def test_a_viewer_reads_and_takes_nothing(past: Past, viewer: httpx.AsyncClient) -> None:
    assert (await viewer.get("/api/ai/insights/MILL")).status_code == 200
    body = {"recommendation_id": "incident:A:power"}
    assert (await viewer.post("/api/ai/insights/MILL/actions", json=body)).status_code == 403


async def test_day_means_are_those_of_the_readings_however_they_lie(past: Past) -> None:
    """Summed up, not summed up, and summed up before some came late."""
    for name in ("A", "B", "C"):
        await past.device("MILL", name)
    times = moments(midnight(5), midnight(0), 5 * HOUR)
    for shift, name in enumerate(("A", "B")):
        readings = [(at, {"cpu_percent": n + shift, "disk_percent": 3.0}) for n, at in
                    enumerate(times) if n % 4 != shift]  # fmt: skip
        await past.measure(name, readings)

    async def check() -> None:
        wanted = {"cpu_percent": [past.rows["B"], past.rows["A"]], "disk_percent": [past.rows["C"]]}
        async with past.db.tenant(past.tenant) as tx:
            found = await day_means(tx, past.archive, wanted, midnight(5), 5, now())
        assert np.isnan(found["disk_percent"]).all()
        for row, name in enumerate(("B", "A")):
            for day in range(5):
                rows = await past.raw(name, "cpu_percent", midnight(5 - day), midnight(4 - day))
                assert found["cpu_percent"][row, day] == pytest.approx(fmean(v for _, v in rows))

    await check()
    await past.roll_up()
    await check()
    await past.measure("A", [(midnight(3) + HOUR / 3, {"cpu_percent": 90.0})])
    await check()


async def test_what_is_foreseen_has_its_chance_its_price_and_its_place(past: Past) -> None:
    await past.device("MILL", "A")
    await past.foreseen("A", now() + 9 * DAY, 0.83)
    tariff = {"visit_cost": 90, "part_cost": 60, "currency": "EUR"}
    (without,) = (await insights(past))["insights"]["predicted_issues"]
    assert without["estimated_cost"] is None
    await made(await past.client.put("/api/tariffs", json=tariff))
    told = (await insights(past, mode="predictive"))["insights"]
    (coming,) = told["predicted_issues"]
    assert coming["description"].startswith("A: Disk used will reach its critical limit of 95 %")
    assert (coming["confidence"], coming["estimated_cost"]) == (0.83, "90.00 to 150.00 EUR")
    assert coming["lower"] < coming["crosses_at"] < coming["upper"]
    ids = [one["recommendation_id"] for one in told["recommendations"]]
    assert ids == [coming["recommendation_id"]]
    assert any("The chance within 30 days is 83 %." in one for one in told["key_findings"])
    assert told["cost_analysis"]["recommended_maintenance_budget"] == "90.00 to 150.00 EUR"


async def test_a_question_is_told_the_same_cost(past: Past) -> None:
    end = now()
    await past.device("MILL", "A")
    await past.heard(
        "A", [(end - 9 * DAY, "online"), (end - 10 * HOUR, "offline"), (end - 4 * HOUR, "online")]
    )
    plan = {
        "ask": "value", "scope": {"devices": ["A"]},
        "measure": {"kind": "cost", "aspect": "downtime"},
        "window": {"kind": "rolling", "length_s": 86_400},
    }  # fmt: skip

    async def asked() -> Any:
        found = await made(await past.client.post("/api/ai/query", json={"plan": plan}))
        return found["result"]

    assert (await asked())["kind"] == "none"
    tariff = {"device_type": "gateway", "downtime_cost_per_hour": 40, "currency": "NOK"}
    await made(await past.client.put("/api/tariffs", json=tariff))
    async with asyncio.timeout(30):  # what was answered before is forgotten when the news arrive
        while (await asked())["kind"] == "none":
            await asyncio.sleep(0.05)
    told = await asked()
    assert (told["value"], told["unit"]) == (pytest.approx(240), "NOK")
    day = await made(await past.client.get("/api/ai/analyze/A"))
    assert day["cost"]["downtime_cost"] == 240
