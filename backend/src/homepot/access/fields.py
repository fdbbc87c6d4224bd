"""Shapes of single values that the schemas of access share."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from homepot.access.passwords import LENGTH_MAX


def username_key(username: str) -> str:
    """How usernames are compared: neither case nor width nor the keyboard makes a difference."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def _username(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable() or any(char.isspace() for char in text):
        raise ValueError("a username has no spaces and no invisible characters")
    if not 1 <= len(text) <= 64:
        raise ValueError("a username has 1 to 64 characters")
    return text


def _line(text: str) -> str:
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in text):
        raise ValueError("give one line of text without control characters")
    return text


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("the character NUL cannot be part of it")
    return text


Username = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    AfterValidator(_username),
]
# What somebody types at the door: whatever it is, the answer must be the same.
GivenUsername = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(_without_nul)
]
GivenPassword = Annotated[
    str, StringConstraints(min_length=1, max_length=LENGTH_MAX), AfterValidator(_without_nul)
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_line),
]
