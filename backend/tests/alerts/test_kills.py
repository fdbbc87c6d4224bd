"""The sender, killed at every step of it."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from tests.alerts.stage import Alarm, Hook, Mailbox


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
            await alarm.dead_workers_are_noticed()
            await alarm.send()
            [delivery] = await alarm.deliveries(incident_id=f"INC-{step}")
            assert delivery["state"] == "sent", step
            ids.append(delivery["delivery_id"])
            times = sum(post["alert_id"] == ids[-1] for post in hook.posts)
            assert times in (1, 2), step
            if times == 2:
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
