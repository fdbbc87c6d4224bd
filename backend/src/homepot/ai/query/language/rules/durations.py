"""How long above a limit, how often; how long offline."""

from homepot.ai.query.language.asking import lists, mark_target, use
from homepot.ai.query.language.conditions import conditions_of
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.rules.answer import grouped, limit_said
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    By,
    Compare,
    Condition,
    Link,
    Measure,
    OfLink,
    OfMetric,
    Order,
    Plan,
    RecordAggregate,
)
from homepot.ai.query.when import Calendar, Dates, Rolling, Window

_ABOVE = {Compare.ABOVE, Compare.AT_LEAST}


def durations(sentence: Sentence) -> Plan | None:
    """For how many hours was it above 8 degrees; how often did gw_1 go offline?"""
    scope, window = sentence.scope, sentence.window
    word = sentence.first(Kind.DURATION, Kind.TIMES)
    if word is not None and word.kind is Kind.DURATION and _is_lasting(sentence):
        use(sentence, Kind.DURATION, Kind.AGGREGATE)
        newest = records_of(sentence, RecordAggregate.NEWEST)
        return Plan(ask=Ask.RECORD, scope=scope, measure=newest, window=window)
    longest = _longest(sentence)
    if word is None and not longest:
        return None
    measure, at = _measured(sentence, word, window)
    if measure is None:
        return None
    unit = word.value if word is not None and word.kind is Kind.DURATION else None
    target = lists(sentence)
    if longest and target in {By.DEVICE, By.SITE} and target is not None:
        extreme = sentence.take(Kind.SUPERLATIVE)
        order = extreme.value[0] if extreme is not None else Order.MOST
        limit = limit_said(sentence) or 1
        mark_target(sentence, target)
        use(sentence, Kind.DURATION, Kind.TIMES, Kind.WHICH)
        return Plan(
            ask=Ask.TOP, of=target, scope=scope, measure=measure, window=at, order=order,
            limit=limit,
        )  # fmt: skip
    if word is None:
        return None
    by = grouped(sentence)
    use(sentence, Kind.DURATION, Kind.TIMES, Kind.DEVICES, Kind.AGGREGATE)
    if isinstance(measure, OfLink) and measure.aspect in {Link.LONGEST_OUTAGE, Link.LONGEST_GAP}:
        use(sentence, Kind.SUPERLATIVE)
    ask = Ask.EACH if by is not None else Ask.VALUE
    return Plan(ask=ask, scope=scope, measure=measure, window=at, by=by, unit=unit)


def _is_lasting(sentence: Sentence) -> bool:
    """How long did the last incident last, or take: the incident says it."""
    newest = [one for one in sentence.free(Kind.AGGREGATE) if one.value is Aggregate.NEWEST]
    words = {word for item in sentence.items for word in item.words}
    lasted = len(newest) > 1 or bool(words & {"take", "took", "lasted"})
    return bool(newest) and lasted and sentence.has(Kind.RECORD)


def _longest(sentence: Sentence) -> bool:
    """Longest above 8 degrees, most time offline."""
    for item in sentence.free(Kind.SUPERLATIVE):
        following = sentence.after(item, ())
        time = following is not None and following.word in {"time", "often", "hours", "minutes"}
        if (item.word in {"longest", "shortest"} or time) and sentence.has(Kind.COMPARE):
            return True
    return False


def _measured(
    sentence: Sentence, word: Item | None, window: Window | None
) -> tuple[Measure | None, Window | None]:
    times = word is not None and word.kind is Kind.TIMES
    limited = sentence.has(Kind.COMPARE, Kind.COMPARATIVE)
    if limited and sentence.has(Kind.METRIC, Kind.QUANTITY, Kind.NUMBER):
        found = [one for one in conditions_of(sentence) if _is_limit(one)]
        if found:
            return _beyond(found[0], times), window or _day(sentence)
    link = sentence.first(Kind.LINK)
    if link is not None:
        link.used = True
        return _heard(sentence, link, times, window)
    if sentence.first(Kind.RECORD, Kind.EVENT) is None:
        return None, None
    if times:
        return records_of(sentence, RecordAggregate.COUNT), window
    said = {item.value for item in sentence.free(Kind.AGGREGATE)}
    since = {word for item in sentence.items for word in item.words} & {"since", "ago"}
    if since or (Aggregate.NEWEST in said and Aggregate.AVERAGE not in said):
        return records_of(sentence, RecordAggregate.SECONDS_SINCE), window
    if Aggregate.SUM in said:
        return records_of(sentence, RecordAggregate.DURATION_SUM), window
    if sentence.has(Kind.SUPERLATIVE):
        use(sentence, Kind.SUPERLATIVE)
        return records_of(sentence, RecordAggregate.DURATION_LONGEST), window
    return records_of(sentence, RecordAggregate.DURATION_AVERAGE), window


def _is_limit(one: Condition) -> bool:
    return isinstance(one.measure, OfMetric) and isinstance(one.value, float | int)


def _beyond(one: Condition, times: bool) -> Measure:
    above = one.compare in _ABOVE
    if times:
        aggregate = Aggregate.TIMES_ABOVE if above else Aggregate.TIMES_BELOW
    else:
        aggregate = Aggregate.SECONDS_ABOVE if above else Aggregate.SECONDS_BELOW
    assert isinstance(one.measure, OfMetric)
    limit = float(one.value) if isinstance(one.value, int | float) else None
    return OfMetric(metrics=one.measure.metrics, aggregate=aggregate, limit=limit)


def _heard(
    sentence: Sentence, link: Item, times: bool, window: Window | None
) -> tuple[Measure, Window | None]:
    if times or link.value == "outages":
        aspect = Link.OUTAGES if times else Link.LONGEST_OUTAGE
        return OfLink(aspect=aspect), window or _week(sentence)
    if link.value == "gaps":
        return OfLink(aspect=Link.LONGEST_GAP), window or _week(sentence)
    been = any({"been", "since", "ago"} & set(item.words) for item in sentence.items)
    use(sentence, Kind.NOT)
    past = isinstance(window, Calendar) and window.offset < 0
    closed = past or (isinstance(window, Dates) and window.last is not None)
    if link.value == "silent" and closed:
        return OfLink(aspect=Link.SECONDS_OFFLINE), window
    if window is None or been or link.value in {"report", "silent"}:
        return OfLink(aspect=Link.SECONDS_SILENT), None
    return OfLink(aspect=Link.SECONDS_OFFLINE), window


def _day(sentence: Sentence) -> Window:
    sentence.note("no time was named: the last 24 hours")
    return Rolling(length_s=86_400)


def _week(sentence: Sentence) -> Window:
    sentence.note("no time was named: the last 7 days")
    return Rolling(length_s=7 * 86_400)
