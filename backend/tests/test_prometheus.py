"""Remote write: requests made by hand, good and bad."""

import asyncio
import math
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cramjam
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.core.database import Database
from homepot.core.errors import TooMany
from homepot.core.settings import Settings, SettingsError
from homepot.fleet.types import service as types
from homepot.main import create_app
from homepot.telemetry import adoption
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.prometheus.service import RemoteWrite
from homepot.telemetry.prometheus.tests.encoding import Series, body, varint

WRITE = "/api/prometheus/write"
HEADERS = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000)


def one(name: str, value: float, at_ms: int, **labels: str) -> Series:
    return {"__name__": name, "instance": "till:9100", "job": "node", **labels}, [(value, at_ms)]


@pytest.fixture
async def collector(people: Any) -> httpx.AsyncClient:
    person = await people.add(Role.OPERATOR)
    program: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    return program


async def send(client: httpx.AsyncClient, *series: Series) -> httpx.Response:
    return await client.post(WRITE, content=body(*series), headers=HEADERS)


async def taken(client: httpx.AsyncClient, *series: Series) -> None:
    answer = await send(client, *series)
    assert (answer.status_code, answer.content) == (204, b""), answer.text


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = 30) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


async def stored(db: Database) -> dict[tuple[str, int], dict[str, float]]:
    """By device and milliseconds: the values."""
    async with db.system() as tx:
        rows = await tx.execute(
            text(
                "SELECT d.public_id, (extract(epoch FROM m.ts) * 1000)::bigint, s.metrics, m.values"
                " FROM device_metrics m JOIN devices d ON d.id = m.device_id"
                " JOIN metric_sets s ON s.id = m.metric_set_id"
            )
        )
        return {
            (device, at_ms): dict(zip(metrics, values, strict=True))
            for device, at_ms, metrics, values in rows
        }


async def test_samples_become_rows_of_adopted_devices(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, estate: Any, db: Database
) -> None:
    site_id = await estate.site(name="Pier")
    at = now_ms() - 5_000
    await taken(
        collector,
        one("node_load1", 0.5, at),
        one("node_cpu_seconds_total", 12, at, cpu="0", mode="idle"),
        one("node_load1", 0.75, at + 1_000),
        one("x", 1, at, instance="by-name:1", site="Pier"),
        one("x", 2, at, instance="by-id:1", site=site_id),
        one("x", 3, at, instance="elsewhere:1", site="Nowhere"),
    )
    assert await stored(db) == {
        ("till", at): {"load_1m": 0.5, "node_cpu_seconds_total__cpu_0__mode_idle": 12},
        ("till", at + 1_000): {"load_1m": 0.75},
        ("by-name", at): {"x": 1},
        ("by-id", at): {"x": 2},
        ("elsewhere", at): {"x": 3},
    }
    found = (await admin.get("/api/devices")).json()["items"]
    assert {one["device_id"]: one["site_name"] for one in found} == {
        "till": "Adopted",
        "by-name": "Pier",
        "by-id": "Pier",
        "elsewhere": "Adopted",
    }
    assert {(one["provenance"], one["lifecycle"]) for one in found} == {("real", "active")}
    entries = (await admin.get("/api/audit")).json()
    adopted = [one for one in entries["items"] if one["action"] == "device.adopted"]
    assert {one["object"] for one in adopted} == {f"device:{one['device_id']}" for one in found}
    assert all(one["actor"]["kind"] == "token" for one in adopted)


async def test_parts_and_repeats_of_a_scrape_are_one_row(
    collector: httpx.AsyncClient, db: Database
) -> None:
    at = now_ms() - 5_000
    first, second = one("x", 1, at), one("y", 2, at)
    await taken(collector, first)
    await asyncio.gather(taken(collector, second), taken(collector, first, one("z", 3, at)))
    assert await stored(db) == {("till", at): {"x": 1, "y": 2, "z": 3}}


async def test_the_mark_of_an_end_and_infinity_are_not_reported(
    collector: httpx.AsyncClient, db: Database
) -> None:
    at = now_ms() - 5_000
    await taken(collector, one("x", STALE, at), one("y", math.inf, at), one("z", 1, at))
    await taken(collector, one("x", math.nan, at + 1, instance="ghost:1"))
    assert await stored(db) == {("till", at): {"z": 1}}
    async with db.system() as tx:
        names = (await tx.execute(text("SELECT public_id FROM devices"))).scalars().all()
    assert names == ["till"]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "not a snappy block"),
        (b"\x05abc", 422, "not a snappy block"),
        (bytes(cramjam.snappy.compress_raw(b"\xff" * 20)), 422, "not a WriteRequest"),
        (varint(2**31) + b"\0", 413, "unpacks to more"),
    ],
)
async def test_what_can_never_be_taken_is_refused_for_good(
    collector: httpx.AsyncClient, content: bytes, status: int, said: str
) -> None:
    answer = await collector.post(WRITE, content=content, headers=HEADERS)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    "header",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request"},
    ],
)
async def test_other_forms_are_refused(
    collector: httpx.AsyncClient, header: dict[str, str]
) -> None:
    answer = await collector.post(WRITE, content=body(), headers=HEADERS | header)
    assert answer.status_code == 422
    assert "is not taken" in answer.json()["detail"]


async def test_who_may_not_write_is_refused(people: Any, agent: Any) -> None:
    content = body(one("x", 1, now_ms()))
    reader = await people.program(await people.add(Role.OPERATOR), Permission.FLEET_READ)
    assert (await reader.post(WRITE, content=content, headers=HEADERS)).status_code == 403
    nobody = people.anonymous()
    assert (await nobody.post(WRITE, content=content, headers=HEADERS)).status_code == 401
    device = await nobody.post(WRITE, content=content, headers=HEADERS | agent.headers)
    assert device.status_code == 401


async def test_the_good_part_is_stored_and_the_rest_named(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, db: Database
) -> None:
    at = now_ms() - 5_000
    await taken(collector, one("x", 1, at), one("x", 1, at, instance="off:1"))
    assert (await admin.post("/api/devices/off/suspend")).is_success
    # what the address knows of a device follows its changes within moments
    answer = await eventually(lambda: refused(collector, one("x", 2, at + 9, instance="off:1")))
    assert "no device 'off' is at work here" in answer
    answer = await send(
        collector,
        one("x", 2, at + 1),
        one("x", 2, at + 1, instance="off:1"),
        one("x", 2, at + 1, instance="till:9200"),
        one("y", 2, 1_000),
        one("uptime_seconds", -5, at + 2),
    )
    assert answer.status_code == 422
    assert "3 other reasons" in answer.json()["detail"]
    kept = await stored(db)
    assert kept["till", at + 1] == {"x": 2}
    assert ("till", at + 2) not in kept


async def refused(client: httpx.AsyncClient, *series: Series) -> str:
    answer = await send(client, *series)
    return "" if answer.status_code == 204 else answer.json()["detail"]


async def test_a_request_takes_in_so_many_devices_and_the_next_one_more(
    collector: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now_ms() - 5_000
    many = [one("x", 1, at, instance=f"d{n}:1") for n in range(adoption.ADOPTIONS_MAX + 10)]
    answer = await send(collector, *many)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "have been taken in" in answer.json()["detail"]
    await taken(collector, *many)
    assert len(await stored(db)) == len(many)


async def test_metrics_beyond_the_registry_cost_no_others(
    collector: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now_ms() - 5_000
    await taken(collector, one("x", 1, at))
    monkeypatch.setattr(types, "METRICS_MAX", 1)
    answer = await send(collector, one("x", 2, at + 1), one("new", 2, at + 1))
    assert answer.status_code == 422
    assert "the most that are kept" in answer.json()["detail"]
    assert (await stored(db))["till", at + 1] == {"x": 2}


async def test_overload_is_told_in_the_way_that_prometheus_repeats(
    collector: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: Any) -> None:
        raise TooMany("Readings come faster than they can be stored; send them again.")

    monkeypatch.setattr(app.state.process.part(Intake).writer, "write", busy)
    answer = await send(collector, one("x", 1, now_ms()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


async def test_the_limit_on_requests_is_told_in_that_way_too(settings: Settings) -> None:
    narrow = {"requests_per_second_max": 1.0, "requests_burst_max": 1.0}
    app = create_app(settings.model_copy(update=narrow))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 9))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/nothing")
        answer = await client.post("/api/prometheus/write")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert (await client.post("/api/telemetry")).status_code == 429


async def test_rules_of_the_owner_count_and_a_mistake_stops_the_start(
    app: FastAPI, settings: Settings, tmp_path: Path
) -> None:
    own = tmp_path / "rules.yaml"
    chosen = settings.model_copy(update={"prometheus_rules_path": own})
    own.write_text("device: [host]\nsite: shop\nrules:\n  - { name: '(', drop: true }\n")
    with pytest.raises(SettingsError, match=r"rules\.yaml:4: rules\.0\.name: not a regular"):
        create_app(chosen)
    own.write_text("device: [host]\nsite: shop\n")
    create_app(chosen)
    process = replace(app.state.process, settings=chosen)
    assert RemoteWrite(process).rules.device == ["host"]


async def test_tenants_keep_apart(people: Any, collector: httpx.AsyncClient, db: Database) -> None:
    at = now_ms() - 5_000
    other = await people.program(await people.add(Role.OPERATOR, tenant="Orchard"))
    await taken(collector, one("x", 1, at))
    await taken(other, one("x", 2, at, instance="till:9200"))
    async with db.system() as tx:
        count = await tx.execute(text("SELECT count(*), count(DISTINCT tenant_id) FROM devices"))
        assert tuple(count.one()) == (2, 2)
