"""Follow-ups that turn the question before into another one: by how much, since when, when was
that, the day before, only the critical ones, and now."""

from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    Attribute,
    Link,
    OfAttribute,
    OfLink,
    OfMetric,
    OfRecords,
    Plan,
    RecordAggregate,
)
from homepot.ai.query.when import Calendar, Rolling

_PEAKS = {Aggregate.MAXIMUM: Aggregate.WHEN_HIGHEST, Aggregate.MINIMUM: Aggregate.WHEN_LOWEST}
_SMALL = bag(
    "and by how much so but then was is that it when since not no long for already the been did "
    "exactly been has have at what time ? ! . which on day date happen happened since then now "
    "offline online down up silent"
)


def turned(sentence: Sentence, earlier: Plan) -> Plan | None:
    """The other question, if it is one of these and says nothing else."""
    words = [word for item in sentence.items for word in item.words]
    if len(words) > 8 or set(words) - _SMALL:
        return None
    plan = None
    if "much" in words:
        plan = _by_how_much(earlier)
    elif sentence.has(Kind.WHEN, Kind.DURATION) or "since" in words or "long" in words:
        plan = _when(earlier, ask_long="long" in words)
    return plan


def _by_how_much(earlier: Plan) -> Plan | None:
    measure = earlier.measure
    if earlier.ask is Ask.GROWS and isinstance(measure, OfMetric):
        changed = measure.model_copy(update={"aggregate": Aggregate.CHANGE})
        return earlier.model_copy(update={"ask": Ask.VALUE, "measure": changed, "order": None})
    if earlier.ask is Ask.COMPARE:
        return earlier.model_copy(update={"ask": Ask.DIFFERENCE})
    return None


def _when(earlier: Plan, *, ask_long: bool) -> Plan | None:
    measure = earlier.measure
    links = [one for one in earlier.where if isinstance(one.measure, OfLink)]
    if earlier.ask in {Ask.HOLDS, Ask.WHICH, Ask.STATUS} and len(earlier.scope.devices) == 1:
        if links or earlier.ask is Ask.STATUS:
            aspect = Link.SECONDS_SILENT if ask_long else Link.LAST_HEARD
            return Plan(ask=Ask.VALUE, scope=earlier.scope, measure=OfLink(aspect=aspect))
        held = earlier.where[0].measure if len(earlier.where) == 1 else None
        if isinstance(held, OfAttribute) and not ask_long:
            until = held.model_copy(update={"attribute": Attribute.WARRANTY_UNTIL})
            dated = "warranty" in held.attribute.value
            return Plan(ask=Ask.VALUE, scope=earlier.scope, measure=until) if dated else None
    if isinstance(measure, OfMetric) and not ask_long and measure.aggregate in _PEAKS:
        peak = measure.model_copy(update={"aggregate": _PEAKS[measure.aggregate]})
        return earlier.model_copy(update={"measure": peak, "ask": Ask.VALUE})
    if isinstance(measure, OfRecords):
        aggregate = RecordAggregate.SECONDS_SINCE if ask_long else RecordAggregate.WHEN_NEWEST
        newest = measure.model_copy(update={"aggregate": aggregate})
        return earlier.model_copy(update={"measure": newest, "ask": Ask.VALUE, "limit": None})
    return None


def before_that(sentence: Sentence, earlier: Plan) -> object | None:
    """And the day before: the window before the one that was asked about."""
    said = next((one for one in sentence.items if "before" in one.words
                 or one.word in {"previous", "previous one", "prior"}), None)  # fmt: skip
    window = earlier.window
    words = [word for item in sentence.items for word in item.words]
    if said is None or len(words) > 6 or set(words) - _BEFORE:
        return None
    for item in sentence.items:
        item.used = True
    if isinstance(window, Calendar):
        return window.model_copy(update={"offset": window.offset - window.count})
    if isinstance(window, Rolling):
        return window.model_copy(update={"before_s": window.before_s + window.length_s})
    return None


_BEFORE = bag(
    "and the day week month hour days hours before that it one what about in on ? previous prior "
    "how same for of"
)


def limited_records(sentence: Sentence, earlier: Plan) -> OfRecords | None:
    """Only the critical ones; only those that are open: of the records asked for before."""
    measure = earlier.measure
    if not isinstance(measure, OfRecords):
        return None
    update: dict[str, object] = {}
    for item in sentence.items:
        other = next((tag for tag in item.others if tag.kind is Kind.SEVERITY), None)
        if item.kind is Kind.TAG and other is not None:
            item.kind, item.value = other.kind, other.value
    severities = sentence.free(Kind.SEVERITY)
    states = sentence.free(Kind.STATE)
    categories = sentence.free(Kind.CATEGORY)
    if severities:
        update["severities"] = tuple(one.value for one in severities)
    if states:
        update["state"] = states[0].value
    if categories:
        update["categories"] = tuple(one.value for one in categories)
    for item in [*severities, *states[:1], *categories]:
        item.used = True
    for item in sentence.free(Kind.RECORD):
        item.used = item.value is measure.record
    return measure.model_copy(update=update) if update else None
