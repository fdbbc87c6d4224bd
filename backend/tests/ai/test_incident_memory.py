"""Incidents and memory: what was like a new one, what is remembered, and what is forgotten."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.remembered import NAME, loader
from tests.watched import START, World, recorded_incident

from homepot.access.caller import system_caller
from homepot.access.permissions import Permission, Role
from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import Embedding
from homepot.ai.incidents import service as incidents
from homepot.ai.incidents.likeness import INCOMPARABLE, NOT_YET
from homepot.ai.incidents.remembering import MISSING_EVERY, TAKEN_FOR, Rememberer
from homepot.ai.incidents.service import Given
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive

# Days are lived through in steps of minutes: half a minute on two busy cores, so minutes elsewhere.
pytestmark = pytest.mark.timeout(600)

NOW = START + timedelta(days=3)
DAY = timedelta(days=1)


def hot_each_day(device: int, metric: str, at: datetime) -> float:
    """One device after the other is hot for three hours, a day apart; the last has a full link."""
    since = at - NOW - timedelta(hours=1) - device * DAY
    if not timedelta(0) <= since < timedelta(hours=3):
        return 0.0
    if device == 2:
        return 90.0 if metric == "network_latency_ms" else 0.0
    return 9.0 if metric == "temperature_celsius" else 0.0


@pytest.fixture
async def embedding() -> AsyncIterator[Embedding]:
    found = Embedding(loader)
    yield found
    found.close()


@pytest.fixture
def rememberer(embedding: Embedding, tmp_path: Path) -> Rememberer:
    return Rememberer(Memory(embedding, NAME), Archive(tmp_path))


@pytest.fixture
async def world(db: Database, people: Any, estate: Any) -> World:
    person = await people.add(Role.OPERATOR)
    collector: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    site_id = await estate.site()
    device_ids = [(await estate.agent(site_id)).device_id for _ in range(3)]
    return World(db, collector, device_ids, hot_each_day)


class Days:
    """Lives through the days of the world, and knows the incident of each."""

    def __init__(self, world: World, admin: httpx.AsyncClient, rememberer: Rememberer) -> None:
        self.world, self.admin, self.rememberer = world, admin, rememberer
        self.at = NOW

    async def next(self, hours: float = 24) -> dict[str, Any]:
        end = self.at + timedelta(hours=hours)
        await self.world.live(self.at, end)
        self.at = end
        await self.rememberer.run(self.world.db, end)
        newest = (await self.admin.get("/api/incidents")).json()["items"][0]
        return await self.story(newest["incident_id"])

    async def story(self, incident_id: str) -> dict[str, Any]:
        answer = await self.admin.get(f"/api/incidents/{incident_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def say(self, incident: dict[str, Any], word: str, **body: Any) -> None:
        answer = await self.admin.post(
            f"/api/incidents/{incident['incident_id']}/{word}", json=body
        )
        assert answer.status_code == 200, answer.text
        # Said by the clock of the machine, which the days of this world know nothing of.
        async with self.world.db.system() as tx:
            await tx.execute(text("update incident_errands set due_at = :at"), {"at": self.at})
        await self.rememberer.run(self.world.db, self.at)


@pytest.fixture
async def days(world: World, admin: httpx.AsyncClient, rememberer: Rememberer) -> Days:
    await world.send(START, NOW)
    await world.look(NOW)
    return Days(world, admin, rememberer)


async def patterns(db: Database) -> list[dict[str, Any]]:
    query = (
        "select incident_id, resolution, effective, signature is not null as has_signature,"
        " embedding from ai_incident_patterns order by id"
    )
    async with db.system() as tx:
        return [dict(row) for row in (await tx.execute(text(query))).mappings()]


async def test_what_was_done_is_found_again_with_whether_it_worked(days: Days) -> None:
    first = await days.next()
    assert first["likeness"]["words"] == "Nothing like it is remembered yet."
    assert first["likeness"]["similar_past_incidents"] == []
    await days.say(first, "resolve", note="Cleaned the filter", worked=True)
    [kept] = await patterns(days.world.db)
    assert (kept["incident_id"], kept["resolution"]) == (first["incident_id"], "Cleaned the filter")
    assert (kept["effective"], kept["has_signature"]) == (True, True)
    # While the second one is hot: what is known is known at once.
    second = await days.next(hours=2)
    assert (second["device_id"], second["state"]) == (days.world.device_ids[1], "open")
    assert second["likeness"]["words"] == (
        f"Resembles {first['incident_id']} (temperature, 5 Nov 2026), fixed by “Cleaned the"
        " filter”, which worked the one time it was tried."
    )
    assert "What helped before: Cleaned the filter." in second["what_now"]
    [case] = second["likeness"]["similar_past_incidents"]
    assert (case["incident_id"], case["effective"]) == (first["incident_id"], True)
    assert second["likeness"]["recommendation"]["incident_ids"] == [first["incident_id"]]
    await days.next(hours=22)
    other = await days.next(hours=3)
    assert (other["device_id"], other["category"]) == (days.world.device_ids[2], "connectivity")
    assert other["likeness"]["words"] == "Nothing like it is remembered yet."
    assert other["what_now"].startswith("Check its power")


async def test_what_was_there_before_memory_is_compared_in_the_background(days: Days) -> None:
    """With what was known then, and where nothing can be compared it says so."""
    first = await days.next()
    await days.say(first, "resolve", note="Cleaned the filter", worked=True)
    second = await days.next()
    # As if both were from a time in which nobody looked; a third was recorded without readings.
    given = Given(
        "before", days.world.device_ids[2], "power", "warning", START - 90 * DAY,
        START - 89 * DAY, "the lamp is dark", "a new lamp", True,
    )  # fmt: skip
    async with days.world.db.system() as tx:
        await tx.execute(text("delete from incident_likenesses"))
        tenant_id = (await tx.execute(text("select tenant_id from incidents limit 1"))).scalar_one()
    async with days.world.db.tenant(tenant_id) as tx:
        recorded = await incidents.record(system_caller(tx, tenant_id, "a test"), given, days.at)
    assert recorded is not None
    assert (await days.story(second["incident_id"]))["likeness"] is None
    for _ in range(2):  # what is missing is ordered when nothing else is due, and then done
        days.at += MISSING_EVERY
        await days.rememberer.run(days.world.db, days.at)
    told = [(await days.story(one["incident_id"]))["likeness"] for one in (first, second)]
    assert told[0]["words"] == "Nothing like it is remembered yet."
    assert told[1]["words"].startswith(f"Resembles {first['incident_id']} (temperature, 5 Nov")
    lamp = (await days.story(recorded.public_id))["likeness"]
    assert lamp["words"] == INCOMPARABLE
    # Nothing is looked for a second time.
    days.at += MISSING_EVERY
    assert await days.rememberer.run(days.world.db, days.at) == 0
    assert await days.rememberer.run(days.world.db, days.at) == 0


async def test_a_correction_is_remembered_and_what_is_removed_is_forgotten(days: Days) -> None:
    first = await days.next()
    path = f"/api/incidents/{first['incident_id']}"
    await days.say(first, "resolve", note="Cleaned the filter", worked=True)
    [before] = await patterns(days.world.db)
    body = {"resolution": "Fitted a new fan motor", "worked": False}
    assert (await days.admin.patch(path, json=body)).status_code == 200
    await days.rememberer.run(days.world.db, days.at + 30 * DAY)
    [after] = await patterns(days.world.db)
    assert (after["resolution"], after["effective"]) == ("Fitted a new fan motor", False)
    assert after["embedding"] != before["embedding"]
    second = await days.next(hours=2)
    assert "“Fitted a new fan motor” was tried and did not help" in second["likeness"]["words"]
    assert [one["what"] for one in (await days.story(first["incident_id"]))["history"]][-1] == (
        "corrected"
    )
    # The second goes on, and cannot be removed; the first can.
    going_on = await days.admin.delete(f"/api/incidents/{second['incident_id']}")
    assert going_on.status_code == 409
    assert (await days.admin.delete(path)).status_code == 204
    assert await patterns(days.world.db) == []
    assert (await days.admin.get(path)).status_code == 404
    second = await days.story(second["incident_id"])
    assert second["likeness"]["similar_past_incidents"] == []
    audit = (await days.admin.get("/api/audit")).json()["items"]
    assert audit[0]["action"] == "incident.removed"


async def test_normal_is_no_trouble_and_what_comes_back_was_not_mended(days: Days) -> None:
    first = await days.next()
    assert first["state"] == "closed"
    # Over by itself: it is remembered, and nobody knows what helped.
    [kept] = await patterns(days.world.db)
    assert (kept["resolution"], kept["effective"]) == (None, None)
    await days.say(first, "resolve", note="Cleaned the filter", worked=True)
    await days.say(first, "reopen", note="hot again")
    [kept] = await patterns(days.world.db)
    assert (kept["resolution"], kept["effective"]) == ("Cleaned the filter", False)
    await days.say(first, "normal")
    assert await patterns(days.world.db) == []


async def test_a_worker_killed_at_any_point_leaves_nothing_undone(
    days: Days, rememberer: Rememberer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    async def killed(*_: Any, **__: Any) -> None:
        raise Killed

    broken = Rememberer(rememberer._memory, rememberer._archive)
    monkeypatch.setattr(broken, "_with_signatures", killed)
    await days.world.live(NOW, NOW + timedelta(hours=2))
    days.at = NOW + timedelta(hours=2)
    with pytest.raises(Killed):
        await broken.run(days.world.db, days.at)
    [told] = (await days.admin.get("/api/incidents")).json()["items"]
    assert (await days.story(told["incident_id"]))["likeness"] is None
    assert await rememberer.run(days.world.db, days.at) == 0  # the killed one may still be at it
    assert await rememberer.run(days.world.db, days.at + TAKEN_FOR) == 1
    assert (await days.story(told["incident_id"]))["likeness"] is not None
    assert await rememberer.run(days.world.db, days.at + 2 * TAKEN_FOR) == 0


async def test_what_cannot_be_done_is_tried_later_and_holds_up_nothing_else(
    days: Days, rememberer: Rememberer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await days.next()
    await days.next()
    async with days.world.db.system() as tx:
        await tx.execute(
            text("insert into incident_errands (tenant_id, incident_id, what, due_at)"
                 " select tenant_id, id, 'remember', :at from incidents"),
            {"at": days.at},
        )  # fmt: skip
        await tx.execute(text("delete from ai_incident_patterns"))
    whole = rememberer._memory.save_incident_patterns

    async def not_of_the_first(caller: Any, given: Any) -> Any:
        if any(one.incident_id == first["incident_id"] for one in given):
            raise ValueError("no")
        return await whole(caller, given)

    monkeypatch.setattr(rememberer._memory, "save_incident_patterns", not_of_the_first)
    await rememberer.run(days.world.db, days.at)
    assert len(await patterns(days.world.db)) == 1
    monkeypatch.undo()
    assert await rememberer.run(days.world.db, days.at) == 0
    assert await rememberer.run(days.world.db, days.at + timedelta(minutes=1)) == 1
    assert len(await patterns(days.world.db)) == 2


async def test_what_goes_on_and_shows_too_little_yet_is_looked_at_again(
    world: World, admin: httpx.AsyncClient, rememberer: Rememberer, people: Any
) -> None:
    incident_id = await recorded_incident(people, world.device_ids[0])
    days = Days(world, admin, rememberer)
    days.at = now()
    assert await rememberer.run(world.db, days.at) == 0  # it is ordered by that
    assert await rememberer.run(world.db, days.at) == 1
    assert (await days.story(incident_id))["likeness"]["words"] == NOT_YET
    assert await rememberer.run(world.db, days.at) == 0
    later = days.at + timedelta(minutes=3)
    assert await rememberer.run(world.db, later) == 1
    async with world.db.system() as tx:
        await tx.execute(text("update incidents set state = 'closed', ended_at = now()"))
    assert await rememberer.run(world.db, later + timedelta(hours=1)) == 1
    assert (await days.story(incident_id))["likeness"]["words"] == INCOMPARABLE
    assert await rememberer.run(world.db, later + timedelta(days=1)) == 0
