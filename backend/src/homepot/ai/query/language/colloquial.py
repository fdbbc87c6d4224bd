"""How people talk: what a phrase is when it stands where nobody would write it. Looks again at the
tagged phrases, as `recasting` does."""

from homepot.ai.query.language.measuring import is_counted
from homepot.ai.query.language.quantities import Amount
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.times.said import Said
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import Attribute, Compare, Order, Record, RecordState
from homepot.ai.query.when import Coming, Rolling

_NOUNS = {Kind.TYPE, Kind.DEVICES, Kind.SITES}
_COUNTABLE = _NOUNS | {Kind.RECORD, Kind.EVENT, Kind.METRIC, Kind.SEVERITY, Kind.STATE}
_SELLING = bag("sell sold sells selling sales sale print prints printed dispense dispensed")
_ASIDE = (Kind.FILLER, Kind.PREPOSITION)


def recast_speech(sentence: Sentence) -> None:
    for rule in RULES:
        rule(sentence)


def number_signs(sentence: Sentence) -> None:
    """# of tills; how much printers; qty of sensors: how many."""
    for item in sentence.items:
        following = sentence.after(item, _ASIDE)
        if following is None:
            continue
        if item.word in {"#", "qty", "nr", "num"} and following.kind in _COUNTABLE:
            item.kind, item.value = Kind.HOW_MANY, None
        plural = following.kind in _NOUNS and following.words[-1].endswith("s")
        if item.kind is Kind.HOW_MUCH and item.word == "how much" and plural:
            item.kind = Kind.HOW_MANY


def sold_things(sentence: Sentence) -> None:
    """How many items did it sell; how many pages were printed: the verb says no more."""
    for item in sentence.items:
        said = item.words[-1] in _SELLING and len(item.words) == 1
        if not said or item.kind not in {Kind.METRIC, Kind.UNKNOWN, Kind.SHOW}:
            continue
        others = [one for one in sentence.all(Kind.METRIC) if one is not item and one.value]
        if any(one.words[-1] not in _SELLING for one in others):
            item.kind = Kind.FILLER


def severe(sentence: Sentence) -> None:
    """Critical incidents: how bad they were, though devices are tagged with the word as well."""
    for item in sentence.all(Kind.TAG):
        other = next((tag for tag in item.others if tag.kind is Kind.SEVERITY), None)
        following = sentence.after(item, (Kind.FILLER, Kind.STATE, Kind.CATEGORY))
        before = sentence.before(item)
        said = before is not None and before.kind is Kind.BE and sentence.has(Kind.RECORD)
        named = following is not None and following.kind is Kind.RECORD
        things = following is not None and following.kind in {Kind.DEVICES, Kind.TYPE}
        if other and (named or (said and not things)):
            item.kind, item.value = other.kind, other.value


def lesser(sentence: Sentence) -> None:
    """The minor latency, the major temperature: the lowest, the highest."""
    for item in sentence.all(Kind.SEVERITY):
        following = sentence.after(item)
        if item.word in {"minor", "major"} and following and following.kind is Kind.METRIC:
            order = Order.LEAST if item.word == "minor" else Order.MOST
            item.kind, item.value = Kind.SUPERLATIVE, (order, ())


def not_under(sentence: Sentence) -> None:
    """Not under warranty: no amount is meant."""
    for item in sentence.all(Kind.COMPARE):
        following = sentence.after(item)
        said = following is not None and following.kind is Kind.ATTRIBUTE
        if said and item.word in {"not under", "not over"}:
            item.kind, item.value = Kind.NOT, None


def warranty_ahead(sentence: Sentence) -> None:
    """Warranty ends 60 days: within them."""
    dated = any(one.value is Attribute.WARRANTY_UNTIL for one in sentence.all(Kind.ATTRIBUTE))
    if not dated or sentence.has(Kind.WINDOW, Kind.COMPARE, Kind.COMPARATIVE):
        return
    for item in sentence.all(Kind.QUANTITY)[:1]:
        amount: Amount = item.value
        if amount.unit == "s" and amount.value >= 86_400:
            window = Coming(length_s=int(amount.value))
            item.kind, item.value = Kind.WINDOW, Said(0, window, ahead=True)


def which_last(sentence: Sentence) -> None:
    """Toner under 35 %, which; the site with the fewest, which: it is asked at the end."""
    said = [one for one in sentence.items if one.kind not in {Kind.FILLER, Kind.COMMA, Kind.BE}]
    asking = {Kind.WHICH, Kind.WHO, Kind.WHAT, Kind.SHOW, Kind.HOW_MANY, Kind.HOW, Kind.WHEN}
    if len(said) < 3 or said[0].kind in asking or sentence.items[0].kind is Kind.BE:
        return
    tail = said[-2:] if said[-1].kind in _NOUNS and said[-2].kind is Kind.WHICH else said[-1:]
    plainly = any(one.kind in _NOUNS for one in said) and not sentence.has(Kind.METRIC)
    listed = tail[0].word in {"list", "show"} and plainly
    if (tail[0].kind not in {Kind.WHICH, Kind.WHO} and not listed) or any(
        one.kind in asking for one in said[: -len(tail)]
    ):
        return
    rest = [one for one in sentence.items if not any(one is other for other in tail)]
    while rest and rest[-1].kind in {Kind.BE, Kind.COMMA} | {Kind.FILLER, Kind.PREPOSITION}:
        rest.pop()
    first = next((one for one in rest if one.kind in _NOUNS), None)
    if len(tail) == 1 and first is not None and rest[0] is not first:
        rest = [first, *(one for one in rest if one is not first)]
    sentence.items[:] = [*tail, *rest]


def updated_firmware(sentence: Sentence) -> None:
    """When was the firmware updated: the event, not what the firmware is."""
    if not sentence.has(Kind.EVENT):
        return
    updated = any("update" in word or "upgrade" in word
                  for one in sentence.all(Kind.EVENT) for word in one.words)  # fmt: skip
    for item in sentence.all(Kind.ATTRIBUTE):
        if updated and item.value is Attribute.FIRMWARE and not sentence.has(Kind.FIRMWARE):
            item.kind = Kind.FILLER


def said_twice(sentence: Sentence) -> None:
    """Laggy, with a ping of over 70 ms: the amount says how laggy."""
    limited = sentence.has(Kind.COMPARE) and sentence.has(Kind.QUANTITY, Kind.NUMBER)
    for item in sentence.all(Kind.UNKNOWN):
        if limited and item.word in _ADJECTIVES:
            item.kind = Kind.FILLER


def then_for_than(sentence: Sentence) -> None:
    """Colder then the other: than."""
    for item in sentence.all(Kind.FILLER):
        before = [one for one in sentence.items[: sentence.place(item)][-3:]
                  if one.kind is Kind.COMPARATIVE]  # fmt: skip
        if item.word == "then" and before and not sentence.has(Kind.THAN):
            item.kind = Kind.THAN


def fast_fans(sentence: Sentence) -> None:
    """The fastest fan: the highest speed, though a fast connection has the lowest delay."""
    for item in sentence.all(Kind.SUPERLATIVE, Kind.COMPARATIVE):
        metric = sentence.first(Kind.METRIC)
        stem = item.word[:4]
        if metric is None or not ({"fan", "fans", "rpm"} & set(metric.words)):
            continue
        from_families = isinstance(item.value, tuple) and bool(item.value[1])
        if from_families and stem in {"fast", "quic", "slow"}:
            most = stem != "slow"
            way = item.value[0]
            other = type(way)
            names = (
                {True: "MOST", False: "LEAST"}
                if item.kind is Kind.SUPERLATIVE
                else {True: "ABOVE", False: "BELOW"}
            )
            item.value = (other[names[most]], ())


def exceeded_amounts(sentence: Sentence) -> None:
    """Exceed a disk usage of 55 %: the metric belongs before the word of comparison."""
    for item in sentence.all(Kind.COMPARE):
        metric = sentence.after(item, _ASIDE)
        if metric is None or metric.kind is not Kind.METRIC or item.value is Compare.BETWEEN:
            continue
        amount = sentence.after(metric, (*_ASIDE, Kind.BE))
        if amount is None or amount.kind not in {Kind.QUANTITY, Kind.NUMBER}:
            continue
        _move_before(sentence.items, metric, item)


def _move_before(items: list[Item], moved: Item, other: Item) -> None:
    kept = [one for one in items if one is not moved]
    at = next(place for place, one in enumerate(kept) if one is other)
    items[:] = [*kept[:at], moved, *kept[at:]]


_ADJECTIVES = bag(
    "laggy slow sluggish hot warm toasty cold chilly freezing full busy loud noisy humid damp weak "
    "pegged maxed choked stuck sitting hovering clogged stuffed overloaded loaded high low heavy "
    "hammered slammed spiking spiked cooking roasting boiling struggling pinned"
)


def how_hammered(sentence: Sentence) -> None:
    """How hammered is it, processor-wise: said twice."""
    named = [one for one in sentence.all(Kind.METRIC) if one.words[0] != "how"]
    for item in sentence.all(Kind.METRIC):
        if named and item.word in {"how hammered", "how loaded", "how slow", "how sluggish"}:
            item.kind = Kind.HOW


def hogging(sentence: Sentence) -> None:
    """What is hogging the most memory: which device."""
    opener = sentence.first(Kind.WHAT, Kind.WHO)
    if opener is None or not sentence.has(Kind.SUPERLATIVE):
        return
    doing = sentence.after(opener, (Kind.FILLER, Kind.BE))
    grows = doing is not None and doing.kind is Kind.TREND and sentence.has(Kind.METRIC)
    if grows and not sentence.has(Kind.DEVICE, *_NOUNS):
        opener.kind = Kind.WHICH
        return
    if any(set(one.words) & _HOGGING for one in sentence.all(Kind.FILLER)):
        opener.kind = Kind.WHICH


def since_lengths(sentence: Sentence) -> None:
    """Since 7 days: in the last 7 days."""
    for item in sentence.all(Kind.UNKNOWN):
        following = sentence.after(item)
        if item.word != "since" or following is None:
            continue
        if following.kind is Kind.WINDOW:
            item.kind = Kind.FILLER
        elif following.kind is Kind.QUANTITY and following.value.unit == "s":
            window = Rolling(length_s=int(following.value.value))
            item.kind = Kind.FILLER
            following.kind, following.value = Kind.WINDOW, Said(0, window)


def software_as_firmware(sentence: Sentence) -> None:
    """The old 1.8.0 software: firmware, as its number says."""
    if not sentence.has(Kind.FIRMWARE):
        return
    for item in sentence.items:
        if item.word in _SOFTWARE and item.kind is not Kind.FIRMWARE:
            item.kind, item.value = Kind.ATTRIBUTE, Attribute.FIRMWARE
        following = sentence.after(item)
        if item.word == "old" and following is not None and following.kind is Kind.FIRMWARE:
            item.kind = Kind.FILLER


_SOFTWARE = bag("software sw release build image program app")


def spoken_to(sentence: Sentence) -> None:
    """OK computer, how many; how many are down, over: whom one speaks to, and that one is done."""
    commas = [at for at, one in enumerate(sentence.items) if one.word in {",", ":"}]
    if not commas:
        return
    head, tail = sentence.items[: commas[0]], sentence.items[commas[-1] + 1 :]
    said = [one for one in head if one.kind is not Kind.FILLER]
    if len(head) <= 3 and len(sentence.items) >= 3 + len(head) and all(map(_is_called, said)):
        for one in said:
            one.kind = Kind.FILLER
    ending = [one for one in tail if one.word not in {"?", ".", "!"}]
    if len(ending) == 1 and ending[0].kind in {Kind.COMPARE, Kind.TREND, Kind.EXCEPT}:
        ending[0].kind = Kind.FILLER


def _is_called(item: Item) -> bool:
    nobody = item.kind is Kind.TYPE and not item.value
    unknown = item.kind is Kind.UNKNOWN and item.value is None
    return nobody or unknown or item.word in {"ok", "okay", "hey", "right", "well"}


def number_last(sentence: Sentence) -> None:
    """Incidents last week, number; restarts of the server, how many: it is asked at the end."""
    if not sentence.has(Kind.RECORD, Kind.EVENT):
        return
    said = [one for one in sentence.items if one.kind is not Kind.COMMA and one.word not in _ENDS]
    last = said[-1] if said else None
    if last is None or sentence.has(Kind.WHEN, Kind.WHICH, Kind.TIMES):
        return
    asked = last.kind is Kind.HOW_MANY or last.word in {"number", "count", "total", "quantity"}
    if asked and not [one for one in sentence.all(Kind.HOW_MANY) if one is not last]:
        last.kind, last.value = Kind.HOW_MANY, None
        sentence.items[:] = [last, *(one for one in sentence.items if one is not last)]


_ENDS = frozenset("?.!")


def counted_often(sentence: Sentence) -> None:
    """How often did somebody pay: how many payments."""
    others = (Kind.COMPARE, Kind.COMPARATIVE, Kind.RECORD, Kind.EVENT, Kind.LINK)
    metrics = [name for one in sentence.all(Kind.METRIC) for name in one.value]
    if not metrics or sentence.has(*others) or not all(is_counted(name) for name in metrics):
        return
    for item in sentence.all(Kind.TIMES):
        item.kind = Kind.HOW_MANY


def everything_open(sentence: Sentence) -> None:
    """Everything that is still unresolved: incidents, as devices are not resolved."""
    if sentence.has(Kind.RECORD, Kind.TYPE, Kind.HEALTH):
        return
    for item in sentence.all(Kind.STATE):
        loose = sentence.all(Kind.DEVICES, Kind.ANY)
        things = [one for one in loose if one.words[0] in _EVERYTHING]
        if item.value is RecordState.OPEN and things and item.words[-1] in _UNSOLVED:
            things[0].kind, things[0].value = Kind.RECORD, Record.INCIDENT


_EVERYTHING = bag("everything anything things stuff what")
_UNSOLVED = bag("unresolved unsolved unfixed outstanding open resolved fixed solved closed")


def said_more_exactly(sentence: Sentence) -> None:
    """The last month, 30 days: the days say how long the month is."""
    for item in sentence.all(Kind.QUANTITY):
        before = sentence.before(item, _ASIDE_MARKS)
        if before is None or before.kind is not Kind.WINDOW or item.value.unit != "s":
            continue
        said = getattr(before.value.window, "length_s", None) or _MONTHS.get(before.words[-1])
        if said and abs(said - item.value.value) <= said / 10:
            length_s = int(item.value.value)
            ahead = isinstance(before.value.window, Coming)
            window = Coming(length_s=length_s) if ahead else Rolling(length_s=length_s)
            before.value, item.kind = Said(0, window, ahead=ahead), Kind.FILLER


_ASIDE_MARKS = (Kind.FILLER, Kind.COMMA)
_MONTHS = {"month": 30 * 86_400, "week": 7 * 86_400, "year": 365 * 86_400}
_HOGGING = bag(
    "hogging hogs eating eats chewing gobbling guzzling burning burns using uses drawing"
)
RULES = (
    spoken_to, number_last, software_as_firmware, hogging, since_lengths, counted_often,
    said_more_exactly, everything_open, how_hammered, number_signs, sold_things, severe, lesser,
    not_under, warranty_ahead, which_last, updated_firmware, said_twice, then_for_than,
    fast_fans, exceeded_amounts,
)  # fmt: skip
