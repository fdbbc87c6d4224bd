"""What is foreseen of devices: from readings that were sent to the answer, the schedule, an end."""

import math
import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.ai.analysed import Past, made, midnight, moments

from homepot.access.caller import system_caller
from homepot.ai.device_memory.patterns import IncidentPattern
from homepot.ai.device_memory.recorded import Looker
from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import Embedding
from homepot.ai.prediction.alike import recall
from homepot.ai.prediction.service import look_at_all
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.features import FEATURES
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

HOUR = timedelta(hours=1)
BEGIN, WEAR, END = midnight(22), midnight(10), midnight(2)
PER_DAY = 3.0


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    return found


def disk(at: datetime) -> float:
    """A little noise, a little more by day, and from one moment on three percent a day."""
    hours = (at - BEGIN) / HOUR
    worn = max((at - WEAR) / timedelta(days=1), 0) * PER_DAY
    return 50 + 0.2 * math.sin(hours * 2.7) + 0.3 * (8 <= at.hour < 18) + worn


async def filled(past: Past, name: str, until: datetime = END) -> None:
    await past.device("MILL", name, "pos_terminal")
    times = moments(BEGIN, until, HOUR / 2)
    await past.measure(name, [(at, {"disk_percent": disk(at), "cpu_percent": 20}) for at in times])
    await past.roll_up()


async def predicted(past: Past, device: str) -> Any:
    return await made(await past.client.get(f"/api/ai/predict/{device}"))


async def test_a_disk_that_fills_is_foreseen_with_when_and_why(past: Past) -> None:
    await filled(past, "TILL")
    assert await look_at_all(past.db, END) == 1

    answer = await predicted(past, "TILL")

    (one,) = answer["predictions"]
    assert (one["metric"], one["limit"], one["severity"]) == ("disk_percent", 85.0, "warning")
    crosses = WEAR + timedelta(days=(85 - 50.3) / PER_DAY)
    at = datetime.fromisoformat(one["crosses_at"])
    assert abs(at - crosses) < 0.1 * (crosses - END)
    assert datetime.fromisoformat(one["lower"]) < crosses < datetime.fromisoformat(one["upper"])
    assert abs(one["rate_per_day"] - PER_DAY) < 0.3
    assert abs(datetime.fromisoformat(one["since"]) - WEAR) < timedelta(days=1)
    assert one["confidence"] == answer["risk_score"] > 0.9
    assert one["prediction"].startswith("Disk")
    assert "85 %" in one["prediction"]
    assert one["recommended_action"].endswith("Free space or replace the disk before it is full.")
    assert (answer["device_id"], answer["forecast_period"]) == ("TILL", "14d")
    assert datetime.fromisoformat(answer["generated_at"]) == END
    assert answer["history"]["is_enough"]
    stands = 50.3 + (END - WEAR) / timedelta(days=1) * PER_DAY
    said = [float(one) for one in re.findall(r"(\d+(?:\.\d+)?) %", one["reasoning"])]
    assert said[:2] == pytest.approx([stands - 50.3, stands], abs=1.5), one["reasoning"]
    assert said[2] == pytest.approx(PER_DAY, abs=0.3), "a day"


async def test_the_schedule_has_a_line_for_it_that_a_person_can_move(past: Past) -> None:
    await filled(past, "TILL")
    await look_at_all(past.db, END)
    (one,) = (await predicted(past, "TILL"))["predictions"]

    (term,) = (await made(await past.client.get("/api/ai/maintenance")))["items"]
    assert (term["device_id"], term["state"]) == ("TILL", "planned")
    assert term["prediction_id"] == one["prediction_id"]
    assert term["due_at"] == one["lower"]
    assert term["cost"] is None
    assert "visit" in term["cost_why"]

    later = (END + timedelta(days=2)).isoformat()
    path = f"/api/ai/maintenance/{term['term_id']}"
    body = {"due_at": later, "note": "with the next delivery"}
    moved = await made(await past.client.patch(path, json=body))
    assert datetime.fromisoformat(moved["due_at"]).isoformat() == later
    # What a person said stands, whatever is foreseen an hour later.
    await look_at_all(past.db, END + HOUR)
    (again,) = (await made(await past.client.get("/api/ai/maintenance")))["items"]
    assert (again["due_at"], again["note"]) == (moved["due_at"], "with the next delivery")
    done = await past.client.patch(path, json={"state": "done"})
    assert done.json()["state"] == "done"
    assert (await past.client.patch(path, json={"state": "lapsed"})).status_code == 422
    assert (await past.client.patch("/api/ai/maintenance/TERM-X", json={})).status_code == 404


async def test_what_is_foreseen_can_be_asked_for_in_plain_words(past: Past) -> None:
    await filled(past, "TILL")
    await past.device("MILL", "NEW", "pos_terminal")

    async def asked(question: str) -> dict[str, Any]:
        answer = await past.client.post("/api/ai/query", json={"question": question})
        return dict(answer.json()["result"])

    assert (await asked("Which devices need maintenance in the next 30 days?"))["kind"] == "none"
    await look_at_all(past.db, END)
    (one,) = (await predicted(past, "TILL"))["predictions"]

    due = await asked("Which devices need maintenance in the next 30 days?")
    assert (due["kind"], due["value"]) == ("devices", ["TILL"])
    assert (await asked("How many devices need maintenance within 30 days?"))["value"] == 1
    crossing = await asked("When will the disk of TILL be full?")
    assert crossing["kind"] == "timestamp"
    said = [datetime.fromisoformat(at) for at in (crossing["value"], one["crosses_at"])]
    assert said[0] == said[1]
    risk = await asked("How high is the failure risk of TILL?")
    assert (risk["value"], risk["unit"]) == (pytest.approx(100 * one["confidence"], abs=0.1), "%")


async def test_a_tariff_gives_the_line_its_cost(past: Past) -> None:
    body = {"downtime_cost_per_hour": 40, "visit_cost": 90, "currency": "EUR"}
    assert (await past.client.patch("/api/sites/MILL", json={"tariff": body})).is_success
    await filled(past, "TILL")
    await look_at_all(past.db, END)
    (term,) = (await made(await past.client.get("/api/ai/maintenance")))["items"]
    assert (float(term["cost"]), term["currency"], term["cost_why"]) == (90.0, "EUR", "A visit.")


async def test_a_prediction_ends_when_the_limit_is_reached_or_the_wear_is_gone(past: Past) -> None:
    await filled(past, "TILL")
    await filled(past, "DESK")
    await look_at_all(past.db, END)
    # One is filled up within hours, the other is cleared.
    for name, level in (("TILL", 90.0), ("DESK", 50.0)):
        times = moments(END, END + 30 * HOUR, HOUR / 2)
        await past.measure(name, [(at, {"disk_percent": level}) for at in times])
    await past.roll_up()
    await look_at_all(past.db, END + 30 * HOUR)

    till, desk = await predicted(past, "TILL"), await predicted(past, "DESK")
    assert till["risk_score"] == 1
    (reached,) = till["reached"]
    assert "already above its warning limit of 85 %" in reached["words"]
    assert (desk["predictions"], desk["reached"], desk["risk_score"]) == ([], [], 0)
    terms = (await made(await past.client.get("/api/ai/maintenance")))["items"]
    assert {one["device_id"]: one["state"] for one in terms} == {
        "TILL": "planned",
        "DESK": "lapsed",
    }


async def test_too_little_history_is_an_answer(past: Past) -> None:
    await past.device("MILL", "NEW", "pos_terminal")
    answer = await predicted(past, "NEW")
    assert answer["risk_score"] is None
    assert answer["why"]["risk_score"].startswith("Not looked at yet")

    times = moments(END - HOUR, END, timedelta(minutes=5))
    await past.measure("NEW", [(at, {"disk_percent": 50}) for at in times])
    await past.roll_up()
    await look_at_all(past.db, END)
    answer = await predicted(past, "NEW")
    assert answer["history"]["words"] == "Not enough history: 1 h of 24 h needed."
    assert answer["risk_score"] is None
    assert answer["predictions"] == []


async def test_limits_of_a_device_stand_in_place_of_its_types(past: Past) -> None:
    await filled(past, "TILL")
    said = {"limits": {"disk_percent": {"warning_above": 80.0}}}
    answer = await past.client.put("/api/devices/TILL/thresholds", json=said)
    assert answer.is_success, answer.text
    await look_at_all(past.db, END)
    (one,) = (await predicted(past, "TILL"))["predictions"]
    assert one["limit"] == 80.0


async def test_what_comes_later_changes_no_earlier_forecast(past: Past) -> None:
    await filled(past, "TILL")
    await look_at_all(past.db, END - 12 * HOUR)
    first = (await predicted(past, "TILL"))["predictions"]
    times = moments(END, END + 6 * HOUR, HOUR / 2)
    await past.measure("TILL", [(at, {"disk_percent": 10.0}) for at in times])
    await past.roll_up()
    await look_at_all(past.db, END - 12 * HOUR)
    assert (await predicted(past, "TILL"))["predictions"] == first


async def test_what_went_like_it_before_is_told_with_what_was_done(past: Past) -> None:
    """A disk that filled a week and more ago and was cleared, and one that fills now."""
    await past.device("MILL", "OLD", "pos_terminal")
    times = moments(BEGIN, END, HOUR / 2)
    began, cleared = midnight(12), midnight(5)

    def old(at: datetime) -> float:
        filled_by = (at - began) / timedelta(days=1) * PER_DAY if began <= at < cleared else 0
        return 50 + 0.2 * math.sin((at - BEGIN) / HOUR * 2.7) + filled_by

    await past.measure("OLD", [(at, {"disk_percent": old(at), "cpu_percent": 20}) for at in times])
    await filled(past, "TILL")
    memory = Memory(Embedding(), "all-MiniLM-L6-v2")
    sign = await Looker(past.db, past.archive, past.tenant).signature_of("OLD", began, cleared)
    assert sign is not None
    async with past.db.tenant(past.tenant) as tx:
        pattern = IncidentPattern(
            "Journals were never cleared", "INC-OLD", "OLD", "storage", "warning", began, cleared,
            "Cleared the journals", True, sign,
        )  # fmt: skip
        await memory.save_incident_pattern(system_caller(tx, past.tenant, "a test"), pattern)
    await look_at_all(past.db, END)
    before = await predicted(past, "TILL")
    assert before["similar_progressions"] == []

    assert await recall(past.db, memory, past.archive, END) == 1
    assert await recall(past.db, memory, past.archive, END + HOUR) == 0, "once a day is enough"

    answer = await predicted(past, "TILL")
    (one,) = answer["similar_progressions"]
    assert one["prediction_id"] == answer["predictions"][0]["prediction_id"]
    assert (one["incident_id"], one["device_id"], one["effective"]) == ("INC-OLD", "OLD", True)
    assert one["resolution"] == "Cleared the journals"
    assert one["similarity_score"] > 0.5
    action = answer["predictions"][0]["recommended_action"]
    assert action.endswith("“Cleared the journals”, which worked the one time it was tried.")
    # What memory forgot since is told no more.
    async with past.db.tenant(past.tenant) as tx:
        await memory.forget(system_caller(tx, past.tenant, "a test"), "INC-OLD")
    assert (await predicted(past, "TILL"))["similar_progressions"] == []


async def test_the_worker_looks_each_hour_and_learns_each_night(
    past: Past, settings: Settings
) -> None:
    await filled(past, "TILL")
    of_worker = {task.name: task for one in FEATURES for task in one.tasks_of(settings)}
    look, learn = of_worker["prediction.look"], of_worker["prediction.learn"]
    minute, *others = look.cron.split()
    assert minute.isdigit()
    assert others == ["*"] * 4, "each hour of each day"
    assert [one.isdigit() for one in learn.cron.split()] == [True, True, False, False, False]

    await learn.run(past.db, END)
    await look.run(past.db, END)

    answer = await predicted(past, "TILL")
    assert datetime.fromisoformat(answer["generated_at"]) == END
    assert [one["metric"] for one in answer["predictions"]] == ["disk_percent"]
    assert answer["failure"]["words"].startswith("0 of 20 failures of this type (pos_terminal)")
