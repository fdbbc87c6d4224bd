"""Days that go from the table to files and are read as if they had stayed."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.telemetry.archive import archiving, files, jobs
from homepot.telemetry.archive.archiving import Archived, Archiver, Postponed
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.rows import from_rows
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.reading import service as reading
from homepot.telemetry.rollups.service import catch_up, forget_old

NOW = now()
DAY = datetime.combine(NOW.date(), time(), UTC) - timedelta(days=51)
AT_ONCE = timedelta(0)
Readings = dict[datetime, dict[str, float]]


@dataclass
class House:
    """A server with one tenant's devices, and its archive."""

    database: Database
    intake: Intake
    archive: Archive
    tenant_id: int
    device_ids: list[str]

    async def store(self, device: int, readings: Readings) -> None:
        rows = [
            {"device_id": self.device_ids[device], "timestamp": at.isoformat(), "metrics": said}
            for at, said in readings.items()
        ]
        receipt = await self.intake.take(self.tenant_id, from_rows(rows, None), NOW)
        assert not receipt.rejected

    async def archive_due(self, later: timedelta = AT_ONCE) -> list[Archived | Postponed]:
        archiver = Archiver(self.database.url, self.archive, 30)
        return [one async for one in archiver.run(now() + later, quiet=AT_ONCE)]

    async def catch_up(self) -> None:
        await catch_up(self.database, NOW, self.archive)

    async def read(self, device: int, start: datetime, end: datetime) -> Readings:
        found: Readings = {}
        device_id = self.device_ids[device]
        async for raw in reading.whole(
            self.database, self.archive, self.tenant_id, device_id, start, end
        ):
            for at, values in zip(raw.at, raw.values.tolist(), strict=True):
                assert at not in found
                named = zip(raw.metrics, values, strict=True)
                found[at] = {name: value for name, value in named if value == value}
        return found

    async def count(self, table: str) -> int:
        async with self.database.system() as tx:
            found: int = (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
        return found

    async def paths(self, state: str = "current") -> list[Path]:
        query = text("SELECT path FROM archive_files WHERE state = :state ORDER BY id")
        async with self.database.system() as tx:
            found = (await tx.execute(query, {"state": state})).scalars()
        return [self.archive.folder / path for path in found]


@pytest.fixture
async def house(db: Database, app: FastAPI, settings: Settings, people: Any, estate: Any) -> House:
    site_id = await estate.site()
    device_ids = [(await estate.agent(site_id)).device_id for _ in range(3)]
    intake = app.state.process.part(Intake)
    return House(db, intake, Archive.of(settings), await people.tenant(), device_ids)


def minutes(day: datetime, numbers: Sequence[int], offset: float = 0) -> Readings:
    return {
        day + timedelta(minutes=number): {
            "temperature_celsius": round(4 + number % 7 / 10, 1),
            "odd": number / 3 + offset,
        }
        for number in numbers
    }


def window(start: timedelta, end: timedelta) -> dict[str, str]:
    return {"from": (DAY + start).isoformat(), "to": (DAY + end).isoformat()}


async def charts(house: House, admin: httpx.AsyncClient) -> list[Any]:
    """What the pages ask for, over hours, days and weeks that begin and end anywhere."""
    asked = [
        window(timedelta(hours=3, seconds=3), timedelta(hours=6)),
        window(timedelta(0), timedelta(days=2)) | {"points": "500"},
        window(timedelta(minutes=-1), timedelta(days=20, seconds=3_723)) | {"points": "50"},
    ]
    found = []
    for device_id in house.device_ids:
        for params in asked:
            answer = await admin.get(
                f"/api/devices/{device_id}/metrics",
                params={**params, "metrics": ["temperature_celsius", "odd"]},
            )
            assert answer.status_code == 200, answer.text
            found.append(answer.json())
    assert any(one["series"][0]["points"] for one in found)
    return found


async def test_what_is_read_is_the_same_before_and_after(
    house: House, admin: httpx.AsyncClient
) -> None:
    one = minutes(DAY, range(1440)) | minutes(DAY + timedelta(days=1), range(0, 1440, 7))
    two = minutes(DAY, range(0, 1440, 5), offset=1e-9)
    await house.store(0, one)
    await house.store(1, two)
    await house.store(2, {NOW: {"odd": 1.5}})
    await house.catch_up()
    before = await charts(house, admin)
    done = await house.archive_due()
    assert [(one.day, type(one)) for one in done] == [
        (DAY.date(), Archived),
        (DAY.date() + timedelta(days=1), Archived),
    ]
    assert sum(one.rows for one in done if isinstance(one, Archived)) == len(one) + len(two)
    assert await house.count("device_metrics") == 1
    assert await charts(house, admin) == before
    forever = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert await house.read(0, *forever) == one
    assert await house.read(1, *forever) == two
    assert await house.read(2, *forever) == {NOW: {"odd": 1.5}}
    part = (DAY + timedelta(minutes=17), DAY + timedelta(minutes=23, microseconds=1))
    assert await house.read(0, *part) == {
        at: said for at, said in one.items() if part[0] <= at < part[1]
    }


async def test_readings_that_come_late_for_an_archived_day_count_once_with_the_last_word(
    house: House, admin: httpx.AsyncClient
) -> None:
    told = minutes(DAY, range(0, 1440, 10))
    await house.store(0, told)
    await house.store(1, told)
    await house.catch_up()
    await house.archive_due()
    late = {
        DAY: {"odd": 99.0},  # corrects one value, leaves the other
        DAY + timedelta(minutes=10): told[DAY + timedelta(minutes=10)],  # says it again
        DAY + timedelta(minutes=11): {"new_one": 7.0},
    }
    await house.store(0, late)
    expected = {at: dict(said) for at, said in told.items()}
    for at, said in late.items():
        expected.setdefault(at, {}).update(said)
    whole_day = (DAY, DAY + timedelta(days=1))
    assert await house.read(0, *whole_day) == expected
    (waits,) = await house.archive_due()
    assert isinstance(waits, Postponed)
    assert "not summed up" in waits.reason
    await house.catch_up()
    before = await charts(house, admin)
    (first,) = await house.paths()
    (again,) = await house.archive_due()
    assert isinstance(again, Archived)
    assert await house.count("device_metrics") == 0
    assert await house.read(0, *whole_day) == expected
    assert await house.read(1, *whole_day) == told
    assert await charts(house, admin) == before
    assert await house.paths("replaced") == [first]
    await house.archive_due(timedelta(days=400))
    assert not first.exists()


async def test_a_day_that_is_still_written_to_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.store(0, minutes(DAY, range(5)))
    archiver = Archiver(house.database.url, house.archive, 30)
    assert [type(one) async for one in archiver.run(now())] == [Postponed]

    written = files.write
    loop = asyncio.get_running_loop()

    def write_late(path: Path, contents: files.Contents) -> tuple[int, str]:
        """Something comes while the file is being written."""
        storing = house.store(1, minutes(DAY, [3]))
        asyncio.run_coroutine_threadsafe(storing, loop).result(30)
        return written(path, contents)

    monkeypatch.setattr(files, "write", write_late)
    (waits,) = await house.archive_due()
    assert isinstance(waits, Postponed)
    assert await house.count("device_metrics") == 6
    monkeypatch.undo()
    (done,) = await house.archive_due()
    assert isinstance(done, Archived)
    assert done.rows == 6
    assert await house.count("archive_files") == 1


async def test_another_tenant_never_meets_the_files(
    house: House, stranger: httpx.AsyncClient, people: Any
) -> None:
    await house.store(0, minutes(DAY, range(5)))
    await house.archive_due()
    other = await people.tenant("Orchard")
    async with house.database.tenant(other) as tx:
        assert (await tx.execute(text("SELECT count(*) FROM archive_files"))).scalar_one() == 0
        for device_id in range(1, 20):
            assert await house.archive.rows(tx, device_id, DAY, NOW) is None
    path = f"/api/devices/{house.device_ids[0]}/metrics"
    assert (await stranger.get(path, params=window(AT_ONCE, timedelta(days=1)))).status_code == 404


@pytest.mark.parametrize("harm", ["missing", "damaged", "cut", "another"])
async def test_a_file_that_cannot_be_read_is_named_and_spoils_no_other(
    house: House, admin: httpx.AsyncClient, harm: str
) -> None:
    await house.store(0, minutes(DAY, range(1440)))
    await house.store(0, minutes(DAY + timedelta(days=1), range(1440)))
    await house.archive_due()
    first, second = await house.paths()
    content = bytearray(first.read_bytes())
    if harm == "missing":
        first.unlink()
    elif harm == "damaged":
        for place in range(200, len(content) // 2, 97):
            content[place] ^= 0xFF
        first.write_bytes(content)
    elif harm == "cut":
        first.write_bytes(content[: len(content) // 2])
    else:
        first.write_bytes(second.read_bytes())
    path = f"/api/devices/{house.device_ids[0]}/metrics"
    asked = window(timedelta(hours=1), timedelta(hours=4)) | {"metrics": "odd"}
    answer = await admin.get(path, params=asked)
    assert answer.status_code == 503
    assert str(first) in answer.json()["detail"]
    asked = window(timedelta(hours=25), timedelta(hours=28)) | {"metrics": "odd"}
    answer = await admin.get(path, params=asked)
    assert answer.status_code == 200
    assert sum(point["count"] for point in answer.json()["series"][0]["points"]) == 180
    # What comes late for the day is taken, and the day waits until the file is back.
    await house.store(0, {DAY: {"odd": 1.0}})
    (waits,) = await house.archive_due()
    assert isinstance(waits, Postponed)
    assert str(first) in waits.reason


async def test_any_engine_reads_the_files(house: House) -> None:
    await house.store(0, minutes(DAY, range(3)))
    await house.archive_due()
    (path,) = await house.paths()
    assert pq.read_table(path).to_pylist()[1]["device"] == house.device_ids[0]
    table = pq.read_table(path)
    assert [float(value) for value in table["temperature_celsius"].to_pylist()] == [4.0, 4.1, 4.2]
    assert table["odd"].to_pylist() == [0.0, 1 / 3, 2 / 3]
    assert table["ts"].to_pylist()[0] == DAY


async def test_whoever_is_killed_while_archiving_loses_nothing(house: House) -> None:
    told = [minutes(DAY, range(0, 1440, 9)), minutes(DAY, range(0, 1440, 5), offset=0.25)]
    await house.store(0, told[0])
    await house.archive_due()
    late = minutes(DAY, range(2, 1440, 99))
    await house.store(0, late)
    await house.store(1, told[1])
    told[0] |= late
    archiver = await asyncio.create_subprocess_exec(
        *(sys.executable, Path(__file__).with_name("archive_until_killed.py")),
        *(house.database.url, house.archive.folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert archiver.stdin
    assert archiver.stdout
    kills = 0
    for step in range(6, 400, 4):
        archiver.stdin.write(f"{step}\n".encode())
        code = int(await archiver.stdout.readline())
        for device, readings in enumerate(told):
            assert await house.read(device, DAY, DAY + timedelta(days=1)) == readings
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
    archiver.stdin.close()
    assert await archiver.wait() == 0
    assert kills > 3
    assert await house.count("device_metrics") == 0
    await house.archive_due(timedelta(days=400))
    (current,) = await house.paths()
    assert [path for path in house.archive.folder.rglob("*") if path.is_file()] == [current]


async def test_fine_sums_end_and_charts_go_on(house: House, admin: httpx.AsyncClient) -> None:
    long_ago = DAY - timedelta(days=300)
    await house.store(0, minutes(long_ago, range(0, 1440, 2)))
    await house.catch_up()
    await forget_old(house.database, now(), 183)
    await house.archive_due()
    assert await house.count("device_rollups_5m") == 0
    assert await house.count("device_rollups_1h") == 24
    assert await house.count("device_rollups_1d") == 1
    path = f"/api/devices/{house.device_ids[0]}/metrics"
    for days, source in ((1, "readings"), (30, "rollups_1h")):
        asked = {
            "from": long_ago.isoformat(),
            "to": (long_ago + timedelta(days=days)).isoformat(),
            "metrics": "odd",
            "points": "2000",
        }
        chart = (await admin.get(path, params=asked)).json()
        assert chart["source"] == source
        assert sum(point["count"] for point in chart["series"][0]["points"]) == 720


async def test_the_worker_archives_by_itself(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.store(0, minutes(DAY, range(5)))
    monkeypatch.setattr(archiving, "QUIET", AT_ONCE)
    (loop,) = jobs.loops(settings)
    await loop.run(house.database, now())
    assert await house.count("device_metrics") == 0
    assert len(await house.paths()) == 1
    assert jobs.loops(settings.model_copy(update={"readings_kept_days": 0})) == ()


async def test_a_device_that_was_silent_for_long_still_has_its_newest_values(
    house: House, agent: Any
) -> None:
    house.device_ids.append(agent.device_id)
    await house.store(-1, {DAY: {"cpu_percent": 12.5}})
    await house.intake.aftermath.write(now())
    before = (await agent.get(f"/agent/{agent.device_id}/metrics")).json()["data"]
    assert before["cpu_percent"] == 12.5
    await house.archive_due()
    assert await house.count("device_metrics") == 0
    assert (await agent.get(f"/agent/{agent.device_id}/metrics")).json()["data"] == before
