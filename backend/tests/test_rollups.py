"""Rollups and reading out, against the sums made by hand of what was sent."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from homepot.access.permissions import Permission, Role
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.rollups.logic import DAY, FIVE_MINUTES, HOUR, Committed, bucket_of, pieces
from homepot.telemetry.rollups.service import catch_up, make_ahead

START = datetime(2026, 11, 1, 23, 50, tzinfo=UTC)
EMPTIED = ("device_metrics", "device_rollups_5m", "device_rollups_1h", "device_rollups_1d")
Sent = tuple[int, int, float]  # device, second, value


@pytest.fixture
async def collector(people: Any) -> httpx.AsyncClient:
    person = await people.add(Role.OPERATOR)
    program: httpx.AsyncClient = await people.program(person, Permission.TELEMETRY_WRITE)
    return program


@pytest.fixture
async def device_ids(estate: Any) -> list[str]:
    site_id = await estate.site()
    return [(await estate.agent(site_id)).device_id for _ in range(2)]


async def send(
    collector: httpx.AsyncClient, device_ids: Sequence[str], readings: Sequence[Sent]
) -> None:
    rows = [
        {
            "device_id": device_ids[device],
            "timestamp": (START + timedelta(seconds=second)).isoformat(),
            "metrics": {"x": value, f"only_{device}": 1.0},
        }
        for device, second, value in readings
    ]
    answer = await collector.post("/api/telemetry", json=rows)
    assert answer.status_code == 200, answer.text
    assert answer.json()["rejected_count"] == 0


def by_hand(
    device_ids: Sequence[str], readings: Sequence[Sent], span: timedelta
) -> dict[tuple[str, datetime], tuple[int, float, float, float, float]]:
    last_word = {(device, second): value for device, second, value in readings}
    buckets: dict[tuple[str, datetime], list[tuple[int, float]]] = defaultdict(list)
    for (device, second), value in sorted(last_word.items()):
        bucket = bucket_of(START + timedelta(seconds=second), span)
        buckets[device_ids[device], bucket].append((second, value))
    return {
        key: (
            len(found),
            min(v for _, v in found),
            max(v for _, v in found),
            sum(v for _, v in found),
            found[-1][1],
        )
        for key, found in buckets.items()
    }


async def rolled(
    db: Database, span: str
) -> dict[tuple[str, datetime], tuple[int, float, float, float, float]]:
    query = f"""
        SELECT d.public_id, r.bucket, r.counts[p], r.lows[p], r.highs[p], r.sums[p], r.lasts[p]
        FROM device_rollups_{span} r JOIN devices d ON d.id = r.device_id
        JOIN metric_sets s ON s.id = r.metric_set_id,
            array_position(s.metrics, 'x') AS p
    """
    async with db.system() as tx:
        rows = (await tx.execute(text(query))).all()
    return {(device_id, bucket): tuple(values) for device_id, bucket, *values in rows}


values = st.integers(-1_000, 1_000).map(float)
streams = st.lists(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9_000), values), min_size=1, max_size=15),
    min_size=1,
    max_size=3,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=streams)
async def test_late_reordered_and_corrected_readings_count_as_if_in_time(
    db: Database,
    archive: Archive,
    collector: httpx.AsyncClient,
    device_ids: list[str],
    batches: list[list[Sent]],
) -> None:
    async with db.system() as tx:
        for table in EMPTIED:
            await tx.execute(text(f"DELETE FROM {table}"))
    for batch in batches:
        await send(collector, device_ids, batch)
        await catch_up(db, now(), archive)
    every = [reading for batch in batches for reading in batch]
    assert await rolled(db, "5m") == by_hand(device_ids, every, FIVE_MINUTES)
    assert await rolled(db, "1h") == by_hand(device_ids, every, HOUR)
    assert await rolled(db, "1d") == by_hand(device_ids, every, DAY)


async def test_the_largest_values_do_not_hold_up_the_sums(
    db: Database, archive: Archive, collector: httpx.AsyncClient, device_ids: list[str]
) -> None:
    await send(collector, device_ids, [(0, second, 1e300) for second in range(50)])
    await catch_up(db, now(), archive)
    (found,) = (await rolled(db, "5m")).values()
    assert found == (50, 1e300, 1e300, pytest.approx(50e300), 1e300)


async def test_a_chart_has_every_spike_and_says_where_it_is_from(
    db: Database,
    archive: Archive,
    collector: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    device_ids: list[str],
    app: Any,
) -> None:
    readings = [(0, 60 * n, 100.0 if n == 777 else n % 7) for n in range(1_440)]
    await send(collector, device_ids, readings)
    await catch_up(db, now(), archive)
    await app.state.process.part(Intake).aftermath.write(now())
    window = {"from": START.isoformat(), "to": (START + timedelta(days=1)).isoformat()}
    path = f"/api/devices/{device_ids[0]}/metrics"
    chart = (await admin.get(path, params={**window, "metrics": "x", "points": 24})).json()
    assert chart["source"] == "rollups_1h"
    assert [one["metric"] for one in chart["series"]] == ["x"]
    points = chart["series"][0]["points"]
    assert len(points) <= 24
    assert max(point["high"] for point in points) == 100
    assert sum(point["count"] for point in points) == 1_440
    fine = (await admin.get(path, params={**window, "points": 2_000})).json()
    assert fine["source"] == "rollups_5m"
    assert {one["metric"] for one in fine["series"]} == {"x", "only_0"}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=st.data())
async def test_at_any_moment_a_chart_is_that_of_the_sorted_unique_table(
    db: Database,
    archive: Archive,
    collector: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    device_ids: list[str],
    days: st.DataObject,
) -> None:
    """Whatever has been sent and however far the rollups are: nothing acknowledged is missing,
    nothing counts twice."""
    async with db.system() as tx:
        for table in (*EMPTIED, "telemetry_commits", "telemetry_readers"):
            await tx.execute(text(f"DELETE FROM {table}"))
    first = bucket_of(now(), HOUR) - timedelta(hours=23)
    looked, truth = first, dict[datetime, float]()
    for _ in range(days.draw(st.integers(1, 5))):
        batch = days.draw(st.lists(REPORTS, max_size=12))
        rows = [
            {
                "device_id": device_ids[0],
                "timestamp": (first + timedelta(seconds=second)).isoformat(),
                "metrics": {"x": value} | ({"y": 1.0} if has_y else {}),
            }
            for second, value, has_y in batch
        ]
        assert (await collector.post("/api/telemetry", json=rows)).json()["rejected_count"] == 0
        truth |= {first + timedelta(seconds=second): value for second, value, _ in batch}
        if days.draw(st.booleans()):
            looked += timedelta(minutes=days.draw(st.integers(0, 400)))
            await catch_up(db, min(looked, now()), archive)
        # A metric that nobody has ever reported is refused.
        for points in (24, 288) if truth else ():
            width = timedelta(days=1) / points
            assert await charted(admin, device_ids[0], first, points) == summed_up(
                truth, first, width
            )


# Two hours of the day are crowded: there readings share their buckets.
REPORTS = st.tuples(
    st.one_of(st.integers(0, 82_000), st.integers(30_000, 34_000), st.integers(70_000, 71_000)),
    st.integers(-1_000, 1_000).map(float),
    st.booleans(),
)
Summary = tuple[int, float, float, float, float]


async def charted(
    admin: httpx.AsyncClient, device_id: str, first: datetime, points: int
) -> dict[int, Summary]:
    """By point: count, lowest, highest, mean, last."""
    window = {"from": first.isoformat(), "to": (first + timedelta(days=1)).isoformat()}
    answer = await admin.get(
        f"/api/devices/{device_id}/metrics", params={**window, "metrics": "x", "points": points}
    )
    chart = answer.json()
    assert chart["source"] == ("rollups_1h" if points == 24 else "rollups_5m")
    found = {}
    for point in chart["series"][0]["points"]:
        place = (datetime.fromisoformat(point["at"]) - first) // (timedelta(days=1) / points)
        assert place not in found
        mean = pytest.approx(point["mean"])
        found[place] = (point["count"], point["low"], point["high"], mean, point["last"])
    return found


def summed_up(
    truth: dict[datetime, float], first: datetime, width: timedelta
) -> dict[int, Summary]:
    by_place: dict[int, list[float]] = defaultdict(list)
    for at, value in sorted(truth.items()):
        by_place[(at - first) // width].append(value)
    return {
        place: (len(found), min(found), max(found), sum(found) / len(found), found[-1])
        for place, found in by_place.items()
    }


async def test_a_chart_of_months_has_a_history_that_just_came(
    db: Database,
    archive: Archive,
    collector: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    device_ids: list[str],
) -> None:
    """And looks the same when its rollups are made."""
    await catch_up(db, now(), archive)
    readings = [(0, 3_600 * hour - (hour % 50), float(hour)) for hour in range(-24 * 40, 24 * 10)]
    await send(collector, device_ids, readings)
    window = {"from": (START - timedelta(days=60)).isoformat(), "metrics": "x"}
    path = f"/api/devices/{device_ids[0]}/metrics"
    before = [
        (await admin.get(path, params={**window, "points": points})).json()
        for points in (7, 500, 1_000)
    ]
    for chart in before:
        assert sum(point["count"] for point in chart["series"][0]["points"]) == len(readings)
    await catch_up(db, now(), archive)
    assert before[0]["source"] == "rollups_1h"
    for chart, points in zip(before, (7, 500, 1_000), strict=True):
        params = {**window, "to": chart["to"], "points": str(points)}
        assert (await admin.get(path, params=params)).json() == chart


async def test_the_last_minutes_are_in_a_chart_before_they_are_rolled_up(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, device_ids: list[str]
) -> None:
    reading = {
        "device_id": device_ids[0],
        "timestamp": (now() - timedelta(seconds=5)).isoformat(),
        "metrics": {"x": 4.5},
    }
    await collector.post("/api/telemetry", json=[reading])
    week_ago = (now() - timedelta(days=7)).isoformat()
    path = f"/api/devices/{device_ids[0]}/metrics"
    chart = (await admin.get(path, params={"from": week_ago, "metrics": "x"})).json()
    assert [point["last"] for point in chart["series"][0]["points"]] == [4.5]


@pytest.mark.parametrize(
    ("params", "at"),
    [
        ({"from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}, "query.from"),
        ({"from": "2001-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}, "query.from"),
        ({"points": "0"}, "query.points"),
        ({"metrics": "x'; drop table devices"}, "query.metrics.0"),
    ],
)
async def test_a_window_that_cannot_be_is_refused(
    admin: httpx.AsyncClient, device_ids: list[str], params: dict[str, str], at: str
) -> None:
    answer = await admin.get(f"/api/devices/{device_ids[0]}/metrics", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == at


async def test_a_metric_nobody_knows_is_refused_and_one_that_never_came_is_said_so(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, device_ids: list[str], app: Any
) -> None:
    await send(collector, device_ids, [(0, 1, 1.0)])
    await app.state.process.part(Intake).aftermath.write(now())
    path = f"/api/devices/{device_ids[0]}/metrics"
    wrong = await admin.get(path, params={"metrics": ["x", "cpu_percnt"]})
    assert wrong.status_code == 422
    assert "did you mean cpu_percent?" in wrong.json()["detail"]
    params = {"metrics": ["x,cpu_percent", "only_0", "x"], "from": START.isoformat()}
    found = (await admin.get(path, params=params)).json()
    assert [(one["metric"], bool(one["points"]), one["note"]) for one in found["series"]] == [
        ("x", True, None),
        ("cpu_percent", False, "this device reported none of it in this window"),
        ("only_0", True, None),
    ]
    many = ",".join(f"m{n}" for n in range(21))
    refused = await admin.get(path, params={"metrics": many})
    assert (refused.status_code, "20 at once" in refused.json()["detail"]) == (422, True)


async def test_metrics_beyond_the_first_are_named(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, device_ids: list[str], app: Any
) -> None:
    names = [f"m{n:02}" for n in range(23)]
    row = {"device_id": device_ids[0], "timestamp": START.isoformat()}
    body = {"readings": [{**row, "metrics": dict.fromkeys(names, 1.0)}]}
    assert (await collector.post("/api/telemetry", json=body)).json()["stored"] == 1
    await app.state.process.part(Intake).aftermath.write(now())
    path = f"/api/devices/{device_ids[0]}/metrics"
    first = (await admin.get(path)).json()
    assert [one["metric"] for one in first["series"]] == names[:20]
    assert first["left_out"] == names[20:]
    rest = (await admin.get(path, params={"metrics": ",".join(first["left_out"])})).json()
    assert [one["metric"] for one in rest["series"]] == names[20:]
    assert rest["left_out"] == []


async def test_another_tenant_reads_nothing(
    collector: httpx.AsyncClient, stranger: httpx.AsyncClient, device_ids: list[str], app: Any
) -> None:
    await send(collector, device_ids, [(0, 1, 1.0)])
    await app.state.process.part(Intake).aftermath.write(now())
    assert (await stranger.get(f"/api/devices/{device_ids[0]}/metrics")).status_code == 404
    assert (await stranger.get("/api/telemetry/latest")).json() == {"items": []}


async def test_the_newest_values_of_the_fleet(
    collector: httpx.AsyncClient, admin: httpx.AsyncClient, device_ids: list[str], app: Any
) -> None:
    await send(collector, device_ids, [(0, 1, 1.0), (0, 9, 3.0), (1, 5, 2.0)])
    await app.state.process.part(Intake).aftermath.write(now())
    found = (await admin.get("/api/telemetry/latest", params={"metrics": ["x"]})).json()["items"]
    assert {one["device_id"]: one["values"] for one in found} == {
        device_ids[0]: {"x": 3.0},
        device_ids[1]: {"x": 2.0},
    }
    named = {"devices": device_ids[1]}
    (one,) = (await admin.get("/api/telemetry/latest", params=named)).json()["items"]
    assert one["values"] == {"x": 2.0, "only_1": 1.0}


async def test_days_and_months_are_made_ahead(db: Database, on_timescaledb: bool) -> None:
    if on_timescaledb:
        pytest.skip("TimescaleDB makes a day with its first row")
    await make_ahead(db, datetime(2026, 12, 30, 12, tzinfo=UTC))
    async with db.system() as tx:
        query = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1"
        names = list((await tx.execute(text(query))).scalars())
    assert names == [
        "device_metrics_20261230",
        "device_metrics_20261231",
        "device_metrics_20270101",
        "device_rollups_1d_202612",
        "device_rollups_1d_202701",
        "device_rollups_1h_202612",
        "device_rollups_1h_202701",
        "device_rollups_5m_202612",
        "device_rollups_5m_202701",
        "device_rollups_6h_202612",
        "device_rollups_6h_202701",
    ]


def test_a_long_history_is_done_in_pieces() -> None:
    commit = Committed(START, START + timedelta(days=2), range(1, 1_203))
    done = list(pieces([commit, commit]))
    assert max(piece.end - piece.first for piece in done) == timedelta(days=1)
    assert max(len(piece.device_ids) for piece in done) == 500
    covered = [(piece.end - piece.first) * len(piece.device_ids) for piece in done]
    assert sum(covered, timedelta()) == (timedelta(days=2, hours=1) * 1_202)
