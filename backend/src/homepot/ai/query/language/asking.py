"""What a question is after: devices, sites, a number of a metric, records."""

from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Attribute, By

_NOUNS = {
    Kind.DEVICES: By.DEVICE, Kind.TYPE: By.DEVICE, Kind.NAME_WORD: By.DEVICE,
    Kind.SITES: By.SITE, Kind.TYPES: By.TYPE,
}  # fmt: skip
_GROUPS = {
    Attribute.FIRMWARE: By.FIRMWARE, Attribute.PLACE: By.PLACE, Attribute.TYPE: By.TYPE,
    Attribute.SITE: By.SITE,
}  # fmt: skip
# What may stand between the asking word and the noun without being what is asked.
_BETWEEN = frozenset({
    Kind.FILLER, Kind.BE, Kind.NOW, Kind.ANY, Kind.LINK, Kind.HEALTH, Kind.SEVERITY, Kind.NUMBER,
    Kind.SUPERLATIVE, Kind.PREPOSITION, Kind.PLACE, Kind.SITE, Kind.TAG, Kind.ONLY, Kind.NOT,
    Kind.CATEGORY, Kind.STATE, Kind.SOURCE,
    Kind.COMMA, Kind.WHICH, Kind.WHAT, Kind.HOW_MANY, Kind.SHOW, Kind.OR, Kind.AND, Kind.FIRMWARE,
})  # fmt: skip


_ANYTHING = frozenset({"anything", "whatever", "anyone"})
_EVERY = frozenset({"every", "each", "each of", "of every"})


def noun_after(sentence: Sentence, opener: Item | None) -> Item | None:
    """The first thing named after the asking word."""
    start = 0 if opener is None else sentence.place(opener) + 1
    for item in sentence.items[start:]:
        if item.kind not in _BETWEEN and item.word not in _EVERY:
            return item
    return None


def target_of(sentence: Sentence, opener: Item | None) -> By | None:
    """What is counted, listed or ranked, if it is things and not values."""
    noun = noun_after(sentence, opener)
    if noun is None:
        return None
    if noun.kind is Kind.METRIC:  # "temperature sensors"
        following = sentence.after(noun, ())
        if following is not None and following.kind is Kind.TYPE:
            return By.DEVICE
    if noun.value is Attribute.FIRMWARE and sentence.has(Kind.FIRMWARE):
        return By.DEVICE  # how many use 2.4.1 firmware
    if noun.kind is Kind.ATTRIBUTE:
        over = any(
            item.word in {"expired", "lapsed", "ran", "ran out", "ended", "over"}
            or item.word.startswith(("out of", "under"))
            for item in sentence.items
        )
        over = over and not sentence.has(Kind.DEVICE)
        dated = noun.value is Attribute.WARRANTY_UNTIL and (sentence.window is not None or over)
        dated = dated or _is_put_in(sentence, noun, opener)
        return By.DEVICE if dated else _GROUPS.get(noun.value)
    return _NOUNS.get(noun.kind)


def _is_put_in(sentence: Sentence, noun: Item, opener: Item | None) -> bool:
    """Installed before 2022."""
    installed = noun.value in {Attribute.INSTALLED_ON, Attribute.ENROLLED_AT}
    loose = opener is None or opener.words[0] in _ANYTHING or opener.kind is Kind.WHICH
    return installed and loose and sentence.window is not None


def lists(sentence: Sentence) -> By | None:
    """What things are wanted, if it is things: which tills, show the sensors, any devices."""
    opener = sentence.opener
    if opener is None:
        limited = sentence.has(Kind.COMPARE) and sentence.has(Kind.QUANTITY, Kind.NUMBER)
        return target_of(sentence, None) or (By.DEVICE if limited else None)
    if opener.kind is Kind.BE:
        any_word = sentence.first(Kind.ANY, Kind.WHICH)
        near = any_word is not None and sentence.place(any_word) - sentence.place(opener) <= 3
        if any_word is None or not (near or any_word.kind is Kind.WHICH):
            return None
        opener = any_word
    loose = opener.kind is Kind.WHAT or opener.words[0] in _ANYTHING
    if loose and sentence.has(Kind.FIRMWARE) and not sentence.has(Kind.METRIC):
        return By.DEVICE  # what is running 5.0.8
    if opener.kind is Kind.WHAT:
        opener = sentence.first(Kind.WHICH) or opener
        return target_of(sentence, opener)
    if opener.kind in {Kind.WHICH, Kind.SHOW, Kind.ANY, Kind.WHO, Kind.WHERE}:
        which = sentence.first(Kind.WHICH)
        found = target_of(sentence, which or opener)
        word = which or opener
        if found is None and word.word == "whose":
            return By.DEVICE
        if found is None and word.kind in {Kind.WHICH, Kind.ANY, Kind.WHO}:
            limited = sentence.has(Kind.COMPARE) and sentence.has(Kind.QUANTITY)
            return By.DEVICE if limited or _only_says(sentence, word) else None
        return found
    return None


def _only_says(sentence: Sentence, which: Item) -> bool:
    """Which are offline; which has the highest load: no noun, so it is devices."""
    following = sentence.after(which, (Kind.FILLER, Kind.PREPOSITION, Kind.COMMA))
    return following is not None and following.kind in {
        Kind.BE, Kind.LINK, Kind.RELATIVE, Kind.DEVICE, Kind.NOW, Kind.SUPERLATIVE, Kind.NOT,
        Kind.FIRMWARE, Kind.TREND, Kind.HEALTH, Kind.FORECAST, Kind.EVENT, Kind.COMPARE,
    }  # fmt: skip


def use(sentence: Sentence, *kinds: Kind) -> None:
    """These have done what they are there for."""
    for item in sentence.items:
        if item.kind in kinds:
            item.used = True


def mark_target(sentence: Sentence, target: By) -> None:
    """The nouns of what is asked for are used up."""
    use(sentence, Kind.DEVICES)
    for item in sentence.free(Kind.BY):
        item.used = item.word in _EVERY
    if target is By.SITE:
        use(sentence, Kind.SITES)
    if target is By.TYPE:
        use(sentence, Kind.TYPES)
    for item in sentence.free(Kind.ATTRIBUTE):
        if _GROUPS.get(item.value) is target:
            item.used = True
