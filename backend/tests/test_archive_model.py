"""However readings are stored, corrected and archived: what is read is what a dict would hold."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.lived import Lived

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.reading import service as reading
from homepot.telemetry.rollups.logic import DAY as A_DAY
from homepot.telemetry.rollups.logic import FIVE_MINUTES, HOUR, bucket_of

DAY = datetime.combine(now().date(), time(), UTC) - timedelta(days=51)
START = DAY + timedelta(hours=23)  # an hour on either side of midnight
Told = dict[tuple[int, datetime], dict[str, float]]
Bucket = tuple[int, float, float, float, float]

names = st.sampled_from(["a", "b", "ts", "device"])
numbers = st.one_of(st.integers(-99, 99).map(lambda n: n / 10), st.floats(-1e3, 1e3, width=64))
rows = st.tuples(
    st.integers(0, 2),
    st.integers(0, 24).map(lambda n: START + timedelta(minutes=5 * n, seconds=n % 3)),
    st.dictionaries(names, numbers, min_size=1, max_size=3),
)
steps = st.one_of(
    st.lists(rows, min_size=1, max_size=12),
    st.sampled_from(["archive", "roll up", "restart"]),
)


class Store(Lived):
    async def read(self) -> Told:
        found: Told = {}
        for device, device_id in enumerate(self.device_ids):
            last = DAY
            async for raw in reading.whole(
                self.db, self.archive, self.tenant, device_id, DAY, DAY + timedelta(days=3)
            ):
                for at, values in zip(raw.at, raw.values.tolist(), strict=True):
                    assert at > last
                    last = at
                    named = zip(raw.metrics, values, strict=True)
                    found[device, at] = {name: value for name, value in named if value == value}
        return found

    async def rolled(self, span: str) -> dict[tuple[int, datetime, str], Bucket]:
        query = f"""
            SELECT d.public_id, r.bucket, m.metric, m.n, m.low, m.high, m.total, m.last
            FROM device_rollups_{span} r JOIN devices d ON d.id = r.device_id
            JOIN metric_sets s ON s.id = r.metric_set_id,
                unnest(s.metrics, r.counts, r.lows, r.highs, r.sums, r.lasts)
                AS m (metric, n, low, high, total, last)
            WHERE m.n > 0
        """
        async with self.db.system() as tx:
            found = (await tx.execute(text(query))).all()
        parts: dict[tuple[int, datetime, str], list[Bucket]] = defaultdict(list)
        for device_id, bucket, metric, *values in found:
            parts[self.device_ids.index(device_id), bucket, metric].append(tuple(values))
        return {key: joined(several) for key, several in parts.items()}


def joined(parts: Sequence[Bucket]) -> Bucket:
    """A metric that came in several combinations has a row for each; their last is not ordered."""
    counts, lows, highs, sums, lasts = zip(*parts, strict=True)
    last = lasts[0] if len(parts) == 1 else float("nan")
    return sum(counts), min(lows), max(highs), sum(sums), last


def by_hand(told: Told, span: timedelta) -> dict[tuple[int, datetime, str], list[float]]:
    found: dict[tuple[int, datetime, str], list[float]] = defaultdict(list)
    for (device, at), said in sorted(told.items()):
        for metric, value in said.items():
            found[device, bucket_of(at, span), metric].append(value)
    return found


@pytest.fixture
async def store(db: Database, app: FastAPI, archive: Archive, people: Any, estate: Any) -> Store:
    intake = app.state.process.part(Intake)
    one = Store(db, intake, archive, await people.tenant())
    site_id = await estate.site()
    one.device_ids = [(await estate.agent(site_id)).device_id for _ in range(3)]
    return one


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(done=st.lists(steps, min_size=2, max_size=7))
async def test_it_reads_like_a_dict(store: Store, done: list[Any]) -> None:
    await store.begin()
    for step in done:
        await store.do(step)
        assert await store.read() == store.told
    await store.do("roll up")
    for name, span in (("5m", FIVE_MINUTES), ("1h", HOUR), ("1d", A_DAY)):
        rolled, expected = await store.rolled(name), by_hand(store.told, span)
        assert rolled.keys() == expected.keys()
        for key, (count, low, high, total, last) in rolled.items():
            values = expected[key]
            assert (count, low, high) == (len(values), min(values), max(values))
            assert total == pytest.approx(sum(values), abs=1e-9)
            assert last != last or last == values[-1]
