"""A question less the words that nobody knows, to be compared with the whole by meaning. Pure.

A word may only be passed over if it names nothing: not what is asked for, not whose it is, and not
which of them. What is left to compare is whether the rest still means the same.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from homepot.ai.query.language.lexicon import lexicon_of
from homepot.ai.query.language.parsing import planned, read
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Ask, NoAnswer, Plan
from homepot.ai.query.vocabulary import Vocabulary

_UNKNOWN_MAX = 2
_TEXT_MAX = 300
_OPEN = (NoAnswer.NOT_UNDERSTOOD, NoAnswer.UNKNOWN_METRIC, NoAnswer.UNKNOWN_THING)
_MASKS = {Kind.DEVICE: "the device", Kind.SITE: "the store", Kind.WINDOW: ""}


@dataclass(frozen=True, slots=True)
class Shorter:
    """The whole and the rest, names taken out, and the plan of the rest."""

    whole: str
    rest: str
    passed: tuple[str, ...]
    plan: Plan


def shorter(text: str, refused: Plan, vocabulary: Vocabulary, as_of: datetime) -> Shorter | None:
    """None where nothing may be passed over, or the rest is no question either."""
    if refused.reason is None or refused.reason.why not in _OPEN or len(text) > _TEXT_MAX:
        return None
    whole = _read(text, vocabulary, as_of)
    if whole is None or whole.is_foreign or whole.passed:
        return None
    unknown = whole.all(Kind.UNKNOWN)
    if not 1 <= len(unknown) <= _UNKNOWN_MAX or any(_names(whole, one) for one in unknown):
        return None
    left = text
    for one in unknown:
        left = re.sub(rf"(?<!\w){re.escape(one.text)}(?!\w)\s*", "", left, count=1)
    rest = _read(left, vocabulary, as_of)
    plan = planned(left, vocabulary, as_of)
    if rest is None or plan.ask in {Ask.NONE, Ask.STATUS}:
        return None
    if plan.ask is Ask.WHICH and not plan.where:
        return None
    return Shorter(_masked(whole), _masked(rest), tuple(one.text for one in unknown), plan)


def _read(text: str, vocabulary: Vocabulary, as_of: datetime) -> Sentence | None:
    try:
        return read(text, lexicon_of(vocabulary), as_of)
    except (UnansweredError, ValidationError):
        return None


_ASKED_OF = frozenset({Kind.WHAT, Kind.WHICH, Kind.HOW_MANY, Kind.HOW, Kind.HOW_MUCH, Kind.WHO})
_THINGS = frozenset({
    Kind.METRIC, Kind.TYPE, Kind.RECORD, Kind.EVENT, Kind.CATEGORY, Kind.ATTRIBUTE, Kind.COST,
    Kind.DEVICE, Kind.DEVICES, Kind.NAME_WORD, Kind.PLACE, Kind.SITE, Kind.SITES, Kind.UNKNOWN,
})  # fmt: skip
_FINISHED = re.compile(r"\w{3,}(?:ed|en|able|ible|proof|less|ful|ous|al|ic|ish)")


def _names(sentence: Sentence, item: Item) -> bool:
    """Blood pressure, at the Plaza, how many litres, incidents that were litigated: the word is
    what is asked for, or says which."""
    if item.value is not None or not item.word.isalpha():
        return True
    if item.text[:1].isupper() and sentence.place(item) > 0:
        return True
    after = sentence.after(item, ())
    if after is not None and (after.kind in _THINGS or after.word in {"of", "of the"}):
        return True
    plain = sentence.before(item)
    if plain is not None and plain.kind in {Kind.PREPOSITION, Kind.BY, Kind.NOT, *_ASKED_OF}:
        return True
    before = sentence.before(item, ())
    if before is None:
        return False
    tells = before.kind in _THINGS or before.kind in {Kind.BE, Kind.RELATIVE}
    return before.word in {"a", "an"} or (tells and bool(_FINISHED.fullmatch(item.word)))


def _masked(sentence: Sentence) -> str:
    words = (_MASKS.get(item.kind, item.word) for item in sentence.items)
    return re.sub(r"\b(the|at) \1\b", r"\1", " ".join(word for word in words if word))
