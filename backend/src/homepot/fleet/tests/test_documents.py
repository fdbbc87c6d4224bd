import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.fleet.documents import DOCUMENT_BYTES_MAX, document, storable

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_what_is_taken_is_plain_json(value: object) -> None:
    try:
        taken = document(value)
    except ValueError:
        return
    spelled = json.dumps(taken, allow_nan=False, ensure_ascii=False)
    assert "\0" not in spelled
    spelled.encode()
    assert taken == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": [1, float("nan")]}, "a.1: numbers must be finite"),
        ({"a": {"b": "x\0"}}, "a.b: holds the character"),
        ({"\ud800": 1}, "holds half a character"),
        ("x" * DOCUMENT_BYTES_MAX, "more than"),
        (json.loads("[" * 40 + "]" * 40), "nested more than"),
    ],
)
def test_a_refusal_says_where_and_why(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        document(value)


def test_text_in_any_script_is_storable() -> None:
    assert storable("Кофе 咖啡 قهوة 🏪") == "Кофе 咖啡 قهوة 🏪"
