"""Rows in sets that have more metrics than they report: nobody who reads ever sees a hole."""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.reading import service as reading
from homepot.telemetry.rollups.logic import DAY, FIVE_MINUTES, HOUR, bucket_of
from homepot.telemetry.rollups.service import catch_up
from homepot.telemetry.storage import placing

START = datetime(2026, 11, 1, 23, 50, tzinfo=UTC)
TABLES = (
    "device_metrics", "device_rollups_5m", "device_rollups_1h", "device_rollups_6h",
    "device_rollups_1d",
    "device_latest",
)  # fmt: skip
Sent = tuple[int, int, dict[str, float]]  # device, second, values
Told = dict[tuple[int, int], dict[str, float]]


@pytest.fixture(autouse=True)
def _few_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "EXACT_MAX", 2)
    monkeypatch.setattr(placing, "SETS_MAX", 5)


@pytest.fixture
async def collector(people: Any) -> httpx.AsyncClient:
    person = await people.add(Role.OPERATOR)
    program: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    return program


@pytest.fixture
async def device_ids(estate: Any) -> list[str]:
    site_id = await estate.site()
    return [(await estate.agent(site_id)).device_id for _ in range(2)]


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


async def send(
    collector: httpx.AsyncClient, device_ids: Sequence[str], rows: Sequence[Sent]
) -> None:
    readings = [
        {"device_id": device_ids[device], "timestamp": at(second).isoformat(), "metrics": said}
        for device, second, said in rows
    ]
    answer = await collector.post("/api/telemetry", json=readings)
    assert answer.status_code == 200, answer.text
    assert answer.json()["rejected_count"] == 0


async def given_out(
    db: Database, archive: Archive, tenant_id: int, device_ids: Sequence[str]
) -> Told:
    found: Told = {}
    for device, device_id in enumerate(device_ids):
        async for raw in reading.whole(db, archive, tenant_id, device_id, None, None):
            for moment, values in zip(raw.at, raw.values.tolist(), strict=True):
                said = dict(zip(raw.metrics, values, strict=True))
                key = device, round((moment - START).total_seconds())
                found[key] = {k: v for k, v in said.items() if not math.isnan(v)}
    return found


async def rolled(db: Database, span: str, device_ids: Sequence[str]) -> dict[Any, Any]:
    """Over all sets: the sum of the counts, the lowest, the highest, the sum."""
    query = f"""
        SELECT d.public_id, r.bucket, s.metrics, r.counts, r.lows, r.highs, r.sums, r.lasts
        FROM device_rollups_{span} r JOIN devices d ON d.id = r.device_id
        JOIN metric_sets s ON s.id = r.metric_set_id
    """
    async with db.system() as tx:
        rows = (await tx.execute(text(query))).all()
    found: dict[Any, list[Any]] = defaultdict(list)
    for public_id, bucket, *columns in rows:
        for metric, count, low, high, total, last in zip(*columns, strict=True):
            if count:
                assert not any(map(math.isnan, (low, high, total, last)))
                found[device_ids.index(public_id), bucket, metric].append((count, low, high, total))
            else:
                assert math.isnan(low)
                assert math.isnan(high)
                assert math.isnan(last)
                assert total == 0
    return {key: folded(parts) for key, parts in found.items()}


def folded(parts: list[Any]) -> tuple[int, float, float, float]:
    counts, lows, highs, totals = zip(*parts, strict=True)
    return sum(counts), min(lows), max(highs), sum(totals)


def by_hand(expected: Told, span: timedelta) -> dict[Any, Any]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for (device, second), said in expected.items():
        for metric, value in said.items():
            found[device, bucket_of(at(second), span), metric].append((1, value, value, value))
    return {key: folded(parts) for key, parts in found.items()}


def newest_by_hand(sent: Sequence[Sent]) -> dict[int, dict[str, set[float]]]:
    """Of each metric what was said of its newest moment. Where that is several things in several
    sets, the last word stands in the table, and any of them may be shown until the next moment."""
    moments: dict[tuple[int, str], int] = {}
    for device, second, said in sent:
        for metric in said:
            moments[device, metric] = max(second, moments.get((device, metric), 0))
    found: dict[int, dict[str, set[float]]] = defaultdict(lambda: defaultdict(set))
    for device, second, said in sent:
        for metric, value in said.items():
            if second == moments[device, metric]:
                found[device][metric].add(value)
    return found


values = st.integers(-1_000, 1_000).map(float)
batches = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.sampled_from([0, 60, 1_200, 9_000]),
            st.dictionaries(st.sampled_from("abcdefg"), values, min_size=1),
        ),
        min_size=1,
        max_size=8,
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sent=batches)
async def test_any_patterns_in_any_order_give_the_table_the_rollups_and_the_newest_values(
    db: Database,
    archive: Archive,
    app: Any,
    admin: httpx.AsyncClient,
    collector: httpx.AsyncClient,
    device_ids: list[str],
    sent: list[list[Sent]],
) -> None:
    async with db.system() as tx:
        for table in TABLES:
            await tx.execute(text(f"DELETE FROM {table}"))
        tenant_id = (await tx.execute(text("SELECT min(tenant_id) FROM devices"))).scalar_one()
    intake = app.state.process.part(Intake)
    expected: Told = {}
    for rows in sent:
        await send(collector, device_ids, rows)
        await send(collector, device_ids, rows)
        await intake.aftermath.write(now())
        for device, second, said in rows:
            expected.setdefault((device, second), {}).update(said)
    assert await given_out(db, archive, tenant_id, device_ids) == expected
    await catch_up(db, now(), archive)
    assert await rolled(db, "5m", device_ids) == by_hand(expected, FIVE_MINUTES)
    assert await rolled(db, "1h", device_ids) == by_hand(expected, HOUR)
    assert await rolled(db, "1d", device_ids) == by_hand(expected, DAY)
    items = (await admin.get("/api/telemetry/latest")).json()["items"]
    newest = {device_ids.index(one["device_id"]): one["values"] for one in items}
    said_last = newest_by_hand([row for rows in sent for row in rows])
    assert {device: set(shown) for device, shown in newest.items()} == {
        device: set(said) for device, said in said_last.items()
    }
    for device, shown in newest.items():
        assert all(value in said_last[device][metric] for metric, value in shown.items())


async def test_a_hole_is_neither_in_a_chart_nor_in_the_words_of_an_agent(
    app: Any, admin: httpx.AsyncClient, collector: httpx.AsyncClient, device_ids: list[str]
) -> None:
    whole = dict.fromkeys("abcd", 1.0)
    await send(collector, device_ids, [(0, 0, whole), (0, 1, {"a": 2.0})])
    await send(collector, device_ids, [(0, 2, {"a": 3.0, "b": 4.0}), (0, 3, {"c": 5.0})])
    await app.state.process.part(Intake).aftermath.write(now())
    window = {"from": START.isoformat(), "to": at(60).isoformat()}
    chart = (await admin.get(f"/api/devices/{device_ids[0]}/metrics", params=window)).json()
    series = {one["metric"]: [p["last"] for p in one["points"]] for one in chart["series"]}
    assert series == {"a": [1, 2, 3], "b": [1, 4], "c": [1, 5], "d": [1]}
