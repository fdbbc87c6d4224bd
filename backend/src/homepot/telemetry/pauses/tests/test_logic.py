"""What is a pause: a silence is, another habit is not."""

from collections.abc import Sequence

import numpy as np
import pytest

from homepot.telemetry.intake.batch import Ints
from homepot.telemetry.pauses.logic import Reported, gone_on, known_from, pauses, put_together

MINUTE_US = 60_000_000
HOUR, DAY = 60, 1_440


def of(*steps: int, device: int = 0) -> Reported:
    """One device, its steps in minutes."""
    at_us = np.cumsum([0, *steps]) * MINUTE_US
    return Reported(np.full(len(at_us), device), at_us)


def begun(reported: Reported) -> list[int]:
    """The minutes at which pauses begin."""
    return [int(at) // MINUTE_US for at in pauses(reported).from_us]


def test_a_silence_among_steady_reports_is_a_pause_and_the_next_one_too() -> None:
    assert begun(of(*[10] * 20, 26, *[10] * 3, 25, *[10] * 3, 120)) == [200, 311]
    assert begun(of(*[10] * 20, 120, *[10] * 3, 120, 120, 10)) == [200, 350, 470]


@pytest.mark.parametrize("often", [1, 5])
def test_a_device_that_begins_to_report_often_had_no_pauses_before(often: int) -> None:
    assert begun(of(*[HOUR] * 200, *[often] * 500)) == []


def test_a_device_that_begins_to_report_seldom_has_few() -> None:
    assert len(begun(of(*[1] * 500, *[HOUR] * 200))) == 4


def test_a_device_that_reports_in_bursts_does_not_pause_between_them() -> None:
    """Once twelve steps of it are known."""
    at_first = begun(of(*[1, 1, 58] * 50))
    assert at_first == [2, 62, 122, 182]
    assert begun(of(*[1, 1, 58] * 50, 1, 1, 300, *[1, 1, 58] * 50)) == [*at_first, 3_002]


def test_of_a_device_that_reports_very_seldom_nothing_is_known() -> None:
    seldom = of(*[4 * DAY] * 20)
    assert begun(seldom) == []
    assert known_from(seldom)[0].tolist() == []
    assert known_from(of(DAY, DAY, DAY))[1].tolist() == [2 * DAY * MINUTE_US]


def test_devices_are_looked_at_together_and_each_by_itself() -> None:
    several = [of(*[10] * 20, 60, 10, device=1), of(*[60] * 20, device=2), of(device=3)]
    both = put_together(*joined([*several, several[0]]))
    assert (len(both), pauses(both).device.tolist()) == (45, [1])
    assert (both.firsts.tolist(), both.lasts.tolist()) == ([0, 23, 44], [22, 43, 44])


def joined(several: Sequence[Reported]) -> tuple[Ints, Ints]:
    return (
        np.concatenate([one.device for one in several]),
        np.concatenate([one.at_us for one in several]),
    )


def test_what_is_too_old_to_tell_anything_is_left_out() -> None:
    at = of(10, 10, 8 * DAY, 10)
    assert gone_on(at, int(at.at_us[3])).at_us.tolist() == at.at_us[3:].tolist()
    near = of(10, 10, 6 * DAY, 10)
    assert len(gone_on(near, int(near.at_us[3]))) == 5
