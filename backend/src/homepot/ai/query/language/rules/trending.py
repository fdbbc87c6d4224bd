"""Did it grow or fall, and by how much."""

from homepot.ai.query.language.asking import lists, use
from homepot.ai.query.language.measuring import metrics_of
from homepot.ai.query.language.rules.answer import grouped
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import Aggregate, Ask, By, OfMetric, Order, Plan
from homepot.ai.query.when import Rolling

_AMOUNT = (Kind.HOW_MUCH, Kind.DIFFERENCE, Kind.CHANGE)


def trending(sentence: Sentence) -> Plan | None:
    """Did disk usage on pos_1 grow over the last 7 days; by how much did it change?"""
    scope, window = sentence.scope, sentence.window
    metric = sentence.first(Kind.METRIC)
    trend = sentence.first(Kind.TREND, Kind.CHANGE)
    if metric is None or trend is None or sentence.has(Kind.SUPERLATIVE):
        return None
    if sentence.has(Kind.COMPARE, Kind.QUANTITY):
        return None
    if lists(sentence) in {By.DEVICE, By.SITE} and not scope.devices:
        return None
    names = metrics_of(sentence, metric, scope)
    by = grouped(sentence)
    if window is None:
        sentence.note("no time was named: the last 7 days")
        window = Rolling(length_s=7 * 86_400)
    percent = any("percentage" in item.words or "percent" in item.words or "%" in item.words
                  for item in sentence.items)  # fmt: skip
    aggregate = Aggregate.CHANGE_PERCENT if percent else Aggregate.CHANGE
    amount = sentence.has(*_AMOUNT) or sentence.has(Kind.SHOW, Kind.WHAT)
    yes_no = _is_yes_no(sentence)
    order = trend.value if trend.kind is Kind.TREND else None
    use(sentence, *_AMOUNT, Kind.TREND, Kind.DEVICES, Kind.NOT, Kind.OR)
    if by is not None:
        measure = OfMetric(metrics=names, aggregate=aggregate)
        return Plan(ask=Ask.EACH, scope=scope, measure=measure, window=window, by=by)
    if amount and not yes_no:
        measure = OfMetric(metrics=names, aggregate=aggregate)
        return Plan(ask=Ask.VALUE, scope=scope, measure=measure, window=window)
    return Plan(
        ask=Ask.GROWS, scope=scope, window=window, order=order or Order.MOST,
        measure=OfMetric(metrics=names, aggregate=Aggregate.CHANGE),
    )  # fmt: skip


def _is_yes_no(sentence: Sentence) -> bool:
    opener = sentence.opener
    return opener is not None and opener.kind is Kind.BE
