"""What is read together: nothing is left out, and a long history is not cut small."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.following.logic import HISTORY_SPAN, SPAN, Commit, windows

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
hours = st.integers(0, 24 * 40)
commits = st.builds(
    lambda first, length, devices: Commit(
        1, START + first * HOUR, START + (first + length) * HOUR, sorted(devices)
    ),
    hours,
    st.sampled_from([0, 1, 5, 24 * 30]),
    st.sets(st.integers(1, 4), min_size=1),
)


def test_a_month_of_one_device_is_a_few_windows_and_of_many_devices_more() -> None:
    month = timedelta(days=30)
    few = windows([Commit(1, START, START + month, [7])])
    assert len(few) == 3
    assert all(window.last - window.first <= HISTORY_SPAN for window in few)
    many = windows([Commit(1, START, START + month, range(200))])
    assert all(window.last - window.first <= SPAN for window in many)


def test_devices_that_are_not_the_same_are_not_read_together() -> None:
    one = Commit(1, START, START + HOUR, [1])
    other = Commit(2, START + SPAN, START + SPAN + HOUR, [1, 2])
    assert [list(window.device_ids) for window in windows([one, other])] == [[1], [1, 2]]


def test_a_gap_is_not_read() -> None:
    found = windows([Commit(n, at, at, [1]) for n, at in enumerate([START, START + 30 * HOUR])])
    assert [window.last - window.first for window in found] == [timedelta(), timedelta()]


@given(st.lists(commits, max_size=6))
def test_all_that_was_committed_is_in_a_window_by_time(found: list[Commit]) -> None:
    made = windows(found)
    for commit in found:
        at = commit.first
        while at <= commit.last:
            for device in commit.device_ids:
                assert any(w.first <= at <= w.last and device in w.device_ids for w in made)
            at += HOUR
    for device in range(1, 5):
        of_device = [window for window in made if device in window.device_ids]
        for before, after in pairwise(of_device):
            assert before.last < after.first
