"""The store of readings on real PostgreSQL: exactly once, whatever is sent in any order."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from homepot.core.database import Database
from homepot.core.errors import TooMany, Unavailable
from homepot.core.tables import tenants
from homepot.telemetry.intake.batch import Block
from homepot.telemetry.storage.collisions import Outcome
from homepot.telemetry.storage.days import READINGS
from homepot.telemetry.storage.readings import ReadingParts
from homepot.telemetry.storage.sets import MetricSets
from homepot.telemetry.storage.stores import compress
from homepot.telemetry.storage.writer import Writer

AT = 1_795_255_140_000_000
Told = dict[tuple[int, int], dict[str, float]]


@pytest.fixture
async def tenant(db: Database) -> int:
    async with db.system() as tx:
        made = await tx.execute(tenants.insert().values(name="Harbour").returning(tenants.c.id))
        number: int = made.scalar_one()
        return number


@pytest.fixture
def sets(db: Database) -> MetricSets:
    return MetricSets(db)


@pytest.fixture
async def writer(db: Database, sets: MetricSets) -> AsyncIterator[Writer]:
    made = Writer(db.url, ReadingParts(), sets, writers=2, waiting_values_max=1_000_000)
    async with made.running():
        yield made


async def block(
    sets: MetricSets, tenant: int, rows: Sequence[tuple[int, int, dict[str, float]]]
) -> Block:
    metrics = tuple(sorted({name for _, _, said in rows for name in said}))
    return Block(
        tenant,
        await sets.ensure(tenant, metrics),
        metrics,
        np.array([device for device, _, _ in rows]),
        np.array([at_us for _, at_us, _ in rows]),
        np.array([[said.get(name, math.nan) for name in metrics] for _, _, said in rows]),
    )


async def stored(db: Database) -> Told:
    query = """
        SELECT device_id, (extract(epoch FROM ts) * 1000000)::bigint, s.metrics, m.values
        FROM device_metrics m JOIN metric_sets s ON s.id = m.metric_set_id
    """
    async with db.system() as tx:
        rows = (await tx.execute(text(query))).all()
    found: Told = {}
    for device, at_us, metrics, values in rows:
        assert (device, at_us) not in found, "a device and time is stored twice"
        given_ = dict(zip(metrics, values, strict=True))
        found[device, at_us] = {k: v for k, v in given_.items() if not math.isnan(v)}
    return found


async def test_what_is_written_is_there_and_is_told(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    rows = [(1, AT, {"x": 1.5, "y": -2.0}), (2, AT, {"x": 1e300, "y": 5e-324})]
    outcome = await writer.write([await block(sets, tenant, rows)])
    assert outcome == Outcome(stored=2)
    assert await stored(db) == {(device, at_us): said for device, at_us, said in rows}
    async with db.system() as tx:
        commits = (await tx.execute(text("SELECT rows, device_ids FROM telemetry_commits"))).all()
    assert [tuple(row) for row in commits] == [(2, [1, 2])]


async def test_rows_of_many_days_each_land_in_their_day(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    day_us = 86_400_000_000
    rows = [(1, AT - n * 3 * day_us, {"x": float(n)}) for n in range(5)]
    await writer.write([await block(sets, tenant, rows)])
    async with owner(db) as connection:
        days = await ReadingParts().days(connection)
        assert [day.isoformat() for day in days] == [
            "2026-11-09",
            "2026-11-12",
            "2026-11-15",
            "2026-11-18",
            "2026-11-21",
        ]
        for day in days:
            async with connection.transaction():
                await ReadingParts().drop(connection, day)
            left = await stored(db)
            assert all(at_us // day_us != (day - date(1970, 1, 1)).days for _, at_us in left)
    assert left == {}


@asynccontextmanager
async def owner(db: Database) -> AsyncIterator[psycopg.AsyncConnection[object]]:
    async with await psycopg.AsyncConnection[object].connect(db.url, autocommit=True) as made:
        yield made


async def test_a_repeat_changes_nothing_and_is_counted(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    first = await block(sets, tenant, [(1, AT, {"x": 1}), (1, AT + 1, {"x": 2})])
    again = await block(sets, tenant, [(1, AT + 1, {"x": 2}), (1, AT + 2, {"x": 3})])
    await writer.write([first])
    assert await writer.write([again]) == Outcome(stored=1, repeated=1)
    assert await writer.write([again]) == Outcome(repeated=2)
    assert await stored(db) == {(1, AT): {"x": 1}, (1, AT + 1): {"x": 2}, (1, AT + 2): {"x": 3}}


async def large(sets: MetricSets, tenant: int, first: int) -> Block:
    """More than a socket holds, so it takes the way of large requests."""
    names = [f"m{n}" for n in range(50)]
    rows = [(first + n, AT, dict.fromkeys(names, n + 0.5)) for n in range(2_000)]
    return await block(sets, tenant, rows)


async def test_a_large_request_that_is_stored_in_part_adds_the_rest(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    assert await writer.write([await large(sets, tenant, 0)]) == Outcome(stored=2_000)
    overlapping = await large(sets, tenant, 1_000)
    outcome = await writer.write([overlapping])
    assert outcome == Outcome(stored=1_000, corrected=1_000)
    assert await writer.write([overlapping]) == Outcome(repeated=2_000)
    found = await stored(db)
    assert len(found) == 3_000
    assert [found[device, AT]["m49"] for device in (999, 1_000, 2_999)] == [999.5, 0.5, 1_999.5]


async def test_a_large_request_that_the_server_stops_reading_is_given_up_at_the_end(
    db: Database, sets: MetricSets, tenant: int
) -> None:
    one = await large(sets, tenant, 0)
    ending = Writer(db.url, ReadingParts(), sets, writers=1, waiting_values_max=1_000_000)
    async with owner(db) as holder:
        async with ending.running():
            await ending.write([await large(sets, tenant, 5_000)])
            await holder.execute("BEGIN")
            await holder.execute(
                "INSERT INTO device_metrics SELECT 0, ts, metric_set_id, values FROM device_metrics"
                " LIMIT 1"
            )
            waiting = asyncio.create_task(ending.write([one]))
            async with asyncio.timeout(20):
                while not await somebody_waits(db):
                    await asyncio.sleep(0.01)
        with pytest.raises(Unavailable):
            await waiting
        await holder.execute("ROLLBACK")
    assert len(await stored(db)) == 2_000


async def somebody_waits(db: Database) -> bool:
    query = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"
    async with db.system() as tx:
        found: bool = (await tx.execute(text(query))).scalar_one()
        return found


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (OperationalError("", {}, Exception("the server closed the connection")), Unavailable),
        (KeyError("a fault of our own"), KeyError),
    ],
)
async def test_a_fault_in_the_middle_of_merging_ends_no_writer(
    db: Database,
    writer: Writer,
    sets: MetricSets,
    tenant: int,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    told: type[Exception],
) -> None:
    """As often as there are writers and once more: each of them would be gone by then."""

    async def place(*_: object) -> None:
        raise fault

    await writer.write([await block(sets, tenant, [(1, AT, {"x": 1})])])
    wider = await block(sets, tenant, [(1, AT, {"y": 2})])
    with monkeypatch.context() as patched:
        patched.setattr(sets, "place", place)
        for _ in range(3):
            with pytest.raises(told):
                await writer.write([wider])
    assert await writer.write([wider]) == Outcome(stored=1)
    assert await stored(db) == {(1, AT): {"x": 1, "y": 2}}


async def test_other_metrics_of_the_same_moment_are_added_and_new_values_stand(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    await writer.write([await block(sets, tenant, [(1, AT, {"x": 1, "z": 9})])])
    assert await writer.write([await block(sets, tenant, [(1, AT, {"y": 2})])]) == Outcome(stored=1)
    corrected = await writer.write([await block(sets, tenant, [(1, AT, {"x": 7})])])
    assert corrected == Outcome(corrected=1)
    assert await stored(db) == {(1, AT): {"x": 7, "y": 2, "z": 9}}


async def test_a_day_that_was_dropped_meanwhile_is_made_again(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    await writer.write([await block(sets, tenant, [(1, AT, {"x": 1})])])
    async with owner(db) as connection, connection.transaction():
        await ReadingParts().drop(connection, date(2026, 11, 21))
    later = await block(sets, tenant, [(1, AT + 1, {"x": 2})])
    assert await writer.write([later]) == Outcome(stored=1)
    assert await stored(db) == {(1, AT + 1): {"x": 2}}


async def test_a_compressed_day_takes_repeats_additions_corrections_and_late_rows(
    db: Database, writer: Writer, sets: MetricSets, tenant: int, on_timescaledb: bool
) -> None:
    if not on_timescaledb:
        pytest.skip("only TimescaleDB compresses (make test-timescaledb)")
    rows = [(n % 7, AT + n // 7 * 1_000_000, {"x": float(n), "y": 1.0}) for n in range(3_000)]
    await writer.write([await block(sets, tenant, rows)])
    async with owner(db) as connection:
        await compress(connection, READINGS, date(2026, 11, 21))
        kept = "SELECT count(*) FROM timescaledb_information.chunks WHERE is_compressed"
        assert await (await connection.execute(kept)).fetchone() == (1,)
    again = await block(sets, tenant, rows[:1_000])
    assert await writer.write([again]) == Outcome(repeated=1_000)
    said = [
        (0, AT, {"x": 99.0}),
        (1, AT, {"z": 5.0}),
        (2, AT, {"x": 2.0}),
        (3, AT + 7, {"x": 4.0}),
    ]
    outcomes = await asyncio.gather(
        *[writer.write([await block(sets, tenant, [one])]) for one in said],
    )
    assert outcomes == [
        Outcome(corrected=1),
        Outcome(stored=1),
        Outcome(repeated=1),
        Outcome(stored=1),
    ]
    expected = {(device, at_us): dict(values) for device, at_us, values in rows}
    for device, at_us, values in said:
        expected.setdefault((device, at_us), {}).update(values)
    assert await stored(db) == expected


async def test_one_bad_neighbour_does_not_spoil_the_group(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    """Requests that are committed together are each answered for themselves."""
    await writer.write([await block(sets, tenant, [(1, AT, {"x": 1})])])
    requests = [
        writer.write([await block(sets, tenant, [(1, AT, {"x": 1})])]),
        writer.write([await block(sets, tenant, [(2, AT, {"x": 2})])]),
        writer.write([await block(sets, tenant, [(3, AT, {"x": 3})])]),
    ]
    assert await asyncio.gather(*requests) == [
        Outcome(repeated=1),
        Outcome(stored=1),
        Outcome(stored=1),
    ]
    assert len(await stored(db)) == 3


async def test_many_senders_of_the_same_rows_store_them_once(
    db: Database, writer: Writer, sets: MetricSets, tenant: int
) -> None:
    rows = [(device, AT + n, {"x": float(n)}) for device in range(5) for n in range(20)]
    same = [await block(sets, tenant, rows) for _ in range(8)]
    outcomes = await asyncio.gather(*(writer.write([one]) for one in same))
    assert sum(outcome.stored for outcome in outcomes) == 100
    assert sum(outcome.repeated for outcome in outcomes) == 700
    assert len(await stored(db)) == 100


async def test_when_too_much_waits_more_is_refused_and_not_stored(
    db: Database, sets: MetricSets, tenant: int
) -> None:
    narrow = Writer(db.url, ReadingParts(), sets, writers=1, waiting_values_max=2)
    one = [await block(sets, tenant, [(n, AT, {"x": 1, "y": 1})]) for n in range(4)]
    waiting = [asyncio.create_task(narrow.write([one[0]]))]
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await narrow.write([one[1]])
    async with narrow.running():
        assert await asyncio.gather(*waiting) == [Outcome(stored=1)]
    assert set(await stored(db)) == {(0, AT)}


reports = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 5).map(lambda n: AT + n * 40_000_000_000),
        st.dictionaries(st.sampled_from("xyz"), st.floats(allow_nan=False), min_size=1),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(reports, min_size=1, max_size=4), data=st.data())
async def test_any_order_with_repeats_gives_the_table_of_the_sorted_unique_stream(
    db: Database, writer: Writer, sets: MetricSets, tenant: int, batches: list[Any], data: Any
) -> None:
    async with db.system() as tx:
        await tx.execute(text("DELETE FROM device_metrics"))
    expected: Told = {}
    for rows in batches:
        unique = {(device, at_us): said for device, at_us, said in rows}
        for key, said in unique.items():
            expected.setdefault(key, {}).update(said)
        for device, at_us in data.draw(st.permutations(list(unique))):
            one = await block(sets, tenant, [(device, at_us, unique[device, at_us])])
            await writer.write([one])
            if data.draw(st.booleans()):
                assert (await writer.write([one])) == Outcome(repeated=1)
    assert await stored(db) == expected
