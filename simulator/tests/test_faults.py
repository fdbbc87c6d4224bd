"""Each fault against the same seed without it."""

import numpy as np
import pytest

from homepot_simulator.faults import FAULTS, make_fault
from homepot_simulator.fleet import Role, make_fleet
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US, Array
from homepot_simulator.world import World
from moments import NOW, every

FLEET = make_fleet(3)
QUIET = World(FLEET, scheduled=False)
START = NOW - 10 * DAY_US
DEVICES = {role: next(device for device in FLEET.devices if device.role == role) for role in Role}

# by metric: by how much its mean over the last third moves at strength 0.12 and at 1
EXPECTED = {
    ("cpu_runaway", Role.TILL, "cpu_percent"): (10, 60),
    ("cpu_runaway", Role.SERVER, "load_1m"): (1, 6),
    ("memory_leak", Role.TILL, "memory_percent"): (7, 35),
    ("memory_leak", Role.GATEWAY, "memory_percent"): (7, 35),
    ("disk_filling", Role.SERVER, "disk_percent"): (8, 25),
    ("disk_filling", Role.PUMP, "disk_percent"): (8, 35),
    ("degraded_link", Role.TILL, "network_latency_ms"): (10, 60),
    ("degraded_link", Role.GATEWAY, "packet_loss_percent"): (1, 6),
    ("degraded_link", Role.TILL, "error_rate"): (0.005, 0.04),
    ("cooling_failure", Role.COLD_ROOM, "temperature_celsius"): (2.5, 10),
    ("cooling_failure", Role.FREEZER, "temperature_celsius"): (2.5, 10),
    ("cooling_failure", Role.SERVER, "temperature_celsius"): (6, 25),
    ("cooling_failure", Role.COMPRESSOR, "temperature_celsius"): (6, 25),
    ("cooling_failure", Role.SERVER, "fan_rpm"): (-200, -600),
    ("bearing_wear", Role.PUMP, "vibration_mm_s"): (1, 4),
    ("bearing_wear", Role.CONVEYOR, "temperature_celsius"): (2, 10),
    ("bearing_wear", Role.FAN, "power_watts"): (5, 30),
    ("error_burst", Role.TILL, "error_rate"): (0.03, 0.25),
    ("error_burst", Role.SERVER, "queue_depth"): (8, 50),
}


def moved(kind: str, role: Role, metric: str, strength: float, hours: float) -> Array:
    """By how much the metric is moved at each tenth minute of the fault."""
    device = DEVICES[role]
    span = (START, START + int(hours * HOUR_US))
    world = QUIET.with_added(make_fault(FLEET, kind, device, span, strength))
    times = every(max(hours * 60 / 200, 1 / 60), *span)
    there, usual = world.values(device.key, times), QUIET.values(device.key, times)
    index = there.metrics.index(metric)
    np.testing.assert_array_equal(there.times_us, usual.times_us)
    return np.asarray(there.values[:, index] - usual.values[:, index])


@pytest.mark.parametrize(("kind", "role", "metric"), EXPECTED)
def test_a_fault_moves_its_metric_by_its_strength(kind: str, role: Role, metric: str) -> None:
    weak, strong = EXPECTED[kind, role, metric]
    sign = np.sign(strong)
    hours = sum(FAULTS[kind].hours) / 2
    found = [
        float(moved(kind, role, metric, strength, hours)[-66:].mean())
        for strength in (0.12, 0.35, 0.6, 1.0)
    ]
    assert sorted(found, key=lambda one: one * sign) == found
    assert found[0] * sign >= abs(weak) * 0.5
    assert found[-1] * sign >= abs(strong)


@pytest.mark.parametrize("kind", [kind for kind, fault in FAULTS.items() if fault.metrics])
def test_every_named_metric_is_moved_on_some_device_and_no_more_than_felt(kind: str) -> None:
    fault = FAULTS[kind]
    touched: set[str] = set()
    for role in fault.roles:
        device = DEVICES[role]
        span = (START, START + int(fault.hours[0] * HOUR_US))
        episode = make_fault(FLEET, kind, device, span, 1.0)
        world = QUIET.with_added(episode)
        before = every(10, START - DAY_US, START)
        np.testing.assert_array_equal(
            world.values(device.key, before).values, QUIET.values(device.key, before).values
        )
        times = every(2, *span)
        apart = world.values(device.key, times).values != QUIET.values(device.key, times).values
        changed = {
            name for name, any_ in zip(device.metrics, apart.any(axis=0), strict=True) if any_
        }
        assert set(episode.metrics) <= changed, (role, changed)
        touched |= set(episode.metrics)
        later = every(5, span[1] + int(fault.after_hours * HOUR_US), span[1] + 2 * DAY_US)
        rest = [
            index
            for index, name in enumerate(device.metrics)
            if name != "uptime_seconds" or not fault.restarts
        ]
        np.testing.assert_array_equal(
            world.values(device.key, later).values[:, rest],
            QUIET.values(device.key, later).values[:, rest],
        )
    assert touched == set(fault.metrics)


@pytest.mark.parametrize(
    "kind", [kind for kind, fault in FAULTS.items() if fault.metrics and not fault.frozen]
)
def test_a_fault_shown_for_ten_minutes_is_seen(kind: str) -> None:
    fault = FAULTS[kind]
    device = DEVICES[fault.roles[0]]
    difference = moved(kind, device.role, fault.metrics[0], 0.8, 1 / 6)
    ordinary = QUIET.values(device.key, every(1, START, START + 2 * HOUR_US))
    spread = ordinary.values[:, ordinary.metrics.index(fault.metrics[0])].std()
    assert np.abs(difference).max() > 3 * spread


def test_runaway_is_abrupt_and_wear_is_slow() -> None:
    abrupt = moved("cpu_runaway", Role.TILL, "cpu_percent", 0.8, 4)
    assert abrupt[10] > 0.7 * abrupt[-60:].mean()
    slow = moved("bearing_wear", Role.PUMP, "vibration_mm_s", 0.8, 120)
    assert slow[:50].mean() < 0.25 * slow[-20:].mean()
    leak = moved("memory_leak", Role.TILL, "memory_percent", 0.8, 24)
    np.testing.assert_allclose(np.diff(leak[::20]), np.diff(leak[::20]).mean(), atol=0.3)


def test_what_loses_power_says_nothing() -> None:
    device = DEVICES[Role.FREEZER]
    span = (START, START + HOUR_US)
    world = QUIET.with_added(make_fault(FLEET, "power_loss", device, span, 0.5))
    heard = world.values(device.key, every(1, START - HOUR_US, START + 2 * HOUR_US)).times_us
    assert not ((heard >= span[0]) & (heard < span[1])).any()
    assert len(heard) > 110
    assert world.silent(device.key, START)
    assert not world.silent(device.key, span[1])
    assert not world.silent("sim-plant-gateway", START)


def test_an_outage_silences_the_whole_site_and_only_it() -> None:
    gateway = FLEET.device["sim-restaurant-gateway"]
    span = (START, START + 30 * MINUTE_US)
    outage = make_fault(FLEET, "site_outage", gateway, span, 1.0)
    world = QUIET.with_added(outage)
    times = every(1, *span)
    silent = {d.key for d in FLEET.devices if not len(world.values(d.key, times).times_us)}
    assert silent == {device.key for device in FLEET.at_site("sim-restaurant")}
    assert set(outage.members) == silent


def test_a_bad_line_of_the_gateway_is_felt_behind_it() -> None:
    gateway = FLEET.device["sim-market-gateway"]
    span = (START, START + 3 * HOUR_US)
    link = make_fault(FLEET, "degraded_link", gateway, span, 0.9)
    world = QUIET.with_added(link)
    times = every(5, *span)
    for key in link.members:
        there, usual = world.values(key, times), QUIET.values(key, times)
        index = there.metrics.index("network_latency_ms")
        assert there.values[:, index].mean() > 1.8 * usual.values[:, index].mean()
    assert "sim-market-freezer" not in link.members


def test_a_frozen_sensor_stands_still_and_goes_on_afterwards() -> None:
    device = DEVICES[Role.COLD_ROOM]
    span = (START + 7 * MINUTE_US, START + 5 * HOUR_US)
    world = QUIET.with_added(make_fault(FLEET, "frozen_sensor", device, span, 1.0))
    times = every(1, START, START + 8 * HOUR_US)
    readings = world.values(device.key, times)
    stuck = (readings.times_us >= span[0]) & (readings.times_us < span[1])
    for name in ("temperature_celsius", "humidity_percent"):
        values = readings.values[:, readings.metrics.index(name)]
        assert len(set(values[stuck])) == 1
        assert len(set(values[~stuck])) > 10
    signal = readings.values[:, readings.metrics.index("signal_strength_dbm")]
    assert len(set(signal[stuck])) > 1


def test_a_failing_frozen_sensor_keeps_the_value_it_had() -> None:
    device = DEVICES[Role.COLD_ROOM]
    cooling = make_fault(FLEET, "cooling_failure", device, (START, START + 6 * HOUR_US), 1.0)
    frozen = make_fault(
        FLEET, "frozen_sensor", device, (START + 4 * HOUR_US, START + 9 * HOUR_US), 1.0
    )
    at = np.array([START + 4 * HOUR_US, START + 8 * HOUR_US], np.int64)
    temperatures = QUIET.with_added(cooling, frozen).values(device.key, at).values[:, 0]
    warm = QUIET.with_added(cooling).values(device.key, at[:1]).values[0, 0]
    assert list(temperatures) == [warm, warm]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_week_has_every_kind_and_a_few_faults_a_day(seed: int) -> None:
    found = World(make_fleet(seed)).faults(NOW - 60 * DAY_US, NOW)
    begun = [one for one in found if one.start_us >= NOW - 60 * DAY_US]
    assert 2 * 60 < len(begun) < 5 * 60
    for day in range(53):
        week = (NOW - (60 - day) * DAY_US, NOW - (53 - day) * DAY_US)
        kinds = {one.kind for one in begun if week[0] <= one.start_us < week[1]}
        assert kinds >= set(FAULTS) - {"site_outage"}, day


def test_two_faults_of_one_device_are_never_mixed_up() -> None:
    found = World(make_fleet(1)).faults(NOW - 60 * DAY_US, NOW)
    last: dict[str, int] = {}
    for one in (fault for fault in found if fault.kind != "site_outage"):
        assert one.start_us >= last.get(one.device_key, 0), one
        last[one.device_key] = one.end_us
