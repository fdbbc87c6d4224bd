"""Who is told, when, and by which right."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text
from tests.alerts.stage import Alarm, Hook, Mailbox

from homepot.alerts import jobs
from homepot.alerts.incidents import read_new
from homepot.core.clock import now
from homepot.core.settings import Settings


async def test_the_first_channel_brings_a_rule(alarm: Alarm, hook: Hook) -> None:
    channel = await alarm.channel(url=hook.url)
    await alarm.channel(url=hook.url, name="Bob")
    [rule] = (await alarm.admin.get("/api/alerts/rules")).json()
    assert (rule["severity_min"], rule["channel_ids"]) == ("warning", [channel])
    await alarm.happens(alarm.occurrence(severity="info"))
    assert await alarm.send() == 0
    [decision] = (await alarm.admin.get("/api/alerts/decisions")).json()
    assert decision["outcome"] == (
        "No rule is about this: one begins at warning, and this is info."
    )


async def test_what_was_open_before_there_was_a_channel_is_told_once_and_together(
    alarm: Alarm, hook: Hook
) -> None:
    await alarm.happens(*(alarm.occurrence(f"INC-{number}") for number in range(4)))
    await alarm.happens(alarm.occurrence("INC-1", "over"))
    small = alarm.occurrence("INC-9", severity="info")
    long_ago = alarm.occurrence("INC-2", "more", at=now() - timedelta(days=3))
    await alarm.happens(small, long_ago)
    [before] = (await alarm.admin.get("/api/alerts/decisions?incident_id=INC-0")).json()
    assert before["outcome"] == "There was no channel yet."
    await alarm.channel(url=hook.url)
    await alarm.later(now())
    assert await alarm.send() == 1
    [post] = hook.posts
    assert post["title"] == "Digest: 3 incidents at Harbour shop: 3 critical"
    assert {one["incident_id"] for one in post["incidents"]} == {"INC-0", "INC-2", "INC-3"}
    [after, _] = (await alarm.admin.get("/api/alerts/decisions?incident_id=INC-0")).json()
    assert after["outcome"].endswith("and comes in a digest now.")
    # Its end is told to whoever heard of it; a second rule repeats nothing.
    [rule] = (await alarm.admin.get("/api/alerts/rules")).json()
    another = {"name": "Second", "channel_ids": rule["channel_ids"]}
    made = await alarm.admin.post("/api/alerts/rules", json=another)
    assert made.status_code == 201, made.text
    await alarm.happens(alarm.occurrence("INC-0", "over"))
    await alarm.later(now())
    await alarm.at_once()
    assert await alarm.send() == 1
    assert [one["incident_id"] for one in hook.posts[1]["incidents"]] == ["INC-0"]


async def test_a_rule_that_is_switched_on_catches_up_within_its_hours(
    alarm: Alarm, hook: Hook
) -> None:
    channel = await alarm.channel(url=hook.url)
    [rule] = (await alarm.admin.get("/api/alerts/rules")).json()
    path = f"/api/alerts/rules/{rule['rule_id']}"
    await alarm.admin.patch(path, json={"enabled": False})
    await alarm.happens(alarm.occurrence())
    [before] = (await alarm.admin.get("/api/alerts/decisions")).json()
    assert before["outcome"] == "No rule was switched on."
    quiet = {"tag": "till", "for_min": 60, "reason": "new ceiling"}
    silence = (await alarm.admin.post("/api/alerts/silences", json=quiet)).json()
    answer = await alarm.admin.patch(path, json={"enabled": True, "channel_ids": [channel]})
    assert answer.status_code == 200, answer.text
    await alarm.later(now())
    assert await alarm.send() == 0
    await alarm.admin.delete(f"/api/alerts/silences/{silence['silence_id']}")
    await alarm.later(now())
    assert await alarm.send() == 1


async def test_a_mail_server_that_refuses_says_why(alarm: Alarm, mail: tuple[str, Mailbox]) -> None:
    url, box = mail
    channel = await alarm.channel(url=url)
    box.knows_nobody = True
    await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    assert await alarm.send() == 0
    box.knows_nobody, box.refuses = False, True
    await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    assert await alarm.send() == 0
    assert {one["problem"] for one in await alarm.deliveries(channel_id=channel)} == {
        "550 5.1.1 no such user: ada@…",
        "451 come back later",
    }


async def test_a_silence_holds_and_its_end_tells_what_lasts(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    quiet = {"tag": "till", "for_min": 60, "reason": "new ceiling"}
    silence = (await alarm.admin.post("/api/alerts/silences", json=quiet)).json()
    await alarm.happens(alarm.occurrence(), alarm.occurrence("INC-2"))
    await alarm.happens(alarm.occurrence("INC-2", "over"))
    assert await alarm.send() == 0
    [*_, first] = (await alarm.admin.get("/api/alerts/decisions?incident_id=INC-1")).json()
    assert "it is silenced" in first["outcome"]
    ended = await alarm.admin.delete(f"/api/alerts/silences/{silence['silence_id']}")
    assert ended.status_code == 200
    await alarm.later(now())
    await alarm.send()
    assert [one["incident_id"] for post in hook.posts for one in post["incidents"]] == ["INC-1"]


async def test_two_of_one_name_are_told_apart_by_their_ids(
    alarm: Alarm, hook: Hook, estate: Any
) -> None:
    ids = [(await estate.agent(alarm.site)).device_id for _ in range(2)]
    for one in ids:
        await alarm.admin.patch(f"/api/devices/{one}", json={"name": "Till 1"})
    asked = {"device_id": "Till 1", "for_min": 60}
    refused = await alarm.admin.post("/api/alerts/silences", json=asked)
    assert refused.status_code == 422, refused.text
    assert all(one in refused.json()["detail"] for one in ids)
    made = await alarm.admin.post("/api/alerts/silences", json={**asked, "device_id": ids[1]})
    assert made.json()["device_id"] == ids[1]


async def test_a_maintenance_window_holds_until_it_is_over(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    windows = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(7)]
    at = datetime.now(UTC)
    changed = await alarm.admin.patch(
        f"/api/sites/{alarm.site}", json={"maintenance_windows": windows}
    )
    assert changed.status_code == 200, changed.text
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 0
    await alarm.admin.patch(f"/api/sites/{alarm.site}", json={"maintenance_windows": []})
    await alarm.later(at + timedelta(days=9))
    await alarm.at_once()
    assert await alarm.send() == 1


async def test_nobody_confirms_so_others_are_told(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    boss = await alarm.channel(url=hook.url, name="Boss")
    await alarm.rule(escalate_after_min=30, escalate_channel_ids=[boss])
    await alarm.happens(alarm.occurrence(), alarm.occurrence("INC-2"))
    await alarm.happens(alarm.occurrence("INC-2", "confirmed"))
    await alarm.later(now() + timedelta(minutes=29))
    assert len(await alarm.deliveries(channel_id=boss)) == 0
    await alarm.later(now() + timedelta(minutes=31))
    await alarm.later(now() + timedelta(minutes=62))
    await alarm.at_once()
    await alarm.send()
    [told] = await alarm.deliveries(channel_id=boss)
    assert told["incident_ids"] == ["INC-1"]
    assert "nobody has confirmed" in told["title"]


async def test_a_digest_is_one_message_for_all(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    await alarm.rule(digest="daily", digest_at="07:30", timezone="Europe/Lisbon")
    for number in range(5):
        await alarm.happens(alarm.occurrence(f"INC-{number}"))
    await alarm.happens(alarm.occurrence("INC-0", "over"))
    assert await alarm.send() == 0
    await alarm.later(now() + timedelta(days=1))
    await alarm.at_once()
    assert await alarm.send() == 1
    assert hook.posts[0]["title"] == "Digest: 5 incidents at Harbour shop: 4 critical, 1 over"


async def test_worse_is_told_again_and_back_again_too(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence(severity="warning"))
    await alarm.send()
    await alarm.happens(alarm.occurrence(what="worse"))
    await alarm.send()
    await alarm.happens(alarm.occurrence(what="over"))
    await alarm.send()
    await alarm.happens(alarm.occurrence(what="reopened"))
    await alarm.at_once()
    await alarm.send()
    said = [post["incidents"][0]["what"] for post in hook.posts]
    assert said == ["opened", "worse", "over", "reopened"]


async def test_what_was_found_long_after_the_fact_wakes_nobody(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence(at=now() - timedelta(days=2)))
    assert await alarm.send() == 0


async def test_another_tenant_sees_and_hears_nothing(
    alarm: Alarm, hook: Hook, stranger: httpx.AsyncClient
) -> None:
    channel = await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    for path in ("channels", "rules", "silences", "decisions"):
        assert (await stranger.get(f"/api/alerts/{path}")).json() == []
    assert (await stranger.get("/api/alerts/deliveries")).json()["items"] == []
    assert (await stranger.post(f"/api/alerts/channels/{channel}/test")).status_code == 404


async def test_who_may_do_what(
    alarm: Alarm, operator: httpx.AsyncClient, installer: httpx.AsyncClient
) -> None:
    quiet = {"tag": "till", "for_min": 5}
    assert (await operator.post("/api/alerts/silences", json=quiet)).status_code == 201
    assert (await installer.post("/api/alerts/silences", json=quiet)).status_code == 403
    assert (await installer.get("/api/alerts/silences")).status_code == 200


async def test_what_happens_with_an_incident_is_read_once_in_whatever_order_it_commits(
    alarm: Alarm, hook: Hook, agent: Any
) -> None:
    await alarm.channel(url=hook.url)
    async with alarm.db.system() as tx:
        device = (
            await tx.execute(
                text("select id, site_id from devices where public_id = :id"),
                {"id": agent.device_id},
            )
        ).one()

    async def opened(tx: Any, name: str) -> None:
        given = {
            "tenant": alarm.tenant_id,
            "name": name,
            "site": device.site_id,
            "device": device.id,
        }
        await tx.execute(text(_INCIDENT), given)

    slow = alarm.db.system()
    tx_slow = await slow.__aenter__()
    await opened(tx_slow, "INC-SLOW")
    async with alarm.db.system() as tx:
        await opened(tx, "INC-FAST")
    await read_new(alarm.db, now())
    assert await told_of(alarm) == {"INC-FAST"}
    await slow.__aexit__(None, None, None)
    await read_new(alarm.db, now())
    await read_new(alarm.db, now())
    assert await told_of(alarm) == {"INC-FAST", "INC-SLOW"}
    async with alarm.db.system() as tx:
        assert (await tx.execute(text("select count(*) from alert_notices"))).scalar_one() == 2


async def test_the_worker_s_loops_bring_it_from_the_incident_to_the_receiver(
    alarm: Alarm, hook: Hook, agent: Any, settings: Settings
) -> None:
    await alarm.channel(url=hook.url)
    async with alarm.db.system() as tx:
        found = await tx.execute(text("select id, site_id from devices"))
        device = found.one()
        given = {
            "tenant": alarm.tenant_id,
            "name": "INC-1",
            "site": device.site_id,
            "device": device.id,
        }
        await tx.execute(text(_INCIDENT), given)
    loops = jobs.loops(settings)
    for loop in loops:
        await loop.run(alarm.db, now())
    [post] = hook.posts
    assert post["incidents"][0]["incident_id"] == "INC-1"
    assert post["incidents"][0]["link"] == "http://127.0.0.1:8000/incidents/INC-1"


async def told_of(alarm: Alarm) -> set[str]:
    return {one for delivery in await alarm.deliveries() for one in delivery["incident_ids"]}


_INCIDENT = """
    with made as (
        insert into incidents (tenant_id, public_id, site_id, device_id, state, category, severity,
            title, description, search, started_at, opened_at, changed_at)
        values (:tenant, :name, :site, :device, 'open', 'storage', 'warning', 'Disk fills up',
            'The disk of the till fills up.', '', now(), now(), now()) returning id
    )
    insert into incident_history (tenant_id, incident_id, at, what, state, severity, actor_kind,
        actor_name)
    select :tenant, id, now(), 'opened', 'open', 'warning', 'system', 'HOMEPOT' from made
"""
