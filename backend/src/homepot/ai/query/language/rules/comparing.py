"""Two sides: is one more than the other, and by how much."""

from collections.abc import Sequence

from homepot.ai.query.language.asking import use
from homepot.ai.query.language.measuring import looked_at, metrics_of, of_families, ordered
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.scoping import scope_of
from homepot.ai.query.language.sentence import THINGS, Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.windows import window_of
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import (
    Against,
    Ask,
    By,
    Compare,
    Link,
    Measure,
    OfHealth,
    OfLink,
    OfMetric,
    Order,
    Plan,
    RecordAggregate,
    Scope,
)
from homepot.ai.query.when import Calendar, Rolling, Window

_LESS = {Compare.BELOW, Compare.AT_MOST}
_VERBS = bag("exceed exceeded above below outdo outperform")
_COMPARING = (Kind.COMPARATIVE, Kind.COMPARE)


def comparison(sentence: Sentence) -> Plan | None:
    """Was latency higher at the café than at the bakery; is it warmer than last week?"""
    window = sentence.window
    opener = sentence.opener
    if opener is not None and opener.kind in {Kind.WHICH, Kind.SHOW, Kind.HOW_MANY}:
        return None  # which of them did is another question
    split = _split(sentence)
    way = _way(sentence, split)
    if way is None and (split is None or split[1].kind is Kind.AGAINST):
        split, way = None, sentence.first(Kind.COMPARATIVE)
    sides = _sides(sentence, split[0]) if split is not None else _named_twice(sentence, way)
    if way is None or sides is None:
        return None
    near, against = sides
    way.used = True
    if split is not None:
        split[1].used = True
    measure, at = _measure(sentence, way, near, window)
    compare = _compared(sentence, way, measure)
    if measure is None and not sentence.has(Kind.DEVICES) and near.types == ():
        return None
    use(sentence, Kind.THAN, Kind.AGAINST, Kind.DEVICES, Kind.OR, Kind.HOW_MANY)
    against = _same_kind(at, against)
    if against == Against(scope=near) or against == Against(window=at):
        return None
    return Plan(
        ask=Ask.COMPARE, scope=near, measure=measure, window=at, against=against,
        compare=Compare.BELOW if compare in _LESS else Compare.ABOVE,
    )  # fmt: skip


def _compared(sentence: Sentence, way: Item, measure: Measure | None) -> Compare:
    """Which way; worse and better by which way of the metric is bad."""
    said = way.value[0] if isinstance(way.value, tuple) else way.value
    if isinstance(said, Compare):
        return said
    names = measure.metrics if isinstance(measure, OfMetric) else ()
    order = ordered(sentence, said, names) if names else Order.MOST
    return Compare.ABOVE if order is Order.MOST else Compare.BELOW


def _named_twice(sentence: Sentence, way: Item | None) -> tuple[Scope, Against] | None:
    """Comparing the cafe and the bakery, was it warmer at the cafe: the one that is named again."""
    named = sentence.all(Kind.SITE, Kind.DEVICE)
    opener = sentence.opener
    values = [item.value for item in named]
    if way is None or opener is None or len(set(values)) != 2 or len(values) != 3:
        return None
    again = values[2] if values.count(values[2]) == 2 else None
    if again is None or sentence.has(Kind.WHICH):
        return None
    near = [named[2]]
    far = [item for item in named if item.value != again]
    for item in named:
        item.used = False
    one, other = scope_of(sentence, near), scope_of(sentence, far)
    for item in named:
        item.used = True
    use(sentence, Kind.AND, Kind.AGAINST)
    for item in sentence.all(Kind.COMPARE):
        item.used = item.used or item.value is Compare.BETWEEN
    return one, Against(scope=other)


def difference(sentence: Sentence) -> Plan | None:
    """How much higher was it at the café than at the bakery; the difference between two."""
    window = sentence.window
    word = sentence.first(Kind.DIFFERENCE)
    much = sentence.first(Kind.HOW_MUCH, Kind.HOW_MANY)
    comparative = sentence.first(Kind.COMPARATIVE)
    if word is None and comparative is None and len(sentence.all(Kind.WINDOW)) > 1:
        word = sentence.first(Kind.AGAINST)  # today against yesterday
    if word is None and not (much is not None and comparative is not None):
        return None
    less = comparative is not None and comparative.value[0] in _LESS
    split = _split(sentence) or _and(sentence, word)
    sides = _sides(sentence, split[0]) if split is not None else None
    if split is None or sides is None:
        return None
    near, against = sides
    split[1].used = True
    measure, at = _measure(sentence, comparative or word, near, window)
    for item in (word, much, comparative):
        if item is not None:
            item.used = True
    use(sentence, Kind.THAN, Kind.AGAINST, Kind.DEVICES, Kind.AND, Kind.COMPARE, Kind.HOW_MUCH)
    return Plan(
        ask=Ask.DIFFERENCE, scope=near, measure=measure, window=at,
        against=_same_kind(at, against), compare=Compare.BELOW if less else None,
    )  # fmt: skip


def side_by_side(sentence: Sentence) -> Plan | None:
    """Compare the latency of the café and the bakery; which of two is warmer: one by one."""
    scope, window = sentence.scope, sentence.window
    which = sentence.has(Kind.WHICH) or sentence.has(Kind.WHERE) or sentence.has(Kind.WHO)
    comparative = sentence.first(Kind.COMPARATIVE)
    against = sentence.first(Kind.AGAINST)
    by = (
        By.SITE
        if len(scope.sites) > 1
        else By.DEVICE
        if len(scope.devices) > 1
        else (By.TYPE if len(scope.types) > 1 else None)
    )
    if by is None or (against is None and not (which and comparative is not None)):
        return None
    measure, at = _measure(sentence, comparative or against, scope, window)
    use(sentence, Kind.AGAINST, Kind.AND, Kind.OR, Kind.WHICH, Kind.DEVICES, Kind.SITES)
    use(sentence, Kind.COMPARATIVE, Kind.BY)
    if comparative is not None and which:
        order = Order.LEAST if comparative.value[0] in _LESS else Order.MOST
        return Plan(
            ask=Ask.TOP, of=by, scope=scope, measure=measure, window=at, order=order, limit=1
        )
    if measure is None:
        return None
    return Plan(ask=Ask.EACH, scope=scope, measure=measure, window=at, by=by)


def _split(sentence: Sentence) -> tuple[int, Item] | None:
    """Where the second side begins: after "than", or a comparing word of two words."""
    for item in sentence.items:
        place = sentence.place(item)
        links = item.kind in {Kind.THAN, Kind.AGAINST} and not item.used and item.word != "as"
        if links and place > 0 and _named_after(sentence, place):
            return place, item
    for place, item in enumerate(sentence.items):
        long = item.words[-1] in {"than", "then", ">", "<"} or item.word in _VERBS
        timed = item.kind is Kind.COMPARE and not sentence.has(Kind.METRIC)
        if timed and _next_is_time(sentence, place):
            continue
        if item.kind is Kind.COMPARE and not item.used and long and _named_after(sentence, place):
            return place, item
    return None


def _next_is_time(sentence: Sentence, place: int) -> bool:
    """More than an hour ago: no other side."""
    following = sentence.after(sentence.items[place])
    return following is not None and following.kind is Kind.WINDOW


def _and(sentence: Sentence, word: Item | None) -> tuple[int, Item] | None:
    """The difference between this and that."""
    if word is None:
        return None
    for place, item in enumerate(sentence.items):
        if item.kind is Kind.AND and not item.used and _named_after(sentence, place):
            return place, item
    return None


def _named_after(sentence: Sentence, place: int) -> bool:
    """What follows is a thing or a time, not an amount."""
    for item in sentence.items[place + 1 :]:
        if item.kind in {*THINGS, Kind.WINDOW}:
            return True
        if item.kind in {Kind.QUANTITY, Kind.NUMBER}:
            return False
    return False


def _way(sentence: Sentence, split: tuple[int, Item] | None) -> Item | None:
    """Higher, warmer, more; or a comparing word of itself."""
    if split is None:
        return None
    if split[1].kind is Kind.COMPARE:
        return split[1]
    before = [item for item in sentence.items[: split[0]]
              if item.kind in _COMPARING and not item.used]  # fmt: skip
    return before[-1] if before else None


def _sides(sentence: Sentence, place: int) -> tuple[Scope, Against] | None:
    """What stands before and after; what only one of them names holds for both."""
    before, after = sentence.items[:place], sentence.items[place + 1 :]
    for item in [*before, *after]:  # the scope was taken as a whole; here it is taken apart
        if item.kind in THINGS:
            item.used = False
    near, far = scope_of(sentence, before), scope_of(sentence, after)
    near_at = _window(sentence, before)
    far_at = _window(sentence, after)
    if far == Scope():
        if far_at is None:
            return None
        if near_at is None:
            near_at = _now_like(far_at)
        return near, Against(window=far_at)
    if near == Scope():
        return None
    near, far = _shared(near, far)
    later = far_at if near_at is not None and far_at is not None and near_at != far_at else None
    return near, Against(scope=far, window=later)


def _window(sentence: Sentence, items: Sequence[Item]) -> Window | None:
    times = [item for item in items if item.kind is Kind.WINDOW]
    for item in times:
        item.used = False
    said = window_of(sentence, list(times)) if times else None
    return said.window if said else None


def _now_like(window: Window) -> Window | None:
    """This week, where only the last is named."""
    if isinstance(window, Rolling):
        return window.model_copy(update={"before_s": 0})
    return None


def _same_kind(window: Window | None, against: Against) -> Against:
    """This week against last week: then that is a week of the calendar too."""
    far = against.window
    if isinstance(window, Calendar) and window.offset == 0 and isinstance(far, Rolling):
        return against.model_copy(update={"window": window.model_copy(update={"offset": -1})})
    return against


def _shared(near: Scope, far: Scope) -> tuple[Scope, Scope]:
    """POS terminals at the café and (POS terminals) at the bakery."""
    filled_near, filled_far = {}, {}
    if near.devices or far.devices:
        return near, far
    for name in ("sites", "types", "places", "tags", "name_has"):
        one, other = getattr(near, name), getattr(far, name)
        if one and not other:
            filled_far[name] = one
        if other and not one and name != "sites":
            filled_near[name] = other
    return near.model_copy(update=filled_near), far.model_copy(update=filled_far)


def _measure(
    sentence: Sentence, way: Item | None, scope: Scope, window: Window | None
) -> tuple[Measure | None, Window | None]:
    metric = sentence.first(Kind.METRIC)
    families = way.value[1] if way is not None and isinstance(way.value, tuple) else ()
    if metric is not None:
        names = metrics_of(sentence, metric, scope)
        return looked_at(sentence, names, window, how_many=True)
    if families and way is not None:
        names = of_families(sentence, families, scope, way.text)
        return looked_at(sentence, names, window, how_many=True)
    if sentence.first(Kind.RECORD, Kind.EVENT) is not None:
        return records_of(sentence, RecordAggregate.COUNT), window
    link = sentence.take(Kind.LINK)
    if link is not None:
        aspects = {"uptime": Link.UPTIME_PERCENT, "online": Link.UPTIME_PERCENT,
                   "outages": Link.OUTAGES}  # fmt: skip
        aspect = aspects.get(link.value, Link.SECONDS_OFFLINE)
        return OfLink(aspect=aspect), window or Rolling(length_s=7 * 86_400)
    if sentence.take(Kind.HEALTH) is not None:
        return OfHealth(aspect="average" if window else "score"), window
    return None, window
