"""Fleets that fail, whose every failure is known: those of the simulator, and made ones that wear.

A written-up failure of the simulator counts when somebody mended it. The made machines wear for
weeks, each at its own pace and bend, until what they bear is reached; some fail without a sign.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from homepot_simulator.fleet import Device, make_fleet
from homepot_simulator.incidents import severity_of
from homepot_simulator.world import World
from numpy.typing import NDArray

from homepot.ai.prediction.failures.days import Days, Failure
from homepot.ai.prediction.failures.limited import nearest_limits
from homepot.ai.prediction.limits import limits_of
from homepot.fleet.types.catalogue import shipped

_DAY_US = 86_400_000_000
_START_US = round(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_STEP_US = 3 * 3_600_000_000
_LONG = 400  # days that a made machine lives through; of them the last are looked at


def simulated(kind: str, seeds: Sequence[int], days: int) -> Days:
    """All devices of a type of several simulated fleets, as if they had one owner."""
    limits = limits_of(shipped().types[kind].metrics)
    metrics = sorted({one.metric for one in limits})
    times = np.arange(_START_US + _STEP_US // 2, _START_US + days * _DAY_US, _STEP_US)
    means: list[NDArray[np.float32]] = []
    failures: list[Failure] = []
    for seed in seeds:
        fleet = make_fleet(seed)
        world = World(fleet)
        known = world.faults(_START_US, _START_US + days * _DAY_US)
        for device in fleet.devices:
            if device.type != kind:
                continue
            ends = [
                (one.end_us - _START_US) / _DAY_US
                for one in known
                if one.device_key == device.key and severity_of(one) == "critical"
            ]
            failures += [Failure(len(means), at, at) for at in ends if at < days]
            means.append(_days(world, device, times, metrics, days))
    above, below = nearest_limits([limits] * len(means), metrics)
    return Days(metrics, np.array(means), above, below, failures)


def _days(
    world: World, device: Device, times: NDArray[np.int64], metrics: Sequence[str], days: int
) -> NDArray[np.float32]:
    found = world.values(device.key, times)
    day = (found.times_us - _START_US) // _DAY_US
    count = np.bincount(day, minlength=days)
    out = np.full((days, len(metrics)), np.nan, np.float32)
    for place, name in enumerate(metrics):
        if name in found.metrics:
            total = np.bincount(day, found.values[:, found.metrics.index(name)], days)
            out[:, place] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return out


def worn(seed: int, machines: int, days: int, signless: float = 0.2) -> Days:
    """Machines that shake and heat more as they wear; `signless` of the failures show nothing."""
    random = np.random.default_rng(seed)
    means = np.empty((machines, days, 2), np.float32)
    failures: list[Failure] = []
    for machine in range(machines):
        ends = _lives(random, signless)
        wear = np.zeros(_LONG + days)
        for begin, end, bend, height in ends:
            span = np.arange(int(begin), min(int(np.ceil(end)), len(wear)))
            wear[span] = height * np.clip((span - begin) / (end - begin), 0, 1) ** bend
        usual = random.normal([3.0, 45.0], [0.3, 3.0])
        noise = random.normal(0, [0.15, 0.8], (len(wear), 2))
        means[machine] = (usual + wear[:, None] * [1.0, 3.0] + noise)[_LONG:]
        failures += [
            Failure(machine, end - _LONG, end - _LONG)
            for _, end, _, _ in ends
            if 0 <= end - _LONG < days
        ]
    above = np.tile([7.1, 70.0], (machines, 1))
    below = np.full((machines, 2), np.nan)
    return Days(["vibration_mm_s", "temperature_celsius"], means, above, below, failures)


def _lives(random: np.random.Generator, signless: float) -> list[tuple[float, float, float, float]]:
    """When each wear of a machine began and when it failed, how bent it was, how high it went."""
    at, found = 0.0, []
    while at < 2 * _LONG:
        begin = at + random.exponential(60)
        end = begin + random.lognormal(np.log(25), 0.5)
        height = 0.0 if random.random() < signless else random.uniform(2, 6)
        found.append((begin, end, random.uniform(1, 2.5), height))
        at = end
    return found
