"""Pauses of devices: whatever came when, kept or read anew, they are those of plain Python over the
moments at which devices reported."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.lived import Lived

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.pauses.reading import Known, Pause, Pausing
from homepot.telemetry.pauses.service import catch_up

# Old enough to be archived, and to be gone on from without a report in between.
FIRST = now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=50)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DEVICES = 3
# What is asked for reaches up to 300 hours further, and still not into the future.
LAST = FIRST + 37 * DAY


@pytest.fixture
async def store(db: Database, app: FastAPI, archive: Archive, people: Any, estate: Any) -> Lived:
    one = Lived(db, app.state.process.part(Intake), archive, await people.tenant())
    site_id = await estate.site()
    one.device_ids = [(await estate.agent(site_id)).device_id for _ in range(DEVICES)]
    await one.begin()
    return one


async def known(
    store: Lived, until: datetime, start: datetime, end: datetime, moment: datetime | None = None
) -> dict[int, Known]:
    """By the number of the device, as its tenant reads it."""
    async with store.db.tenant(store.tenant) as tx:
        rows = await tx.execute(text("SELECT id, public_id FROM devices"))
        number = {row: store.device_ids.index(public_id) for row, public_id in rows}
        pausing = Pausing(tx, store.archive, moment or now())
        found = await pausing.of(dict.fromkeys(number, until), start, end)
        return {number[row]: one for row, one in found.items()}


async def keep(store: Lived, at: datetime | None = None) -> None:
    await catch_up(store.db, at or now(), store.archive)


def by_hand(
    heard: Sequence[datetime], until: datetime, start: datetime, end: datetime
) -> Known | None:
    """A step is a pause where it is longer than two and a half times what was usual: of the last
    twelve steps that began within seven days, the longest but for the longest quarter."""
    heard = sorted(at for at in set(heard) if at <= until)
    steps = [(a, b - a) for a, b in pairwise(heard)]
    is_known = False
    found = []
    for place, (at, beyond) in enumerate(pairwise([*heard, until])):
        last = [step for began, step in steps[max(place - 12, 0) : place] if began >= at - 7 * DAY]
        if len(last) < 2:
            continue
        is_known = True
        usual = sorted(last)[3 * (len(last) - 1) // 4]
        if beyond - at > 2.5 * usual and beyond > start and at < end:
            found.append(Pause(at, beyond, usual.total_seconds()))
    return Known(heard[0], found) if is_known else None


def told(store: Lived) -> Mapping[int, list[datetime]]:
    found: dict[int, list[datetime]] = {number: [] for number in range(DEVICES)}
    for device, at in store.told:
        found[device].append(at)
    return found


# Mostly steady, with bursts and silences of hours and of weeks; some of it comes late.
lengths = st.one_of(
    st.sampled_from([5 * MINUTE, 10 * MINUTE]),
    st.sampled_from([5 * MINUTE, 20 * MINUTE, 3 * HOUR]),
    st.integers(1, 400).map(lambda n: n * MINUTE), st.integers(1, 10).map(lambda n: n * DAY),
)  # fmt: skip
courses = st.tuples(
    st.integers(0, DEVICES - 1), st.integers(0, 2_000), st.lists(lengths, min_size=1, max_size=25)
)
steps = st.one_of(courses, st.sampled_from(["keep", "roll up", "archive", "restart"]))


def rows_of(course: tuple[int, int, list[timedelta]]) -> list[Any]:
    device, begin, each = course
    at, found = FIRST + begin * MINUTE, []
    for length in each:
        if at > LAST:
            break
        found.append((device, at, {"x": 1.0}))
        at += length
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck),
          phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
@given(done=st.lists(steps, min_size=1, max_size=7), data=st.data())
async def test_pauses_are_those_of_plain_python_whatever_came_when(
    store: Lived, done: list[Any], data: st.DataObject
) -> None:
    await store.begin()
    for step in done:
        if step == "keep":
            await keep(store)
        else:
            await store.do(step if isinstance(step, str) else rows_of(step))
    heard = told(store)
    every = sorted({at for moments in heard.values() for at in moments}) or [FIRST]
    for _ in range(6):
        near = data.draw(st.sampled_from(every))
        until = near + data.draw(st.integers(-3, 300)) * data.draw(st.sampled_from([MINUTE, HOUR]))
        start = until - data.draw(st.integers(1, 500)) * HOUR
        end = start + data.draw(st.integers(1, 500)) * HOUR
        expected = {n: one for n in heard if (one := by_hand(heard[n], until, start, end))}
        found = await known(store, until, start, end)
        assert found.keys() == expected.keys()
        for number, one in expected.items():
            inside = [p for p in found[number].pauses if p.until_at > start and p.from_at < end]
            assert inside == one.pauses
            assert found[number].first_at == one.first_at or not inside


async def test_what_came_just_now_is_told_before_it_is_kept(store: Lived) -> None:
    """And so is a silence that goes on."""
    last = now().replace(second=0, microsecond=0) - 3 * HOUR
    first = last - 40 * 10 * MINUTE
    await store.take([(0, first + n * 10 * MINUTE, {"x": 1.0}) for n in range(41)])
    await keep(store)
    whole = (first, now())
    (pause,) = (await known(store, now(), *whole))[0].pauses
    assert (pause.from_at, pause.usual_s) == (last, 600.0)
    back = now() - MINUTE
    await store.take([(0, back, {"x": 1.0})])
    (pause,) = (await known(store, now(), *whole))[0].pauses
    assert (pause.from_at, pause.until_at) == (last, back)


async def test_a_late_report_ends_a_pause_before_and_after_it_is_taken_in(store: Lived) -> None:
    begin = FIRST
    hourly = [begin + n * HOUR for n in range(48)]
    await store.take([(0, at, {"x": 1.0}) for at in hourly if not 20 <= hourly.index(at) < 30])
    await keep(store)
    window = (begin, begin + 3 * DAY)
    assert len((await known(store, hourly[-1], *window))[0].pauses) == 1
    await store.take([(0, hourly[24], {"x": 1.0})])
    for _ in range(2):
        both = (await known(store, hourly[-1], *window))[0].pauses
        assert [(one.from_at, one.until_at) for one in both] == [
            (hourly[19], hourly[24]), (hourly[24], hourly[30]),
        ]  # fmt: skip
        await keep(store)


async def test_what_is_kept_is_read_and_nothing_else(store: Lived) -> None:
    """A fleet's readings are not looked at where its pauses are known."""
    hourly = [FIRST + n * HOUR for n in range(48)]
    await store.take([(n, at, {"x": 1.0}) for n in range(DEVICES) for at in hourly])
    await keep(store)
    async with store.db.system() as tx:
        await tx.execute(text("DELETE FROM device_metrics"))
    found = await known(store, hourly[-1], FIRST, hourly[-1])
    assert {number: one.first_at for number, one in found.items()} == dict.fromkeys(range(3), FIRST)


async def test_a_device_that_is_gone_leaves_nothing(store: Lived) -> None:
    hourly = [FIRST + n * HOUR for n in range(9)]
    await store.take([(0, at, {"x": 1.0}) for at in [*hourly, FIRST + DAY]])
    await keep(store)
    async with store.db.system() as tx:
        count = text("SELECT (SELECT count(*) FROM device_pauses), count(*) FROM device_reports")
        assert tuple((await tx.execute(count)).one()) == (1, 1)
        await tx.execute(text("DELETE FROM devices"))
        assert tuple((await tx.execute(count)).one()) == (0, 0)
