import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.paging import BadCursor, list_mark, make_cursor, read_cursor

MARK = list_mark("name", {"q": None})


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=80),
    st.integers(0, 2**31 - 1),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_a_cursor_comes_back_as_it_was(name: str, row: int, seen: datetime | None) -> None:
    cursor = make_cursor(MARK, [seen, name, row])
    assert read_cursor(cursor, MARK, [datetime, str, int]) == [seen, name, row]


@given(st.text(max_size=60))
def test_any_other_text_is_refused(given_text: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(given_text, MARK, [str, int])


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = make_cursor(list_mark("-name", {"q": None}), ["till", 7])
    with pytest.raises(BadCursor):
        read_cursor(cursor, MARK, [str, int])


@pytest.mark.parametrize(
    "keys",
    [
        ["till"],
        ["till", 7, 8],
        [7, "till"],
        ["till", True],
        ["till", -1],
        ["till", 2**40],
        ["nul\x00", 7],
        ["half \ud800", 7],
        [None, 7],
        [["till"], 7],
    ],
)
def test_keys_of_other_kinds_are_refused(keys: list[object]) -> None:
    packed = json.dumps([MARK, *keys]).encode()
    with pytest.raises(BadCursor):
        read_cursor(base64.urlsafe_b64encode(packed).decode(), MARK, [str, int])


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-01T00:00:00", 5, {}])
def test_a_moment_without_zone_or_sense_is_refused(moment: object) -> None:
    packed = json.dumps([MARK, moment, 1]).encode()
    with pytest.raises(BadCursor):
        read_cursor(base64.urlsafe_b64encode(packed).decode(), MARK, [datetime, int])


def test_endless_nesting_is_refused() -> None:
    packed = base64.urlsafe_b64encode(b"[" * 2_900).decode()
    with pytest.raises(BadCursor):
        read_cursor(packed, MARK, [str, int])
