"""Which signs are one trouble does not depend on the order they come in."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from homepot.ai.incidents.fusing import AT_ONCE, Sign, groups

START = datetime(2026, 11, 2, tzinfo=UTC)
SIZES = {1: 4, 2: 40}


def sign(
    number: int,
    device: int,
    begin: float,
    length: float | None = 60,
    category: str = "temperature",
    metrics: tuple[str, ...] = ("t",),
    site: int = 1,
) -> Sign:
    """Minutes from the start."""
    started = START + timedelta(minutes=begin)
    ended = None if length is None else started + timedelta(minutes=length)
    return Sign(number, device, site, category, frozenset(metrics), started, ended)


signs = st.lists(
    st.builds(
        sign,
        number=st.integers(1, 10_000),
        device=st.integers(1, 4),
        begin=st.integers(0, 3_000),
        length=st.none() | st.integers(0, 600),
        category=st.sampled_from(["temperature", "connectivity"]),
        metrics=st.sampled_from([(), ("a",), ("a", "b"), ("c",)]),
        site=st.sampled_from([1, 2]),
    ),
    max_size=25,
    unique_by=lambda one: one.id,
)


@given(given=signs, seed=st.integers(0, 1_000))
def test_any_order_of_the_same_signs_gives_the_same_troubles(given: list[Sign], seed: int) -> None:
    shuffled = list(given)
    random.Random(seed).shuffle(shuffled)
    found = groups(given, SIZES)
    assert groups(shuffled, SIZES) == found
    assert sorted(one.id for group in found for one in group.signs) == sorted(
        one.id for one in given
    )


def test_what_begins_close_together_on_one_device_is_one_trouble() -> None:
    found = groups([sign(1, 1, 0), sign(2, 1, 80, metrics=("x",), category="software")], SIZES)
    assert [[one.id for one in group.signs] for group in found] == [[1, 2]]


def test_another_trouble_much_later_is_another_incident() -> None:
    later = sign(2, 1, 9 * 60, metrics=("x",), category="software")
    assert len(groups([sign(1, 1, 0), later], SIZES)) == 2


def test_the_same_within_a_day_is_the_same_trouble_and_later_another() -> None:
    assert len(groups([sign(1, 1, 0), sign(2, 1, 20 * 60)], SIZES)) == 1
    assert len(groups([sign(1, 1, 0), sign(2, 1, 26 * 60)], SIZES)) == 2


def test_many_devices_at_once_are_the_site() -> None:
    struck = [sign(n, n, 2 * n, category="connectivity", metrics=()) for n in (1, 2, 3)]
    [group] = groups(struck, SIZES)
    assert (group.device, [one.device for one in group.signs]) == (None, [1, 2, 3])
    # A gateway and the tills behind it, of a site with fridges too.
    link = [sign(n, n, n, category="connectivity", site=3) for n in (1, 2, 3, 4)]
    assert len(groups(link, {3: 12})) == 1
    assert len(groups(link[:3], {3: 12})) == 3
    # Two of four are no site, nor are three that came one after the other through the day.
    assert len(groups(struck[:2], SIZES)) == 2
    slow = AT_ONCE.total_seconds() / 60 + 1
    assert len(groups([sign(n, n, slow * n) for n in (1, 2, 3)], SIZES)) == 3


def test_both_devices_of_a_site_of_two_are_the_site_and_one_alone_is_itself() -> None:
    struck = [sign(n, n, n, category="connectivity", metrics=()) for n in (1, 2)]
    [group] = groups(struck, {1: 2})
    assert (group.device, [one.device for one in group.signs]) == (None, [1, 2])
    [alone] = groups(struck[:1], {1: 1})
    assert alone.device == 1
    assert len(groups(struck[:1], {1: 2})) == 1


def test_few_of_a_large_site_are_no_site() -> None:
    assert len(groups([sign(n, n, n, site=2) for n in (1, 2, 3)], SIZES)) == 3
