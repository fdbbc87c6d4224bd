"""The maintenance schedule as a calendar: what a calendar program is given, and who may read it."""

from datetime import timedelta
from typing import Any

import httpx
import icalendar
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.ai.analysed import Past, made

from homepot.ai.prediction.ical import calendar, escaped, folded
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake

KEYS = "/api/ai/maintenance-calendars"


@pytest.fixture
async def past(db: Database, app: FastAPI, operator: httpx.AsyncClient, archive: Archive) -> Past:
    found = Past(db, operator, archive, app.state.process.part(Intake))
    await found.site("MILL", "Europe/Oslo")
    await found.device("MILL", "PUMP", "industrial_controller")
    return found


async def planned(past: Past, what: str, days: int, **more: Any) -> Any:
    due = now().replace(microsecond=0) + timedelta(days=days)
    body = {"device_id": "PUMP", "what": what, "due_at": due.isoformat(), **more}
    return await made(await past.client.post("/api/ai/maintenance", json=body))


async def feed(client: httpx.AsyncClient, path: str) -> icalendar.Calendar:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    found = icalendar.Calendar.from_ical(answer.content)
    assert found.errors == []
    return found


def events(found: icalendar.Calendar) -> dict[str, Any]:
    assert all(one.errors == [] for one in found.walk("VEVENT"))
    return {str(one["UID"]).partition("@")[0]: one for one in found.walk("VEVENT")}


async def test_a_calendar_program_reads_the_schedule_without_signing_in(
    past: Past, people: Any
) -> None:
    name = "Bearing of drive A, 6205; grease\\oil – façade, as thick as the old one was: 40 mm"
    soon = await planned(past, name, 3, parts="Bearing 6205", note="gate 2\nring twice")
    gone = await planned(past, "Paint it", 9)
    path = f"/api/ai/maintenance/{gone['term_id']}"
    await made(await past.client.patch(path, json={"state": "dropped"}))
    added = await made(await past.client.post(KEYS, json={"name": "Workshop"}))

    found = await feed(people.anonymous(), added["path"])

    assert found["VERSION"] == "2.0"
    told = events(found)
    assert set(told) == {soon["term_id"], gone["term_id"]}
    one = told[soon["term_id"]]
    assert str(one["SUMMARY"]) == f"PUMP: {name}"
    assert str(one["LOCATION"]) == "Mill"
    assert one["DTEND"].dt.isoformat() == soon["due_at"].replace("Z", "+00:00")
    assert one["DTEND"].dt - one["DTSTART"].dt == timedelta(hours=1)
    assert "Parts: Bearing 6205." in str(one["DESCRIPTION"])
    assert "gate 2\nring twice" in str(one["DESCRIPTION"])
    assert (str(one["STATUS"]), str(told[gone["term_id"]]["STATUS"])) == ("CONFIRMED", "CANCELLED")

    # What is moved is moved there too: the same event, changed later.
    later = now().replace(microsecond=0) + timedelta(days=5)
    path = f"/api/ai/maintenance/{soon['term_id']}"
    await made(await past.client.patch(path, json={"due_at": later.isoformat()}))
    again = events(await feed(people.anonymous(), added["path"]))[soon["term_id"]]
    assert again["DTEND"].dt == later
    assert again["LAST-MODIFIED"].dt >= one["LAST-MODIFIED"].dt


async def test_the_key_opens_nothing_else_and_can_be_taken_back(past: Past, people: Any) -> None:
    added = await made(await past.client.post(KEYS, json={"name": "Workshop"}))
    key = added["path"].partition("=")[2]
    stranger = people.anonymous()
    assert (await stranger.get("/api/ai/maintenance", params={"key": key})).status_code == 401
    bearer = people.anonymous(headers={"Authorization": f"Bearer {key}"})
    assert (await bearer.get("/api/ai/maintenance")).status_code == 401

    (listed,) = (await made(await past.client.get(KEYS)))["items"]
    assert (listed["name"], listed["last_read_at"]) == ("Workshop", None)
    assert key not in str(listed)
    assert events(await feed(stranger, added["path"])) == {}
    (listed,) = (await made(await past.client.get(KEYS)))["items"]
    assert listed["last_read_at"] is not None

    assert (await past.client.delete(f"{KEYS}/{added['id']}")).status_code == 204
    refused = await stranger.get(added["path"])
    assert refused.status_code == 401
    assert "taken back" in refused.json()["detail"]
    assert (await past.client.delete(f"{KEYS}/{added['id']}")).status_code == 404
    for wrong in ("", "x", "hpcal_\0", "y" * 201):
        answer = await stranger.get("/api/ai/maintenance.ics", params={"key": wrong})
        assert answer.status_code in (401, 422)


async def test_whose_account_is_closed_reads_nothing_any_more(past: Past, people: Any) -> None:
    added = await made(await past.client.post(KEYS, json={"name": "Workshop"}))
    async with past.db.system() as tx:
        await tx.execute(text("update users set deactivated_at = now()"))
    assert (await people.anonymous().get(added["path"])).status_code == 401


async def test_a_key_shows_the_schedule_of_its_own_tenant(past: Past, people: Any) -> None:
    await planned(past, "Grease it", 3)
    stranger = await people.client(await people.add("operator", tenant="Elsewhere"))
    added = await made(await stranger.post(KEYS, json={"name": "Mine"}))
    assert events(await feed(people.anonymous(), added["path"])) == {}


def test_an_empty_calendar_is_one() -> None:
    found = icalendar.Calendar.from_ical(calendar([], None))
    assert list(found.walk("VEVENT")) == []


@pytest.mark.parametrize("what", ["a" * 300, "é" * 100, "𝄞" * 80, "plain"])
def test_long_lines_are_folded_between_letters(what: str) -> None:
    lines = list(folded(f"SUMMARY:{what}"))
    assert all(len(one.encode()) <= 75 for one in lines)
    assert lines[0] + "".join(one[1:] for one in lines[1:]) == f"SUMMARY:{what}"


def test_a_calendar_holds_no_control_characters() -> None:
    assert escaped("a\x00\x07b\r\nc") == "ab\\nc"
