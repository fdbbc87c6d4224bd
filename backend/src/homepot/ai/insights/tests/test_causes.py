"""What devices with trouble have in common, and when it begins."""

import random
from datetime import UTC, datetime, timedelta

from homepot.ai.insights.causes import Peer, causes, same_hour

START = datetime(2026, 11, 2, tzinfo=UTC)


def peers(count: int, firmware: str, kind: str = "gateway", first: int = 0) -> list[Peer]:
    return [Peer(first + n, kind, firmware, f"Room {n % 4}") for n in range(count)]


def test_a_trait_without_others_of_the_same_type_tells_nothing() -> None:
    tills = peers(6, "9.9", "pos_terminal", 100)
    found, tested = causes([*peers(20, "1.0"), *tills], {"power": {one.row for one in tills}})
    assert [one for one in found if one.trait == "firmware"] == []
    assert tested == 0 or all(one.trait == "location" for one in found)


def test_chance_alone_names_hardly_a_cause() -> None:
    """Of a hundred fleets in which trouble strikes blindly."""
    rng = random.Random(5)
    named = 0
    for _ in range(100):
        fleet = [*peers(15, "1.0"), *peers(15, "2.0", first=50), *peers(10, "3.0", first=90)]
        struck = {one.row for one in fleet if rng.random() < 0.3}
        named += bool(causes(fleet, {"power": struck})[0])
    assert named <= 8


def test_of_a_trait_the_surest_kind_of_trouble_is_told_once() -> None:
    old, new = peers(10, "1.0"), peers(20, "2.0", first=50)
    rows = {one.row for one in old}
    found, _ = causes([*old, *new], {"power": rows, "storage": {50, 51}})
    (cause,) = found
    assert (cause.value, cause.category) == ("1.0", "power")
    assert (cause.struck_marked, cause.marked, cause.struck_others, cause.others) == (10, 10, 0, 20)


def test_an_hour_counts_once_a_day_and_needs_more_than_chance() -> None:
    nights = [START + timedelta(days=day, hours=3, minutes=day) for day in range(6)]
    others = [START + timedelta(days=day, hours=9 + day) for day in range(4)]
    found = same_hour([*nights, *others])
    assert found is not None
    assert (found.hour, found.times, found.of) == (3, 6, 10)
    one_night = [START + timedelta(hours=3, minutes=n) for n in range(40)]
    assert same_hour(one_night) is None
    spread = [START + timedelta(days=n, hours=n % 24) for n in range(30)]
    assert same_hour(spread) is None
    assert same_hour([]) is None
