"""Which has the most or the least: top 3, the hottest, the fewest."""

from homepot.ai.query.language.asking import mark_target, noun_after, use
from homepot.ai.query.language.conditions import conditions_of
from homepot.ai.query.language.measuring import (
    aggregate_said,
    is_counted,
    metrics_of,
    of_families,
    ordered,
)
from homepot.ai.query.language.recasting import RANKS
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.rules.answer import limit_said
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    Attribute,
    By,
    Compare,
    Condition,
    Link,
    Measure,
    NoAnswer,
    OfAttribute,
    OfCost,
    OfHealth,
    OfLink,
    OfMetric,
    Order,
    Plan,
    RecordAggregate,
    Scope,
)
from homepot.ai.query.when import Rolling, Window

_THINGS = {Kind.DEVICES: By.DEVICE, Kind.TYPE: By.DEVICE, Kind.SITES: By.SITE, Kind.TYPES: By.TYPE,
           Kind.NAME_WORD: By.DEVICE}  # fmt: skip
_VALUES = (Kind.METRIC, Kind.AGGREGATE)
RANKED = 50
_REACHED = frozenset({"got", "get", "went", "reached", "hit", "became", "gone"})


def ranking(sentence: Sentence) -> Plan | None:
    """The POS terminal with the highest average load; top 3 sensors by temperature."""
    scope, window = sentence.scope, sentence.window
    extreme = _extreme(sentence)
    if extreme is None:
        return None
    of = _of(sentence, extreme)
    if of is None or (len(scope.devices) == 1 and of is By.DEVICE):
        return None
    extreme.used = True
    limit = limit_said(sentence)
    order, measure, window = _measured(sentence, extreme, scope, window)
    if measure is None and of is By.DEVICE:
        return None
    where = (*conditions_of(sentence), *_yet_to_come(sentence, measure, order))
    mark_target(sentence, of)
    use(sentence, Kind.WHICH, Kind.HOW_MANY, Kind.BY, Kind.SUPERLATIVE)
    return Plan(
        ask=Ask.TOP, of=of, scope=scope, where=where, measure=measure, window=window, order=order,
        limit=limit or _plural(sentence, of),
    )  # fmt: skip


def _yet_to_come(
    sentence: Sentence, measure: Measure | None, order: Order
) -> tuple[Condition, ...]:
    """The warranty that ends next is none that has ended."""
    left = OfAttribute(attribute=Attribute.WARRANTY_DAYS)
    if measure != left or order is not Order.LEAST:
        return ()
    sentence.note("of those that are under warranty")
    return (Condition(measure=left, compare=Compare.AT_LEAST, value=0.0),)


def _extreme(sentence: Sentence) -> Item | None:
    """The superlative, or a word of the highest value that is meant as one."""
    found = sentence.free(Kind.SUPERLATIVE)
    telling = [one for one in found if one.word not in {"top", "bottom"}]
    plain = [one for one in telling if isinstance(one.value[0], Order)]
    telling = plain or telling  # the best three by highest load: the highest
    if found:
        return (telling or found)[0]
    for item in sentence.free(Kind.AGGREGATE):
        if item.value not in {Aggregate.MAXIMUM, Aggregate.MINIMUM}:
            continue
        if sentence.has(Kind.WHICH) and not sentence.has(Kind.COMPARE):
            order = Order.MOST if item.value is Aggregate.MAXIMUM else Order.LEAST
            item.kind, item.value = Kind.SUPERLATIVE, (order, ())
            return item
    return None


def _of(sentence: Sentence, extreme: Item) -> By | None:
    """What is ranked; None if only a value is asked: "the highest temperature of gw_1"."""
    which = sentence.first(Kind.WHICH)
    opener = sentence.opener
    if which is not None:
        return _of_which(sentence, which)
    if opener is not None and opener.kind is Kind.WHO:
        return By.DEVICE
    around = [*sentence.items[sentence.place(extreme) + 1 :], *sentence.items]
    if opener is not None and opener.kind in {Kind.WHAT, Kind.SHOW, Kind.WHERE, Kind.WHO, Kind.BE}:
        noun = noun_after(sentence, opener)
        if noun is not None and noun.kind in _THINGS and noun is not extreme:
            return _THINGS[noun.kind]
    following = sentence.after(extreme, (Kind.FILLER, Kind.NUMBER, Kind.PREPOSITION))
    if following is not None and following.kind in _THINGS:
        return _THINGS[following.kind]
    if isinstance(extreme.value[1], tuple) and extreme.value[1]:
        if opener is not None and opener.kind in {Kind.HOW, Kind.HOW_MUCH}:
            return None
        return next((_THINGS[one.kind] for one in around if one.kind in _THINGS), None)
    if sentence.has(Kind.NUMBER) and following is not None and following.kind in _VALUES:
        return next((_THINGS[one.kind] for one in around if one.kind in _THINGS), By.DEVICE)
    return _of_before(sentence, extreme)


def _of_which(sentence: Sentence, which: Item) -> By:
    """Which till, which site, which category."""
    following = sentence.after(which, ())
    if following is not None and following.word == "category" and sentence.has(Kind.RECORD):
        return By.CATEGORY
    noun = noun_after(sentence, which)
    return _THINGS.get(noun.kind, By.DEVICE) if noun is not None else By.DEVICE


def _of_before(sentence: Sentence, extreme: Item) -> By | None:
    """The till with the highest load; sensors, highest temperature first."""
    for item in reversed(sentence.items[: sentence.place(extreme)]):
        if item.kind in {Kind.METRIC, Kind.PREPOSITION, Kind.AGGREGATE}:
            return None
        if item.kind in _THINGS:
            return _THINGS[item.kind]
    return None


def _plural(sentence: Sentence, of: By) -> int:
    """Without a number: one, or the five first if several are asked for."""
    if any(item.words[0] in RANKS for item in sentence.all(Kind.SUPERLATIVE)):
        return RANKED
    for item in sentence.items:
        if item.kind in _THINGS and item.words[-1].endswith("s"):
            singular = item.words[-1] in {"pos", "premises"} or of is not _THINGS[item.kind]
            asked = sentence.has(Kind.SHOW) and not sentence.has(Kind.WHICH)
            ranked = any(one.word in {"top", "bottom"} for one in sentence.items)
            if not singular and (asked or ranked or _are(sentence)):
                sentence.note("the first 5, as no number was said")
                return 5
    return 1


def _are(sentence: Sentence) -> bool:
    return any("are" in item.words or "have" in item.words for item in sentence.items)


def _measured(
    sentence: Sentence, extreme: Item, scope: Scope, window: Window | None
) -> tuple[Order, Measure | None, Window | None]:
    """By what, which way, and over what time."""
    order, families = extreme.value
    if families is Attribute.AGE_DAYS:
        return order, OfAttribute(attribute=Attribute.AGE_DAYS), None
    metric = sentence.first(Kind.METRIC)
    if families and metric is None:
        names = of_families(sentence, families, scope, extreme.text)
        reached = any(set(one.words) & _REACHED for one in sentence.items)
        measure, window = _summed(sentence, names, window, adjective=not reached, order=order)
        return order, measure, window
    if metric is not None:
        return _by_metric(sentence, metric, order, scope, window)
    return _by_other(sentence, order, window)


def _by_metric(
    sentence: Sentence, metric: Item, order: Order | str, scope: Scope, window: Window | None
) -> tuple[Order, Measure, Window | None]:
    names = metrics_of(sentence, metric, scope)
    order = ordered(sentence, order, names)
    if sentence.free_space:
        order = Order.LEAST if order is Order.MOST else Order.MOST
    if any(one.word == "bottom" for one in sentence.free(Kind.SUPERLATIVE)):
        order = Order.LEAST
    trend = sentence.take(Kind.TREND)
    if trend is not None or sentence.take(Kind.CHANGE) is not None:
        if trend is not None and trend.value is Order.LEAST:
            order = Order.LEAST if order is Order.MOST else Order.MOST
        return order, OfMetric(metrics=names, aggregate=Aggregate.CHANGE), window or _week(sentence)
    if sentence.has(Kind.BY) or any(one.word in {"top", "bottom"} for one in sentence.items):
        measure, window = _summed(sentence, names, window, adjective=True)
    else:
        loose = any(
            one.word in {"most", "least", "fewest"} for one in sentence.all(Kind.SUPERLATIVE)
        )
        measure, window = _summed(sentence, names, window, adjective=loose, order=order)
    return order, measure, window


def _summed(
    sentence: Sentence, names: tuple[str, ...], window: Window | None, *, adjective: bool,
    order: Order = Order.MOST,
) -> tuple[OfMetric, Window | None]:  # fmt: skip
    said = aggregate_said(sentence)
    if said is not None:
        aggregate, percentile = said
        if aggregate is Aggregate.NEWEST:
            return OfMetric(metrics=names, aggregate=aggregate), None
        if aggregate is Aggregate.SUM and not all(is_counted(name) for name in names):
            aggregate = Aggregate.AVERAGE
        if window is None:
            sentence.note("no time was named: the last 24 hours")
            window = Rolling(length_s=86_400)
        return OfMetric(metrics=names, aggregate=aggregate, percentile=percentile), window
    if all(is_counted(name) for name in names):
        if window is None:
            sentence.note("no time was named: the last 24 hours")
            window = Rolling(length_s=86_400)
        return OfMetric(metrics=names, aggregate=Aggregate.SUM), window
    if window is None:
        return OfMetric(metrics=names, aggregate=Aggregate.NEWEST), None
    if adjective:
        sentence.note("by the average, as nothing else was said")
        return OfMetric(metrics=names, aggregate=Aggregate.AVERAGE), window
    most = order is Order.MOST
    aggregate = Aggregate.MAXIMUM if most else Aggregate.MINIMUM
    sentence.note("by the single " + ("highest" if most else "lowest") + " reading")
    return OfMetric(metrics=names, aggregate=aggregate), window


def _week(sentence: Sentence) -> Window:
    sentence.note("no time was named: the last 7 days")
    return Rolling(length_s=7 * 86_400)


_LINKS = {
    "offline": Link.SECONDS_OFFLINE, "outages": Link.OUTAGES, "uptime": Link.UPTIME_PERCENT,
    "silent": Link.SECONDS_SILENT, "gaps": Link.GAPS, "downtime": Link.SECONDS_OFFLINE,
    "online": Link.UPTIME_PERCENT, "report": Link.LAST_HEARD,
}  # fmt: skip


def _by_other(
    sentence: Sentence, order: Order | str, window: Window | None
) -> tuple[Order, Measure | None, Window | None]:
    plain = order if isinstance(order, Order) else Order.MOST
    if sentence.first(Kind.RECORD, Kind.EVENT) is not None:
        if any(one.word in {"longest", "shortest"} for one in sentence.all(Kind.SUPERLATIVE)):
            raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, "longest")
        return plain, records_of(sentence, RecordAggregate.COUNT), window
    link = sentence.first(Kind.LINK)
    following = None if link is None else sentence.after(link)
    if following is not None and following.kind in {Kind.DEVICES, Kind.TYPE}:
        return plain, None, window  # the most offline devices: a number of them
    if link is not None:
        return _by_link(sentence, link, order, window)
    health = sentence.first(Kind.HEALTH)
    named = any(one.kind in _THINGS for one in sentence.items)
    if health is not None or (order in {"worst", "best"} and named):
        use(sentence, Kind.HEALTH)
        way = {"worst": Order.LEAST, "best": Order.MOST}.get(str(order), plain)
        if health is None:
            sentence.note("by health, as nothing else was said")
        return way, OfHealth(aspect="average" if window else "score"), window
    attribute = sentence.first(Kind.ATTRIBUTE)
    if attribute is not None and attribute.value is Attribute.WARRANTY_UNTIL:
        attribute.used = True
        return plain, OfAttribute(attribute=Attribute.WARRANTY_DAYS), None
    if sentence.take(Kind.COST) is not None:
        return plain, OfCost(), window
    return plain, None, window


def _by_link(
    sentence: Sentence, link: Item, order: Order | str, window: Window | None
) -> tuple[Order, Measure, Window | None]:
    """The most often offline, the longest outage, the worst uptime."""
    link.used = True
    words = {word for item in sentence.items for word in item.words}
    aspect = Link.OUTAGES if "often" in words else _LINKS[link.value]
    longest = any(one.word in {"longest", "shortest"} for one in sentence.all(Kind.SUPERLATIVE))
    if longest and aspect in {Link.OUTAGES, Link.GAPS}:
        aspect = Link.LONGEST_OUTAGE if aspect is Link.OUTAGES else Link.LONGEST_GAP
    if aspect is Link.SECONDS_OFFLINE and window is None and link.value == "offline":
        aspect = Link.SECONDS_SILENT
    low_is_bad = link.value in {"uptime", "online"}
    ways = {"worst": Order.LEAST if low_is_bad else Order.MOST,
            "best": Order.MOST if low_is_bad else Order.LEAST}  # fmt: skip
    way = order if isinstance(order, Order) else ways[order]
    needs = aspect not in {Link.SECONDS_SILENT, Link.LAST_HEARD}
    return way, OfLink(aspect=aspect), window or (_week(sentence) if needs else None)
