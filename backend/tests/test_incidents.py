"""Incidents as people meet them: read, confirmed, resolved, called normal, and kept apart."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text
from tests.watched import START, World

from homepot.access.permissions import Permission, Role
from homepot.ai.anomaly_detection.service import Anomaly
from homepot.ai.anomaly_detection.watching import store as watching
from homepot.ai.health import service as health
from homepot.ai.incidents import following, routes
from homepot.ai.incidents.jobs import follow_offline
from homepot.ai.incidents.words import amount
from homepot.alerts.incidents import read_new
from homepot.core.clock import now
from homepot.core.database import Connection, Database

# Days are lived through in steps of minutes: that takes minutes on a busy machine.
pytestmark = pytest.mark.timeout(600)

NOW = START + timedelta(days=3)


@pytest.fixture
async def world(db: Database, people: Any, estate: Any) -> World:
    person = await people.add(Role.OPERATOR)
    collector: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    site_id = await estate.site()
    device_ids = [(await estate.agent(site_id)).device_id for _ in range(2)]
    return World(db, collector, device_ids)


def each_evening(device: int, metric: str, at: datetime) -> float:
    """Two hours from the first and from the fifth hour on, the same each time."""
    since = (at - NOW).total_seconds() / 3600
    is_hot = 1 <= since < 3 or 7 <= since < 9
    return 9.0 if device == 0 and metric == "temperature_celsius" and is_hot else 0.0


async def _with_newest(admin: httpx.AsyncClient, incident_id: str, at: datetime) -> dict[str, Any]:
    """The newest reading is known a moment after its receipt."""
    for _ in range(600):
        story: dict[str, Any] = (await admin.get(f"/api/incidents/{incident_id}")).json()
        now_at = story["course"][0]["now_at"]
        if now_at is not None and datetime.fromisoformat(now_at) >= at:
            break
        await asyncio.sleep(0.05)
    return story


async def only(admin: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await admin.get("/api/incidents", params=asked)
    assert answer.status_code == 200, answer.text
    [found] = answer.json()["items"]
    return dict(found)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """People speak by the clock of the machine, which the days of this world know nothing of."""
    return lambda at: monkeypatch.setattr(routes, "now", lambda: at)


async def say(admin: httpx.AsyncClient, incident: dict[str, Any], word: str, **body: Any) -> Any:
    path = f"/api/incidents/{incident['incident_id']}/{word}"
    return await admin.post(path, json=body)


async def judged(
    db: Database, admin: httpx.AsyncClient, world: World, at: datetime
) -> dict[str, Any]:
    """The health of the first device."""
    async with db.system() as tx:
        await health.judge(tx, {}, at)
    return dict((await admin.get(f"/api/devices/{world.device_ids[0]}/health")).json())


async def test_an_incident_is_told_confirmed_and_resolved_and_returns(
    world: World, admin: httpx.AsyncClient, clock: Callable[[datetime], None]
) -> None:
    world.fault = each_evening
    await world.send(START, NOW)
    await world.live(NOW, NOW + timedelta(hours=2, minutes=50))
    told = await only(admin, state="open", category="temperature", device=world.device_ids[0])
    assert (await only(admin, q="temperature_celsius"))["incident_id"] == told["incident_id"]
    story = (await admin.get(f"/api/incidents/{told['incident_id']}")).json()
    assert story["told"]["words"] == "Nothing is known of anybody being told."
    assert story["told"]["decisions"] == []
    await read_new(world.db, NOW + timedelta(hours=2))
    story = (await admin.get(f"/api/incidents/{told['incident_id']}")).json()
    assert story["told"]["words"] == "Nobody was told. There was no channel yet."
    assert [one["what"] for one in story["told"]["decisions"]] == ["opened"]
    assert [one["device_id"] for one in story["members"]] == [world.device_ids[0]]
    assert [one["metrics"][0]["name"] for one in story["anomalies"]] == ["temperature_celsius"]
    anomalies = (await admin.get("/api/ai/anomalies", params={"open": "true"})).json()["items"]
    assert [one["id"] for one in anomalies] == [one["id"] for one in story["anomalies"]]
    assert (await say(admin, told, "confirm", note="on my way")).json()["state"] == "confirmed"
    again = await say(admin, told, "confirm")
    assert again.status_code == 409
    assert "only while it is open" in again.json()["detail"]
    clock(NOW + timedelta(hours=2, minutes=50))
    done = await say(admin, told, "resolve", note="cleaned the filter", worked=True)
    assert (done.json()["state"], done.json()["worked"]) == ("resolved", True)
    # It goes on for a moment, which is no harm; what returns after it was over opens it again.
    await world.live(NOW + timedelta(hours=2, minutes=50), NOW + timedelta(hours=6))
    assert (await only(admin))["state"] == "resolved"
    await world.live(NOW + timedelta(hours=6), NOW + timedelta(hours=9))
    back = await only(admin)
    assert (back["state"], back["reopened"]) == ("open", 1)
    story = (await admin.get(f"/api/incidents/{told['incident_id']}")).json()
    assert [(one["what"], one["note"]) for one in story["history"]] == [
        ("opened", None),
        ("confirmed", "on my way"),
        ("resolved", "cleaned the filter"),
        ("reopened", "It is back: not mended."),
    ]


async def test_what_goes_on_after_it_was_resolved_is_open_again(
    world: World, admin: httpx.AsyncClient, clock: Callable[[datetime], None]
) -> None:
    world.fault = lambda device, metric, at: (
        9.0 if device == 0 and metric == "temperature_celsius" and at >= NOW else 0.0
    )
    await world.send(START, NOW)
    await world.live(NOW, NOW + timedelta(hours=2))
    told = await only(admin, state="open")
    clock(NOW + timedelta(hours=2))
    await say(admin, told, "resolve", note="restarted it", worked=True)
    await world.live(NOW + timedelta(hours=2), NOW + timedelta(hours=3, minutes=20))
    assert (await only(admin))["state"] == "resolved"
    await world.live(NOW + timedelta(hours=3, minutes=20), NOW + timedelta(hours=4))
    story = (await admin.get(f"/api/incidents/{told['incident_id']}")).json()
    assert (story["state"], story["reopened"], story["worked"]) == ("open", 1, None)
    last = story["history"][-1]
    assert (last["what"], last["note"]) == ("reopened", "It goes on: not mended.")
    assert (last["worked"], last["actor_kind"]) == (False, "system")


async def test_another_metric_off_after_it_was_resolved_opens_it_at_once(
    world: World, admin: httpx.AsyncClient, clock: Callable[[datetime], None]
) -> None:
    def fault(device: int, metric: str, at: datetime) -> float:
        if device or at < NOW:
            return 0.0
        late = at >= NOW + timedelta(hours=2)
        return {"temperature_celsius": 9.0, "network_latency_ms": 90.0 * late}.get(metric, 0.0)

    world.fault = fault
    await world.send(START, NOW)
    await world.live(NOW, NOW + timedelta(hours=2))
    told = await only(admin, state="open")
    clock(NOW + timedelta(hours=2))
    await say(admin, told, "resolve", note="restarted it")
    await world.live(NOW + timedelta(hours=2), NOW + timedelta(hours=3))
    assert (await only(admin))["state"] == "open"


async def test_what_was_called_normal_is_not_told_again_and_weighs_no_more(
    world: World, admin: httpx.AsyncClient, db: Database
) -> None:
    world.fault = each_evening
    await world.send(START, NOW)
    await world.live(NOW, NOW + timedelta(hours=2))
    told = await only(admin)
    assert (await judged(db, admin, world, NOW + timedelta(hours=2)))["status"] != "healthy"
    answer = await say(admin, told, "normal", note="the oven is on")
    assert answer.json()["state"] == "normal"
    # It goes on still, and is as it should be.
    assert (await admin.get("/api/ai/anomalies", params={"open": "true"})).json()["items"]
    well = await judged(db, admin, world, NOW + timedelta(hours=2, seconds=10))
    assert (well["score"], well["health"]) == (1.0, "healthy")
    await world.live(NOW + timedelta(hours=2), NOW + timedelta(hours=9))
    assert (await only(admin))["state"] == "normal"
    assert (await judged(db, admin, world, NOW + timedelta(hours=9)))["score"] == 1.0


async def test_health_says_why_and_the_list_shows_it(
    world: World, admin: httpx.AsyncClient, db: Database
) -> None:
    world.fault = each_evening
    await world.send(START, NOW)
    await world.look(NOW)

    first = await judged(db, admin, world, NOW)
    assert first["learning"]["words"] == "watching"
    await world.live(NOW, NOW + timedelta(hours=2))
    ill = await judged(db, admin, world, NOW + timedelta(hours=2))
    assert ill["status"] in ("warning", "critical")
    lost = sum(one["lost"] for one in ill["factors"])
    assert ill["score"] == pytest.approx(max(0, 1 - lost))
    assert ill["reason"] == "Temperature off the usual"
    listed = (await admin.get("/api/devices")).json()["items"]
    shown = {one["device_id"]: one["health"] for one in listed}
    assert shown == {world.device_ids[0]: ill["health"], world.device_ids[1]: "healthy"}
    await world.live(NOW + timedelta(hours=2), NOW + timedelta(hours=5))
    well = await judged(db, admin, world, NOW + timedelta(hours=5))
    assert (well["score"], well["status"]) == (1.0, "healthy")
    assert [one["status"] for one in well["history"]][:2] == ["healthy", ill["status"]]


async def test_two_who_find_one_trouble_at_once_make_one_incident(
    world: World, db: Database, admin: httpx.AsyncClient
) -> None:
    """Readings and signs of life stay away together, and each is missed by a loop of its own."""
    await world.send(START, START + timedelta(hours=1))
    async with db.system() as tx:
        place = text("select id, tenant_id, site_id from devices where public_id = :device")
        [device] = await tx.execute(place, {"device": world.device_ids[0]})

    async def miss(tx: Connection, number: int) -> None:
        values = {
            "tenant_id": device.tenant_id, "device_id": device.id, "site_id": device.site_id,
            "health_score": 0.3, "status": "critical", "metrics": [], "kind": "silent",
            "severity": "warning", "p_value": 0.0, "started_at": NOW, "detected_at": NOW,
            "ended_at": None, "muted": None, "engine_version": "test", "generation": 0,
            "number": number, "created_at": NOW,
        }  # fmt: skip
        row = values | {"id": await watching.add(tx, values)}
        await following.take(tx, [Anomaly.of(row)], NOW)

    async def miss_too() -> None:
        async with db.system() as tx:
            await miss(tx, 2)

    async with db.system() as tx:
        await miss(tx, 1)
        other = asyncio.create_task(miss_too())
        async with asyncio.timeout(60), db.system() as looking:
            waits = text(
                "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            )
            while not other.done() and not (await looking.execute(waits)).scalar_one():
                await asyncio.sleep(0.02)
    await other
    told = await only(admin)
    story = (await admin.get(f"/api/incidents/{told['incident_id']}")).json()
    assert len(story["anomalies"]) == 2


async def test_an_incident_tells_then_worst_and_now_apart(
    world: World, admin: httpx.AsyncClient, clock: Callable[[datetime], None]
) -> None:
    """It is hot, then hotter, then less so; and the clock is that of the site."""

    def hot(device: int, metric: str, at: datetime) -> float:
        since = (at - NOW).total_seconds() / 3600
        is_it = device == 0 and metric == "temperature_celsius"
        return 0.0 if not is_it or since < 0 else 9.0 if since < 1 else 14.0 if since < 2 else 11.0

    world.fault = hot
    await world.send(START, NOW)
    await world.live(NOW, NOW + timedelta(hours=3))
    clock(NOW + timedelta(hours=3))
    told = await only(admin)
    story = await _with_newest(admin, told["incident_id"], NOW + timedelta(hours=3) - world.step)
    [course] = story["course"]
    assert (course["label"], course["unit"]) == ("Temperature", "°C")
    assert story["timezone"] == "Europe/Lisbon"
    assert " WET." in story["description"]
    assert course["usual"] + 7 < course["then"] < course["usual"] + 11
    # Each is what was measured at its moment, and the worst is the highest of all.
    measured = {}
    at = NOW
    while at < NOW + timedelta(hours=3):
        measured[at] = world.values(0, at)["temperature_celsius"]
        at += world.step
    worst_at = max(measured, key=lambda moment: measured[moment])
    assert course["worst"] == pytest.approx(measured[worst_at])
    assert datetime.fromisoformat(course["worst_at"]) == worst_at
    assert course["now"] == pytest.approx(measured[max(measured)])
    assert datetime.fromisoformat(course["now_at"]) == max(measured)
    assert f"{amount(course['then'], '°C')}, " in story["description"]
    assert f"Temperature {amount(course['worst'], '°C')} at" in story["course_words"]
    newest = max(measured).astimezone(ZoneInfo("Europe/Lisbon"))
    assert story["course_words"].endswith(
        f"Now, at {newest:%H:%M}: Temperature {amount(course['now'], '°C')}."
    )


async def test_a_device_that_is_new_says_how_far_it_has_learned(
    world: World, admin: httpx.AsyncClient, db: Database
) -> None:
    await world.send(START, START + timedelta(hours=9, minutes=10))
    await world.look(START + timedelta(hours=9, minutes=10))
    async with db.system() as tx:
        await health.judge(tx, {}, START)
    found = (await admin.get(f"/api/devices/{world.device_ids[0]}/health")).json()
    assert (found["status"], found["score"]) == ("unknown", None)
    assert found["reason"] == found["learning"]["words"] == "learning, 9 of 24 h"


async def test_a_device_of_signs_of_life_alone_is_missed_too(
    world: World, admin: httpx.AsyncClient, db: Database, estate: Any
) -> None:
    agent = await estate.agent()
    await agent.tell("/agent/heartbeat")
    gone = now()
    async with db.system() as tx:
        await tx.execute(
            text("update device_state set connectivity = 'offline'"
                 " where device_id = (select id from devices where public_id = :id)"),
            {"id": agent.device_id},
        )  # fmt: skip
        await tx.execute(
            text("insert into connectivity_changes (tenant_id, device_id, at, state, previous)"
                 " select tenant_id, id, :at, 'offline', 'online' from devices"
                 " where public_id = :id"),
            {"id": agent.device_id, "at": gone},
        )  # fmt: skip
    await follow_offline(db, now())
    await follow_offline(db, now())
    told = await only(admin)
    assert (told["device_id"], told["category"]) == (agent.device_id, "connectivity")
    assert "It has stopped reporting." in told["description"]
    assert told["back_since"] is None
    await agent.tell("/agent/heartbeat")
    await follow_offline(db, now())
    back = await only(admin)
    assert (back["state"], back["back_since"]) == ("open", back["ended_at"])
    assert back["back_since"] is not None
    assert (await admin.get("/api/overview")).json()["urgent"] == []
    await follow_offline(db, now() + timedelta(minutes=11))
    assert (await only(admin))["back_since"] is None
    assert (await only(admin))["state"] == "closed"


async def test_incidents_of_another_tenant_are_not_there(
    world: World, people: Any, admin: httpx.AsyncClient
) -> None:
    world.fault = each_evening
    await world.send(START, NOW)
    await world.live(NOW, NOW + timedelta(hours=2))
    told = await only(admin)
    stranger = await people.client(await people.add(Role.ADMIN, tenant="Orchard"))
    assert (await stranger.get("/api/incidents")).json()["items"] == []
    assert (await stranger.get("/api/ai/anomalies", params={"muted": "true"})).json()["items"] == []
    assert (await stranger.get(f"/api/incidents/{told['incident_id']}")).status_code == 404
    assert (await say(stranger, told, "confirm")).status_code == 404
    viewer = await people.client(await people.add(Role.VIEWER))
    assert (await say(viewer, told, "confirm")).status_code == 403
