from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.connectivity.clock import Clock, heard, in_words, turned, worth_saving

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def after(*words: tuple[float, float], clock: Clock | None = None) -> Clock:
    """What is believed after words that said the first second and came at the second one."""
    return reduce(lambda c, word: heard(c, at(word[0]), at(word[1])), words, clock or Clock())


def beats(skew_s: float, start: float, count: int) -> Sequence[tuple[float, float]]:
    return [(start + 30 * n + skew_s, start + 30 * n) for n in range(count)]


def test_a_clock_that_is_ahead_is_believed_at_once() -> None:
    assert after((3600, 0)) == Clock(3600, at(0))
    assert after(*beats(0, 0, 5), (3720, 150)) == Clock(3570, at(150))


def test_a_slow_network_is_no_wrong_clock() -> None:
    assert after((0, 0), (30, 45), (60, 61)) == Clock(-1, None)


def test_a_clock_that_is_behind_is_believed_when_it_lasts() -> None:
    soon = after(*beats(-3600, 0, 6))
    assert (soon.skew_s, soon.doubt_s) == (None, -3600)
    assert after(*beats(-3600, 0, 8)) == Clock(-3600, at(180))


def test_a_backlog_is_no_slow_clock() -> None:
    """A day without a link: reports of every minute, one a second, between live ones or not."""
    known = after(*beats(0, 0, 4))
    backlog = [(120 + 60 * n, 86_400 + n) for n in range(1_400)]
    assert after(*backlog, clock=known).wrong_since is None
    mixed = [word for n, old in enumerate(backlog) for word in (old, (86_400 + n, 86_400 + n))]
    assert after(*mixed, clock=known).wrong_since is None
    assert after(*mixed, clock=known).skew_s == 0
    assert after(*backlog).wrong_since is None


def test_a_clock_that_is_set_right_is_right_again() -> None:
    wrong = after(*beats(3600, 0, 3))
    assert after(*beats(0, 90, 5), clock=wrong).wrong_since == at(0)
    right = after(*beats(0, 90, 8), clock=wrong)
    assert right == Clock(0, None)
    assert turned(wrong, right)


def test_between_the_two_bounds_it_stays_what_it_was() -> None:
    assert after((45, 0)).wrong_since is None
    assert after((90, 0), (75, 30)).wrong_since == at(0)
    assert after((90, 0), (75, 30), (85, 60)) == Clock(25, None)


def test_what_drifts_a_little_is_not_saved() -> None:
    known = Clock(2.0)
    assert not worth_saving(known, Clock(2.6))
    assert worth_saving(known, Clock(3.1))
    assert worth_saving(known, Clock(2.0, None, -900, at(0)))
    assert worth_saving(Clock(), Clock(0.0))


@given(st.floats(-86_400, 86_400), st.lists(st.floats(0, 20), min_size=8, max_size=40))
def test_however_words_are_delayed_a_steady_clock_is_found(
    skew_s: float, delays_s: list[float]
) -> None:
    words = [(30 * n + skew_s, 30 * n + delay) for n, delay in enumerate(delays_s)]
    found = after(*words)
    assert found.skew_s is not None
    assert skew_s - 20.001 <= found.skew_s <= skew_s + 0.001


@pytest.mark.parametrize(
    ("skew_s", "words"),
    [(3720, "1 h 2 min ahead"), (-86_400, "1 d behind"), (-61, "1 min 1 s behind")],
)
def test_how_far_it_is_off_in_words(skew_s: float, words: str) -> None:
    assert in_words(skew_s) == words
