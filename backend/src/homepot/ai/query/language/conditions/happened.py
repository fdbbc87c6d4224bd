"""What happened with them, how they are and what is due: incidents, trends, health, forecasts."""

from homepot.ai.query.language.conditions.common import is_negated, last_week
from homepot.ai.query.language.measuring import is_counted, metrics_of
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import (
    Aggregate,
    Compare,
    Condition,
    OfForecast,
    OfHealth,
    OfMetric,
    Order,
    RecordAggregate,
)
from homepot.ai.query.when import Calendar, Coming, Dates, Rolling


def records(sentence: Sentence) -> list[Condition]:
    """That had an incident, without open incidents, that restarted."""
    window = sentence.window
    item = sentence.first(Kind.RECORD, Kind.EVENT)
    if item is None:
        return []
    negated = is_negated(sentence, item)
    measure = records_of(sentence, RecordAggregate.COUNT)
    return [
        Condition(
            measure=measure,
            window=window,
            compare=Compare.IS if negated else Compare.ABOVE,
            value=0.0,
        )
    ]


def none_of(sentence: Sentence) -> list[Condition]:
    """That had no transactions."""
    metric = sentence.first(Kind.METRIC)
    before = None if metric is None else sentence.before(metric)
    if metric is None or before is None or before.kind is not Kind.NOT or before.word != "no":
        return []
    names = metrics_of(sentence, metric, sentence.scope)
    if not all(is_counted(name) for name in names):
        return []
    before.used = True
    measure = OfMetric(metrics=names, aggregate=Aggregate.SUM)
    window = sentence.window or Rolling(length_s=86_400)
    return [Condition(measure=measure, window=window, compare=Compare.IS, value=0.0)]


def trends(sentence: Sentence) -> list[Condition]:
    """Whose disk is filling up, whose battery dropped."""
    scope, window = sentence.scope, sentence.window
    trend = sentence.first(Kind.TREND)
    metric = sentence.first(Kind.METRIC)
    if trend is None or metric is None:
        return []
    trend.used = True
    names = metrics_of(sentence, metric, scope)
    negated = is_negated(sentence, trend)
    up = (trend.value is Order.MOST) != negated
    return [
        Condition(
            measure=OfMetric(metrics=names, aggregate=Aggregate.CHANGE),
            window=window or last_week(sentence),
            compare=Compare.ABOVE if up else Compare.BELOW,
            value=0.0,
        )
    ]


def health(sentence: Sentence) -> list[Condition]:
    """Unhealthy, healthy, in a critical state."""
    item = sentence.first(Kind.HEALTH)
    severity = sentence.first(Kind.SEVERITY)
    if severity is not None and not sentence.has(Kind.RECORD):
        severity.used = True
        if item is not None:
            item.used = True
        word = "critical" if severity.value == "critical" else "warning"
        compare = Compare.IS_NOT if is_negated(sentence, severity) else Compare.IS
        return [Condition(measure=OfHealth(aspect="status"), compare=compare, value=word)]
    if item is None or item.value not in {"healthy", "unhealthy", "status"}:
        return []
    if item.value == "status" and item.word not in {
        "ok", "okay", "fine", "alright", "all right", "good", "well", "normal",
    }:  # fmt: skip
        return []
    item.used = True
    well = (item.value != "unhealthy") != is_negated(sentence, item)
    return [
        Condition(
            measure=OfHealth(aspect="status"),
            compare=Compare.IS if well else Compare.IS_NOT,
            value="healthy",
        )
    ]


def forecasts(sentence: Sentence) -> list[Condition]:
    """That need maintenance this week."""
    window = sentence.window
    item = next((one for one in sentence.free(Kind.FORECAST) if one.value == "maintenance"), None)
    if item is None:
        return []
    item.used = True
    within = (
        window if isinstance(window, Coming | Calendar | Dates) else Coming(length_s=7 * 86_400)
    )
    if window is None:
        sentence.note("no time was named: the next 7 days")
    return [
        Condition(measure=OfForecast(aspect="maintenance"), compare=Compare.WITHIN, within=within)
    ]
