import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet import text
from homepot.fleet.text import folded, search_terms, search_text, sort_key


def test_examples_in_the_text_hold() -> None:
    assert doctest.testmod(text).failed == 0


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Café Zürich", "cafe zurich"),
        ("STRASSE", "straße"),
        ("ΚΑΦΕΝΕΊΟ", "καφενειο"),
        ("Касса №5", "касса no5"),
        ("レジ 1号", "レジ 1号"),
        ("İstanbul", "istanbul"),
        ("कैफ़े", "कैफ़े"),
    ],
)
def test_search_finds_a_name_however_it_is_typed(name: str, typed: str) -> None:
    assert all(term in search_text(name) for term in search_terms(typed))


def test_marks_that_carry_meaning_stay() -> None:
    assert folded("はば") != folded("はは")


def test_no_match_runs_across_two_parts() -> None:
    assert "till1" not in search_text("till", "1")
    assert search_terms("till\n1") == ["till", "1"]


@given(st.text(max_size=200))
def test_key_and_search_text_can_be_stored_and_are_stable(name: str) -> None:
    assert len(sort_key(name).encode()) <= 1_000
    assert folded(folded(name)) == folded(name)
    assert all(term in search_text(name) for term in search_terms(name))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_sort_as_numbers(one: int, other: int) -> None:
    assert (sort_key(f"Till {one}") < sort_key(f"till {other}")) == (one < other)
