"""When: was it highest, was it last heard, did it happen."""

from homepot.ai.query.language.asking import use
from homepot.ai.query.language.measuring import metrics_of, of_families
from homepot.ai.query.language.records import records_of
from homepot.ai.query.language.rules.cards import attribute_of
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    Link,
    OfAttribute,
    OfLink,
    OfMetric,
    Order,
    Plan,
    RecordAggregate,
    Scope,
)
from homepot.ai.query.when import Rolling, Window


def whens(sentence: Sentence) -> Plan | None:
    """When was gw_1 last heard; when was it hottest yesterday; when did pos_1 last restart?"""
    scope, window = sentence.scope, sentence.window
    word = sentence.first(Kind.WHEN)
    if word is None:
        return None
    plan = (
        _peak(sentence, scope, window)
        or _record(sentence, scope, window)
        or _link(sentence, scope)
        or _attribute(sentence, scope)
    )
    if plan is not None:
        use(sentence, Kind.WHEN, Kind.AGGREGATE, Kind.DEVICES, Kind.NOT)
    return plan


def _peak(sentence: Sentence, scope: Scope, window: Window | None) -> Plan | None:
    extreme = sentence.first(Kind.SUPERLATIVE)
    value = next((one for one in sentence.free(Kind.AGGREGATE)
                  if one.value in {Aggregate.MAXIMUM, Aggregate.MINIMUM}), None)  # fmt: skip
    metric = sentence.first(Kind.METRIC)
    if extreme is None and value is None:
        return None
    if metric is not None:
        names = metrics_of(sentence, metric, scope)
    elif extreme is not None and isinstance(extreme.value[1], tuple) and extreme.value[1]:
        names = of_families(sentence, extreme.value[1], scope, extreme.text)
    else:
        return None
    use(sentence, Kind.SUPERLATIVE)
    low = (extreme is not None and extreme.value[0] is Order.LEAST) or (
        value is not None and value.value is Aggregate.MINIMUM
    )
    aggregate = Aggregate.WHEN_LOWEST if low else Aggregate.WHEN_HIGHEST
    if window is None:
        sentence.note("no time was named: the last 24 hours")
        window = Rolling(length_s=86_400)
    measure = OfMetric(metrics=names, aggregate=aggregate)
    return Plan(ask=Ask.VALUE, scope=scope, measure=measure, window=window)


def _record(sentence: Sentence, scope: Scope, window: Window | None) -> Plan | None:
    if sentence.first(Kind.RECORD, Kind.EVENT) is None:
        return None
    first = any(one.value is Aggregate.FIRST for one in sentence.free(Kind.AGGREGATE))
    aggregate = RecordAggregate.WHEN_FIRST if first else RecordAggregate.WHEN_NEWEST
    measure = records_of(sentence, aggregate)
    return Plan(ask=Ask.VALUE, scope=scope, measure=measure, window=window)


def _link(sentence: Sentence, scope: Scope) -> Plan | None:
    item = sentence.first(Kind.LINK)
    if item is None or item.value in {"uptime", "gaps"}:
        return None
    use(sentence, Kind.LINK)
    return Plan(ask=Ask.VALUE, scope=scope, measure=OfLink(aspect=Link.LAST_HEARD))


def _attribute(sentence: Sentence, scope: Scope) -> Plan | None:
    found = attribute_of(sentence)
    if found is None:
        return None
    return Plan(ask=Ask.VALUE, scope=scope, measure=OfAttribute(attribute=found))
