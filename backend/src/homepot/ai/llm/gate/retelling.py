"""Whether a text retells the statements: what they found, in their words. Pure.

`faithful` judges what it can read: numbers, names, moments, directions. A small model also writes
what has nothing in it to read ("I am glad that you enjoy ..."), gives a device the state of its
neighbour, or leaves out what was asked for. So a retelling is told in the words of the statements
and the small words of the language, begins with what was found, and says of each only what is said
of it (`ties`).
"""

import re
from collections.abc import Iterator, Sequence

from homepot.ai.llm.gate.facts import Facts
from homepot.ai.llm.gate.faithful import Verdict, faithful
from homepot.ai.llm.gate.ties import untied
from homepot.ai.llm.gate.words import NEGATIONS, NUMBERS, OPPOSITES, SMALL, stem_of, words_of

_TOKEN = re.compile(r"[^\W_][\w'’]*(?:[-./_][\w'’]+)*")
_FIGURE = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?![\w-])")
_NAMED = re.compile(r"(\S+)\s+\(([^()]+)\)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
# How a device is: said of one, it must be what the statements say of that one.
_STATES = (
    words_of(" ".join(" ".join(OPPOSITES[axis]) for axis in ("link", "state", "health")))
    | words_of("critical warning unknown maintenance")
) - words_of("up down good bad")


def retells(text: str, facts: Facts) -> Verdict:
    """
    >>> found = "2 tills are offline: Till 1 and Till 4."
    >>> tills = Facts([found], finding=found)
    >>> bool(retells("Offline are 2 tills, Till 1 and Till 4.", tills))
    True
    >>> retells("I am glad that 2 tills are offline.", tills).reasons[0]
    "'I' is no word of the facts"
    """
    reasons = [*faithful(text, facts).reasons, *_objections(text, facts), *untied(text, facts)]
    return Verdict(tuple(dict.fromkeys(reasons)))


def _objections(text: str, facts: Facts) -> Iterator[str]:
    told = [one.lower() for one in facts.statements]
    known = {stem_of(word) for statement in facts.statements for word in _words(statement)}
    known |= {stem_of(word) for name in facts.same for word in _words(name)}
    for word in _words(text):
        if word.lower() not in SMALL and stem_of(word) not in known:
            yield f"{word!r} is no word of the facts"
    whole = " ".join(told)
    for name, beside in _NAMED.findall(text):
        if f"{name} ({beside})".lower() not in whole:
            yield f"{name} ({beside}) are not together in the facts"
    sentences = [one for one in _SENTENCE.split(text.strip()) if one]
    for sentence in sentences:
        yield from _states(sentence.lower(), facts, told)
    if sentences and facts.finding and not _says(sentences[0], facts.value or facts.finding, facts):
        yield "it does not say what was found"


def _states(sentence: str, facts: Facts, told: Sequence[str]) -> Iterator[str]:
    names = [one.lower() for one in (*facts.devices, *facts.same) if _has(sentence, one.lower())]
    words = {word.lower() for word in _words(sentence)}
    for state in sorted(words & _STATES):
        for name in names or [""]:
            if not any(_has(one, state) and (not name or _has(one, name)) for one in told):
                yield f"{state!r} is not said of {name or 'anything'}"
    if words & NEGATIONS and not any({*_words(one)} & NEGATIONS for one in told):
        yield "it denies what the facts do not deny"


def _says(sentence: str, finding: str, facts: Facts) -> bool:
    """Whether a figure of what was found is in it or, where that has none, a name."""
    figures = {_plain(one) for one in _FIGURE.findall(finding)}
    if figures:
        said = {_plain(one) for one in _FIGURE.findall(sentence)}
        said |= {str(NUMBERS[word.lower()]) for word in _words(sentence) if word.lower() in NUMBERS}
        return bool(figures & said) or any(_rounds(one, said) for one in figures)
    names = [name for name in (*facts.devices, *facts.same) if _has(finding.lower(), name.lower())]
    return not names or any(_has(sentence.lower(), name.lower()) for name in names)


def _rounds(figure: str, said: set[str]) -> bool:
    """Whether one of those said is the figure with fewer places; `faithful` judges whether it may
    be."""
    return any(round(float(figure)) == round(float(one)) for one in said)


def _words(text: str) -> list[str]:
    """Without figures: those are claims, and judged as such."""
    found = (word.replace("’", "'") for word in _TOKEN.findall(text))
    return [
        part
        for word in found
        if not word[0].isdigit()
        for part in (("not",) if word.lower().endswith("n't") else (word.removesuffix("'s"),))
    ]


def _has(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _plain(figure: str) -> str:
    return f"{float(figure.replace(',', '')):g}"
