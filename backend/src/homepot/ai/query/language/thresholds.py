"""Amounts that something is compared with: above 60 %, at least two hours, between 2 and 8."""

from dataclasses import dataclass

from homepot.ai.query.language.quantities import Amount
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Compare

_ASIDE = (Kind.FILLER, Kind.BE, Kind.PREPOSITION)
_AMOUNTS = (Kind.QUANTITY, Kind.NUMBER)
_INVERSE = {
    Compare.ABOVE: Compare.AT_MOST, Compare.AT_LEAST: Compare.BELOW,
    Compare.BELOW: Compare.AT_LEAST, Compare.AT_MOST: Compare.ABOVE, Compare.IS: Compare.IS_NOT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Threshold:
    compare: Compare
    amount: Amount
    high: Amount | None
    start: int  # the places of its items
    end: int
    families: tuple[str, ...] = ()  # "warmer than": of what it is said


def thresholds_of(sentence: Sentence) -> list[Threshold]:
    """All of them, in order; their items are used up."""
    found: list[Threshold] = []
    for place, item in enumerate(sentence.items):
        if item.used:
            continue
        one = None
        if item.kind is Kind.COMPARE:
            one = (
                _between(sentence, place)
                if item.value is Compare.BETWEEN
                else _after(sentence, place)
            )
        elif item.kind is Kind.COMPARATIVE:
            one = _than(sentence, place)
        elif item.kind in _AMOUNTS:
            one = _before(sentence, place)
        if one is not None:
            found.append(_negated(sentence, one))
            _use(sentence, one)
    return found


def _use(sentence: Sentence, one: Threshold) -> None:
    for item in sentence.items[one.start : one.end]:
        if item.kind in {*_AMOUNTS, Kind.COMPARE, Kind.COMPARATIVE, Kind.THAN, Kind.AND, Kind.OR}:
            item.used = True


def _next(sentence: Sentence, place: int) -> tuple[int, Item] | None:
    while place < len(sentence.items):
        if sentence.items[place].kind not in _ASIDE:
            return place, sentence.items[place]
        place += 1
    return None


def _after(sentence: Sentence, place: int) -> Threshold | None:
    """Above 60 %."""
    following = _next(sentence, place + 1)
    if following is None or following[1].kind not in _AMOUNTS or following[1].used:
        return None
    compare = sentence.items[place].value
    return Threshold(compare, following[1].value, None, place, following[0] + 1)


def _between(sentence: Sentence, place: int) -> Threshold | None:
    """Between 2 and 8 degrees."""
    first = _next(sentence, place + 1)
    link = _next(sentence, first[0] + 1) if first else None
    last = _next(sentence, link[0] + 1) if link else None
    if not first or not link or not last or link[1].kind not in {Kind.AND, Kind.PREPOSITION}:
        return None
    if first[1].kind not in _AMOUNTS or last[1].kind not in _AMOUNTS:
        return None
    low, high = first[1].value, last[1].value
    if not low.unit:
        low = Amount(low.words, low.value, high.unit, high.said)
        if high.unit == "s" and high.value:
            per = high.value / _count(last[1])
            low = Amount(low.words, low.value * per, "s", high.said)
    return Threshold(Compare.BETWEEN, low, high, place, last[0] + 1)


def _count(item: Item) -> float:
    try:
        return float(item.words[0])
    except ValueError:
        return 1.0


def _than(sentence: Sentence, place: int) -> Threshold | None:
    """More disk usage than 60 %, warmer than 8 degrees."""
    item = sentence.items[place]
    for later in range(place + 1, min(place + 6, len(sentence.items))):
        if sentence.items[later].kind is Kind.THAN:
            following = _next(sentence, later + 1)
            if following and following[1].kind in _AMOUNTS and not following[1].used:
                families = item.value[1] if isinstance(item.value[1], tuple) else ()
                return Threshold(
                    item.value[0], following[1].value, None, place, following[0] + 1, families
                )
            return None
    return None


_MORE = {
    Compare.ABOVE: Compare.AT_LEAST, Compare.AT_LEAST: Compare.AT_LEAST,
    Compare.BELOW: Compare.AT_MOST, Compare.AT_MOST: Compare.AT_MOST,
}  # fmt: skip


def _before(sentence: Sentence, place: int) -> Threshold | None:
    """60 % or more."""
    link = _next(sentence, place + 1)
    if link is None or link[1].kind not in {Kind.OR, Kind.AND}:
        return None
    last = _next(sentence, link[0] + 1)
    if last is None or last[1].kind not in {Kind.COMPARE, Kind.COMPARATIVE}:
        return None
    value = last[1].value
    way = value[0] if isinstance(value, tuple) else value
    if way not in _MORE:
        return None
    return Threshold(_MORE[way], sentence.items[place].value, None, place, last[0] + 1)


def _negated(sentence: Sentence, one: Threshold) -> Threshold:
    """Did not exceed, never above: the other way round."""
    for place in range(one.start - 1, max(-1, one.start - 4), -1):
        item = sentence.items[place]
        if item.kind is Kind.NOT and not item.used and item.word != "no":
            if one.compare in _INVERSE:
                item.used = True
                return Threshold(
                    _INVERSE[one.compare], one.amount, one.high, one.start, one.end, one.families
                )
            return one
        if item.kind not in {Kind.FILLER, Kind.BE, Kind.ANY}:
            return one
    return one
