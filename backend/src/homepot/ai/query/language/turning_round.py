"""What stands in another place than the grammar looks for it: the noun before "which", what is
compared after the question, two things to choose from. Looks again at the tagged phrases."""

from homepot.ai.query.language.sentence import ASKING, Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import Aggregate, Attribute, Compare, Order

_THINGS = frozenset({Kind.TYPE, Kind.DEVICES, Kind.SITES, Kind.NAME_WORD})
_NAMED = frozenset({Kind.DEVICE, Kind.SITE, Kind.TYPE, Kind.PLACE})
_ASIDE = frozenset({Kind.FILLER, Kind.COMMA})
_AMOUNTS = frozenset({Kind.QUANTITY, Kind.NUMBER})
_BETWEEN = frozenset({
    Kind.FILLER, Kind.PREPOSITION, Kind.SITE, Kind.PLACE, Kind.TAG, Kind.TYPE, Kind.NAME_WORD,
    Kind.DEVICES, Kind.NOW,
})  # fmt: skip


def turn_round(sentence: Sentence) -> None:
    for rule in RULES:
        rule(sentence)


def _said(sentence: Sentence) -> list[Item]:
    return [one for one in sentence.items if one.kind not in _ASIDE]


def _inserted(kind: Kind, word: str, at: Item) -> Item:
    return Item(kind, None, (word,), "", at.start, at.start)


def those_that(sentence: Sentence) -> None:
    """Tills that are out of warranty; those servers whose disk grew: which of them."""
    said = [one for one in _said(sentence) if one.kind not in {Kind.ANY, Kind.ONLY, Kind.SHOW}]
    if len(said) < 3 or said[0].kind not in {Kind.TYPE, Kind.DEVICES, Kind.SITES}:
        return
    place = sentence.place(said[0])
    for item in sentence.items[place + 1 :]:
        if item.kind in {Kind.RELATIVE, Kind.WHICH} and item.words[0] in _RELATIVES:
            item.kind = Kind.RELATIVE
            if not sentence.all(Kind.HOW_MANY, Kind.WHEN, Kind.HOW_MUCH, Kind.WHAT):
                sentence.items.insert(place, _inserted(Kind.WHICH, "which", said[0]))
            return
        if item.kind not in _BETWEEN:
            return


_RELATIVES = bag("that which whose who with having where without")


def which_had(sentence: Sentence) -> None:
    """Of these two, which had more: it asks."""
    item = sentence.first(Kind.RELATIVE)
    if item is None or item.words[0] != "which" or sentence.has(Kind.WHICH, Kind.HOW_MANY):
        return
    before = sentence.items[: sentence.place(item)]
    if not any(one.kind in _THINGS | {Kind.RECORD, Kind.EVENT} for one in before):
        item.kind = Kind.WHICH


def and_which(sentence: Sentence) -> None:
    """Servers whose disk grew, and which restarted: the same servers."""
    first = next((one for one in sentence.items if one.kind is Kind.WHICH), None)
    for item in sentence.all(Kind.WHICH):
        following = sentence.after(item)
        if item is first or following is None or item.words[0] not in {"which", "who"}:
            continue
        if following.kind not in _THINGS | {Kind.DEVICE, Kind.SITE, Kind.ATTRIBUTE, Kind.METRIC}:
            item.kind = Kind.RELATIVE


def of_which(sentence: Sentence) -> None:
    """The warranty of which tills has run out: which tills' warranty."""
    said = [one for one in _said(sentence) if one.kind is not Kind.BE]
    place = next((at for at, one in enumerate(said) if one.kind is Kind.WHICH), 0)
    if not 1 <= place <= 3 or any(one.kind in ASKING for one in said[:place]):
        return
    head = said[:place]
    if head[-1].kind is Kind.PREPOSITION:
        head = head[:-1]
    about = {Kind.ATTRIBUTE, Kind.METRIC, Kind.LINK, Kind.AGGREGATE}
    if not head or any(one.kind not in about for one in head) or len(said) < place + 2:
        return
    noun = said[place + 1]
    if noun.kind not in _THINGS:
        return
    rest = [one for one in sentence.items if not any(one is moved for moved in head)]
    at = next(spot for spot, one in enumerate(rest) if one is noun)
    sentence.items[:] = [*rest[: at + 1], *head, *rest[at + 1 :]]


def what_is(sentence: Sentence) -> None:
    """What is down; who restarted; what has less than 50 %: which devices."""
    said = _said(sentence)
    if not said or said[0].kind not in {Kind.WHAT, Kind.WHO}:
        return
    rest = [one for one in said[1:] if one.kind not in {Kind.BE, Kind.NOW, Kind.PREPOSITION}]
    if not rest or sentence.all(Kind.DEVICE, Kind.RESOLVE) or sentence.has(*_THINGS):
        return
    first = rest[0]
    if first.kind is Kind.TREND and not sentence.has(Kind.METRIC):  # what went down
        other = next((tag for tag in first.others if tag.kind is Kind.LINK), None)
        if other is not None:
            first.kind, first.value = other.kind, other.value
    verb = first.kind is Kind.EVENT and not first.words[-1].endswith(("t", "s"))
    away = first.kind is Kind.LINK and first.value in {"offline", "online", "silent"}
    denied = first.kind is Kind.NOT and len(rest) > 1 and rest[1].kind is Kind.LINK
    away = away or (denied and rest[1].value in {"report", "online"})
    limited = sentence.has(Kind.COMPARE) and any(one.kind in _AMOUNTS for one in rest)
    compared = limited and first.kind in {Kind.COMPARE, Kind.METRIC}
    if compared and sentence.has(Kind.AGGREGATE, Kind.DURATION, Kind.TIMES):
        return
    installed = first.value is Attribute.INSTALLED_ON and sentence.has(Kind.WINDOW)
    metric = first.kind is Kind.METRIC and said[0].kind is Kind.WHO
    named = first.kind is Kind.EVENT and any(
        one.words[0] in _GOT for one in sentence.items[:3] if one.kind in {Kind.FILLER, Kind.BE}
    )
    sick = first.kind is Kind.HEALTH and first.value == "unhealthy" and said[0].kind is Kind.WHO
    if verb or away or installed or compared or metric or named or sick:
        said[0].kind = Kind.WHICH


_GOT = bag("got had has have get received")


def one_of_two(sentence: Sentence) -> None:
    """Warmer yesterday: this or that; which of the two was warmer."""
    if sentence.has(Kind.WHICH, Kind.THAN, Kind.WHO) or not sentence.has(Kind.COMPARATIVE):
        return
    for item in sentence.all(Kind.OR, Kind.AGAINST):
        before, after = sentence.before(item), sentence.after(item)
        if before is None or after is None or before.kind is not after.kind:
            continue
        if before.kind not in _NAMED or (
            item.kind is Kind.AGAINST and before is not _first(sentence)
        ):
            continue
        asked = sentence.first(*ASKING)
        if asked is not None and asked.kind is not Kind.BE:
            continue
        sentence.items.insert(0, _inserted(Kind.WHICH, "which", sentence.items[0]))
        return


def _first(sentence: Sentence) -> Item | None:
    return next((one for one in _said(sentence)), None)


def between_two(sentence: Sentence) -> None:
    """Between this one and that one: no amounts are meant."""
    for item in sentence.all(Kind.COMPARE):
        following = sentence.after(item)
        if item.value is Compare.BETWEEN and following is not None and following.kind in _NAMED:
            item.kind = Kind.PREPOSITION


def exceeded_last(sentence: Sentence) -> None:
    """70 % cpu was exceeded: the word of comparison belongs before the amount."""
    for item in sentence.all(Kind.COMPARE):
        if item.words[-1] not in _PASSED:
            continue
        following = sentence.after(item, (Kind.FILLER, Kind.PREPOSITION, Kind.BE))
        if following is not None and following.kind in _AMOUNTS:
            continue
        place = sentence.place(item)
        amounts = [one for one in sentence.items[:place] if one.kind in _AMOUNTS]
        if not amounts:
            continue
        rest = [one for one in sentence.items if one is not item]
        metrics = [one for one in rest if one.kind is Kind.METRIC]
        moved = [item, amounts[-1]]
        rest = [one for one in rest if one is not amounts[-1]]
        at = rest.index(metrics[-1]) + 1 if metrics else place - 1
        sentence.items[:] = [*rest[:at], *moved, *rest[at:]]
        return


_PASSED = bag("exceeded surpassed crossed breached topped passed exceed")


def counted_last(sentence: Sentence) -> None:
    """Site count; printer quantity; our printer headcount: how many."""
    for item in sentence.items:
        summed = item.value is Aggregate.SUM and not sentence.has(Kind.METRIC, Kind.RECORD)
        plain = item.kind in {Kind.HOW_MANY, Kind.FILLER, Kind.UNKNOWN}
        if item.words[-1] not in _COUNTS or not (plain or summed):
            continue
        before = sentence.before(item)
        following = sentence.after(item, ())
        ends = following is None or following.kind not in _THINGS
        counted = _THINGS | {Kind.RECORD}
        if before is None or before.kind not in counted or not ends:
            continue
        others = [one for one in sentence.all(Kind.HOW_MANY) if one is not item]
        said = [one for one in _said(sentence) if one.kind in ASKING and one is not item]
        if any(one.kind not in {Kind.WHAT, Kind.SHOW, Kind.BE} for one in said) or others:
            continue
        for one in said:
            one.kind = Kind.FILLER
        item.kind = Kind.HOW_MANY
        rest = [one for one in sentence.items if one is not item]
        sentence.items[:] = [item, *rest]
        return


_COUNTS = bag("count number quantity headcount tally total counts qty numbers")


def fast_growing(sentence: Sentence) -> None:
    """Filling up the quickest; the fastest growing disk: the most growth, not the least delay."""
    if not sentence.has(Kind.TREND):
        return
    for item in sentence.all(Kind.SUPERLATIVE):
        if item.words[-1] in _FAST:
            item.value = (Order.MOST, ())
        elif item.words[-1] == "slowest":
            item.value = (Order.LEAST, ())


_FAST = bag("fastest quickest")


def where_most(sentence: Sentence) -> None:
    """Where is storage filling fastest; where did they sell most: which device, which site."""
    said = _said(sentence)
    if not said or said[0].kind is not Kind.WHERE or sentence.has(*_THINGS, Kind.DEVICE):
        return
    if sentence.has(Kind.SUPERLATIVE):
        said[0].kind = Kind.WHICH
        selling = any("transactions" in one.words for one in sentence.all(Kind.METRIC))
        if selling or sentence.has(Kind.RECORD):
            sites = _inserted(Kind.SITES, "site", said[0])
            sentence.items.insert(sentence.place(said[0]) + 1, sites)


def lasted(sentence: Sentence) -> None:
    """How long did it last: a verb, not the newest one."""
    said = [one for one in _said(sentence) if one.word not in {"?", ".", "!"}]
    if not said or said[-1].word != "last" or said[-1].kind is not Kind.AGGREGATE:
        return
    if sentence.has(Kind.DURATION) and sentence.has(Kind.RECORD):
        said[-1].words = ("lasted",)
        if sentence.has(Kind.SUPERLATIVE):
            said[-1].kind = Kind.FILLER


def much_for_many(sentence: Sentence) -> None:
    """How much incidents: how many."""
    for item in sentence.all(Kind.HOW_MUCH):
        following = sentence.after(item)
        counted = following is not None and following.kind in {Kind.RECORD, Kind.EVENT}
        if item.word == "how much" and counted:
            item.kind = Kind.HOW_MANY


def covered(sentence: Sentence) -> None:
    """Installed, said beside the firmware: it is there."""
    firmware = any(one.value is Attribute.FIRMWARE for one in sentence.all(Kind.ATTRIBUTE))
    for item in sentence.all(Kind.ATTRIBUTE):
        installed = item.value is Attribute.INSTALLED_ON
        if (
            installed
            and (firmware or sentence.has(Kind.FIRMWARE))
            and not sentence.has(Kind.WINDOW)
        ):
            item.kind = Kind.FILLER


def whats_the_most(sentence: Sentence) -> None:
    """Most restarts last week; the worst uptime; fastest growing disk: which device."""
    said = _said(sentence)
    if not said or said[0].kind is not Kind.SUPERLATIVE or sentence.has(*_THINGS, Kind.DEVICE):
        return
    if any(one.kind in ASKING for one in said) or sentence.has(Kind.BY):
        return
    about = {Kind.RECORD, Kind.EVENT, Kind.LINK, Kind.TREND}
    if any(one.kind in about for one in said[1:3]):
        sentence.items.insert(0, _inserted(Kind.WHICH, "which", said[0]))


def said_again(sentence: Sentence) -> None:
    """The highest cpu, cpu-wise: said twice."""
    metrics = sentence.all(Kind.METRIC)
    last = [one for one in _said(sentence) if one.word not in {"?", "wise"}][-1:]
    if len(metrics) < 2 or not last or last[0] is not metrics[-1] or sentence.has(Kind.AGAINST):
        return
    if set(metrics[0].value) & set(metrics[-1].value):
        metrics[-1].kind = Kind.FILLER


def from_to(sentence: Sentence) -> None:
    """Temp 18-22: between them."""
    items = sentence.items
    for place in range(1, len(items) - 2):
        first, dash, last = items[place : place + 3]
        amounts = first.kind is Kind.NUMBER and last.kind in _AMOUNTS
        if not amounts or dash.word not in {"-", "to"}:
            continue
        before = sentence.before(first, (Kind.FILLER, Kind.BE, Kind.PREPOSITION, Kind.RELATIVE))
        if before is None or before.kind is not Kind.METRIC:
            continue
        dash.kind = Kind.AND
        between = _inserted(Kind.COMPARE, "between", first)
        between.value = Compare.BETWEEN
        items.insert(place, between)
        return


def standing(sentence: Sentence) -> None:
    """Which tills stand on the shop floor: they are there."""
    if not sentence.all(Kind.PLACE, Kind.SITE, Kind.METRIC):
        return
    for item in sentence.all(Kind.ATTRIBUTE):
        if item.value is Attribute.PLACE and item.words[0] in {"stand", "stands", "placed"}:
            item.kind = Kind.FILLER


def reached_most(sentence: Sentence) -> None:
    """Reached the highest temperature, the most it hit: no amount is meant."""
    extreme = sentence.has(Kind.SUPERLATIVE) or any(
        one.value in {Aggregate.MAXIMUM, Aggregate.MINIMUM} for one in sentence.all(Kind.AGGREGATE)
    )
    for item in sentence.all(Kind.COMPARE):
        following = sentence.after(item)
        if following is not None and following.kind is Kind.SUPERLATIVE:
            item.kind = Kind.FILLER
        near = sentence.items[sentence.place(item) + 1 :][:4]
        amount = any(one.kind in _AMOUNTS for one in near)
        if extreme and not amount and item.words[0].startswith(("reach", "hit")):
            item.kind = Kind.FILLER


def slow_links(sentence: Sentence) -> None:
    """The slowest connection: the highest delay."""
    for item in sentence.all(Kind.SUPERLATIVE, Kind.COMPARATIVE):
        following = sentence.after(item)
        slow = isinstance(item.value, tuple) and item.value[1] == ("latency",)
        if slow and following is not None and following.word in _LINES:
            following.kind = Kind.FILLER


_LINES = bag("connection network link line internet wifi connections uplink")


def equal_signs(sentence: Sentence) -> None:
    """Firmware = 5.0.8, category = storage: it is that one."""
    for item in sentence.all(Kind.COMPARE):
        following = sentence.after(item, ())
        named = {Kind.FIRMWARE, Kind.CATEGORY, Kind.TAG, Kind.TYPE, Kind.SITE, Kind.METRIC}
        if item.word in {"=", "=="} and following is not None and following.kind in named:
            item.kind = Kind.FILLER


RULES = (
    equal_signs, standing, reached_most, slow_links,
    said_again, from_to,
    much_for_many, between_two, covered, counted_last, lasted, fast_growing, where_most, of_which,
    which_had, those_that, and_which, what_is, one_of_two, exceeded_last, whats_the_most,
)  # fmt: skip
