"""A late reading among fresh ones is noted for its own day and device alone."""

import numpy as np

from homepot.telemetry.storage.days import DAY_US
from homepot.telemetry.storage.notes import DAYS_MAX, Note, notes_of

TODAY = 20_000 * DAY_US


def test_a_straggler_does_not_drag_the_fleet_along() -> None:
    device = np.array([1, 2, 3, 2])
    at_us = np.array([TODAY + 5, TODAY + 7, TODAY + 6, TODAY - 40 * DAY_US])
    assert list(notes_of(device, at_us)) == [
        Note(1, TODAY - 40 * DAY_US, TODAY - 40 * DAY_US, [2]),
        Note(3, TODAY + 5, TODAY + 7, [1, 2, 3]),
    ]


def test_a_long_history_is_one_note() -> None:
    at_us = TODAY + np.arange(DAYS_MAX + 1) * DAY_US
    device = np.arange(len(at_us)) % 2
    assert list(notes_of(device, at_us)) == [
        Note(len(at_us), int(at_us[0]), int(at_us[-1]), [0, 1])
    ]
