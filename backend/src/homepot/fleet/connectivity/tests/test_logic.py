from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.connectivity.logic import (
    SILENCE_MAX_S,
    Change,
    Gap,
    State,
    absence,
    silence_for,
    uptime,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW_S = 1_000
END = START + timedelta(seconds=WINDOW_S)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


seconds = st.integers(-200, WINDOW_S + 200)
states: st.SearchStrategy[State] = st.sampled_from(["unknown", "online", "offline"])
histories = st.lists(st.tuples(seconds, states), max_size=20).map(
    lambda raw: [Change(at(s), state) for s, state in sorted(raw, key=lambda one: one[0])]
)
gap_lists = st.lists(st.tuples(seconds, st.integers(1, 300)), max_size=6).map(
    lambda raw: [Gap(at(s), at(s + length)) for s, length in raw]
)


def second_by_second(changes: list[Change], gaps: list[Gap], before: State) -> dict[str, int]:
    """The same answer, found the slow way."""
    counts = {"online": 0, "offline": 0, "unknown": 0}
    for second in range(WINDOW_S):
        here = at(second)
        state = next((c.state for c in reversed(changes) if c.at <= here), before)
        away = any(gap.from_at <= here < gap.to_at for gap in gaps)
        counts["unknown" if away else state] += 1
    return counts


@given(histories, gap_lists, states)
def test_uptime_is_what_counting_every_second_gives(
    changes: list[Change], gaps: list[Gap], before: State
) -> None:
    found = uptime(changes, gaps, START, END, before)
    assert {
        "online": found.online_s,
        "offline": found.offline_s,
        "unknown": found.unknown_s,
    } == pytest.approx(second_by_second(changes, gaps, before))


@given(histories, gap_lists, states, st.integers(0, WINDOW_S))
def test_a_window_divides_into_the_sum_of_its_parts(
    changes: list[Change], gaps: list[Gap], before: State, cut_s: int
) -> None:
    cut = at(cut_s)
    state = next((c.state for c in reversed(changes) if c.at < cut), before)
    left = uptime([c for c in changes if c.at < cut], gaps, START, cut, before)
    right = uptime([c for c in changes if c.at >= cut], gaps, cut, END, state)
    whole = uptime(changes, gaps, START, END, before)
    assert left.online_s + right.online_s == pytest.approx(whole.online_s)
    assert left.unknown_s + right.unknown_s == pytest.approx(whole.unknown_s)


def test_what_nobody_knows_does_not_spoil_the_ratio() -> None:
    changes = [Change(at(0), "online"), Change(at(900), "offline")]
    found = uptime(changes, [Gap(at(100), at(900))], START, END)
    assert (found.online_s, found.offline_s, found.unknown_s) == (100, 100, 800)
    assert found.online_ratio == 0.5


def test_nothing_known_is_no_ratio() -> None:
    assert uptime([], [], START, END).online_ratio is None


@given(st.integers(1, 10**9))
def test_a_device_that_reports_seldom_may_be_silent_longer(interval_s: int) -> None:
    silence_s = silence_for(interval_s, 120)
    assert min(interval_s, SILENCE_MAX_S - 1) < silence_s <= SILENCE_MAX_S
    assert silence_s >= silence_for(None, 120) == 120


def test_the_server_was_away_when_its_beat_stopped() -> None:
    assert absence(None, at(0)) is None
    assert absence(at(0), at(10)) is None
    assert absence(at(0), at(900)) == Gap(at(0), at(900))
