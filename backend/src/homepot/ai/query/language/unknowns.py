"""Words that nobody knows: what they seem to name, and so why there is no answer."""

import re

from rapidfuzz.distance import OSA

from homepot.ai.query.language.lexicon import GENERIC_SITES, figures, squeezed
from homepot.ai.query.language.scoping import close_to
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import NoAnswer

_OWN = frozenset({
    Kind.DEVICE, Kind.SITE, Kind.TYPE, Kind.METRIC, Kind.DEVICES, Kind.SITES, Kind.RECORD,
    Kind.LINK,
    Kind.EVENT, Kind.ATTRIBUTE, Kind.FORECAST, Kind.COST, Kind.PLACE, Kind.FIRMWARE, Kind.TAG,
    Kind.NAME_WORD, Kind.HEALTH, Kind.TYPES,
})  # fmt: skip
_MARKS = frozenset(",;!.")
_LETTERS_LONG = 5
_AT = bag("at in from inside within of for on near around to")


def check_unknown(sentence: Sentence, *, alone: bool = True) -> None:
    """Refuses a question that names what the fleet does not have, or is about something else."""
    about = [item for item in sentence.items if item.kind in _OWN]
    strange = [item for item in sentence.items if item.kind is Kind.OFF_TOPIC]
    if strange:
        _off_topic(sentence, strange, bool(about))
    for item in sentence.all(Kind.UNKNOWN):
        if item.value == "device":
            _as_device(sentence, item)
    _asks_whom(sentence)
    _asks_a_word(sentence)
    unknown = sentence.all(Kind.UNKNOWN)
    if not unknown:
        return
    if not about and alone:
        raise UnansweredError(NoAnswer.OFF_TOPIC, sentence.text)
    for item in unknown:
        if item.used:
            continue
        if _is_aside(sentence, item):
            item.used = True
            continue
        _refuse(sentence, item)


def _asks_whom(sentence: Sentence) -> None:
    """Who fixed it: a person, and nothing here knows which."""
    said = [one for one in sentence.items if one.kind not in {Kind.FILLER, Kind.COMMA}]
    first = said[0] if said else None
    if first is None or first.words[0] not in {"who", "whom"} or sentence.has(Kind.WHICH):
        return
    solved = sentence.first(Kind.RESOLVE)
    if solved is not None and sentence.has(Kind.RECORD, Kind.DEVICE):
        how = "How was the last incident resolved?"
        raise UnansweredError(NoAnswer.UNAVAILABLE, f"who {solved.text} it", [how])


def _asks_a_word(sentence: Sentence) -> None:
    """What floor is it on: a word of some name is asked for, as if it were known of each."""
    for item in sentence.all(Kind.NAME_WORD):
        before, after = sentence.before(item, ()), sentence.after(item, ())
        if before is None or after is None or (before.kind, after.kind) != (Kind.WHAT, Kind.BE):
            continue
        whose = sentence.after(after)
        if whose is not None and whose.kind is Kind.DEVICE:
            raise UnansweredError(NoAnswer.UNKNOWN_THING, item.text)


def _off_topic(sentence: Sentence, strange: list[Item], about: bool) -> None:
    for item in strange:  # a name: the Sunset Plaza
        before = sentence.before(item)
        named = item.text[:1].isupper() and before is not None and before.kind is Kind.PREPOSITION
        if named and about:
            raise _no_site(sentence, item.text)
    raise UnansweredError(NoAnswer.OFF_TOPIC, strange[0].text)


def _no_site(sentence: Sentence, subject: str) -> UnansweredError:
    names = [site.name for site in sentence.lexicon.vocabulary.sites]
    return UnansweredError(NoAnswer.UNKNOWN_SITE, subject, close_to(subject, names) or names)


def _as_device(sentence: Sentence, item: Item) -> None:
    """An id with a letter wrong is still that device; with a figure wrong it is another."""
    lexicon = sentence.lexicon
    joined = squeezed(item.text)
    near = lexicon.figures.get(figures(joined), [])
    letters = re.sub(r"\d", "", joined)
    far = 1 if len(letters) < _LETTERS_LONG else 2
    known = letters in lexicon.prefixes  # written right, so it is not another one's
    alike = [one for one in near if not known and _letters(joined, one) <= far]
    if len(alike) == 1:
        item.kind, item.value = Kind.DEVICE, (alike[0],)
        sentence.note(f"“{item.text}” read as {alike[0]}")
        return
    keys = close_to(joined, lexicon.ids)
    raise UnansweredError(NoAnswer.UNKNOWN_DEVICE, item.text, [lexicon.ids[key] for key in keys])


def _letters(joined: str, device: str) -> int:
    """How many letters are other ones."""
    one, other = re.sub(r"\d", "", joined), re.sub(r"\d", "", squeezed(device))
    return int(OSA.distance(one, other))


def _is_aside(sentence: Sentence, item: Item) -> bool:
    """A greeting, a name or a sigh before the first comma or after the last: not the question."""
    place = sentence.place(item)
    commas = [at for at, one in enumerate(sentence.items) if one.word in _MARKS]  # fmt: skip
    if not commas:
        return False
    for segment in (sentence.items[: commas[0]], sentence.items[commas[-1] + 1 :]):
        inside = any(one is item for one in segment)
        said = [one for one in segment if not _is_address(one)]
        if inside and not said and len(segment) <= 4 and len(sentence.items) - len(segment) >= 3:
            return place >= 0
    return False


def _is_address(item: Item) -> bool:
    """OK computer: a kind of device that the fleet does not have is spoken to."""
    nobody = item.kind is Kind.TYPE and not item.value
    return nobody or item.kind in {Kind.FILLER, Kind.COMMA, Kind.UNKNOWN}


def _refuse(sentence: Sentence, item: Item) -> None:
    vocabulary = sentence.lexicon.vocabulary
    before = sentence.before(item, (Kind.FILLER, Kind.UNKNOWN))
    after = sentence.after(item, (Kind.FILLER, Kind.UNKNOWN))
    subject = _run(sentence, item)
    if after is not None and after.kind is Kind.SITES:
        raise _no_site(sentence, subject)
    if before is not None and before.kind is Kind.SITES and before.word in GENERIC_SITES:
        raise _no_site(sentence, subject)
    if before is not None and before.kind is Kind.PREPOSITION and before.words[-1] in _AT:
        named = item.text[:1].isupper()
        if named or before.words[-1] in {"at", "in", "from", "inside", "near"}:
            raise _no_site(sentence, subject)
    if after is not None and after.kind in {Kind.TYPE, Kind.DEVICES}:
        raise UnansweredError(NoAnswer.UNKNOWN_THING, subject)
    told = {Kind.METRIC, Kind.RECORD, Kind.EVENT, Kind.ATTRIBUTE}
    if not any(one.kind in told for one in sentence.items) and sentence.has(
        Kind.DEVICE, Kind.TYPE, Kind.SITE
    ):
        labels = [one.label or one.name for one in vocabulary.metrics
                  if one.name in (sentence.lexicon.reported or ())]  # fmt: skip
        raise UnansweredError(NoAnswer.UNKNOWN_METRIC, subject, close_to(subject, labels))
    raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, subject)


def _run(sentence: Sentence, item: Item) -> str:
    """The unknown words that stand together."""
    place = sentence.place(item)
    texts = []
    for one in sentence.items[place:]:
        if one.kind is not Kind.UNKNOWN:
            break
        texts.append(one.text)
    return " ".join(texts)


def leftover(sentence: Sentence) -> UnansweredError:
    """No rule took all of it."""
    if not any(item.kind in _OWN for item in sentence.items):
        return UnansweredError(NoAnswer.OFF_TOPIC, sentence.text)
    left = sentence.left()
    left = [item for item in left if item.kind is Kind.UNKNOWN] or left
    return UnansweredError(NoAnswer.NOT_UNDERSTOOD, " ".join(item.text for item in left))
