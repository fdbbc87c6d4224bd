from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homepot_simulator.faults import FAULTS, make_fault
from homepot_simulator.fleet import METRICS, Device, make_fleet
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Array, Ticks
from homepot_simulator.world import METERS, World, report_times
from moments import NOW, every, wall

FLEET = make_fleet(11)
QUIET = World(FLEET, scheduled=False)
WORLD = World(FLEET)
KEYS = sorted(FLEET.device)


def column(world: World, key: str, metric: str, times: Ticks) -> Array:
    readings = world.values(key, times)
    return np.asarray(readings.values[:, readings.metrics.index(metric)])


def test_the_fleet_is_of_the_promised_size() -> None:
    assert len(FLEET.sites) == 4
    assert len(FLEET.devices) == 40
    assert len({device.key for device in FLEET.devices}) == 40
    assert {device.type for device in FLEET.devices} == set(METRICS)
    assert {name for names in METRICS.values() for name in names} == set(METERS)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(KEYS),
    st.integers(0, 400 * 24 * 60),
    st.sampled_from([10, 60, 600]),
    st.integers(1, 400),
    st.lists(st.integers(0, 400), max_size=5),
)
def test_the_same_value_however_it_is_asked_for(
    key: str, minute: int, step_s: int, length: int, cuts: list[int]
) -> None:
    start = NOW - 500 * DAY_US + minute * MINUTE_US
    times = start + np.arange(length, dtype=np.int64) * step_s * SECOND_US
    whole = WORLD.values(key, times)
    edges = sorted({0, length, *(cut for cut in cuts if cut < length)})
    # a world made anew, so that nothing is remembered from the first asking
    pieces = [World(make_fleet(11)).values(key, times[a:b]) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(whole.times_us, np.concatenate([p.times_us for p in pieces]))
    np.testing.assert_array_equal(whole.values, np.concatenate([p.values for p in pieces]))
    if len(whole.times_us):
        alone = WORLD.values(key, whole.times_us[-1:])
        np.testing.assert_array_equal(alone.values[0], whole.values[-1])


def test_another_seed_is_another_fleet() -> None:
    times = every(10, NOW - DAY_US, NOW)
    other = World(make_fleet(12), scheduled=False)
    assert (
        np.abs(
            column(QUIET, "sim-market-till-1", "cpu_percent", times)[:100]
            - column(other, "sim-market-till-1", "cpu_percent", times)[:100]
        ).mean()
        > 0.5
    )


def test_part_of_the_fleet_behaves_as_in_the_whole() -> None:
    part = World(FLEET.only(frozenset({"sim-plant"})))
    times = every(10, NOW - 5 * DAY_US, NOW)
    for device in part.fleet.devices:
        np.testing.assert_array_equal(
            part.values(device.key, times).values, WORLD.values(device.key, times).values
        )


@pytest.mark.parametrize("key", KEYS)
def test_values_are_such_as_a_working_meter_shows(key: str) -> None:
    readings = QUIET.values(key, every(20, NOW - 60 * DAY_US, NOW))
    assert np.isfinite(readings.values).all()
    for index, name in enumerate(readings.metrics):
        values = readings.values[:, index]
        low, high, decimals = METERS[name]
        assert values.min() >= low
        assert values.max() <= high
        np.testing.assert_array_equal(values, np.round(values, decimals))
        if name not in {"error_rate", "transaction_count", "battery_percent"}:
            assert len(np.unique(values)) > 5
    typical = dict(zip(readings.metrics, np.median(readings.values, axis=0), strict=True))
    usual = {
        "cpu_percent": (4, 40), "memory_percent": (25, 70), "disk_percent": (20, 70),
        "network_latency_ms": (1, 60), "error_rate": (0.0005, 0.01), "battery_percent": (40, 100),
        "vibration_mm_s": (0.5, 4), "signal_strength_dbm": (-85, -50), "power_watts": (50, 5000),
    }  # fmt: skip
    for name, (low, high) in usual.items():
        if name in typical:
            assert low <= typical[name] <= high, name


def test_cold_is_cold() -> None:
    times = every(20, NOW - 60 * DAY_US, NOW)
    for device in FLEET.devices:
        if device.role in {"cold_room", "freezer"}:
            middle = np.median(column(QUIET, device.key, "temperature_celsius", times))
            assert (2 < middle < 7) if device.role == "cold_room" else (-23 < middle < -16)


def test_customers_drive_what_hangs_on_them() -> None:
    times = every(10, NOW - 14 * DAY_US, NOW)
    readings = QUIET.values("sim-market-till-1", times)
    table = dict(zip(readings.metrics, readings.values.T, strict=True))
    for metric in ("cpu_percent", "memory_percent", "network_latency_ms"):
        assert np.corrcoef(table["transaction_count"], table[metric])[0, 1] > 0.4, metric


def test_days_and_weeks_have_their_shape() -> None:
    zone = "Europe/Madrid"
    saturday = every(1, wall("2026-11-14T11:00", zone), wall("2026-11-14T14:00", zone))
    monday = every(1, wall("2026-11-09T11:00", zone), wall("2026-11-09T14:00", zone))
    sunday = every(1, wall("2026-11-15T11:00", zone), wall("2026-11-15T14:00", zone))
    night = every(1, wall("2026-11-14T02:00", zone), wall("2026-11-14T05:00", zone))

    def busy(times: Ticks) -> float:
        tills = [key for key in KEYS if key.startswith("sim-market-till")]
        counts = [column(QUIET, key, "transaction_count", times).mean() for key in tills]
        return float(np.mean(counts))

    assert busy(saturday) > 1.3 * busy(monday) > 0.5
    assert busy(sunday) == 0
    assert busy(night) == 0


def test_a_count_does_not_depend_on_how_often_it_is_asked_for() -> None:
    start = NOW - 3 * DAY_US
    often = column(QUIET, "sim-market-till-2", "transaction_count", every(1, start, NOW)).mean()
    seldom = column(QUIET, "sim-market-till-2", "transaction_count", every(10, start, NOW)).mean()
    assert seldom == pytest.approx(often, rel=0.15)


@pytest.mark.parametrize("step_s", [2, 5, 10, 30])
def test_moments_of_history_are_among_those_of_live_time(step_s: int) -> None:
    device = FLEET.devices[3]
    coarse = report_times(device, 11, NOW - HOUR_US, NOW, 60 * SECOND_US)
    fine = report_times(device, 11, NOW - HOUR_US, NOW, step_s * SECOND_US)
    assert len(coarse) == 60
    assert len(fine) == 3600 // step_s
    assert np.isin(coarse, fine).all()
    assert coarse.min() > NOW - HOUR_US
    assert coarse.max() <= NOW


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=6))
def test_pieces_of_time_hold_every_moment_once(cuts: list[int]) -> None:
    device = FLEET.devices[9]
    edges = [NOW - HOUR_US, *(NOW - HOUR_US + cut * SECOND_US for cut in sorted(cuts)), NOW]
    pieces = [report_times(device, 11, a, b, 10 * SECOND_US) for a, b in pairwise(edges)]
    whole = report_times(device, 11, NOW - HOUR_US, NOW, 10 * SECOND_US)
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_few_reports_get_lost() -> None:
    times = every(1, NOW - 7 * DAY_US, NOW)
    heard = len(QUIET.values("sim-plant-gateway", times).times_us)
    assert 0.996 * len(times) < heard < len(times)


def test_uptime_counts_seconds_and_starts_anew_after_power_loss() -> None:
    device: Device = FLEET.device["sim-market-till-1"]
    span = (NOW, NOW + 30 * MINUTE_US)
    world = QUIET.with_added(make_fault(FLEET, "power_loss", device, span, 0.8))
    before = column(world, device.key, "uptime_seconds", np.array([NOW - 2 * MINUTE_US]))[0]
    after = column(world, device.key, "uptime_seconds", every(1, span[1], span[1] + 5 * MINUTE_US))
    assert before > 120
    np.testing.assert_array_equal(after, [0, 60, 120, 180, 240])


def test_faults_of_the_seed_never_overlap_on_a_device() -> None:
    faults = WORLD.faults(NOW - 200 * DAY_US, NOW)
    own = [one for one in faults if one.kind != "site_outage"]
    assert {one.kind for one in faults} == set(FAULTS)
    for key in KEYS:
        mine = [one for one in own if one.device_key == key]
        assert mine, key
        assert all(a.end_us <= b.start_us for a, b in pairwise(mine))
    assert 9 <= len(faults) / (200 / 7) <= 30
    strengths = [one.strength for one in own]
    assert min(strengths) < 0.2
    assert max(strengths) > 0.9


def test_the_schedule_is_the_same_in_pieces() -> None:
    whole = set(WORLD.faults(NOW - 30 * DAY_US, NOW))
    pieces = {
        one
        for hour in range(30 * 24)
        for one in WORLD.faults(NOW - (hour + 1) * HOUR_US, NOW - hour * HOUR_US)
    }
    assert pieces == whole


@settings(deadline=None)
@given(st.integers(0, 300 * 24), st.integers(1, 200))
def test_a_fault_is_found_from_any_moment_of_it(hour: int, hours: int) -> None:
    start = NOW - 320 * DAY_US + hour * HOUR_US
    end = start + hours * HOUR_US
    wide = WORLD.faults(start - 60 * DAY_US, end + 60 * DAY_US)
    assert WORLD.faults(start, end) == [
        one for one in wide if one.start_us < end and one.end_us > start
    ]
