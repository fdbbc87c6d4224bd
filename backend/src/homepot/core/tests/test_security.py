import re

import pytest

from homepot.core.ids import new_public_id
from homepot.core.security import digest, hash_password, new_secret, same, verify_password


def test_ids_avoid_what_is_misread() -> None:
    ids = {new_public_id("DEVICE", 3) for _ in range(500)}
    assert len(ids) == 500
    assert all(re.fullmatch(r"DEVICE(-[2-9A-HJKMNP-Z]{4}){3}", made) for made in ids)


def test_a_secret_is_long_random_and_named() -> None:
    first, second = new_secret("hp"), new_secret("hp")
    assert first != second
    assert re.fullmatch(r"hp_[\w-]{43}", first)
    assert len(digest(first)) == 32
    assert digest(first) != digest(second)


def test_odd_text_can_be_digested_and_compared() -> None:
    assert digest("\ud800") != digest("")
    assert not same("\ud800", "x")
    assert same("é", "é")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "päßwörter sind schön", "密码密码密码密码密码密码"]
)
def test_only_the_right_password_fits(password: str) -> None:
    stored = hash_password(password)
    assert stored.startswith("$argon2id$")
    assert verify_password(password, stored)
    assert not verify_password(password + " ", stored)
    assert not verify_password(password, None)
