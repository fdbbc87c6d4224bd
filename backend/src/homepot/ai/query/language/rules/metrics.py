"""A number of a metric: the highest, the average, the newest, of one device or of many."""

from homepot.ai.query.language.asking import use
from homepot.ai.query.language.measuring import looked_at, metrics_of, of_families
from homepot.ai.query.language.rules.answer import grouped
from homepot.ai.query.language.scoping import devices_in
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import Aggregate, Ask, By, OfMetric, Plan, Scope

_SPANS = {By.HOUR, By.DAY, By.WEEK, By.WEEKDAY, By.HOUR_OF_DAY}


def metric_value(sentence: Sentence) -> Plan | None:
    """The average CPU usage of pos_1 in the last 24 hours."""
    scope, window = sentence.scope, sentence.window
    item = sentence.first(Kind.METRIC)
    if item is not None:
        names = metrics_of(sentence, item, scope)
    elif (degree := sentence.first(Kind.SUPERLATIVE)) and degree.value[1]:
        if not isinstance(degree.value[1], tuple):
            return None
        names = of_families(sentence, degree.value[1], scope, degree.text)
    else:
        return None
    for other in sentence.free(Kind.METRIC):  # said twice: "cpu usage, the processor load"
        if set(other.value) & set(names):
            other.used = True
    by = grouped(sentence)
    how_many = sentence.has(Kind.HOW_MANY)
    measure, window = looked_at(sentence, names, window, how_many=how_many)
    use(sentence, Kind.HOW_MANY, Kind.HOW_MUCH, Kind.DEVICES)
    if measure.aggregate is Aggregate.RATE and by is By.HOUR:
        by = None
    if by is None and _is_each(sentence, scope, measure):
        by = By.DEVICE
    if by is not None:
        return Plan(ask=Ask.EACH, scope=scope, measure=measure, window=window, by=by)
    _note_pool(sentence, scope, measure)
    return Plan(ask=Ask.VALUE, scope=scope, measure=measure, window=window)


def _is_each(sentence: Sentence, scope: Scope, measure: OfMetric) -> bool:
    """The newest reading of several devices is one for each of them."""
    if measure.aggregate not in {Aggregate.NEWEST, Aggregate.FIRST}:
        return False
    return len(devices_in(sentence.lexicon, scope)) > 1


def _note_pool(sentence: Sentence, scope: Scope, measure: OfMetric) -> None:
    pools = {Aggregate.AVERAGE, Aggregate.MEDIAN, Aggregate.PERCENTILE, Aggregate.SPREAD}
    if len(scope.devices) != 1 and measure.aggregate in pools:
        sentence.note("all readings of the devices together")
