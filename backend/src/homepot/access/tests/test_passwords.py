import pytest

from homepot.access.passwords import (
    LENGTH_MAX,
    new_one_time_password,
    normalised,
    password_fault,
)


@pytest.mark.parametrize(
    "password",
    [
        "seven rusty kettles",
        "корова прыгает высоко",
        "馬が三頭川を渡って帰ったよ",
        "🐎🐄🐖🐑🐐🐓🐈🐕🦆🦉🐝🐞",
        "x7#Qm2!vPz9k",
        "ada keeps nine quiet lanterns",
        "correct horse password staple",
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert password_fault(password, username="ada", name="Ada Lovelace") is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("rusty kettl", "at least 12"),
        ("x" * (LENGTH_MAX + 1), "at most 1024"),
        ("aaaaaaaaaaaaaa", "different characters"),
        ("abababababababab", "different characters"),
        ("lanternlanternlantern", "repeated"),
        ("password1234", "guess"),
        ("PassWord123456", "guess"),
        ("qwertyuiop1234", "guess"),
        ("abcdefghijklmnop", "guess"),
        ("987654321098765", "guess"),
        ("AdaLovelace12", "guess"),
        ("lovelace_ada!", "guess"),
        ("homepotadmin!", "guess"),
        ("a bell\x07rings twice", "control characters"),
        ("half \ud800 a character", "control characters"),
    ],
)
def test_a_poor_password_is_refused_with_its_reason(password: str, why: str) -> None:
    assert why in str(password_fault(password, username="ada", name="Ada Lovelace"))


def test_length_counts_characters_not_bytes() -> None:
    assert password_fault("馬が三頭", username="ada") is not None


def test_every_keyboard_makes_the_same_password() -> None:
    assert normalised("cafe\u0301 ｏpen") == normalised("café open")


def test_one_time_passwords_are_taken_themselves_and_differ() -> None:
    made = {new_one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(password_fault(one, username="admin") is None for one in made)
    assert all(len(one) == 24 for one in made)
