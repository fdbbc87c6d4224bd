"""The newest values come back from what was committed, whatever the process that knew them did."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.rollups.logic import Committed
from homepot.telemetry.rollups.newest import catch_up, windows
from homepot.telemetry.storage import placing

START = datetime(2026, 11, 1, 23, 50, tzinfo=UTC)


@pytest.fixture
async def collector(people: Any) -> httpx.AsyncClient:
    person = await people.add(Role.OPERATOR)
    program: httpx.AsyncClient = await people.program(
        person, Permission.TELEMETRY_WRITE, Permission.FLEET_READ
    )
    return program


@pytest.fixture
async def device_ids(estate: Any) -> list[str]:
    site_id = await estate.site()
    return [(await estate.agent(site_id)).device_id for _ in range(2)]


async def send(
    collector: httpx.AsyncClient,
    device_ids: Sequence[str],
    *rows: tuple[int, int, dict[str, float]],
) -> None:
    readings = [
        {
            "device_id": device_ids[device],
            "timestamp": (START + timedelta(seconds=second)).isoformat(),
            "metrics": metrics,
        }
        for device, second, metrics in rows
    ]
    answer = await collector.post("/api/telemetry", json=readings)
    assert answer.status_code == 200, answer.text


async def shown(collector: httpx.AsyncClient) -> dict[str, dict[str, float]]:
    answer = await collector.get("/api/telemetry/latest")
    return {one["device_id"]: one["values"] for one in answer.json()["items"]}


async def crash(app: Any) -> None:
    """What the API knew and had not written yet is gone with it."""
    aftermath = app.state.process.part(Intake).aftermath
    aftermath.__init__(app.state.process.database, 120)


async def test_what_a_killed_process_had_not_written_comes_back(
    app: Any, db: Database, collector: httpx.AsyncClient, device_ids: list[str]
) -> None:
    await send(collector, device_ids, (0, 0, {"x": 1.0}), (1, 0, {"x": 5.0}))
    await catch_up(db, now())
    await send(collector, device_ids, (0, 9, {"x": 2.0, "y": 3.0}), (0, 4000, {"x": 4.0}))
    await crash(app)
    await catch_up(db, now())
    assert await shown(collector) == {
        device_ids[0]: {"x": 4.0, "y": 3.0},
        device_ids[1]: {"x": 5.0},
    }


async def test_history_that_comes_late_is_not_the_newest(
    app: Any, db: Database, collector: httpx.AsyncClient, device_ids: list[str]
) -> None:
    await send(collector, device_ids, (0, 9000, {"x": 1.0}))
    await catch_up(db, now())
    await send(collector, device_ids, (0, 0, {"x": 2.0}), (0, 7000, {"x": 3.0}))
    await crash(app)
    await catch_up(db, now())
    assert await shown(collector) == {device_ids[0]: {"x": 1.0}}


async def test_a_newer_row_with_a_hole_leaves_the_older_value(
    app: Any,
    db: Database,
    collector: httpx.AsyncClient,
    device_ids: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(placing, "EXACT_MAX", 1)
    await send(collector, device_ids, (0, 0, {"x": 1.0, "y": 2.0, "z": 3.0}))
    await send(collector, device_ids, (0, 1, {"x": 4.0, "z": 5.0}), (0, 2, {"x": 6.0}))
    await crash(app)
    await catch_up(db, now())
    assert await shown(collector) == {device_ids[0]: {"x": 6.0, "y": 2.0, "z": 5.0}}


async def test_a_correction_of_the_newest_value_stands(
    app: Any, db: Database, collector: httpx.AsyncClient, device_ids: list[str]
) -> None:
    await send(collector, device_ids, (0, 0, {"x": 1.0}))
    await catch_up(db, now())
    await send(collector, device_ids, (0, 0, {"x": 2.0}))
    await crash(app)
    await catch_up(db, now())
    assert await shown(collector) == {device_ids[0]: {"x": 2.0}}


async def test_what_was_read_is_not_read_again(
    app: Any, db: Database, collector: httpx.AsyncClient, device_ids: list[str]
) -> None:
    await send(collector, device_ids, (0, 0, {"x": 1.0}))
    await crash(app)
    await catch_up(db, now())
    async with db.system() as tx:
        await tx.execute(text("delete from device_latest"))
    await catch_up(db, now())
    assert await shown(collector) == {}


def test_commits_of_one_hour_are_looked_at_together_and_history_in_whole_hours() -> None:
    def committed(first: int, last: int, *devices: int) -> Committed:
        return Committed(START + timedelta(minutes=first), START + timedelta(minutes=last), devices)

    commits = [committed(11, 12, 1), committed(13, 14, 2), committed(-60, 60, 3)]
    found = list(windows([*commits, committed(-55, 65, 4)]))  # however many: the same few pieces
    assert [
        (one.first.isoformat(), one.end.isoformat(), list(one.device_ids)) for one in found
    ] == [
        ("2026-11-01T22:00:00+00:00", "2026-11-02T00:00:00+00:00", [3, 4]),
        ("2026-11-02T00:00:00+00:00", "2026-11-02T01:00:00+00:00", [3, 4]),
        ("2026-11-02T00:01:00+00:00", "2026-11-02T00:04:00.000001+00:00", [1, 2]),
    ]
