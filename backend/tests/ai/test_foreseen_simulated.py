"""What is foreseen of the pretend fleet after its week of history: what wears, and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from homepot_simulator.episodes import Episode
from homepot_simulator.faults import make_fault
from homepot_simulator.fleet import Device, Fleet, Role, make_fleet
from homepot_simulator.world import World, report_times
from numpy.typing import NDArray

from homepot.ai.prediction.limits import limits_of
from homepot.ai.prediction.looking import HISTORY_HOURS, Foreseen, Watched, look
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.fleet.types.catalogue import shipped

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
HISTORY = timedelta(days=7)
FLEET = make_fleet(3)


def us(at: datetime) -> int:
    return round(at.timestamp()) * 1_000_000


def fault(kind: str, device: Device, hours_ago: float, hours: float) -> Episode:
    begin = NOW - timedelta(hours=hours_ago)
    return make_fault(FLEET, kind, device, (us(begin), us(begin + timedelta(hours=hours))), 1.0)


def hourly(world: World, device: Device) -> Mapping[str, NDArray[np.float64]]:
    times = report_times(device, FLEET.seed, us(NOW - HISTORY), us(NOW), 600_000_000)
    found = world.values(device.key, np.asarray(times))
    hour = (found.times_us - us(NOW - timedelta(hours=HISTORY_HOURS)) - 1) // 3_600_000_000
    count = np.bincount(hour, minlength=HISTORY_HOURS)
    sums = [np.bincount(hour, column, HISTORY_HOURS) for column in found.values.T]
    means = [np.where(count > 0, one / np.maximum(count, 1), np.nan) for one in sums]
    return dict(zip(found.metrics, means, strict=True))


def foreseen(fleet: Fleet, *faults: Episode) -> list[tuple[str, Foreseen]]:
    world = World(fleet, scheduled=False, added=faults)
    kinds = shipped().types
    seen = [hourly(world, device) for device in fleet.devices]
    watched = [
        Watched(row, 1, fleet.site[one.site_key].timezone, limits_of(kinds[one.type].metrics))
        for row, one in enumerate(fleet.devices)
    ]
    nothing = np.full(HISTORY_HOURS, np.nan)
    names = {limit.metric for one in watched for limit in one.limits}
    means = {name: np.array([one.get(name, nothing) for one in seen], np.float32) for name in names}
    found, _ = look(watched, means, NOW, Parameters())
    return [(fleet.devices[one.device_row].key, one) for one in found]


@pytest.mark.parametrize("hours_ago", [0.5, 1.0, 2.5, 7.0])
def test_a_link_fault_of_half_an_hour_is_no_wear(hours_ago: float) -> None:
    gateways = [one for one in FLEET.devices if one.role is Role.GATEWAY]
    faults = [fault("degraded_link", one, hours_ago, 0.5) for one in gateways]
    assert foreseen(FLEET, *faults) == []


def test_a_disk_that_fills_for_two_days_is_one() -> None:
    till = next(one for one in FLEET.devices if one.role is Role.TILL)
    found = foreseen(
        FLEET.only(frozenset({till.site_key})),
        fault("disk_filling", till, 48, 96),
        fault("degraded_link", till, 1, 0.5),
    )
    assert {(key, one.limit.metric) for key, one in found} == {(till.key, "disk_percent")}
