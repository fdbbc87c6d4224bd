"""Two sentences: one sets the scene, the other asks. What the scene names flows into the question;
what else it tells is not asked."""

import re
from collections.abc import Sequence

from homepot.ai.query.language.sentence import ASKING, THINGS, Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.words.reading import bag

PARTS_MAX = 4
_END = re.compile(r"(?<=[.!?…])\s+|\s*\n+\s*|(?<=[?!])(?=[^\W\d_])")
_SHORT = bag(
    "no. nr. st. avg. max. min. temp. approx. vs. e.g. i.e. etc. mr. mrs. dr. incl. a.m. p.m."
)
_PRONOUNS = bag("it its they them their theirs those these there")
_VERBS = bag("is are was were did does do has had have will")
_PAST = bag("was were did had been then")
_ASIDE = frozenset({Kind.FILLER, Kind.COMMA, Kind.AND})
# A sentence that begins so says what to do, or which are meant: no mere scene.
_ORDERS = bag(
    "you your only just except excluding ignore ignoring consider take use assume pretend count "
    "include exclude limit leave skip suppose act be imagine say write forget treat add remember "
    "restrict filter focus without but not no do never always answer reply respond speak compare "
    "if when unless until for of among from provided given where whose that than and or as by in"
)  # fmt: skip
_STORY_MAX = 30
_SUBJECTS = (
    Kind.METRIC, Kind.RECORD, Kind.LINK, Kind.EVENT, Kind.ATTRIBUTE, Kind.HEALTH, Kind.FORECAST,
    Kind.COST, Kind.SUPERLATIVE, Kind.COMPARATIVE, Kind.WHY, Kind.RESOLVE,
)  # fmt: skip


def sentences_in(text: str) -> list[str]:
    """
    >>> sentences_in("The oven is hot. How hot? Thanks")
    ['The oven is hot.', 'How hot?', 'Thanks']
    """
    found: list[str] = []
    glued = ""
    for one in _END.split(text):
        part = f"{glued} {one}".strip()
        glued = ""
        last = part.rsplit(maxsplit=1)[-1].lower() if part else ""
        if last in _SHORT or re.fullmatch(r"\d{1,2}\.", last):
            glued = part
        elif part:
            found.append(part)
    if glued:
        found.append(glued)
    return found


def asks(sentence: Sentence) -> bool:
    """Whether it is a question or a wish to see something, and not only a story."""
    said = [one for one in sentence.items if one.kind not in _ASIDE]
    if not said:
        return False
    if sentence.text.rstrip().endswith("?"):
        return True
    near = said[:2]
    return said[0].kind in ASKING or any(
        one.kind in {Kind.HOW_MANY, Kind.WHICH, Kind.WHAT, Kind.SHOW, Kind.WHEN} for one in near
    )


def is_scene(sentence: Sentence) -> bool:
    """Whether it only tells: it orders nothing, limits nothing, and names nothing unknown."""
    words = [word for one in sentence.items for word in one.words]
    if not words or len(words) > _STORY_MAX or words[0] in _ORDERS:
        return False
    if sentence.has(Kind.OFF_TOPIC, Kind.EXCEPT, Kind.ONLY, Kind.SHOW, Kind.THAN):
        return False
    if sentence.has(Kind.UNKNOWN) and sentence.has(*THINGS) and len(words) < 4:
        return False
    if sentence.has(Kind.COMPARE) and sentence.has(Kind.QUANTITY, Kind.NUMBER):
        return False
    return not any(_names_unknown(sentence, one) for one in sentence.all(Kind.UNKNOWN))


def _names_unknown(sentence: Sentence, item: Item) -> bool:
    """An id that is nobody's, a place that is not ours, a kind of device that is told apart."""
    if item.value == "device":
        return True
    before, after = sentence.before(item, ()), sentence.after(item, ())
    named = {Kind.TYPE, Kind.DEVICES, Kind.SITES, Kind.NUMBER, Kind.UNKNOWN}
    if after is not None and after.kind in named - {Kind.UNKNOWN, Kind.NUMBER}:
        return True
    at = sentence.before(item, (Kind.FILLER, Kind.UNKNOWN))
    placed = at is not None and at.kind is Kind.PREPOSITION and at.word in {"at", "in", "from"}
    return placed or (before is not None and before.kind is Kind.SITES)


def with_scene(question: Sentence, scenes: Sequence[Sentence]) -> Sentence:
    """The question, with what the scenes name put where it says "it", or at its end."""
    named = [one for scene in scenes for one in _named(scene)]
    place = _pronoun(question)
    named = _fitting(question, named, None if place is None else question.items[place])
    items = list(question.items)
    if named and place is not None:
        verb = items[place].words[0] in _VERBS
        if verb:
            items[place].kind = Kind.BE
        items[place + verb : place + 1] = named
    else:
        items += named
    items += _times(question, scenes)
    if not question.has(*_SUBJECTS, Kind.QUANTITY):
        metrics = [one for scene in scenes for one in scene.all(Kind.METRIC)]
        items += [one for one in metrics if one.text.lower() == one.word][:1]
    question.items = items
    for scene in scenes:
        for note in scene.notes:
            question.note(note)
    if named:
        question.note("about " + ", ".join(one.text for one in named) + ", as said before")
    return question


def _named(scene: Sentence) -> list[Item]:
    """Devices, sites, types, with a number that belongs to them: till 2."""
    found: list[Item] = []
    for place, item in enumerate(scene.items):
        numbered = item.kind is Kind.NUMBER and place and scene.items[place - 1].kind in THINGS
        if (item.kind in THINGS and item.value) or numbered:
            found.append(item)
    return found


def _pronoun(question: Sentence) -> int | None:
    for place, item in enumerate(question.items):
        plain = item.kind in {Kind.FILLER, Kind.PREPOSITION, Kind.DEVICES}
        dummy = item.word in {"there is", "there are", "are there", "is there", "were there"}
        if plain and not dummy and set(item.words) & _PRONOUNS and len(item.words) <= 2:
            return place
    return None


def _fitting(question: Sentence, named: list[Item], pronoun: Item | None) -> list[Item]:
    """What the question itself names is not taken from the scene again."""
    has = {one.kind for one in question.items}
    if Kind.DEVICE in has and pronoun is None:
        return []
    if pronoun is not None and "there" in pronoun.words:
        return [one for one in named if one.kind in {Kind.SITE, Kind.PLACE}]
    if pronoun is not None:
        return named
    own = has & set(THINGS)
    kept = [one for one in named if one.kind not in own]
    if own & {Kind.TYPE, Kind.SITE}:
        kept = [one for one in kept if one.kind not in {Kind.DEVICE, Kind.NUMBER, Kind.NAME_WORD}]
    return kept


def _times(question: Sentence, scenes: Sequence[Sentence]) -> list[Item]:
    """The time that the scene names, for a question about what was."""
    if question.has(Kind.WINDOW, Kind.NOW):
        return []
    words = {word for one in question.items for word in one.words}
    if not words & _PAST:
        return []
    return [one for scene in scenes for one in scene.all(Kind.WINDOW)][:1]
