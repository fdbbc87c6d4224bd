"""What is expected, and what it cost."""

from homepot.ai.query.language.asking import lists, mark_target, use
from homepot.ai.query.language.measuring import metrics_of
from homepot.ai.query.language.rules.answer import grouped, limit_said
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import (
    Ask,
    By,
    Compare,
    Condition,
    OfCost,
    OfForecast,
    Order,
    Plan,
    Scope,
)
from homepot.ai.query.when import Calendar, Coming, Window


def costs(sentence: Sentence) -> Plan | None:
    """What did downtime cost at the bakery last month?"""
    scope, window = sentence.scope, sentence.window
    item = sentence.first(Kind.COST)
    if item is None or sentence.has(Kind.SUPERLATIVE):
        return None
    aspect = item.value
    words = {word for one in sentence.items for word in one.words}
    if words & {"downtime", "offline", "outage", "outages"}:
        aspect = "downtime"
    if words & {"visit", "visits", "callout", "technician"}:
        aspect = "visits"
    by = grouped(sentence)
    for one in sentence.items:
        if set(one.words) & {"visit", "visits", "callout", "callouts", "technician"}:
            one.used = True
    use(sentence, Kind.COST, Kind.LINK, Kind.HOW_MUCH, Kind.AGGREGATE, Kind.DEVICES, Kind.RECORD)
    ask = Ask.VALUE if by is None else Ask.EACH
    return Plan(ask=ask, scope=scope, measure=OfCost(aspect=aspect), window=window, by=by)


def forecast(sentence: Sentence) -> Plan | None:
    """When will the disk of pos_1 be full; what will fail next; who needs maintenance this week?"""
    scope, window = sentence.scope, sentence.window
    item = sentence.first(Kind.FORECAST)
    if item is None:
        return None
    target = lists(sentence)
    metric = sentence.first(Kind.METRIC)
    names = metrics_of(sentence, metric, scope) if metric is not None else ()
    if item.value == "crossing" and target is None:
        use(sentence, Kind.FORECAST, Kind.WHEN, Kind.DURATION, Kind.DEVICES)
        measure = OfForecast(aspect="crossing", metrics=names)
        return Plan(ask=Ask.VALUE, scope=scope, measure=measure)
    if item.value in {"crossing", "maintenance"}:
        return _due(sentence, scope, window, target, OfForecast(aspect=item.value, metrics=names))
    if item.value == "risk":
        return _risk(sentence, scope, target)
    return None


def _due(
    sentence: Sentence, scope: Scope, window: Window | None, target: By | None, measure: OfForecast
) -> Plan:
    within = window if isinstance(window, Coming | Calendar) else None
    if within is None:
        sentence.note("no time was named: the next 7 days")
        within = Coming(length_s=7 * 86_400)
    condition = Condition(measure=measure, compare=Compare.WITHIN, within=within)
    count = sentence.has(Kind.HOW_MANY)
    yes_no = target is None and scope.devices and not count
    use(sentence, Kind.FORECAST, Kind.WHICH, Kind.ANY, Kind.HOW_MANY, Kind.WHEN)
    mark_target(sentence, target or By.DEVICE)
    ask = Ask.COUNT if count else Ask.HOLDS if yes_no else Ask.WHICH
    return Plan(ask=ask, of=target or By.DEVICE, scope=scope, where=(condition,))


def _risk(sentence: Sentence, scope: Scope, target: By | None) -> Plan:
    use(sentence, Kind.FORECAST, Kind.WHICH, Kind.SUPERLATIVE, Kind.DEVICES, Kind.HOW_MUCH)
    limit = limit_said(sentence)
    measure = OfForecast(aspect="risk")
    if scope.devices:
        return Plan(ask=Ask.VALUE, scope=scope, measure=measure)
    mark_target(sentence, target or By.DEVICE)
    return Plan(
        ask=Ask.TOP, of=target or By.DEVICE, scope=scope, measure=measure, order=Order.MOST,
        limit=limit or (5 if _several(sentence) else 1),
    )  # fmt: skip


def _several(sentence: Sentence) -> bool:
    nouns = sentence.all(Kind.DEVICES, Kind.TYPE, Kind.SITES)
    return not nouns or nouns[0].words[-1].endswith("s")
