"""What is ahead of the whole fleet, and what a person plans."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.ai.analysed import Past, made, moments
from tests.ai.test_prediction import END, HOUR, WEAR, filled, predicted

from homepot.ai.prediction.service import look_at_all
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    return found


async def ahead(past: Past, **asked: Any) -> Any:
    return await made(await past.client.get("/api/ai/predictions", params=asked))


async def test_what_is_ahead_of_the_whole_fleet_is_ranked_by_how_probable_it_is(past: Past) -> None:
    await filled(past, "SOON")
    await filled(past, "LATER", until=WEAR + timedelta(days=3))
    await past.device("MILL", "NEW", "pos_terminal")
    times = moments(END - HOUR, END, timedelta(minutes=5))
    await past.measure("NEW", [(at, {"disk_percent": 50}) for at in times])
    await past.measure("LATER", [(END - HOUR, {"disk_percent": 60})])
    await past.roll_up()
    before = await ahead(past)
    assert (before["items"], before["coverage"]["looked_at"]) == ([], None)
    await look_at_all(past.db, END)

    fortnight = await ahead(past)
    (own,) = (await predicted(past, "SOON"))["predictions"]
    first = fortnight["items"][0]
    assert (first["device_id"], first["device_name"]) == ("SOON", "SOON")
    assert (first["site_id"], first["provenance"]) == ("MILL", "real")
    assert first["chance"] == pytest.approx(own["chance_14d"], abs=0.001)
    assert {name: first[name] for name in own} == own
    chances = [one["chance"] for one in fortnight["items"]]
    assert chances == sorted(chances, reverse=True)
    coverage = fortnight["coverage"]
    assert (coverage["looked"], coverage["learning"]) == (3, 1)
    assert datetime.fromisoformat(coverage["looked_at"]) == END

    for days, name in ((7, "chance_7d"), (30, "chance_30d")):
        told = await ahead(past, within_days=days)
        chances = {one["prediction_id"]: one["chance"] for one in told["items"]}
        expected = own[name]
        if expected >= 0.1:
            assert chances[own["prediction_id"]] == pytest.approx(expected, abs=0.001)
        else:
            assert told["less_likely"] >= 1
    assert (await past.client.get("/api/ai/predictions?within_days=8")).status_code == 422
    assert (await past.client.get("/api/ai/predictions?site_id=NOWHERE")).status_code == 404
    await past.site("QUAY", "Europe/Oslo")
    assert (await ahead(past, site_id="QUAY"))["coverage"]["looked"] == 0


async def test_what_is_beyond_its_limit_is_told_beside_what_is_ahead(past: Past) -> None:
    await filled(past, "TILL")
    times = moments(END, END + 30 * HOUR, HOUR / 2)
    await past.measure("TILL", [(at, {"disk_percent": 90.0}) for at in times])
    await past.roll_up()
    await look_at_all(past.db, END + 30 * HOUR)
    told = await ahead(past)
    assert told["items"] == []
    (one,) = told["reached"]
    assert one["device_id"] == "TILL"
    assert "already above its warning limit of 85 %" in one["limits"][0]["words"]


async def test_a_person_plans_upkeep_orders_it_and_finishes_it(past: Past) -> None:
    await past.device("MILL", "DESK", "pos_terminal")
    due = (END + timedelta(days=9)).isoformat()
    line = {"device_id": "DESK", "what": "Change the fan", "due_at": due, "parts": "a fan"}
    term = await made(await past.client.post("/api/ai/maintenance", json=line))
    assert (term["state"], term["what"], term["parts"]) == ("planned", "Change the fan", "a fan")
    assert (term["prediction_id"], term["cost"]) == (None, None)
    assert term["cost_why"].startswith("Planned by a person")
    assert term["changed_by"]

    path = f"/api/ai/maintenance/{term['term_id']}"
    ordered = await made(await past.client.patch(path, json={"state": "ordered"}))
    assert ordered["state"] == "ordered"
    # what a person said stands, also when the fleet is looked at again
    await look_at_all(past.db, END)
    listed = await made(await past.client.get("/api/ai/maintenance?state=ordered"))
    assert [one["term_id"] for one in listed["items"]] == [term["term_id"]]
    question = {"question": "Which devices need maintenance in the next 3650 days?"}
    asked = await made(await past.client.post("/api/ai/query", json=question))
    assert asked["result"]["value"] == ["DESK"]
    await made(await past.client.patch(path, json={"state": "done", "note": "new fan in"}))

    unknown = await past.client.post("/api/ai/maintenance", json=line | {"device_id": "NOBODY"})
    assert unknown.status_code == 404
    empty = await past.client.post("/api/ai/maintenance", json=line | {"what": "  "})
    assert empty.status_code == 422
