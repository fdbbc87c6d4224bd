"""Ids that a person can read out over the telephone: no 0 and O, no 1, I and L."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_public_id(prefix: str, groups: int) -> str:
    """A fresh id such as SITE-7KQ2-M9XD (two groups) or DEVICE-7KQ2-M9XD-3HFA (three)."""
    parts = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(groups))
    return "-".join([prefix, *parts])
