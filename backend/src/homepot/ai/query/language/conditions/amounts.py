"""Amounts: disk above 60 %, offline for more than 2 hours, more than 3 incidents, older than a
year."""

from dataclasses import replace

from homepot.ai.query.language.conditions.common import is_negated, last_week
from homepot.ai.query.language.measuring import is_counted, metrics_of, of_families
from homepot.ai.query.language.quantities import in_unit_of
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.thresholds import Threshold, thresholds_of
from homepot.ai.query.language.words.concepts import BY_UNIT
from homepot.ai.query.plan import (
    Aggregate,
    Attribute,
    Compare,
    Condition,
    Link,
    NoAnswer,
    OfAttribute,
    OfHealth,
    OfLink,
    OfMetric,
    Order,
    RecordAggregate,
    Scope,
)
from homepot.ai.query.when import Rolling, Window

_RISING = {Compare.ABOVE, Compare.AT_LEAST}
_FALLING = {Compare.BELOW, Compare.AT_MOST}


def amounts(sentence: Sentence) -> list[Condition]:
    """Disk above 60 %, offline for more than 2 hours, more than 3 incidents, older than a year."""
    scope, window = sentence.scope, sentence.window
    return [_compared(sentence, one, scope, window) for one in thresholds_of(sentence)]


def _compared(sentence: Sentence, one: Threshold, scope: Scope, window: Window | None) -> Condition:
    subject = _subject(sentence, one)
    aged = {"older", "newer", "younger"} & set(sentence.items[one.start].words)
    if aged and one.amount.unit == "s":
        age = OfAttribute(attribute=Attribute.AGE_DAYS)
        return Condition(measure=age, compare=one.compare, value=one.amount.value / 86_400)
    if subject is None or subject.kind is Kind.METRIC:
        return _metric(sentence, one, subject, scope, window)
    if subject.kind is Kind.LINK:
        is_negated(sentence, subject)
        return _link(subject, one, window)
    if subject.kind is Kind.ATTRIBUTE:
        return _attribute(sentence, subject, one)
    if subject.kind is Kind.HEALTH:
        subject.used = True
        value = one.amount.value / (100 if one.amount.value > 1 else 1)
        return Condition(
            measure=OfHealth(aspect="score"), window=None, compare=one.compare, value=value
        )
    measure = records_of(sentence, RecordAggregate.COUNT)
    return Condition(
        measure=measure, window=window, compare=one.compare, value=one.amount.value,
        high=one.high.value if one.high else None,
    )  # fmt: skip


_SUBJECTS = (Kind.METRIC, Kind.LINK, Kind.RECORD, Kind.ATTRIBUTE, Kind.HEALTH, Kind.EVENT)
_STOP = (Kind.WHICH, Kind.HOW_MANY, Kind.RELATIVE)


def _subject(sentence: Sentence, one: Threshold) -> Item | None:
    """What is compared: the nearest thing before it that can be, else after it."""
    is_time = one.amount.unit == "s"
    for item in reversed(sentence.items[: one.start]):
        if item.used and item.kind in {Kind.QUANTITY, Kind.NUMBER}:
            break
        if item.kind in _SUBJECTS and not item.used and _fits(item, one, is_time):
            return item
    for item in sentence.items[one.end : one.end + 4]:
        if item.kind in {Kind.AND, Kind.OR, Kind.COMMA}:
            break
        if item.kind in _SUBJECTS and not item.used and _fits(item, one, is_time):
            return item
    return None


def _fits(item: Item, one: Threshold, is_time: bool) -> bool:
    if item.kind is Kind.LINK:
        return is_time or item.value in {"outages", "gaps", "uptime"}
    if item.kind is Kind.ATTRIBUTE:
        ages = {Attribute.AGE_DAYS, Attribute.WARRANTY_UNTIL, Attribute.INSTALLED_ON}
        return is_time and item.value in ages
    if item.kind in {Kind.RECORD, Kind.EVENT}:
        return not one.amount.unit
    if item.kind is Kind.HEALTH:
        return item.value == "score" and not is_time
    return True


def _metric(
    sentence: Sentence, one: Threshold, subject: Item | None, scope: Scope, window: Window | None
) -> Condition:
    names = _names(sentence, one, subject, scope)
    trend = _trend_before(sentence, one)
    metric = sentence.lexicon.vocabulary.by_metric[names[0]]
    value = in_unit_of(one.amount, metric)
    high = in_unit_of(one.high, metric) if one.high else None
    if value is None:
        raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, sentence.items[one.start].text)
    if sentence.free_space and metric.unit == "%":
        turned = {
            Compare.ABOVE: Compare.BELOW, Compare.AT_LEAST: Compare.AT_MOST,
            Compare.BELOW: Compare.ABOVE, Compare.AT_MOST: Compare.AT_LEAST,
        }  # fmt: skip
        one = replace(one, compare=turned.get(one.compare, one.compare))
        value, high = 100 - value, None if high is None else 100 - high
    if one.high and high is not None and high < value:
        value, high = high, value
    if trend is not None:
        return _grown(sentence, one, names, trend, value, window, metric.unit)
    aggregate, percentile = _aggregate_near(sentence, subject or sentence.items[one.start]) or (
        _default(one.compare, window, names), None
    )  # fmt: skip
    measure = OfMetric(metrics=names, aggregate=aggregate, percentile=percentile)
    if window is None and aggregate is not Aggregate.NEWEST:
        window = Rolling(length_s=86_400)
        sentence.note("no time was named: the last 24 hours")
    at = window if aggregate is not Aggregate.NEWEST else None
    return Condition(measure=measure, window=at, compare=one.compare, value=value, high=high)


def _names(
    sentence: Sentence, one: Threshold, subject: Item | None, scope: Scope
) -> tuple[str, ...]:
    if subject is not None:
        return metrics_of(sentence, subject, scope)
    text = " ".join(item.text for item in sentence.items[one.start : one.end])
    if one.families:
        return of_families(sentence, one.families, scope, text)
    if not one.amount.unit and one.amount.value < 0:  # above -15: degrees
        return of_families(sentence, ("temperature",), scope, text)
    unit = {"°": "°c", "°f": "°c"}.get(one.amount.unit, one.amount.unit)
    if unit not in BY_UNIT:
        raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, text)
    return of_families(sentence, (BY_UNIT[unit],), scope, text)


def _default(compare: Compare, window: Window | None, names: tuple[str, ...]) -> Aggregate:
    if window is None:
        return Aggregate.NEWEST
    if all(is_counted(name) for name in names):
        return Aggregate.SUM
    if compare in _RISING:
        return Aggregate.MAXIMUM
    return Aggregate.MINIMUM if compare in _FALLING else Aggregate.AVERAGE


def _aggregate_near(sentence: Sentence, subject: Item) -> tuple[Aggregate, float | None] | None:
    """A word of how to sum up that stands right beside the metric."""
    place = sentence.place(subject)
    near = [*sentence.items[max(0, place - 3) : place][::-1], *sentence.items[place : place + 3]]
    for item in near:
        if item.kind is Kind.AGGREGATE and not item.used:
            item.used = True
            value = item.value
            return value if isinstance(value, tuple) else (value, None)
    return None


def _trend_before(sentence: Sentence, one: Threshold) -> Item | None:
    """Grew more than 5 %; but not "rose above 60 %", which is one word."""
    for item in reversed(sentence.items[max(0, one.start - 4) : one.start]):
        if item.kind in {Kind.TREND, Kind.CHANGE} and not item.used:
            return item
        if item.kind is Kind.METRIC and not _grew(sentence, item):
            break
    return None


def _grew(sentence: Sentence, metric: Item) -> bool:
    """Grew its disk usage by: the verb stands before what it is said of."""
    before = sentence.before(metric)
    return before is not None and before.kind is Kind.TREND


def _grown(
    sentence: Sentence, one: Threshold, names: tuple[str, ...], trend: Item, value: float,
    window: Window | None, unit: str,
) -> Condition:  # fmt: skip
    trend.used = True
    aggregate = Aggregate.CHANGE
    if one.amount.unit == "%" and unit == "%":
        sentence.note("per cent of change = percentage points")
    elif one.amount.unit == "%":
        aggregate, value = Aggregate.CHANGE_PERCENT, one.amount.value
    falling = trend.value is Order.LEAST
    turned = {
        Compare.ABOVE: Compare.BELOW, Compare.AT_LEAST: Compare.AT_MOST,
        Compare.BELOW: Compare.ABOVE, Compare.AT_MOST: Compare.AT_LEAST,
    }  # fmt: skip
    return Condition(
        measure=OfMetric(metrics=names, aggregate=aggregate),
        window=window or last_week(sentence),
        compare=turned.get(one.compare, one.compare) if falling else one.compare,
        value=-value if falling else value,
    )


def _link(subject: Item, one: Threshold, window: Window | None) -> Condition:
    subject.used = True
    aspects = {
        "outages": Link.OUTAGES, "gaps": Link.GAPS, "uptime": Link.UPTIME_PERCENT,
        "downtime": Link.SECONDS_OFFLINE,
    }  # fmt: skip
    aspect = aspects.get(subject.value, Link.SECONDS_SILENT)
    compare = one.compare
    if aspect is Link.SECONDS_SILENT and window is not None:
        aspect = Link.SECONDS_OFFLINE
    if aspect is Link.SECONDS_SILENT:
        window = None
    return Condition(
        measure=OfLink(aspect=aspect), window=window, compare=compare, value=one.amount.value
    )


def _attribute(sentence: Sentence, subject: Item, one: Threshold) -> Condition:
    subject.used = True
    days = one.amount.value / 86_400
    warranty = subject.value is Attribute.WARRANTY_UNTIL
    if warranty and one.compare in _FALLING:  # it ends in less than 90 days: it has not ended yet
        sentence.note("of those that are under warranty")
        left = OfAttribute(attribute=Attribute.WARRANTY_DAYS)
        return Condition(measure=left, compare=Compare.BETWEEN, value=0.0, high=days)
    attribute = Attribute.WARRANTY_DAYS if warranty else Attribute.AGE_DAYS
    return Condition(measure=OfAttribute(attribute=attribute), compare=one.compare, value=days)
