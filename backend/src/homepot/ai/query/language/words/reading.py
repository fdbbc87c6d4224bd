"""Reads the word lists, which are data."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def listed(name: str) -> Any:
    """The content of a word list."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    # The loader in C reads the same, ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, either way


def bag(said: str) -> frozenset[str]:
    """
    >>> sorted(bag("of the"))
    ['of', 'the']
    """
    return frozenset(said.split())


def split(said: str) -> tuple[str, ...]:
    """
    >>> split("how many | number of")
    ('how many', 'number of')
    """
    return tuple(" ".join(one.split()) for one in said.split("|") if one.strip())
