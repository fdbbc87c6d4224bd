"""Devices that are gone for good are gone from the archive too; and charts of archived days."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.test_archive import AT_ONCE, DAY, House, minutes, window

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.demo import service as demo
from homepot.demo.folder import DemoFolder
from homepot.telemetry.archive import files, moving
from homepot.telemetry.archive.removing import ArchiveBusy, remove_devices
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake


@pytest.fixture
async def house(db: Database, app: FastAPI, settings: Settings, people: Any, estate: Any) -> House:
    """Two devices of one's own, between them a simulated one; then two that are simulated."""
    site_id = await estate.site()
    pretend = {"provisioning_source": "emulator"}
    kinds: list[dict[str, str]] = [{}, pretend, {}, pretend, pretend]
    device_ids = [(await estate.agent(site_id, **kind)).device_id for kind in kinds]
    intake = app.state.process.part(Intake)
    return House(db, intake, Archive.of(settings), await people.tenant(), device_ids)


async def numbers(house: House) -> dict[str, int]:
    async with house.database.system() as tx:
        rows = await tx.execute(text("SELECT public_id, id FROM devices"))
        return {row.public_id: row.id for row in rows}


async def test_a_demo_that_is_removed_leaves_nothing_in_the_archive(
    house: House, settings: Settings
) -> None:
    own = [minutes(DAY, range(0, 1440, 7)), minutes(DAY, range(1, 1440, 60), offset=0.5)]
    await house.store(0, own[0])
    await house.store(1, minutes(DAY, range(1440)))
    await house.store(2, own[1])
    await house.archive_due()  # one file with all three
    await house.store(3, minutes(DAY + timedelta(days=1), range(50)))
    await house.store(4, minutes(DAY + timedelta(days=1), range(30)))
    await house.archive_due()  # one with simulated ones alone
    await house.store(1, minutes(DAY, range(3)))  # a late word, still in the table
    before = await house.paths()
    assert len(before) == 2
    gone = [(await numbers(house))[house.device_ids[place]] for place in (1, 3, 4)]
    folder = DemoFolder(settings.data_dir)
    removed = await demo.remove(house.database, house.archive, house.tenant_id, folder)
    assert removed == 1440 + 50 + 30 + 3
    (current,) = await house.paths()
    there = [path for path in house.archive.folder.rglob("*") if path.is_file()]
    assert there == [current]
    assert current not in before
    with files.Reader(current) as reader:
        assert reader.devices == {(await numbers(house))[house.device_ids[n]] for n in (0, 2)}
    assert await house.count("archive_files") == 1
    assert await house.count("device_metrics") == 0
    async with house.database.tenant(house.tenant_id) as tx:
        for number in gone:
            assert await house.archive.rows(tx, number, DAY, now()) is None
    for device, readings in ((0, own[0]), (2, own[1])):
        assert await house.read(device, DAY, DAY + timedelta(days=1)) == readings


async def test_what_was_replaced_before_goes_too(house: House) -> None:
    await house.store(1, minutes(DAY, range(40)))
    await house.archive_due()
    await house.store(1, minutes(DAY, range(1440)))
    await house.archive_due()
    assert len(await house.paths("replaced")) == 1
    number = (await numbers(house))[house.device_ids[1]]
    removed = await remove_devices(house.database.url, house.archive, [number])
    assert (removed.files, removed.rows) == (1, 1440)
    assert [path for path in house.archive.folder.rglob("*") if path.is_file()] == []
    again = await remove_devices(house.database.url, house.archive, [number])
    assert (again.files, again.rows) == (0, 0)


async def test_whoever_archives_is_waited_for_and_not_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_TURN_MAX", "50ms")
    async with moving.owner(house.database.url) as other:
        assert await moving.take_turn(other)
        with pytest.raises(ArchiveBusy):
            await remove_devices(house.database.url, house.archive, [1])


@pytest.mark.parametrize("points", ["30", "2000"])
async def test_what_comes_late_for_an_archived_day_is_in_the_next_chart(
    house: House, admin: httpx.AsyncClient, points: str
) -> None:
    """And the chart is the same when its rollups are made."""
    await house.store(0, minutes(DAY, range(0, 1440, 3)))
    await house.catch_up()
    await house.archive_due()
    late = minutes(DAY, range(1, 300, 21)) | {DAY: {"odd": 99.5}}
    await house.store(0, late)
    assert await house.count("device_metrics") == len(late)
    path = f"/api/devices/{house.device_ids[0]}/metrics"
    asked = {**window(AT_ONCE, timedelta(days=3)), "metrics": "odd", "points": points}
    before = (await admin.get(path, params=asked)).json()
    assert before["source"] == ("rollups_1h" if points == "30" else "rollups_5m")
    of_all = before["series"][0]["points"]
    assert sum(point["count"] for point in of_all) == 480 + len(late) - 1
    assert of_all[0]["high"] == 99.5
    await house.catch_up()
    assert _rounded((await admin.get(path, params=asked)).json()) == _rounded(before)


def _rounded(chart: Any) -> Any:
    """A mean may be added up in another order."""
    for point in chart["series"][0]["points"]:
        point["mean"] = round(point["mean"], 6)
    return chart
