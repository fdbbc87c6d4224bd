"""What a metric means: found from its registry, from words in its name, or left to its history."""

import pytest

from homepot.ai.anomaly_detection.engine.meaning import Direction, Meaning, meaning_of


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("cpu_percent", Direction.UP),
        ("battery_percent", Direction.DOWN),
        ("network_latency_ms", Direction.UP),
        ("transaction_count", Direction.DOWN),
        ("active_connections", Direction.NONE),
        ("Accelerometer1RMS", Direction.BOTH),
        ("uptime_seconds", Direction.NONE),
        ("temperature_celsius", Direction.BOTH),
    ],
)
def test_the_name_says_which_way_is_bad(name: str, direction: Direction) -> None:
    assert meaning_of(name).direction is direction


def test_a_direction_that_is_known_wins() -> None:
    assert meaning_of("temperature_celsius", direction="up_is_bad").direction is Direction.UP


def test_the_unit_helps_where_the_name_says_nothing() -> None:
    assert meaning_of("spindle_x", "mm/s").drift > 0
    assert meaning_of("spindle_x").known is False


def test_a_disk_fills_and_is_not_told_for_a_step() -> None:
    disk = meaning_of("disk_percent")
    assert (disk.steps, disk.ramp > 0) == (False, True)


def test_sizes_are_moved_together() -> None:
    assert meaning_of("cpu_percent").scaled(2).matters == 2 * meaning_of("cpu_percent").matters


def test_kept_words_are_the_same_meaning() -> None:
    disk = meaning_of("disk_percent")
    assert Meaning.of(vars(disk)) == disk
