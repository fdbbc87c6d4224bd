"""Which set a row goes into: few, wide enough, and never none."""

import random

import pytest

from homepot.telemetry.storage import placing
from homepot.telemetry.storage.placing import EXACT_MAX, SETS_MAX, Known

NAMES = tuple(f"m{n:04d}" for n in range(1_200))


def put(known: Known, metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics of the set that these went into."""
    number = known.place(metrics)
    if number is None:
        made = known.to_make(metrics)
        number = len(known) + 1
        known.add(number, made)
        ALL[number] = made
    return ALL[number]


ALL: dict[int, tuple[str, ...]] = {}


@pytest.fixture(autouse=True)
def _empty() -> None:
    ALL.clear()


def filled(known: Known, count: int) -> None:
    for number in range(count):
        put(known, (f"other{number}",))


def test_while_there_are_few_each_combination_has_its_own_set() -> None:
    known = Known()
    assert put(known, NAMES[:50]) == NAMES[:50]
    assert put(known, NAMES[:49]) == NAMES[:49]


def test_beyond_it_goes_into_the_narrowest_set_that_has_all_of_it() -> None:
    known = Known()
    filled(known, EXACT_MAX - 2)
    put(known, NAMES[:50])
    put(known, NAMES[:20])
    assert put(known, NAMES[:10]) == NAMES[:20]
    assert put(known, NAMES[5:40]) == NAMES[:50]
    assert put(known, NAMES[:20]) == NAMES[:20]


def test_a_set_much_too_wide_is_taken_only_when_nothing_else_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = Known()
    filled(known, EXACT_MAX)
    put(known, NAMES[:50])
    assert put(known, NAMES[:2]) == NAMES[:2]
    monkeypatch.setattr(placing, "SETS_MAX", len(known))
    assert put(known, NAMES[4:6]) == NAMES[:50]


def test_at_the_bound_what_fits_nowhere_makes_a_set_of_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(placing, "EXACT_MAX", 2)
    monkeypatch.setattr(placing, "SETS_MAX", 3)
    known = Known()
    for names in (("a",), ("b",), ("c",)):
        put(known, names)
    assert put(known, ("a", "d")) == ("a", "b", "c", "d")
    assert put(known, ("b", "d")) == ("a", "b", "c", "d")
    assert put(known, ("e",)) == ("a", "b", "c", "d", "e")
    assert len(known) == 5


def test_pieces_of_a_scrape_cut_anywhere_stop_making_sets() -> None:
    """Cut at random places, as a queue that is filled by several scrapes does."""
    cut = random.Random(1)
    known = Known()
    put(known, NAMES)
    grown = []
    for _ in range(3_000):
        ends = sorted(cut.sample(range(len(NAMES)), 2))
        pieces = (NAMES[: ends[0]], NAMES[ends[0] : ends[1]], NAMES[ends[1] :])
        for piece in pieces:
            if piece:
                assert set(put(known, piece)) >= set(piece)
        grown.append(len(known))
    assert grown[-1] < SETS_MAX / 4
    assert grown[-1] - grown[-1_000] < 60
