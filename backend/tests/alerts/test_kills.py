"""What reads incidents and sends, killed at every step of it."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.alerts.stage import Alarm, Hook, Mailbox

from homepot.alerts.incidents import read_new
from homepot.core.clock import now


class Killed:
    """The sender in a process of its own, killed before a step of our choice."""

    def __init__(self, database_url: str) -> None:
        script = Path(__file__).parent / "send_until_killed.py"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(script), database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def before(self, step: int) -> bool:
        """Whether it was killed; False where it was done before that step."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{step}\n")
        self._process.stdin.flush()
        ended = int(self._process.stdout.readline())
        assert ended in (0, -signal.SIGKILL)
        return ended != 0

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=30)


async def test_killed_at_every_step_a_webhook_counts_it_once(
    alarm: Alarm, hook: Hook, database_url: str
) -> None:
    """By the id, exactly once whenever the kill comes; twice on the wire only where it came
    between the first byte and the note that it went out."""
    await alarm.channel(url=hook.url)
    killed = await asyncio.to_thread(Killed, database_url)
    twice = step = 0
    ids: list[str] = []
    try:
        while True:
            await alarm.happens(alarm.occurrence(f"INC-{step}"))
            await alarm.at_once()
            was_killed = await asyncio.to_thread(killed.before, step)
            # What was sent once is sent again as it was, whatever has become of it.
            await alarm.happens(alarm.occurrence(f"INC-{step}", "more", title="Hotter still"))
            await alarm.dead_workers_are_noticed()
            await alarm.send()
            [delivery] = await alarm.deliveries(incident_id=f"INC-{step}")
            assert delivery["state"] == "sent", step
            ids.append(delivery["delivery_id"])
            posts = [post for post in hook.posts if post["alert_id"] == ids[-1]]
            assert len(posts) in (1, 2), step
            if len(posts) == 2:
                assert posts[0] == posts[1], step
                twice += 1
                results = [one["result"] for one in delivery["log"]]
                assert results == ["unknown", "sent"], step
            if not was_killed:
                break
            step += 1
    finally:
        await asyncio.to_thread(killed.end)
    assert {post["alert_id"] for post in hook.posts} == set(ids)
    assert step > 10, "the steps are not counted"
    assert 0 < twice < step / 2, "the kill never came after the first byte"


async def test_a_mail_that_is_sent_again_after_a_kill_keeps_its_id(
    alarm: Alarm, mail: tuple[str, Mailbox], database_url: str
) -> None:
    url, box = mail
    await alarm.channel(url=url)
    killed = await asyncio.to_thread(Killed, database_url)
    step = 0
    ids: list[str] = []
    try:
        while True:
            await alarm.happens(alarm.occurrence(f"INC-{step}"))
            await alarm.at_once()
            was_killed = await asyncio.to_thread(killed.before, step)
            await alarm.dead_workers_are_noticed()
            await alarm.send()
            [delivery] = await alarm.deliveries(incident_id=f"INC-{step}")
            assert delivery["state"] == "sent", step
            ids.append(f"<{delivery['delivery_id']}@alerts.homepot>")
            if not was_killed:
                break
            step += 2
    finally:
        await asyncio.to_thread(killed.end)
    arrived = [str(one["Message-ID"]) for one in box.mails]
    assert set(arrived) == set(ids)
    assert len(arrived) > len(ids), "no kill came between a mail and its note"
    assert max(map(arrived.count, ids)) == 2


async def test_killed_at_every_step_from_the_incident_on_nothing_is_lost_or_told_twice(
    alarm: Alarm, hook: Hook, agent: Any, database_url: str
) -> None:
    """Also where what happened is read and decided upon: each incident has one delivery."""
    await alarm.channel(url=hook.url)
    killed = await asyncio.to_thread(Killed, database_url)
    step, kills = 0, 0
    ids: list[str] = []
    try:
        while True:
            await opened(alarm, agent.device_id, f"INC-{step}")
            was_killed = await asyncio.to_thread(killed.before, step)
            kills += was_killed
            await read_new(alarm.db, now())
            await alarm.at_once()
            await alarm.dead_workers_are_noticed()
            await alarm.send()
            [delivery] = await alarm.deliveries(incident_id=f"INC-{step}")
            assert delivery["state"] == "sent", step
            ids.append(delivery["delivery_id"])
            # Three in a minute go out as they come: what was sent makes no other wait.
            await long_ago(alarm)
            if not was_killed:
                break
            step += 2
    finally:
        await asyncio.to_thread(killed.end)
    assert kills > 10, "the steps are not counted"
    told = [
        (post["alert_id"], one["incident_id"]) for post in hook.posts for one in post["incidents"]
    ]
    assert set(told) == {(one, f"INC-{2 * place}") for place, one in enumerate(ids)}
    assert len(set(ids)) == len(ids)
    async with alarm.db.system() as tx:
        decided = "select count(*), count(distinct source) from alert_decisions"
        assert (await tx.execute(text(decided))).one() == (len(ids), len(ids))


async def long_ago(alarm: Alarm) -> None:
    async with alarm.db.system() as tx:
        past = "update alert_deliveries set due_at = now() - interval '1 hour'"
        await tx.execute(text(f"{past} where state = 'sent'"))


async def opened(alarm: Alarm, device_id: str, incident_id: str) -> None:
    """As detection writes it down."""
    async with alarm.db.system() as tx:
        await tx.execute(text(_OPENED), {"device": device_id, "id": incident_id})


_OPENED = """
    with made as (
        insert into incidents (tenant_id, public_id, site_id, device_id, state, category, severity,
            title, description, search, started_at, opened_at, changed_at)
        select tenant_id, :id, site_id, id, 'open', 'storage', 'warning', 'Disk fills up',
            'The disk of the till fills up.', '', now(), now(), now()
        from devices where public_id = :device returning id, tenant_id
    )
    insert into incident_history (tenant_id, incident_id, at, what, state, severity, actor_kind,
        actor_name)
    select tenant_id, id, now(), 'opened', 'open', 'warning', 'system', 'HOMEPOT' from made
"""
