from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from homepot.fleet.fields import Line, Name, PlainJson, PublicId

NAME, LINE, ID, JSON = (
    TypeAdapter[Any](kind)  # type: ignore[arg-type]
    for kind in (Name, Line, PublicId, PlainJson)
)


@pytest.mark.parametrize(
    "given_id", ["sensor_1234", "DEVICE-7KQ2-M9XD-3HFA", "a", "x" * 64, "1:2.3"]
)
def test_owners_may_choose_ids(given_id: str) -> None:
    assert ID.validate_python(given_id) == given_id


@pytest.mark.parametrize(
    "given_id", ["", "x" * 65, "..", ".hidden", "a b", "a/b", "käse", "a\n", "a\x00", "-a", "a?"]
)
def test_other_ids_are_refused(given_id: str) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(given_id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "nul\x00", "two\nlines", "half \ud800", 5])
def test_names_that_cannot_be_shown_are_refused(name: object) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)


def test_names_in_any_script_are_taken() -> None:
    for name in ("Кафе «Гавань»", "東京本店", "متجر", "🏪 Shop", "Zoë’s"):
        assert NAME.validate_python(f" {name} ") == name


def test_a_cleared_field_is_no_text() -> None:
    assert LINE.validate_python("  ") is None
    assert LINE.validate_python(None) is None


@pytest.mark.parametrize(
    "value",
    [
        {"a": "nul\x00"},
        {"nul\x00": 1},
        ["\ud800"],
        {"a": float("nan")},
        [float("inf")],
        [[[[[[[[[[1]]]]]]]]]],
        ["x"] * 1_001,
        "x" * 2_001,
    ],
)
def test_json_that_cannot_be_kept_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        JSON.validate_python(value)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.just("key"), inner, max_size=2)
        ),
        max_leaves=5,
    )
)
def test_other_json_is_kept_as_it_is(value: object) -> None:
    assert JSON.validate_python(value) == value
