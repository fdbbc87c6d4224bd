"""What of each device is looked at: the metric that is meant, and how it is summed up."""

from collections.abc import Iterable

from homepot.ai.query.language.lexicon import BUSY, families_of
from homepot.ai.query.language.scoping import close_to, devices_in
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Item, Kind
from homepot.ai.query.language.words.reading import bag, split
from homepot.ai.query.plan import Aggregate, NoAnswer, OfMetric, Order, Scope
from homepot.ai.query.when import Dates, Moments, Rolling, Window

_REMEMBERED_MAX = 256
_COUNTED = bag(
    "transaction transactions count volume turnover sales orders receipts total requests sold "
    "printed pages items openings served dispensed"
)
_MILD = (Aggregate.RATE, Aggregate.NEWEST, Aggregate.FIRST)
_LEVELS = bag("process connections queue files")
_PARTIAL = frozenset(
    split(
        "total | in total | altogether | overall | combined | all together"
        " | all in all | in all | all told | put together | taken together"
    )
)


_SELLING = bag("sell sold sells selling sales sale")


def metrics_of(sentence: Sentence, item: Item, scope: Scope) -> tuple[str, ...]:
    """The metrics that a word may mean, as far as a device in scope reports them."""
    item.used = True
    if item.word == "how busy":
        return of_families(sentence, BUSY, scope, item.text)
    return reported(sentence, tuple(item.value), scope, item.text)


def of_families(
    sentence: Sentence, keys: Iterable[str], scope: Scope, text: str
) -> tuple[str, ...]:
    """Busy: transactions of a till, connections of a gateway, else the processor."""
    names = families_of(sentence.lexicon.vocabulary, keys)
    found = reported(sentence, names, scope, text)
    if len(found) > 1 and len(tuple(keys)) > 1:
        labels = sentence.lexicon.vocabulary.by_metric
        sentence.note(f"{text}: by {(labels[found[0]].label or found[0]).lower()}")
        return found[:1]
    return found


def reported(
    sentence: Sentence, names: tuple[str, ...], scope: Scope, text: str
) -> tuple[str, ...]:
    vocabulary = sentence.lexicon.vocabulary
    if not names:
        raise UnansweredError(NoAnswer.UNKNOWN_METRIC, text, _metric_labels(sentence, text))
    known = sentence.lexicon.reported if scope == Scope() else _reported_in(sentence, scope)
    if known is None:
        return names[:8]
    found = tuple(name for name in names if name in known)
    if found:
        return found[:8]
    others = families_of(vocabulary, ("items",)) if text in _SELLING else ()
    if sold := tuple(name for name in others if name in known):
        return sold[:8]
    labels = [vocabulary.by_metric[name].label or name for name in sorted(known)
              if name in vocabulary.by_metric]  # fmt: skip
    raise UnansweredError(NoAnswer.NOT_REPORTED, text, close_to(text, labels) or labels)


def _reported_in(sentence: Sentence, scope: Scope) -> frozenset[str] | None:
    """What the devices in scope report; None if none of them has reported anything."""
    remembered = sentence.lexicon.reported_in
    if scope not in remembered:
        if len(remembered) > _REMEMBERED_MAX:
            remembered.clear()
        remembered[scope] = _reports(sentence, scope)
    return remembered[scope]


def _reports(sentence: Sentence, scope: Scope) -> frozenset[str] | None:
    devices = devices_in(sentence.lexicon, scope)
    sets = {id(device.metrics): device.metrics for device in devices if device.metrics}
    if sets:
        return frozenset().union(*sets.values())
    used = {device.type for device in devices} or set(scope.types)
    declared = [one.metrics for one in sentence.lexicon.vocabulary.types if one.name in used]
    return frozenset().union(*declared) if any(declared) else None


def _metric_labels(sentence: Sentence, text: str) -> list[str]:
    known = sentence.lexicon.reported or frozenset()
    labels = [
        metric.label or metric.name
        for metric in sentence.lexicon.vocabulary.metrics
        if metric.name in known
    ]
    return close_to(text, labels) or labels[:3]


def is_counted(name: str) -> bool:
    """Whether readings of it are added up: so many transactions in each interval.

    >>> is_counted("transaction_count"), is_counted("process_count"), is_counted("cpu_percent")
    (True, False, False)
    """
    words = set(name.split("_"))
    return bool(words & _COUNTED) and not words & _LEVELS


def aggregate_said(sentence: Sentence) -> tuple[Aggregate, float | None] | None:
    """How to sum up, as far as it was said: the most telling word of several."""
    found = [one for one in sentence.free(Kind.AGGREGATE) if not _is_of_record(sentence, one)]
    if not found:
        return None
    for one in found:
        one.used = True
    telling = [one for one in found if one.word not in _PARTIAL] or found
    plain = {str(one.value) for one in telling if one.value not in _MILD}
    if len(plain) > 1:  # the lowest and the average: two questions
        raise UnansweredError(NoAnswer.NOT_UNDERSTOOD, " and ".join(one.text for one in telling))
    value = telling[0].value
    if len(telling) > 1:  # "average per hour": of a count, the rate
        value = next((one.value for one in telling if one.value is Aggregate.RATE), value)
    return value if isinstance(value, tuple) else (value, None)


def _is_of_record(sentence: Sentence, item: Item) -> bool:
    following = sentence.after(item, (Kind.FILLER, Kind.CATEGORY, Kind.STATE, Kind.SEVERITY))
    return following is not None and following.kind in {Kind.RECORD, Kind.EVENT}


def looked_at(
    sentence: Sentence, names: tuple[str, ...], window: Window | None, *, how_many: bool = False
) -> tuple[OfMetric, Window | None]:
    """The measure of a metric and its window, with what was left open filled in and noted."""
    said = aggregate_said(sentence)
    extreme = sentence.first(Kind.SUPERLATIVE)
    if said is None and extreme is not None:
        extreme.used = True
        order = ordered(sentence, extreme.value[0], names)
        said = (Aggregate.MAXIMUM if order is Order.MOST else Aggregate.MINIMUM), None
    if said is None and (reached := _reached(sentence)) is not None:
        said = reached, None
    aggregate, percentile = said or (_default(sentence, names, window, how_many), None)
    if window is None and aggregate not in {Aggregate.NEWEST, Aggregate.FIRST}:
        window = _window_for(sentence)
    return OfMetric(metrics=names, aggregate=aggregate, percentile=percentile), window


_REACHING = bag(
    "get got go went gone become became reach reached climb climbed fall fell drop dropped sink "
    "sank rise rose"
)
_DOWN = bag("low cold cool dry chilly empty")


def _reached(sentence: Sentence) -> Aggregate | None:
    """How high did it go, how cold did it get: the most, or the least."""
    words = {word for item in sentence.items for word in item.words}
    hows = [one for one in sentence.items if one.words[0] == "how" and len(one.words) > 1]
    how = hows[0] if hows else None
    if how is None or not words & _REACHING or how.words[1] in {"many", "much", "long", "often"}:
        return None
    return Aggregate.MINIMUM if set(how.words) & _DOWN else Aggregate.MAXIMUM


def ordered(sentence: Sentence, said: Order | str, names: tuple[str, ...]) -> Order:
    """Worst and best, by which way of a metric is bad."""
    if isinstance(said, Order):
        return said
    low_is_bad = sentence.lexicon.vocabulary.by_metric[names[0]].direction == "down_is_bad"
    return Order.LEAST if (said in {"worst", "worse"}) == low_is_bad else Order.MOST


def _window_for(sentence: Sentence) -> Window:
    if sentence.has(Kind.NOW):
        sentence.note("now = the last hour")
        return Rolling(length_s=3_600)
    if sentence.has(Kind.FOLLOW):
        return Dates()
    sentence.note("no time was named: the last 24 hours")
    return Rolling(length_s=86_400)


def _default(
    sentence: Sentence, names: tuple[str, ...], window: Window | None, how_many: bool
) -> Aggregate:
    if all(is_counted(name) for name in names) and (window is not None or how_many):
        return Aggregate.SUM
    if window is None:
        return Aggregate.NEWEST
    if isinstance(window, Dates | Moments) and _is_moment(window):
        return Aggregate.NEWEST
    sentence.note("the average, as nothing else was said")
    return Aggregate.AVERAGE


def _is_moment(window: Dates | Moments) -> bool:
    """An hour that ends one second after a full minute: it was read from "at 15:00"."""
    if isinstance(window, Moments):
        return (window.end - window.start).total_seconds() == 3_601
    return window.last_time is not None and window.last_time.second == 1
