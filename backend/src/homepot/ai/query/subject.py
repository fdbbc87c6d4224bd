"""Which incident is meant where memory is asked by an id, or by whose trouble it was. Pure."""

import re
from collections.abc import Sequence

from homepot.ai.query.answering.fleet import Device, Fleet
from homepot.fleet.text import folded

_ID = re.compile(r"(?<![\w-])inc[-_][\w-]*\w", re.IGNORECASE)
# What says nothing of how it was: with a name alone, its last incident is meant.
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "last",
        "latest",
        "newest",
        "recent",
        "current",
        "open",
        "incident",
        "incidents",
        "one",
        "trouble",
        "problem",
        "issue",
        "fault",
        "case",
        "of",
        "at",
        "on",
        "in",
        "with",
        "for",
        "from",
        "s",
        "is",
        "was",
        "were",
        "had",
        "has",
        "have",
    ]
)


def named_incident(about: str) -> str | None:
    """
    >>> named_incident("what INC-7K2M-9QRA looked like"), named_incident("since the incident")
    ('INC-7K2M-9QRA', None)
    """
    found = _ID.search(about)
    return found[0] if found else None


def whose_last(about: str, fleet: Fleet) -> Sequence[Device]:
    """The devices whose last incident is meant: none where it also says what happened."""
    said = f" {_words(about)} "
    best: list[Device] = []
    name = ""
    for one in fleet.devices:
        for called in (one.name, one.id, one.site.name):
            words = _words(called)
            if not words or f" {words} " not in said or len(words) < len(name):
                continue
            best, name = ([*best, one] if words == name else [one]), words
    left = said.replace(f" {name} ", " ", 1).split() if name else []
    return best if name and set(left) <= _EMPTY else []


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w-]+", folded(text)))
