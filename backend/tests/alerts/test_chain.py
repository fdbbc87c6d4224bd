"""From readings to a real webhook: one message for one problem, and what feedback changes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.alerts.stage import BASE, Alarm, Hook
from tests.remembered import NAME, loader
from tests.watched import START, World

from homepot.access.permissions import Permission, Role
from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import Embedding
from homepot.ai.incidents.remembering import Rememberer
from homepot.alerts.incidents import read_new
from homepot.alerts.sending import PATIENCE
from homepot.telemetry.archive.service import Archive

NOW = START + timedelta(days=3)
# Which metric of which device moves, from which hour on, for two hours, and by how much.
FAULTS = (
    (0, "temperature_celsius", 1, 9.0),
    (0, "temperature_celsius", 6, 9.0),
    (1, "temperature_celsius", 10, 9.0),
    (0, "cpu_percent", 14, 45.0),
)


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def faulty(device: int, metric: str, at: datetime) -> float:
    return sum(
        size
        for owner, name, begin, size in FAULTS
        if (owner, name) == (device, metric) and hours(begin) <= at < hours(begin + 2)
    )


@dataclass
class Chain:
    """All that the worker does, one after the other, by the clock of the world."""

    world: World
    alarm: Alarm
    rememberer: Rememberer
    at: datetime = NOW

    async def live(self, until: datetime, *, remembers: bool = True) -> None:
        while self.at < until:
            step = min(self.at + timedelta(minutes=30), until)
            await self.world.live(self.at, step)
            self.at = step
            await self.tell(remembers=remembers)

    async def tell(self, *, remembers: bool = True) -> None:
        if remembers:
            await self.rememberer.run(self.world.db, self.at)
        await read_new(self.world.db, self.at)
        await self.alarm.at_once()
        await self.alarm.send()

    async def say(self, word: str, **body: Any) -> dict[str, Any]:
        """Of the newest incident."""
        newest: dict[str, Any] = (await self.alarm.admin.get("/api/incidents")).json()["items"][0]
        path = f"/api/incidents/{newest['incident_id']}/{word}"
        answer = await self.alarm.admin.post(path, json=body)
        assert answer.status_code == 200, answer.text
        # Said by the machine's clock, of which the world knows nothing.
        async with self.world.db.system() as tx:
            for said in ("incident_errands set due_at", "detection_notes set changed_at"):
                await tx.execute(text(f"update {said} = :at"), {"at": self.at})
        await self.tell()
        return newest


@pytest.fixture
async def chain(alarm: Alarm, people: Any, estate: Any, tmp_path: Path) -> AsyncIterator[Chain]:
    person = await people.add(Role.OPERATOR)
    collector: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    device_ids = [(await estate.agent(alarm.site)).device_id for _ in range(3)]
    world = World(alarm.db, collector, device_ids, faulty)
    await world.send(START, NOW)
    await world.look(NOW)
    embedding = Embedding(loader)
    yield Chain(world, alarm, Rememberer(Memory(embedding, NAME), Archive(tmp_path)))
    embedding.close()


def told(hook: Hook) -> list[tuple[str, str]]:
    return [(one["what"], one["state"]) for post in hook.posts for one in post["incidents"]]


async def test_one_problem_is_one_message_that_says_what_helped_the_last_time(
    chain: Chain, hook: Hook
) -> None:
    await chain.alarm.channel(url=hook.url, length="long")
    await chain.live(hours(5))
    assert told(hook) == [("opened", "open"), ("over", "over")]
    assert "Nothing like it is remembered yet." in hook.posts[0]["message"]
    assert "What to do now: Check that its fans turn" in hook.posts[0]["message"]
    first = await chain.say("resolve", note="Cleaned the filter", worked=True)
    chain.world.fault = lambda device, metric, at: faulty(device, metric, at) if device else 0.0
    hook.posts.clear()
    await chain.live(hours(14))
    assert told(hook) == [("opened", "open"), ("over", "over")]
    message = hook.posts[0]["message"]
    newest = (await chain.alarm.admin.get("/api/incidents")).json()["items"][0]
    assert newest["device_id"] == chain.world.device_ids[1] != first["device_id"]
    story = (await chain.alarm.admin.get(f"/api/incidents/{newest['incident_id']}")).json()
    assert story["told"]["words"] == "Told: Ada."
    for part in (
        f"Where: {newest['device_name']} (",
        "Since: Thu 5 Nov 2026, ",
        "Temperature: ",
        "above what is usual for this device at this hour",
        f"Resembles {first['incident_id']} (temperature, 5 Nov 2026), fixed by “Cleaned the",
        "which worked the one time it was tried.",
        "What to do now: What helped before: Cleaned the filter.",
        f"Open it: {BASE}/incidents/{newest['incident_id']}",
    ):
        assert part in message, message


async def test_what_was_called_normal_is_told_no_more_and_everything_else_is(
    chain: Chain, hook: Hook
) -> None:
    await chain.alarm.channel(url=hook.url)
    await chain.live(hours(2))
    assert told(hook) == [("opened", "open")]
    normal = await chain.say("normal", note="the oven is on")
    hook.posts.clear()
    # The same, of the same device, some hours later: nothing.
    await chain.live(hours(9))
    assert told(hook) == []
    # The same of another device, and another deviation of the same device: an alert each.
    await chain.live(hours(15.5))
    opened = [one for post in hook.posts for one in post["incidents"] if one["what"] == "opened"]
    items = (await chain.alarm.admin.get("/api/incidents")).json()["items"]
    assert [one["incident_id"] for one in opened] == [one["incident_id"] for one in items[1::-1]]
    assert [(one["device_id"], one["category"]) for one in items] == [
        (normal["device_id"], "software"),
        (chain.world.device_ids[1], "temperature"),
        (normal["device_id"], "temperature"),
    ]


async def test_work_that_was_announced_wakes_nobody_unless_trouble_outlasts_it(
    chain: Chain, hook: Hook
) -> None:
    thursday = 3
    windows = [
        {"weekday": thursday, "start": "00:30", "end": "02:00"},  # the fault goes on until three
        {"weekday": thursday, "start": "05:30", "end": "09:00"},  # the fault is over at eight
    ]
    changed = await chain.alarm.admin.patch(
        f"/api/sites/{chain.alarm.site}", json={"maintenance_windows": windows}
    )
    assert changed.status_code == 200, changed.text
    await chain.alarm.channel(url=hook.url)
    await chain.live(hours(1.9))
    assert told(hook) == []
    muted = (await chain.alarm.admin.get("/api/ai/anomalies?muted=true")).json()["items"]
    assert [one["muted"] for one in muted] == ["maintenance"]
    await chain.live(hours(2.8))
    assert told(hook) == [("opened", "open")]
    await chain.live(hours(5.4))
    hook.posts.clear()
    await chain.live(hours(9.5))
    assert told(hook) == []


async def test_a_message_waits_for_memory_but_not_for_long(chain: Chain, hook: Hook) -> None:
    await chain.alarm.channel(url=hook.url)
    await chain.world.live(NOW, hours(2))
    await read_new(chain.world.db, hours(2))

    async def decided(ago: timedelta) -> None:
        async with chain.world.db.system() as tx:
            await tx.execute(
                text("update alert_notices set at = now() - cast(:ago as interval)"), {"ago": ago}
            )

    await decided(timedelta(0))
    await chain.alarm.at_once()
    assert await chain.alarm.send() == 0
    await decided(PATIENCE)
    assert await chain.alarm.send() == 1
    assert "Nothing like it" not in hook.posts[0]["message"]
    assert "Check that its fans turn" in hook.posts[0]["message"]
