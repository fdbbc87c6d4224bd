from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.enrolment.throttle import FAILURES_MAX, WINDOW, Failures

START = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.lists(st.integers(0, 300), max_size=120).map(sorted))
def test_never_more_failures_in_a_window_are_let_by_than_the_limit(seconds: list[int]) -> None:
    failures = Failures()
    moments = [START + timedelta(seconds=second) for second in seconds]
    let_by = [moment for moment in moments if failures.count("a", moment) == 0]
    for moment in let_by:
        within = [other for other in let_by if moment <= other < moment + WINDOW]
        # A window begins at the first failure after the last one ended: two may touch.
        assert len(within) <= 2 * FAILURES_MAX


def test_the_wait_ends_with_the_window() -> None:
    failures = Failures()
    waits = [failures.count("a", START) for _ in range(FAILURES_MAX + 1)]
    assert waits == [0.0] * FAILURES_MAX + [WINDOW.total_seconds()]
    assert failures.count("a", START + WINDOW - timedelta(seconds=1)) == 1
    assert failures.count("a", START + WINDOW) == 0


def test_addresses_do_not_pay_for_each_other() -> None:
    failures = Failures()
    for _ in range(FAILURES_MAX + 5):
        failures.count("a", START)
    assert failures.count("b", START) == 0


def test_the_memory_of_addresses_is_bounded() -> None:
    failures = Failures()
    for number in range(10_500):
        failures.count(str(number), START)
    kept = list(failures)
    assert len(kept) == 10_000
    assert kept[-1] == "10499"
