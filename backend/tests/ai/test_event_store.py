"""The event store on the real database: what it gives out is what PostgreSQL holds."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from homepot.access.caller import Caller, system_caller
from homepot.ai.event_store import service
from homepot.ai.event_store.logic import Event
from homepot.ai.event_store.service import EVENTS_MAX, EventStore
from homepot.core import live
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.errors import NotFound
from homepot.core.settings import Settings
from homepot.features import FEATURES


@pytest.fixture
def store(app: FastAPI) -> EventStore:
    found: EventStore = app.state.process.part(EventStore)
    return found


@asynccontextmanager
async def caller_of(db: Database, tenant_id: int) -> AsyncIterator[Caller]:
    async with db.tenant(tenant_id) as tx:
        yield system_caller(tx, tenant_id, "a test")


class Asker:
    """Somebody of a tenant who asks about one device."""

    def __init__(self, db: Database, store: EventStore, tenant_id: int, device_id: str) -> None:
        self.db, self.store, self.tenant_id, self.device_id = db, store, tenant_id, device_id

    async def recent(self) -> Sequence[Event]:
        async with caller_of(self.db, self.tenant_id) as caller:
            return await self.store.recent(caller, self.device_id, now())

    async def summary(self) -> str:
        async with caller_of(self.db, self.tenant_id) as caller:
            return await self.store.summary(caller, self.device_id, now())

    async def titles(self) -> list[str]:
        return [event.title for event in await self.recent()]

    async def until(self, title: str) -> list[str]:
        """The titles, as soon as this one is among them: the feed takes some milliseconds."""
        async with asyncio.timeout(20):
            while title not in (titles := await self.titles()):
                await asyncio.sleep(0.01)
        return titles

    async def settled(self) -> None:
        """Every word of what happened so far has been heard, and the cache is in use."""
        begun_s = time.monotonic()
        async with self.db.system() as tx:
            await live.announce(tx, self.tenant_id, "test.look", {})
        async with asyncio.timeout(20):
            while time.monotonic() - self.store._feed.behind_s() < begun_s:
                await asyncio.sleep(0.01)
        await self.recent()


@pytest.fixture
async def till(people: Any, db: Database, store: EventStore, agent: Any) -> Asker:
    return Asker(db, store, await people.tenant(), agent.device_id)


async def test_everything_that_happens_is_in_one_line_of_time(
    agent: Any, admin: httpx.AsyncClient, till: Asker
) -> None:
    await agent.tell("/agent/heartbeat")
    await agent.tell("/agent/alert", title="Disk full", severity="critical", value=97.5)
    await agent.tell("/agent/logs", message="Paper low", level="warning")
    job = (await agent.tell("/agent/jobs", action="backup")).json()["data"]["job_id"]
    await agent.send(
        "PUT", f"/agent/jobs/{job}", {"device_id": agent.device_id, "status": "failed"}
    )
    await agent.tell(
        "/agent/config-history",
        action="update",
        parameter_name="max_rate",
        old_value=1,
        new_value=2,
        success=True,
    )
    await admin.post(f"/api/devices/{agent.device_id}/commands", json={"command_type": "ping"})
    events = await till.recent()
    assert {event.title for event in events} == {
        "Came online",
        "Disk full",
        "Paper low",
        "Job backup failed",
        "Configuration update max_rate",
        "Command ping pending",
    }
    stamps = [event.timestamp for event in events]
    assert stamps == sorted(stamps, reverse=True)
    disk = next(event for event in events if event.event == "disk_full")
    assert disk.plain() == {
        "device_id": agent.device_id,
        "event": "disk_full",
        "value": 97.5,
        "timestamp": disk.timestamp.isoformat(),
    }


async def test_events_are_cached_and_the_cache_hears_of_every_change(
    agent: Any, admin: httpx.AsyncClient, till: Asker, store: EventStore
) -> None:
    await agent.tell("/agent/alert", title="Disk full")
    await till.until("Disk full")
    await till.settled()
    hits = store.remembered.hits
    assert await till.recent() is await till.recent()
    assert store.remembered.hits >= hits + 1
    await agent.tell("/agent/logs", message="Paper low")
    await till.until("Paper low")
    await agent.tell("/agent/jobs", action="backup")
    await till.until("Job backup pending")
    await admin.post(f"/api/devices/{agent.device_id}/commands", json={"command_type": "ping"})
    await till.until("Command ping pending")
    command = (await agent.get("/devices/pending")).json()[0]["command_id"]
    await agent.send("POST", f"/devices/{agent.device_id}/commands/{command}/ack")
    await till.until("Command ping sent")


async def test_the_last_hundred_are_given_out(agent: Any, till: Asker, db: Database) -> None:
    async with db.system() as tx:
        await tx.execute(
            text(
                "insert into device_events (tenant_id, device_id, kind, at, severity, category,"
                " title) select tenant_id, id, 'log', now() - n * interval '1 minute', 'info',"
                " 'device', 'event ' || n from devices, generate_series(1, 150) as n"
                " where public_id = :id"
            ),
            {"id": agent.device_id},
        )
    titles = await till.titles()
    assert len(titles) == EVENTS_MAX == 100
    assert (titles[0], titles[-1]) == ("event 1", "event 100")


async def test_writers_and_readers_at_once_leave_nothing_old_behind(
    agent: Any, till: Asker
) -> None:
    async def write(number: int) -> None:
        await agent.tell("/agent/logs", message=f"line {'abcdefghijklmnop'[number]}")

    async def read() -> None:
        for _ in range(20):
            await till.recent()

    await asyncio.gather(*(write(n) for n in range(16)), *(read() for _ in range(4)))
    wanted = {f"line {letter}" for letter in "abcdefghijklmnop"}
    async with asyncio.timeout(20):
        while not wanted <= set(await till.titles()):
            await asyncio.sleep(0.01)


async def test_a_change_that_comes_while_it_is_read_is_not_covered_by_what_was_read(
    agent: Any, till: Asker, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read first, then written and heard of, then the reader goes on: it must not be remembered."""
    read, go_on = asyncio.Event(), asyncio.Event()
    newest = service.timeline.newest

    async def slow(*given: Any) -> Any:
        found = await newest(*given)
        read.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(service.timeline, "newest", slow)
    first = asyncio.create_task(till.recent())
    await read.wait()
    monkeypatch.setattr(service.timeline, "newest", newest)
    await agent.tell("/agent/logs", message="Paper low")
    (mine,) = store.remembered._readings[till.tenant_id, till.device_id]
    async with asyncio.timeout(20):
        while not mine.outdated:
            await asyncio.sleep(0.01)
    go_on.set()
    assert "Paper low" not in [event.title for event in await first]
    assert "Paper low" in await till.titles()


async def test_what_only_this_transaction_sees_is_not_remembered(
    till: Asker, store: EventStore, db: Database
) -> None:
    await till.settled()
    store.remembered.forget_all()
    with pytest.raises(ZeroDivisionError):
        async with caller_of(db, till.tenant_id) as caller:
            await caller.tx.execute(
                text(
                    "insert into device_events (tenant_id, device_id, kind, at, severity,"
                    " category, title) select tenant_id, id, 'log', now(), 'info', 'x', 'never'"
                    " from devices"
                )
            )
            seen = await store.recent(caller, till.device_id, now())
            assert [event.title for event in seen] == ["never"]
            raise ZeroDivisionError
    assert await till.titles() == []


async def test_while_the_feed_is_behind_nothing_is_remembered(
    agent: Any, till: Asker, store: EventStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.recent()
    monkeypatch.setattr(type(store._feed), "behind_s", lambda _: 21.0)
    async with db.system() as tx:
        await tx.execute(
            text(
                "insert into device_events (tenant_id, device_id, kind, at, severity, category,"
                " title) select tenant_id, id, 'log', now(), 'info', 'x', 'untold' from devices"
            )
        )
    assert await till.titles() == ["untold"]
    assert len(store.remembered) == 0


async def test_another_tenant_finds_no_such_device(
    people: Any, till: Asker, store: EventStore, db: Database
) -> None:
    await till.recent()
    theirs = Asker(db, store, await people.tenant("Orchard"), till.device_id)
    with pytest.raises(NotFound):
        await theirs.recent()


async def test_the_cache_is_bounded_and_cleaned_up(
    estate: Any, till: Asker, store: EventStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.remembered, "_devices_max", 2)
    site_id = await estate.site()
    others = [await estate.agent(site_id) for _ in range(3)]
    await till.settled()
    for other in others:
        await Asker(db, store, till.tenant_id, other.device_id).recent()
    assert len(store.remembered) == 2
    monkeypatch.setattr(store.remembered, "_age_max_s", -1.0)
    store.clean_up()
    assert len(store.remembered) == 0
    assert await till.recent() == ()


async def test_the_clean_up_of_a_night_ends_old_events(
    agent: Any, till: Asker, db: Database, settings: Settings
) -> None:
    async with db.system() as tx:
        await tx.execute(
            text(
                "insert into device_events (tenant_id, device_id, kind, at, severity, category,"
                " title, received_at) select tenant_id, id, 'log', now() - interval '200 days',"
                " 'info', 'x', 'old', now() - interval '200 days' from devices"
            )
        )
    tasks = {task.name: task for one in FEATURES for task in one.tasks_of(settings)}
    assert tasks["events.forget"].cron.split()[2:] == ["*", "*", "*"]
    await tasks["events.forget"].run(db, now())
    assert await till.titles() == []


async def test_the_summary_tells_events_and_the_newest_readings(agent: Any, till: Asker) -> None:
    for _ in range(3):
        await agent.tell("/agent/alert", title="Disk full", severity="critical")
    report = {"cpu_usage": 99, "memory_usage": 10, "disk_usage": 10}
    assert (await agent.tell("/agent/telemetry", **report)).status_code == 200
    await till.until("Disk full")
    async with asyncio.timeout(20):
        while "cpu_percent is 99 %, critical above 97 %" not in (text_ := await till.summary()):
            await asyncio.sleep(0.02)
    assert text_.startswith(f"The last 4 events of {agent.device_id}, since ")
    assert '- "Disk full" (alert, critical): 3 times, first ' in text_
