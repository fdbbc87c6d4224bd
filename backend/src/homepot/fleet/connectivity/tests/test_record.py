"""How devices were heard from, held against the plain reckoning of one device."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.connectivity.logic import Change, Gap, State, uptime
from homepot.fleet.connectivity.record import Record

START = datetime(2026, 11, 2, tzinfo=UTC)
END = START + timedelta(hours=24)
moments = st.integers(0, 24 * 60).map(lambda n: START + timedelta(minutes=n))
states: st.SearchStrategy[State] = st.sampled_from(["unknown", "online", "offline"])
changes = st.lists(st.builds(Change, moments, states), max_size=12).map(
    lambda found: sorted(found, key=lambda one: one.at)
)
gaps = st.lists(
    st.tuples(moments, st.integers(1, 300)).map(
        lambda one: Gap(one[0], one[0] + timedelta(minutes=one[1]))
    ),
    max_size=5,
)


@given(before=states, changed=changes, away=gaps)
def test_a_window_comes_to_what_the_plain_sum_says(
    before: State, changed: list[Change], away: list[Gap]
) -> None:
    found = Record(START, END, {7: before}, {7: changed}, away).of(7).uptime
    plain = uptime(changed, away, START, END, before)
    for name in ("online_s", "offline_s", "unknown_s"):
        assert abs(getattr(found, name) - getattr(plain, name)) < 1e-6


@given(before=states, changed=changes, away=gaps, cut=moments)
def test_two_parts_of_a_window_are_the_window(
    before: State, changed: list[Change], away: list[Gap], cut: datetime
) -> None:
    record = Record(START, END, {7: before}, {7: changed}, away)
    first, last, whole = record.of(7, end=cut), record.of(7, cut), record.of(7)
    for name in ("online_s", "offline_s", "unknown_s"):
        both = getattr(first.uptime, name) + getattr(last.uptime, name)
        assert abs(both - getattr(whole.uptime, name)) < 1e-6


def test_outages_are_counted_and_the_longest_is_told() -> None:
    told: list[tuple[int, State]] = [(1, "offline"), (2, "online"), (10, "offline"), (13, "online")]
    changed = [Change(START + timedelta(hours=hour), state) for hour, state in told]
    found = Record(START, END, {7: "online"}, {7: changed}, []).of(7)
    assert (found.outages, found.longest_outage_s) == (2, 3 * 3600)
    assert found.uptime.offline_s == 4 * 3600
    assert Record(START, END, {}, {}, []).of(8).uptime.online_ratio is None
