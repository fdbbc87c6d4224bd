"""What is expected, and what it cost."""

from typing import Literal

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
from homepot.ai.query.when import Calendar, Coming, Unit, Window


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
        return _risk(sentence, scope, window, target)
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


# As likely as not: what is asked for as what will fail.
_LIKELY_PERCENT = 50.0
_DAY_S = 86_400
_UNIT_DAYS = {Unit.HOUR: 1, Unit.DAY: 1, Unit.WEEKEND: 7, Unit.WEEK: 7, Unit.MONTH: 30}


def _risk(
    sentence: Sentence, scope: Scope, window: Window | None, target: By | None
) -> Plan | None:
    within = window if isinstance(window, Coming | Calendar) else None
    if window is not None and (within is None or _is_past(within)):
        return None  # how likely it was then is not kept
    count = sentence.has(Kind.HOW_MANY)
    ranked = sentence.has(Kind.SUPERLATIVE)
    use(sentence, Kind.FORECAST, Kind.WHICH, Kind.SUPERLATIVE, Kind.DEVICES, Kind.HOW_MUCH)
    limit = limit_said(sentence)
    days = _days(sentence, within) if within is not None else 14
    measure = OfForecast(aspect="risk", days=days)
    if scope.devices:
        return Plan(ask=Ask.VALUE, scope=scope, measure=measure)
    mark_target(sentence, target or By.DEVICE)
    if count or (within is not None and limit is None and not ranked and _several(sentence)):
        use(sentence, Kind.HOW_MANY, Kind.ANY)
        sentence.note(f"what will fail is what does with a chance of {_LIKELY_PERCENT:g} % or more")
        likely = Condition(measure=measure, compare=Compare.AT_LEAST, value=_LIKELY_PERCENT)
        ask = Ask.COUNT if count else Ask.WHICH
        return Plan(ask=ask, of=target or By.DEVICE, scope=scope, where=(likely,))
    return Plan(
        ask=Ask.TOP, of=target or By.DEVICE, scope=scope, measure=measure, order=Order.MOST,
        limit=limit or (5 if _several(sentence) else 1),
    )  # fmt: skip


def _is_past(window: Coming | Calendar) -> bool:
    return isinstance(window, Calendar) and window.offset < 0


def _days(sentence: Sentence, within: Coming | Calendar) -> Literal[7, 14, 30]:
    """Within how many days from now on; chances are told for three spans."""
    if isinstance(within, Coming):
        asked = within.length_s / _DAY_S
    else:
        # the next week ends within a fortnight
        asked = _UNIT_DAYS.get(within.unit, 365) * (within.offset + 1)
    for days in (7, 14, 30):
        if asked <= days:
            return days
    if asked > _MONTH_DAYS_MAX:
        sentence.note("chances are told for 30 days at most: for the next 30 days")
    return 30


_MONTH_DAYS_MAX = 31


def _several(sentence: Sentence) -> bool:
    nouns = sentence.all(Kind.DEVICES, Kind.TYPE, Kind.SITES)
    return not nouns or nouns[0].words[-1].endswith("s")
