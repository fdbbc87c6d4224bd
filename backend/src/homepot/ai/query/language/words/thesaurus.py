"""Words that are no words of the grammar, and what they stand for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from homepot.ai.query.language.words.reading import listed

_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class Stands:
    """For these words; `at_start`: only where a question begins with it."""

    read: tuple[str, ...]
    at_start: bool = False


@cache
def thesaurus() -> dict[str, list[Stands]]:
    """What each unknown word may stand for, the first that fits counts."""
    found: dict[str, list[Stands]] = {}
    for row in listed("thesaurus"):
        stands = Stands(tuple(row["read"].split()), bool(row.get("at_start")))
        words = [form for verb in row.get("verbs", "").split() for form in forms(verb)]
        for word in (*words, *row.get("words", "").split()):
            known = found.setdefault(word, [])
            if stands not in known:
                known.append(stands)
    return found


@cache
def real_words() -> frozenset[str]:
    """Words of English that are no slips of the grammar's, however near."""
    return frozenset(listed("real")["words"].split())


def stands_for(word: str, *, first: bool) -> tuple[str, ...] | None:
    """None where nothing is known of the word; nothing where it may be passed over."""
    for one in thesaurus().get(word, ()):
        if first or not one.at_start:
            return one.read
    return None


def forms(verb: str) -> Iterator[str]:
    """
    >>> list(forms("hum")), list(forms("surge"))[1:], list(forms("query"))[1:]
    (['hum', 'hums', 'hummed', 'humming'], ['surges', 'surged', 'surging'], ['queries', 'queried', 'querying'])
    """  # noqa: E501
    yield verb
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        yield from (verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing")
    elif verb.endswith("e"):
        yield from (verb + "s", verb + "d", verb[:-1] + "ing")
    else:
        stem = verb + verb[-1] if _doubles(verb) else verb
        hissing = verb.endswith(("s", "x", "z", "ch", "sh"))
        yield from (verb + ("es" if hissing else "s"), stem + "ed", stem + "ing")


def _doubles(verb: str) -> bool:
    """Hum, plan; not groan, endow."""
    if len(verb) < 3 or verb[-1] in _VOWELS | set("wxy"):
        return False
    return verb[-2] in _VOWELS and verb[-3] not in _VOWELS and len(verb) <= 4
