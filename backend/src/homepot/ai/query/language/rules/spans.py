"""Which weekday, which hour of the day, which day or week had the most."""

from homepot.ai.query.language.asking import use
from homepot.ai.query.language.measuring import aggregate_said, is_counted, metrics_of
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    By,
    Measure,
    OfMetric,
    Order,
    Plan,
    RecordAggregate,
)
from homepot.ai.query.when import Rolling, Window

_SPANS = {
    ("day", "of", "the", "week"): By.WEEKDAY, ("weekday",): By.WEEKDAY,
    ("hour", "of", "the", "day"): By.HOUR_OF_DAY, ("time", "of", "day"): By.HOUR_OF_DAY,
    ("time", "of", "the", "day"): By.HOUR_OF_DAY, ("hour",): By.HOUR_OF_DAY,
    ("day",): By.DAY, ("date",): By.DAY, ("week",): By.WEEK,
}  # fmt: skip
_ASKING = {"which", "what"}
_MONTH_S = 30 * 86_400


def which_span(sentence: Sentence) -> Plan | None:
    """Which weekday had the most incidents; at what hour of the day is the till busiest?"""
    by = _span(sentence)
    order = _order(sentence)
    if by is None or order is None:
        return None
    measure = _measure(sentence, by)
    if measure is None:
        return None
    use(
        sentence, Kind.WHICH, Kind.WHEN, Kind.WHAT, Kind.SUPERLATIVE, Kind.AGGREGATE,
        Kind.HOW_MANY, Kind.DEVICES, Kind.BY,
    )  # fmt: skip
    return Plan(
        ask=Ask.EACH, scope=sentence.scope, measure=measure, window=_window(sentence), by=by,
        order=order, limit=1,
    )  # fmt: skip


def _span(sentence: Sentence) -> By | None:
    """The span that is asked for; its words stand right behind the one that asks."""
    words = [(word, item) for item in sentence.items for word in item.words]
    for place, (word, _) in enumerate(words):
        if word not in _ASKING:
            continue
        for said, by in _SPANS.items():
            following = tuple(one for one, _ in words[place + 1 : place + 1 + len(said)])
            if following == said:
                for _, item in words[place : place + 1 + len(said)]:
                    item.used = True
                return by
    return None


def _order(sentence: Sentence) -> Order | None:
    item = sentence.first(Kind.SUPERLATIVE)
    return item.value[0] if item is not None and isinstance(item.value[0], Order) else None


def _measure(sentence: Sentence, by: By) -> Measure | None:
    """Of a day the highest reading may be meant as well as what is usual, and has a rule; a day of
    the week or an hour of the day is as it is on the whole."""
    if sentence.has(Kind.RECORD, Kind.EVENT):
        return records_of(sentence, RecordAggregate.COUNT)
    metric: Item | None = sentence.first(Kind.METRIC)
    if metric is None:
        return None
    names = metrics_of(sentence, metric, sentence.scope)
    said = aggregate_said(sentence)
    if said is not None:
        return OfMetric(metrics=names, aggregate=said[0], percentile=said[1])
    if all(is_counted(name) for name in names):
        return OfMetric(metrics=names, aggregate=Aggregate.SUM)
    if by in {By.DAY, By.WEEK}:
        return None
    return OfMetric(metrics=names, aggregate=Aggregate.AVERAGE)


def _window(sentence: Sentence) -> Window:
    if sentence.window is None:
        sentence.note("no time was named: the last 30 days")
        return Rolling(length_s=_MONTH_S)
    return sentence.window
