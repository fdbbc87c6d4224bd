import pytest
from pydantic import TypeAdapter, ValidationError

from homepot.access.fields import Name, Username, username_key

USERNAME: TypeAdapter[str] = TypeAdapter(Username)
NAME: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize("name", ["ada", "Zoë", "анна", "馬場", "a.b-c_d@example.org", "محمد"])
def test_usernames_in_any_script(name: str) -> None:
    assert USERNAME.validate_python(f" {name} ") == name


@pytest.mark.parametrize("name", ["", " ", "a b", "a\0b", "a\u200bb", "a\nb", "x" * 65, "\ud800"])
def test_usernames_that_nobody_could_type(name: str) -> None:
    with pytest.raises(ValidationError):
        USERNAME.validate_python(name)


@pytest.mark.parametrize(
    ("left", "right"),
    [("ADA", "ada"), ("Zoe\u0308", "zoë"), ("ａｄａ", "ada"), ("STRASSE", "straße")],
)
def test_one_username_has_one_key(left: str, right: str) -> None:
    assert username_key(left) == username_key(right)


def test_different_usernames_have_different_keys() -> None:
    assert username_key("ada") != username_key("adä")


@pytest.mark.parametrize("name", ["Ada Lovelace", "O'Neil (2nd)", "می‌خواهم", "👩‍🔧 Kim"])
def test_names_in_any_script(name: str) -> None:
    assert NAME.validate_python(name) == name


@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "a\u2028b", "x" * 201])
def test_names_that_would_break_a_line(name: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)
