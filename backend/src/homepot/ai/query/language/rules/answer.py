"""What every rule is, and what several of them need."""

from collections.abc import Callable, Iterable

from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Attribute, By, Condition, Plan
from homepot.ai.query.when import Dates, Window

Rule = Callable[[Sentence], Plan | None]

_GROUPS = {
    Kind.DEVICES: By.DEVICE, Kind.TYPE: By.DEVICE, Kind.SITES: By.SITE, Kind.TYPES: By.TYPE,
}  # fmt: skip
_CARDS = {
    Attribute.FIRMWARE: By.FIRMWARE, Attribute.PLACE: By.PLACE, Attribute.TYPE: By.TYPE,
}  # fmt: skip
_WORDS = {
    "hour": By.HOUR, "hours": By.HOUR, "day": By.DAY, "days": By.DAY, "week": By.WEEK,
    "weekday": By.WEEKDAY, "date": By.DAY, "category": By.CATEGORY, "categories": By.CATEGORY,
    "severity": By.SEVERITY, "firmware": By.FIRMWARE, "room": By.PLACE, "place": By.PLACE,
    "rooms": By.PLACE, "type": By.TYPE, "site": By.SITE, "store": By.SITE, "shop": By.SITE,
    "device": By.DEVICE, "location": By.SITE, "day of the week": By.WEEKDAY, "kind": By.TYPE,
    "version": By.FIRMWARE, "cause": By.CATEGORY, "weekly": By.WEEK, "daily": By.DAY,
}  # fmt: skip


def grouped(sentence: Sentence) -> By | None:
    """By site, per day, for each till."""
    for item in sentence.free(Kind.BY):
        following = sentence.after(item, (Kind.FILLER,)) or sentence.after(item, ())
        direct = sentence.after(item, ())
        for one in (direct, following):
            by = _group(one)
            if one is not None and by is not None:
                item.used = one.used = True
                return by
    for item in sentence.items:
        if item.word in {"daily", "weekly"} and not item.used:
            item.used = True
            return _WORDS[item.word]
    return None


def _group(item: Item | None) -> By | None:
    if item is None:
        return None
    if item.kind is Kind.ATTRIBUTE and item.value in _CARDS:
        return _CARDS[item.value]
    return _WORDS.get(item.word) or _GROUPS.get(item.kind)


def is_open(window: Window | None) -> bool:
    return isinstance(window, Dates) and window == Dates()


def any_said(sentence: Sentence, conditions: Iterable[Condition]) -> bool:
    """Whether the conditions are joined by "or"."""
    found = sentence.first(Kind.OR)
    if found is None or len(list(conditions)) < 2:
        return False
    found.used = True
    return True


def limit_said(sentence: Sentence) -> int | None:
    """A number that says how many are wanted: the three hottest, top 5."""
    for item in sentence.free(Kind.NUMBER):
        before = sentence.before(item, (Kind.FILLER, Kind.SHOW))
        after = sentence.after(item, (Kind.FILLER,))
        near = {one.kind for one in (before, after) if one is not None}
        amount = item.value
        wanted = {Kind.SUPERLATIVE, Kind.TYPE, Kind.DEVICES, Kind.SITES, Kind.NAME_WORD,
                  Kind.AGGREGATE, Kind.RECORD, Kind.WHICH, Kind.METRIC}  # fmt: skip
        if near & wanted and amount.value == int(amount.value) and 1 <= amount.value <= 1000:
            item.used = True
            return int(amount.value)
    return None


def is_bare(sentence: Sentence) -> bool:
    """gw_1 online? pos_1 restarted yesterday?"""
    if len(sentence.scope.devices) != 1 or not sentence.text.rstrip().endswith("?"):
        return False
    aside = {Kind.WINDOW, Kind.NOT}
    said = [one for one in sentence.meaningful() if not one.used and one.kind not in aside]
    if len(said) != 1:
        return False
    verb = said[0].kind is Kind.EVENT and said[0].words[-1].endswith("ed")
    covered = said[0].kind is Kind.ATTRIBUTE and said[0].words[0] in _STATES
    state = said[0].kind is Kind.LINK and said[0].value in {"offline", "online", "silent"}
    return verb or state or covered or (said[0].kind is Kind.HEALTH and said[0].value != "status")


_STATES = frozenset({"under", "out", "in", "covered", "still"})
