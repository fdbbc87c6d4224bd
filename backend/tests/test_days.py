"""Rollups of days: made when a day is over, anew when something comes late, and read by totals."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.lived import Lived

from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.rollups.logic import DAY, HOUR
from homepot.telemetry.rollups.service import catch_up
from homepot.telemetry.totals import service
from homepot.telemetry.totals.service import Part, Reader, Span, Sum

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


@pytest.fixture
async def store(db: Database, app: FastAPI, archive: Archive, people: Any, estate: Any) -> Lived:
    one = Lived(db, app.state.process.part(Intake), archive, await people.tenant())
    site_id = await estate.site()
    one.device_ids = [(await estate.agent(site_id)).device_id for _ in range(2)]
    await one.begin()
    return one


async def of_days(store: Lived) -> Mapping[tuple[str, datetime], list[int]]:
    query = """
        SELECT d.public_id, r.bucket, r.counts FROM device_rollups_1d AS r
        JOIN devices AS d ON d.id = r.device_id
    """
    async with store.db.system() as tx:
        return {(device, day): n for device, day, n in await tx.execute(text(query))}


async def total(
    store: Lived, start: datetime, end: datetime, fine_since: datetime | None = None
) -> Sum:
    """Of the first device, as its tenant reads it."""
    find = text("SELECT id FROM devices WHERE public_id = :id")
    async with store.db.tenant(store.tenant) as tx:
        device = (await tx.execute(find, {"id": store.device_ids[0]})).scalar_one()
        reader = Reader(tx, store.archive, ["x"], end, fine_since)
        (found,) = await reader.sums([Part([device], [0], [0], [Span(start, end)])])
        return found


async def test_a_day_is_made_when_it_is_over(store: Lived) -> None:
    await store.take([(0, MIDNIGHT - HOUR, {"x": 1.0}), (0, MIDNIGHT + HOUR, {"x": 2.0})])
    await catch_up(store.db, MIDNIGHT + _MINUTE, store.archive)
    assert await of_days(store) == {}  # its last readings may still be on their way
    await catch_up(store.db, MIDNIGHT + 3 * _MINUTE, store.archive)
    assert await of_days(store) == {(store.device_ids[0], MIDNIGHT - DAY): [1]}
    await catch_up(store.db, MIDNIGHT + DAY + 3 * _MINUTE, store.archive)
    assert len(await of_days(store)) == 2


async def test_a_late_reading_makes_its_day_anew(store: Lived) -> None:
    await store.take([(0, MIDNIGHT - HOUR, {"x": 1.0})])
    await catch_up(store.db, MIDNIGHT + HOUR, store.archive)
    await store.take([(n, MIDNIGHT - 2 * HOUR, {"x": 2.0}) for n in (0, 1)])
    assert (await total(store, MIDNIGHT - 2 * DAY, MIDNIGHT + HOUR)).count == 2
    await catch_up(store.db, MIDNIGHT + 2 * HOUR, store.archive)
    assert await of_days(store) == {
        (store.device_ids[0], MIDNIGHT - DAY): [2],
        (store.device_ids[1], MIDNIGHT - DAY): [1],
    }


async def test_days_are_made_of_hours_that_were_there_before_days_were(store: Lived) -> None:
    readings = [(0, MIDNIGHT - n * DAY - HOUR, {"x": 1.0}) for n in range(40)]
    await store.take(readings)
    await catch_up(store.db, MIDNIGHT + HOUR, store.archive)
    whole = await of_days(store)
    assert len(whole) == 40
    async with store.db.system() as tx:
        await tx.execute(text("DELETE FROM device_rollups_1d"))
        await tx.execute(text("DELETE FROM telemetry_readers WHERE name = 'rollups of days'"))
    # Until then days are read from their hours.
    assert (await total(store, MIDNIGHT - 41 * DAY, MIDNIGHT)).count == 40
    await catch_up(store.db, MIDNIGHT + 2 * HOUR, store.archive)
    assert await of_days(store) == whole


async def test_whole_days_are_read_from_days_and_the_rest_beside_them(store: Lived) -> None:
    every = [(0, MIDNIGHT - n * HOUR, {"x": float(n)}) for n in range(1, 24 * 5)]
    await store.take(every)
    await catch_up(store.db, MIDNIGHT + HOUR, store.archive)
    start, end = MIDNIGHT - 4 * DAY - 10 * HOUR - _MINUTE, MIDNIGHT - 5 * HOUR + _MINUTE
    expected = [said["x"] for _, at, said in every if start <= at < end]
    found = await total(store, start, end)
    sums = (found.count, found.total, found.low, found.high)
    assert sums == (len(expected), sum(expected), min(expected), max(expected))
    async with store.db.system() as tx:
        await tx.execute(text("UPDATE device_rollups_1d SET sums = array[1000]"))
    # Three whole days lie in the window.
    others = sum(x for x in expected if not 25 <= x <= 96)
    assert (await total(store, start, end)).total == 3_000 + others


async def test_ends_of_a_window_are_read_by_five_minutes_where_devices_report_often(
    store: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "DENSE_DEVICES_MIN", 1)
    every = [(0, MIDNIGHT + n * _MINUTE, {"x": float(n % 7)}) for n in range(600)]
    await store.take(every)
    await catch_up(store.db, MIDNIGHT + DAY, store.archive)
    start, end = MIDNIGHT + 93 * _MINUTE, MIDNIGHT + 467 * _MINUTE
    expected = [said["x"] for _, at, said in every if start <= at < end]
    for since in (None, MIDNIGHT, end):
        found = await total(store, start, end, since)
        assert (found.count, found.total) == (len(expected), sum(expected))
    async with store.db.system() as tx:
        await tx.execute(text("UPDATE device_rollups_5m SET sums = array[1000]"))
    # 01:35 to 02:00 and 07:00 to 07:45; not where they are not kept for so long.
    others = sum(n % 7 for n in [*range(93, 95), *range(120, 420), 465, 466])
    assert (await total(store, start, end, MIDNIGHT)).total == 14 * 1_000 + others
    assert (await total(store, start, end, end)).total == sum(expected)
    # Nor where devices report seldom.
    monkeypatch.setattr(service, "DENSE_PER_HOUR_MIN", 61)
    assert (await total(store, start, end, MIDNIGHT)).total == sum(expected)


async def test_what_is_made_twice_is_there_once(store: Lived) -> None:
    await store.take([(n, MIDNIGHT - HOUR, {"x": 1.0, "y": 2.0}) for n in (0, 1)])
    for _ in range(2):
        await catch_up(store.db, MIDNIGHT + HOUR, store.archive)
    assert list((await of_days(store)).values()) == [[1, 1], [1, 1]]
