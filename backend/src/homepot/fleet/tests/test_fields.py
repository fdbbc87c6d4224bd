from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from homepot.fleet.fields import Line, Name, PublicId

NAME, LINE, ID = (
    TypeAdapter[Any](kind)  # type: ignore[arg-type]
    for kind in (Name, Line, PublicId)
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
