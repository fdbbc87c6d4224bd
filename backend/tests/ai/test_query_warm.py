"""The fleets that are asked about are ready before anybody asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.conftest import Estate, People

from homepot.ai.query.answering import fleets
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.fleets import Fleets
from homepot.ai.query.service import Asking
from homepot.ai.query.vocabulary import Vocabulary
from homepot.ai.query.warming import keep_warm
from homepot.core.database import Connection, Database


@pytest.fixture
async def till(admin: httpx.AsyncClient, estate: Estate) -> str:
    site = await estate.site(name="Bakery", timezone="UTC")
    body = {"site_id": site, "type": "pos_terminal", "name": "Till", "device_id": "till_1"}
    answer = await admin.post("/api/devices", json=body)
    assert answer.status_code == 201, answer.text
    return "till_1"


@pytest.fixture
async def warm(app: FastAPI) -> AsyncIterator[Asking]:
    """Another one that answers questions, kept warm from here on."""
    process = app.state.process
    asking = Asking(process.part(Asking).archive, process.feed)
    process.feed.on_event(asking.hear)
    task = asyncio.create_task(keep_warm(asking, process.database, every_s=0.05))
    yield asking
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until_ready(asking: Asking, tenant: int, named: str) -> None:
    async with asyncio.timeout(60):
        while not asking.fleets.knows(tenant) or named not in names_in(asking, tenant):
            await asyncio.sleep(0.02)


def names_in(asking: Asking, tenant: int) -> set[str]:
    return {one.name for one in asking.fleets._known[tenant].fleet.devices}


async def test_it_is_ready_before_the_first_question_and_after_a_change(
    till: str, warm: Asking, admin: httpx.AsyncClient, people: People
) -> None:
    tenant = await people.tenant()
    await until_ready(warm, tenant, "Till")
    answer = await admin.patch(f"/api/devices/{till}", json={"name": "Counter"})
    assert answer.status_code == 200, answer.text
    await until_ready(warm, tenant, "Counter")


async def test_of_many_that_ask_at_once_one_reads_the_fleet(
    till: str, db: Database, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = await people.tenant()
    read, prepared, forgotten = list[Any](), list[Vocabulary](), list[Vocabulary]()
    plainly = fleets.load

    async def counted(tx: Connection, before: Fleet | None = None) -> Fleet:
        read.append(before)
        return await plainly(tx, before)

    monkeypatch.setattr(fleets, "load", counted)
    known = Fleets(prepare=prepared.append, forget=forgotten.append)

    async def ask() -> Fleet:
        async with db.tenant(tenant) as tx:
            return await known.of(tx, tenant)

    found = await asyncio.gather(*(ask() for _ in range(5)))
    assert len(read) == 1
    assert all(one is found[0] for one in found)
    assert prepared == [found[0].vocabulary]
    async with db.tenant(tenant) as tx:
        await tx.exec_driver_sql("update devices set name = 'Counter' where public_id = 'till_1'")
    assert [one.name for one in (await ask()).devices] == ["Counter"]
    assert forgotten == [found[0].vocabulary]
