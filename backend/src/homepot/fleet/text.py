"""Names in any script: how lists sort them and how search finds them.

Both are made here, once, when a name is written: the database then compares plain code points
(collation "C"), which gives the same order on every server and works under row-level security
with an index.
"""

import re
import unicodedata

# Accents of Latin, Greek and Cyrillic. Marks of other scripts carry meaning and stay.
_ACCENTS = re.compile("[\u0300-\u036f]")
_DIGITS = re.compile(r"\d+")
_NUMBER_WIDTH = 10
# An index entry of PostgreSQL may have some 2,700 bytes.
_KEY_BYTES_MAX = 1_000
TERMS_MAX = 8


def folded(text: str) -> str:
    """The text without what nobody types into a search box: case, accents, width.

    >>> folded("Ｃafé  STRASSE") == folded("cafe straße")
    True
    """
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return " ".join(unicodedata.normalize("NFC", bare.casefold()).split())


def sort_key(name: str) -> str:
    """What a list is sorted by: numbers in a name count as numbers.

    >>> sorted(["Till 10", "till 9", "Äpfel", "Zoo"], key=sort_key)
    ['Äpfel', 'till 9', 'Till 10', 'Zoo']
    """
    key = _DIGITS.sub(lambda run: str(int(run[0])).zfill(_NUMBER_WIDTH), folded(name))
    return key.encode()[:_KEY_BYTES_MAX].decode(errors="ignore")


def search_text(*parts: str | None) -> str:
    """What search looks into; a line for each part, so that no match runs across two."""
    return "\n".join(folded(part) for part in parts if part)


def search_terms(query: str | None) -> list[str]:
    """The words that must all be found, in any order.

    >>> search_terms("  Kitchen POS ")
    ['kitchen', 'pos']
    """
    return folded(query or "").split()[:TERMS_MAX]


def holding(term: str) -> str:
    """The LIKE pattern of a text that holds the term, whatever signs are in it.

    >>> holding("50%_")
    '%50\\\\%\\\\_%'
    """
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
