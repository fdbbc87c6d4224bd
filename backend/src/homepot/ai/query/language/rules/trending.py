"""Did it grow or fall, and by how much."""

from homepot.ai.query.language.asking import lists, use
from homepot.ai.query.language.measuring import metrics_of
from homepot.ai.query.language.rules.answer import grouped
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.plan import Aggregate, Ask, By, Compare, OfMetric, Order, Plan
from homepot.ai.query.when import Calendar, Rolling, Unit, Window

_NOUNS = frozenset({
    "growth", "increase", "decrease", "decline", "drop", "fall", "rise", "gain", "loss", "climb",
    "reduction", "jump", "dip", "change",
})  # fmt: skip
_AMOUNT = (Kind.HOW_MUCH, Kind.DIFFERENCE, Kind.CHANGE)


def trending(sentence: Sentence) -> Plan | None:
    """Did disk usage on pos_1 grow over the last 7 days; by how much did it change?"""
    scope, window = sentence.scope, sentence.window
    metric = sentence.first(Kind.METRIC)
    trend = sentence.first(Kind.TREND, Kind.CHANGE) or _more(sentence)
    if metric is None or trend is None or sentence.has(Kind.SUPERLATIVE):
        return None
    if sentence.has(Kind.QUANTITY, Kind.NUMBER) or (
        sentence.has(Kind.COMPARE) and not _more(sentence)
    ):
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
    noun = trend.words[0] in _NOUNS
    amount = sentence.has(*_AMOUNT, Kind.SHOW, Kind.WHAT) or (noun and sentence.opener is None)
    yes_no = _is_yes_no(sentence)
    order = trend.value if trend.kind is Kind.TREND else None
    more = _more(sentence)
    if more is not None:
        order = order or (Order.LEAST if _way(more) is Compare.BELOW else Order.MOST)
        sentence.window = window = _since_then(window)
        use(sentence, Kind.COMPARATIVE, Kind.COMPARE, Kind.THAN)
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


def _more(sentence: Sentence) -> Item | None:
    """Did it use more disk; is it higher than a week ago."""
    found = sentence.first(Kind.COMPARATIVE, Kind.COMPARE)
    than = sentence.has(Kind.THAN) or (found is not None and found.words[-1] == "than")
    if found is None or not isinstance(_way(found), Compare) or not _is_yes_no(sentence):
        return None
    ago = any("ago" in item.words for item in sentence.all(Kind.WINDOW))
    return found if (not than and sentence.window is not None) or ago else None


def _way(item: Item) -> object:
    return item.value[0] if isinstance(item.value, tuple) else item.value


def _since_then(window: Window | None) -> Window | None:
    """A week ago: the week since."""
    if isinstance(window, Rolling) and window.before_s:
        return Rolling(length_s=window.before_s)
    days = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30}
    if isinstance(window, Calendar) and window.offset < 0 and window.unit in days:
        return Rolling(length_s=-window.offset * days[window.unit] * 86_400)
    return window


def _is_yes_no(sentence: Sentence) -> bool:
    opener = sentence.opener
    if opener is not None and opener.kind is Kind.ANY:
        return opener.words[0] in {"is", "was", "are", "were", "has", "have", "did", "does", "do"}
    return opener is not None and opener.kind is Kind.BE
