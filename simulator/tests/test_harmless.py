import numpy as np

from homepot_simulator import harmless, signals
from homepot_simulator.episodes import Episode
from homepot_simulator.fleet import make_fleet
from homepot_simulator.harmless import HARMLESS, busy_factor, harmless_episodes, promotions
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US, Array, Ticks
from homepot_simulator.signals import usual
from homepot_simulator.world import World
from moments import NOW, every

FLEET = make_fleet(3)
ALL = sorted(harmless_episodes(FLEET, NOW - 120 * DAY_US, NOW))
KINDS = {*HARMLESS, "promotion", "firmware_update", "new_battery", "disk_cleaned"}


def bare(key: str, times: Ticks, monkeypatch) -> dict[str, Array]:
    """The same device had no harmless episode come to pass."""
    with monkeypatch.context() as patch:
        patch.setattr(harmless, "passing", lambda *_: iter(()))
        patch.setattr(harmless, "promotions", lambda *_: iter(()))
        metrics = usual(FLEET, FLEET.device[key], times)
        harmless.apply_harmless(metrics, FLEET.device[key], times, FLEET.seed)
    return metrics


def around(episode: Episode) -> Ticks:
    return np.arange(episode.start_us, episode.end_us, 20_000_000, dtype=np.int64)


def test_all_kinds_come_to_pass_and_seldom_enough() -> None:
    assert {one.kind for one in ALL} >= {*KINDS, "new_nightly_backup"}
    for kind in KINDS:
        number = sum(one.kind == kind for one in ALL)
        assert 3 <= number <= 400, (kind, number)


def test_each_passing_change_shows_and_ends(monkeypatch) -> None:
    for kind, change in HARMLESS.items():
        episode = next(one for one in ALL if one.kind == kind)
        name = change.metrics[0]
        times = around(episode)
        with_it = usual(FLEET, FLEET.device[episode.device_key], times)
        harmless.apply_harmless(with_it, FLEET.device[episode.device_key], times, FLEET.seed)
        without = bare(episode.device_key, times, monkeypatch)
        assert (with_it[name] - without[name]).max() > 0.02 * np.abs(without[name]).mean(), kind
        after = times[-1:] + int(change.after_hours * HOUR_US) + 30 * MINUTE_US
        assert not [
            one
            for one in harmless.passing(
                FLEET.seed, FLEET.device[episode.device_key], int(after[0]), int(after[0]) + 1
            )
            if one == episode
        ]


def test_a_spike_is_one_report_at_a_minute() -> None:
    for one in ALL:
        if one.kind.endswith("spike"):
            assert len(every(1, one.start_us, one.end_us)) <= 2


def test_a_promotion_is_in_the_afternoon_and_busies_the_site() -> None:
    site = FLEET.site["sim-market"]
    found = list(promotions(FLEET.seed, site, NOW - 120 * DAY_US, NOW))
    assert found
    for one in found:
        middle = np.array([(one.start_us + one.end_us) // 2], np.int64)
        assert busy_factor(FLEET.seed, site, middle)[0] >= 1.4
        assert busy_factor(FLEET.seed, site, middle + DAY_US)[0] == 1
        scene = signals.Scene(FLEET.seed, site, FLEET.devices[0], middle)
        assert 12 <= (scene.local[0] % DAY_US) / HOUR_US <= 16


def test_levels_move_for_good_with_an_update() -> None:
    update = next(
        one for one in ALL if one.kind == "firmware_update" and "gateway" in one.device_key
    )
    quiet = World(FLEET, scheduled=False)
    week = 7 * DAY_US
    before = quiet.values(update.device_key, every(10, update.start_us - week, update.start_us))
    after = quiet.values(update.device_key, every(10, update.start_us, update.start_us + week))
    device = FLEET.device[update.device_key]
    level = [
        harmless.firmware_level(FLEET.seed, device, "cpu_percent", np.array([at], np.int64))[0]
        for at in (update.start_us - 1, update.start_us)
    ]
    assert level[0] != level[1]
    # the memory of a gateway hardly moves with its customers: there the step stands out
    memory = before.metrics.index("memory_percent")
    step = after.values[:, memory].mean() - before.values[:, memory].mean()
    levels = [
        harmless.firmware_level(FLEET.seed, device, "memory", np.array([at], np.int64))[0]
        for at in (update.start_us - 1, update.start_us)
    ]
    assert abs(step - 1.2 * (levels[1] - levels[0])) < 0.8


def test_a_disk_is_emptier_after_its_cleaning_and_a_battery_fuller() -> None:
    quiet = World(FLEET, scheduled=False)
    for kind, name, least in (
        ("disk_cleaned", "disk_percent", 0.8),
        ("new_battery", "battery_percent", -35.0),
    ):
        one = next(one for one in ALL if one.kind == kind)
        at = np.array([one.start_us - 30 * MINUTE_US, one.start_us + 30 * MINUTE_US], np.int64)
        readings = quiet.values(one.device_key, at)
        before, after = readings.values[:, readings.metrics.index(name)]
        assert before - after > least if kind == "disk_cleaned" else before - after < least


def test_a_backup_works_at_night_at_the_same_hour() -> None:
    device = FLEET.device["sim-plant-plant-server"]
    times = every(1, NOW - 3 * DAY_US, NOW)
    scene = signals.Scene(FLEET.seed, FLEET.site[device.site_key], device, times)
    hours = (scene.local % DAY_US / HOUR_US)[scene.backup > 0]
    assert hours.min() >= 0.4
    assert hours.max() <= 6.5
    assert hours.max() - hours.min() <= 0.8
    assert 3 * 12 <= len(hours) <= 3 * 47
