"""Who and what a sentence speaks of: devices, places, metrics, and whatever looks like a name."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from homepot.ai.llm.gate.claims import Label, Phrase
from homepot.ai.llm.gate.facts import Facts
from homepot.ai.llm.gate.spans import Found, Sentence, any_of
from homepot.ai.llm.gate.words import COMMON_CAPITALS

# Metrics that everybody knows by name, whether or not they were given.
TERMS = (
    "temperature", "humidity", "vibration", "cpu", "memory", "ram", "disk", "latency", "voltage",
    "battery", "load", "traffic", "throughput", "pressure", "fan", "signal", "power", "packet loss",
    "error rate", "response time", "uptime", "health", "processes", "bandwidth", "current",
)  # fmt: skip
_IDENTIFIERS = (
    re.compile(r"\b(?:https?|mqtts?|ftp)://\S+\b/?", re.IGNORECASE),
    re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d+|:\d+)?(?![\w.])"),
    re.compile(r"(?<![\w.])v?\d+(?:\.\d+){2,}(?:[-+]\w+)*(?!\w)", re.IGNORECASE),
    re.compile(r"\bv\d+(?:\.\d+)*\b", re.IGNORECASE),
    re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b"),
    re.compile(r"\b(?=[A-Za-z0-9-]*\d)[A-Za-z]{2,}[A-Za-z0-9]*(?:-[A-Za-z0-9]+)+\b"),
    re.compile(r"\b(?=[A-Z0-9]*\d)[A-Z]{2,}[0-9][A-Z0-9]*\b"),
    # ids of ours, also those in which no figure happens to be
    re.compile(r"\b[A-Z]{3,}(?:-[A-Z0-9]{3,})+\b"),
)
_PLACES = re.compile(
    r"\b(?:building|site|store|shop|branch|room|floor|rack|aisle|line|hall|zone|unit|till|gateway"
    r"|sensor|server|machine|device|terminal|area|warehouse|ward|bay|cell)\s(?:no\.?\s|number\s|#)?"
    r"(?:[A-Z]\b|\d+[A-Z]?\b|[A-Z][a-z]+\b)",
)
_CAPITALS = re.compile(r"(?<![.!?:;]\s)(?<!^)(?<![\"“(•*-]\s)\b(?<![\w'’-])[A-Z][\w'’]*\b")


def labels(sentence: Sentence, facts: Facts) -> list[Found]:
    """The names given, where they stand. They are read before anything else is."""
    found: list[Found] = []
    for family, names in (("device", facts.devices), ("place", facts.places)):
        found += [
            Found(*match.span(), Label(family, match[0].lower()))
            for match in known(sentence, tuple(names))
        ]
    found += _terms(sentence, facts.terms)
    return sorted(found, key=lambda one: one.start)


def known(sentence: Sentence, names: Sequence[str]) -> Iterator[re.Match[str]]:
    """Where one of the names stands; nobody after reads it as anything else."""
    if not names:
        return
    for match in list(sentence.matches(_pattern(tuple(names)))):
        sentence.take(*match.span())
        yield match


def _terms(sentence: Sentence, terms: Sequence[str]) -> Iterator[Found]:
    """Metrics stay to be read by those after: a metric may be called by a word with a direction."""
    for match in list(sentence.matches(_pattern((*terms, *TERMS)))):
        yield Found(*match.span(), Label("term", match[0].lower()))


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{any_of(names)})(?![\w])", re.IGNORECASE)


def identifiers(sentence: Sentence) -> Iterator[Found]:
    """What is written like an id, an address or a version, and numbered rooms and tills."""
    for pattern in (*_IDENTIFIERS, _PLACES):
        for match in list(sentence.matches(pattern)):
            sentence.take(*match.span())
            yield Found(*match.span(), Phrase(match[0].lower()))


def capitals(sentence: Sentence) -> Iterator[Found]:
    """Words with a capital in the middle of a sentence: somebody's or something's name."""
    for match in sentence.matches(_CAPITALS):
        if match[0].lower().removesuffix("'s").removesuffix("’s") not in COMMON_CAPITALS:
            yield Found(*match.span(), Phrase(match[0].lower().removesuffix("'s")))
