"""Batches over HTTP: good, bad, packed, repeated, of others; and what follows from them."""

import asyncio
import gzip
import json
import math
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.core.database import Database
from homepot.fleet.types import service as types
from homepot.telemetry.intake.body import UNPACKED_MAX_BYTES
from homepot.telemetry.intake.service import Intake

AGO_S = 5.0


def at(ago_s: float = AGO_S) -> str:
    return (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat()


def reading(device_id: str, ago_s: float = AGO_S, **metrics: Any) -> dict[str, Any]:
    return {"device_id": device_id, "timestamp": at(ago_s), "metrics": metrics or {"x": 1.0}}


@pytest.fixture
async def collector(people: Any) -> httpx.AsyncClient:
    """A program that may send readings of the tenant Harbour, and nothing else."""
    person = await people.add(Role.OPERATOR)
    program: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    return program


async def send(client: httpx.AsyncClient, *readings: Any) -> Any:
    answer = await client.post("/api/telemetry", json={"readings": list(readings)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(10):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    return found


async def rows_stored(db: Database) -> int:
    async with db.system() as tx:
        found: int = (await tx.execute(text("SELECT count(*) FROM device_metrics"))).scalar_one()
    return found


async def test_half_a_batch_bad_stores_the_good_half_and_names_the_rest(
    collector: httpx.AsyncClient, agent: Any, db: Database
) -> None:
    receipt = await send(
        collector,
        reading(agent.device_id, 30, cpu_percent=1),
        reading("nobody", cpu_percent=1),
        reading(agent.device_id, cpu_percent="warm"),
        {"device_id": agent.device_id, "timestamp": "1999-12-31T23:59:59Z", "metrics": {"x": 1}},
        {"device_id": agent.device_id, "timestamp": at(-3600), "metrics": {"x": 1}},
        reading(agent.device_id, 20, cpu_percent=2, memory_percent=None),
    )
    rejected = {one["index"]: one["reason"] for one in receipt.pop("rejected")}
    assert receipt == {"stored": 2, "repeated": 0, "corrected": 0, "rejected_count": 4}
    assert "no device 'nobody' is at work here" in rejected[1]
    assert "cpu_percent is not a number" in rejected[2]
    assert "before the year 2000" in rejected[3]
    assert "ahead of the server's clock" in rejected[4]
    assert await rows_stored(db) == 2


async def test_a_negative_duration_is_named_however_it_comes(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, agent: Any, db: Database
) -> None:
    named = [(1, "uptime_seconds is a duration, and no duration is below zero")]
    lasting = [300.0, -5.0, 0.0]
    rows = [reading(agent.device_id, 30 + n, uptime_seconds=s) for n, s in enumerate(lasting)]
    columns = {
        "metrics": ["x", "uptime_seconds"],
        "device_ids": [agent.device_id],
        "device": np.zeros(3, "<i4").tobytes(),
        "timestamps": (np.arange(3) + int(datetime.now(UTC).timestamp()) * 10**6).tobytes(),
        "values": np.array([[-1.0, one] for one in lasting], "<f8").tobytes(),
    }
    packed = {"Content-Type": "application/msgpack"}
    for body in (rows, {"readings": [*rows]}, columns):
        answer = await collector.post(
            "/api/telemetry", content=msgspec.msgpack.encode(body), headers=packed
        )
        found = answer.json()
        assert [(one["index"], one["reason"]) for one in found["rejected"]] == named
    assert found["stored"] == 2
    # What an owner calls a duration is one from now on.
    assert (await send(collector, reading(agent.device_id, spin_up=-1)))["stored"] == 1
    said = await admin.patch("/api/metrics/spin_up", json={"unit": "hours"})
    assert said.status_code == 200, said.text

    async def is_refused() -> bool:
        receipt = await send(collector, reading(agent.device_id, 7, spin_up=-1))
        return bool(receipt["rejected_count"])

    await eventually(is_refused)
    said = await admin.patch("/api/metrics/spin_up", json={"range_low": -10})
    assert said.status_code == 200, said.text

    async def is_taken() -> bool:
        return not await is_refused()

    await eventually(is_taken)


async def test_columns_name_the_metric_of_a_value_that_is_no_number(
    collector: httpx.AsyncClient, agent: Any
) -> None:
    columns = {
        "metrics": ["x", "y"],
        "device_ids": [agent.device_id],
        "device": np.zeros(1, "<i4").tobytes(),
        "timestamps": np.array([int(datetime.now(UTC).timestamp() * 1e6)], "<i8").tobytes(),
        "values": np.array([[1.0, math.inf]], "<f8").tobytes(),
    }
    answer = await collector.post(
        "/api/telemetry",
        content=msgspec.msgpack.encode(columns),
        headers={"Content-Type": "application/msgpack"},
    )
    assert answer.json()["rejected"] == [{"index": 0, "reason": "y is not a finite number"}]


async def test_a_repeat_and_a_correction_are_counted_not_doubled(
    collector: httpx.AsyncClient, agent: Any, db: Database
) -> None:
    first, second = reading(agent.device_id, 30, x=1), reading(agent.device_id, 20, x=2)
    await send(collector, first, second)
    again = await send(collector, first, {**second, "metrics": {"x": 3}})
    assert (again["stored"], again["repeated"], again["corrected"]) == (0, 1, 1)
    assert await rows_stored(db) == 2


async def test_columns_and_packed_rows_say_the_same(
    collector: httpx.AsyncClient, agent: Any, db: Database
) -> None:
    moment = datetime.now(UTC) - timedelta(seconds=9)
    at_us = int(moment.timestamp()) * 1_000_000
    columns = msgspec.msgpack.encode(
        {
            "metrics": ["y", "x"],
            "device_ids": [agent.device_id],
            "device": np.zeros(2, "<i4").tobytes(),
            "timestamps": np.array([at_us, at_us + 1], "<i8").tobytes(),
            "values": np.array([[2.0, 1.0], [math.nan, 1.5]], "<f8").tobytes(),
        }
    )
    rows = [
        {"device_id": agent.device_id, "timestamp": at_us / 1e6, "metrics": {"x": 1, "y": 2}},
        {"device_id": agent.device_id, "timestamp": (at_us + 1) / 1e6, "metrics": {"x": 1.5}},
    ]
    packed = {"Content-Type": "application/msgpack"}
    answer = await collector.post("/api/telemetry", content=columns, headers=packed)
    assert answer.json()["stored"] == 2
    for body, headers in (
        (msgspec.msgpack.encode(rows), packed),
        (msgspec.msgpack.encode({"readings": rows}), packed),
        (gzip.compress(json.dumps(rows).encode()), {"Content-Encoding": "gzip"}),
        (zlib.compress(json.dumps(rows).encode()), {"Content-Encoding": "deflate"}),
    ):
        answer = await collector.post("/api/telemetry", content=body, headers=headers)
        assert (answer.json()["stored"], answer.json()["repeated"]) == (0, 2)
    assert await rows_stored(db) == 2


@pytest.mark.parametrize(
    ("content", "headers", "status", "words"),
    [
        (b"{", {}, 422, "Not JSON"),
        (b"[]", {"Content-Type": "text/csv"}, 422, "'text/csv' is not taken"),
        (b"[]", {"Content-Encoding": "br"}, 422, "'br' is not taken"),
        (b"[]", {"Content-Encoding": "gzip"}, 422, "not what its Content-Encoding says"),
        (gzip.compress(b"[]", mtime=0)[:-9], {"Content-Encoding": "gzip"}, 422, "ends too early"),
        (
            gzip.compress(bytes(UNPACKED_MAX_BYTES + 1), mtime=0),
            {"Content-Encoding": "gzip"},
            413,
            "unpacks to more than",
        ),
    ],
    ids=["not JSON", "other type", "other packing", "not packed", "cut short", "bomb"],
)
async def test_a_body_that_cannot_be_read_says_why(
    collector: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    answer = await collector.post("/api/telemetry", content=content, headers=headers)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


async def test_a_device_sends_for_itself_alone(estate: Any, agent: Any, db: Database) -> None:
    other = await estate.agent()
    nameless = {"timestamp": at(), "metrics": {"x": 1}}
    answer = await agent.client.post(
        "/api/telemetry", json=[nameless, reading(other.device_id)], headers=agent.headers
    )
    assert answer.json()["stored"] == 1
    assert answer.json()["rejected"] == [
        {"index": 1, "reason": "a device may send its own readings only"}
    ]
    wrong = {**agent.headers, "X-API-Key": "hpd_wrong"}
    assert (await agent.client.post("/api/telemetry", json=[], headers=wrong)).status_code == 401


async def test_a_suspended_device_is_no_longer_taken(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, agent: Any
) -> None:
    assert (await send(collector, reading(agent.device_id)))["stored"] == 1
    await admin.post(f"/api/devices/{agent.device_id}/suspend")

    async def refused() -> bool:
        return bool((await send(collector, reading(agent.device_id)))["rejected_count"])

    assert await eventually(refused)


async def test_another_tenants_device_is_a_stranger(people: Any, agent: Any) -> None:
    person = await people.add(Role.OPERATOR, tenant="Orchard")
    theirs = await people.program(person, Permission.TELEMETRY_WRITE)
    assert (await send(theirs, reading(agent.device_id)))["rejected_count"] == 1


async def test_unknown_metrics_register_themselves(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, agent: Any
) -> None:
    await send(collector, reading(agent.device_id, flux_capacity=1.21))
    names = {one["name"]: one for one in (await admin.get("/api/metrics")).json()["items"]}
    assert names["flux_capacity"]["origin"] == "discovered"


async def test_rows_with_metrics_beyond_the_registry_are_named_and_the_others_stored(
    collector: httpx.AsyncClient, agent: Any, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(collector, reading(agent.device_id, 9, x=1))
    monkeypatch.setattr(types, "METRICS_MAX", 1)
    receipt = await send(
        collector, reading(agent.device_id, 8, x=1, new=2), reading(agent.device_id, 7, x=1)
    )
    assert (receipt["stored"], receipt["rejected_count"]) == (1, 1)
    (rejected,) = receipt["rejected"]
    assert rejected["index"] == 0
    assert "the most that are kept" in rejected["reason"]
    assert await rows_stored(db) == 2


async def test_who_sends_is_online_and_the_latest_value_is_known(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, agent: Any, db: Database
) -> None:
    await send(
        collector, reading(agent.device_id, 5, x=2, y=9), reading(agent.device_id, 9, x=1, y=8)
    )

    async def online() -> bool:
        device = (await admin.get(f"/api/devices/{agent.device_id}")).json()
        return bool(device["connectivity"] == "online")

    assert await eventually(online)
    async with db.system() as tx:
        values = (await tx.execute(text("SELECT values FROM device_latest"))).scalar_one()
    assert values == [2, 9]


async def test_history_does_not_make_a_device_online(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, agent: Any, db: Database
) -> None:
    await send(collector, reading(agent.device_id, 86_400))

    async def told() -> Any:
        async with db.system() as tx:
            return (await tx.execute(text("SELECT count(*) FROM device_latest"))).scalar_one()

    await eventually(told)
    device = (await admin.get(f"/api/devices/{agent.device_id}")).json()
    assert device["connectivity"] == "unknown"


async def test_what_waits_beyond_the_bound_is_told_to_come_again(
    collector: httpx.AsyncClient, agent: Any, app: FastAPI, db: Database
) -> None:
    """While a lock holds the writers up, the queue fills to its bound; nothing of it is lost."""
    writer = app.state.process.part(Intake).writer
    writer._waiting_values_max = 3
    await send(collector, reading(agent.device_id, 999))
    async with db.engine.connect() as holding:
        await holding.execute(text("LOCK TABLE device_metrics IN ACCESS EXCLUSIVE MODE"))
        answers = [
            asyncio.create_task(collector.post("/api/telemetry", json=[one]))
            for one in (reading(agent.device_id, n, x=1) for n in range(1, 31))
        ]
        done, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        assert {answer.result().status_code for answer in done} == {429}
        assert all(int(answer.result().headers["retry-after"]) >= 1 for answer in done)
    statuses = [(await answer).status_code for answer in answers]
    assert set(statuses) == {200, 429}
    assert await rows_stored(db) == 1 + statuses.count(200)
