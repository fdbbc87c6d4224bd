"""From what happened with an incident to a real mail server and a real webhook."""

import re
from typing import Any

from sqlalchemy import text
from tests.alerts.stage import BASE, Alarm, Hook, Mailbox
from tests.watched import recorded_incident


async def test_an_incident_reaches_a_mailbox_once_and_its_end_too(
    alarm: Alarm, mail: tuple[str, Mailbox]
) -> None:
    url, box = mail
    await alarm.channel(url=url)
    opened = alarm.occurrence()
    await alarm.happens(opened)
    await alarm.happens(opened, alarm.occurrence(what="more"))
    assert await alarm.send() == 1
    assert await alarm.send() == 0
    [first] = box.mails
    said = first.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "[CRITICAL]" in str(first["Subject"])
    assert "Where: Front till (Harbour shop)" in said
    assert "CPU temperature is 91 °C" in said
    assert "What to do now: Check that its fans turn" in said
    assert f"Open it: {BASE}/incidents/INC-1" in said
    assert len(re.findall(r"\d\d:\d\d WES?T\b", said)) == 1
    [delivery] = await alarm.deliveries(incident_id="INC-1")
    assert first["Message-ID"] == f"<{delivery['delivery_id']}@alerts.homepot>"
    assert (delivery["state"], [one["result"] for one in delivery["log"]]) == ("sent", ["sent"])
    await alarm.happens(alarm.occurrence(what="over"))
    await alarm.send()
    assert "[OVER]" in str(box.mails[1]["Subject"])


async def test_a_webhook_gets_facts_for_programs_under_the_id_of_the_delivery(
    alarm: Alarm, hook: Hook
) -> None:
    await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    [post] = hook.posts
    [delivery] = await alarm.deliveries()
    assert post["alert_id"] == hook.keys[0] == delivery["delivery_id"]
    assert post["incidents"][0]["link"] == f"{BASE}/incidents/INC-1"
    assert post["incidents"][0]["severity"] == "critical"


async def test_a_storm_is_a_few_messages_not_hundreds(alarm: Alarm, hook: Hook) -> None:
    """At once in one message; and what follows within the minute is collected."""
    await alarm.channel(url=hook.url)
    await alarm.happens(*(alarm.occurrence(f"INC-{number}") for number in range(40)))
    await alarm.send()
    assert [len(post["incidents"]) for post in hook.posts] == [40]
    assert "40 incidents at Harbour shop: 40 critical" in hook.posts[0]["title"]
    for number in range(40, 60):
        await alarm.happens(alarm.occurrence(f"INC-{number}"))
        await alarm.send()
    assert len(hook.posts) == 3
    await alarm.at_once()
    await alarm.send()
    assert sum(len(post["incidents"]) for post in hook.posts) == 60
    assert len(hook.posts) == 4


async def test_a_channel_that_is_away_for_hours_gets_everything_once(
    alarm: Alarm, hook: Hook
) -> None:
    await alarm.channel(url=hook.url)
    hook.status = 500
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 0
    [delivery] = await alarm.deliveries()
    assert delivery["state"] == "waiting"
    assert "500" in delivery["problem"] or "error" in delivery["problem"].lower()
    [channel] = (await alarm.admin.get("/api/alerts/channels")).json()
    assert channel["failing_since"] is not None
    # Others wait with it instead of asking in turn.
    await alarm.happens(alarm.occurrence("INC-2"))
    assert await alarm.send() == 0
    hook.status = 200
    await alarm.at_once()
    assert await alarm.send() == 2
    assert sorted(post["incidents"][0]["incident_id"] for post in hook.posts) == ["INC-1", "INC-2"]
    assert hook.keys[0] != hook.keys[1]
    [channel] = (await alarm.admin.get("/api/alerts/channels")).json()
    assert (channel["failing_since"], channel["problem"]) == (None, None)


async def test_after_a_day_it_is_given_up_and_says_so(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    hook.status = 503
    await alarm.happens(alarm.occurrence())
    async with alarm.db.system() as tx:
        old = text("update alert_deliveries set created_at = now() - interval '26 hours'")
        await tx.execute(old)
    await alarm.send()
    [delivery] = await alarm.deliveries(state="failed")
    assert delivery["ended_at"] is not None


async def test_a_redirect_is_not_followed(alarm: Alarm, hook: Hook) -> None:
    """Where the owner did not point, nothing goes."""
    await alarm.channel(url=hook.url)
    hook.status = 302
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 0
    assert (await alarm.deliveries())[0]["state"] == "waiting"


async def test_a_dashboard_channel_is_news_to_open_dashboards(alarm: Alarm) -> None:
    await alarm.channel(kind="dashboard")
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    async with alarm.db.system() as tx:
        found = await tx.execute(
            text("select data from live_events where kind = 'alert.delivery' order by id")
        )
        [data] = [row.data for row in found]
    assert data["state"] == "sent"
    assert "hotter than usual" in data["text"]


async def test_a_test_says_whether_it_arrived_and_is_not_repeated(alarm: Alarm, hook: Hook) -> None:
    channel = await alarm.channel(url=hook.url)
    sent = await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    assert sent.status_code == 202
    again = await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    assert again.status_code == 409
    hook.status = 404
    await alarm.send()
    [delivery] = await alarm.deliveries(channel_id=channel)
    assert (delivery["state"], delivery["kind"], delivery["attempts"]) == ("failed", "test", 1)
    hook.status = 200
    await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    await alarm.send()
    assert (await alarm.deliveries(channel_id=channel))[0]["state"] == "sent"
    assert "test of the channel Ada" in hook.posts[0]["message"]


async def test_a_resolved_incident_is_good_news_that_says_who_and_that_it_may_open_again(
    alarm: Alarm, hook: Hook, people: Any, estate: Any
) -> None:
    agent = await estate.agent(alarm.site)
    incident_id = await recorded_incident(people, agent.device_id)
    await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence(incident_id))
    await alarm.send()
    said = {"note": "changed the fuse", "worked": True}
    answer = await alarm.admin.post(f"/api/incidents/{incident_id}/resolve", json=said)
    assert answer.status_code == 200, answer.text
    await alarm.happens(alarm.occurrence(incident_id, "over"))
    await alarm.send()
    opened, over = hook.posts
    assert (opened["type"], over["type"]) == ("failure", "success")
    assert over["incidents"][0]["standing"].startswith("Resolved by ")
    assert ": changed the fuse; its values are still off" in over["message"]
    assert over["incidents"][0]["ended"] is None
