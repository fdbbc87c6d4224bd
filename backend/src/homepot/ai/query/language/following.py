"""Follow-ups: "and last week?", "only the tills", "why?" change a part of the plan before."""

from homepot.ai.query.language.measuring import metrics_of, reported
from homepot.ai.query.language.rules.answer import grouped, limit_said
from homepot.ai.query.language.scoping import scope_of
from homepot.ai.query.language.sentence import Sentence, UnansweredError
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.language.thresholds import thresholds_of
from homepot.ai.query.language.turning import before_that, limited_records, turned
from homepot.ai.query.language.windows import window_of
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    By,
    Measure,
    NoAnswer,
    OfMetric,
    OfRecords,
    Order,
    Plan,
    RecordAggregate,
    Scope,
)

_PRONOUNS = bag("it its they them their those these that there this he she theirs ones")
_OPENERS = bag("and also but same again only just then ok okay instead or so")
_WHOLE = (
    Kind.METRIC, Kind.RECORD, Kind.LINK, Kind.ATTRIBUTE, Kind.HEALTH, Kind.EVENT, Kind.FORECAST,
    Kind.COST,
)  # fmt: skip


def is_follow_up(sentence: Sentence) -> bool:
    """Whether it leaves its question to what was asked before: it begins as one, or is too short
    to be a question of its own."""
    words = [word for item in sentence.items for word in item.words]
    if not words:
        return False
    about = words[:2] in (["what", "about"], ["how", "about"], ["what", "of"])
    if about or words[0] in _OPENERS:
        return not (sentence.has(*_WHOLE) and _asks(sentence) and len(words) > 8)
    short = len(words) <= 7 and not (sentence.has(*_WHOLE) and _asks(sentence))
    return short and not (sentence.has(Kind.HOW_MANY, Kind.WHICH, Kind.SHOW) and _names(sentence))


def _asks(sentence: Sentence) -> bool:
    return sentence.has(
        Kind.HOW_MANY, Kind.WHICH, Kind.WHAT, Kind.BE, Kind.WHEN, Kind.DURATION, Kind.HOW,
        Kind.HOW_MUCH, Kind.TIMES, Kind.SHOW,
    )  # fmt: skip


def _names(sentence: Sentence) -> bool:
    return sentence.has(Kind.TYPE, Kind.DEVICES, Kind.SITES, Kind.TYPES, Kind.DEVICE)


def refers_back(sentence: Sentence) -> bool:
    """It, its, they, there: whose devices are those of the question before."""
    return any(set(item.words) & _PRONOUNS for item in sentence.items)


def inherited(sentence: Sentence, earlier: Plan) -> Scope:
    """The scope before, for a question that says "it" or "there"."""
    there = any("there" in item.words for item in sentence.items)
    if there and earlier.scope.sites:
        return Scope(sites=earlier.scope.sites)
    return earlier.scope


def turned_round(sentence: Sentence, earlier: Plan) -> Plan | None:
    """By how much, since when; and the day before: the question before, turned."""
    if (other := turned(sentence, earlier)) is not None:
        return other
    window = before_that(sentence, earlier)
    return None if window is None else earlier.model_copy(update=_window(earlier, window))


def changed(sentence: Sentence, earlier: Plan) -> Plan:
    """The plan before, with what this question says anew."""
    changes: dict[str, object] = {}
    if sentence.take(Kind.WHY) is not None:
        return Plan(ask=Ask.WHY, scope=earlier.scope, window=earlier.window)
    limited = limited_records(sentence, earlier)
    if limited is not None:
        changes["measure"] = limited
    said = window_of(sentence)
    scope = _scope(sentence, earlier)
    if scope is not None:
        changes["scope"] = scope
    measure = _measure(sentence, earlier, scope or earlier.scope)
    if measure is not None:
        changes["measure"] = measure
    if said is not None:
        changes |= _window(earlier, said.window)
    changes |= _shown(sentence, earlier) | _threshold(sentence, earlier)
    if not changes or sentence.left():
        raise UnansweredError(
            NoAnswer.NOT_UNDERSTOOD, " ".join(item.text for item in sentence.left())
        )
    return earlier.model_copy(update={**changes, "assumptions": tuple(sentence.notes)})


def _window(earlier: Plan, window: object) -> dict[str, object]:
    """The time of the plan, or of its conditions where it has none of its own."""
    timed = [one for one in earlier.where if one.window is not None or one.within is not None]
    if earlier.window is None and timed:
        where = tuple(
            one.model_copy(update={"within" if one.within else "window": window})
            if one in timed
            else one
            for one in earlier.where
        )
        return {"where": where}
    changes: dict[str, object] = {"window": window}
    measure = earlier.measure
    if isinstance(measure, OfMetric) and measure.aggregate is Aggregate.NEWEST:
        changes["measure"] = measure.model_copy(update={"aggregate": Aggregate.AVERAGE})
    return changes


def _scope(sentence: Sentence, earlier: Plan) -> Scope | None:
    other = next((one for one in sentence.items if "other" in one.words or "others" in one.words),
                 None)  # fmt: skip
    if other is not None and earlier.scope.sites and not sentence.has(Kind.DEVICE):
        other.used = True
        for item in sentence.free(Kind.SITES):
            item.used = True
        return earlier.scope.model_copy(update={"sites": _other(sentence, earlier)})
    new = scope_of(sentence)
    if new == Scope():
        return None
    if new.devices:
        return new
    kept = earlier.scope.model_copy(update={"devices": ()}) if new.sites else earlier.scope
    update = {name: value for name in type(new).model_fields if (value := getattr(new, name))}
    return kept.model_copy(update=update)


def _other(sentence: Sentence, earlier: Plan) -> tuple[str, ...]:
    sites = sentence.lexicon.vocabulary.sites
    left = [site for site in sites if site.id not in earlier.scope.sites]
    if len(left) != 1:
        raise UnansweredError(NoAnswer.AMBIGUOUS, "the other", [site.name for site in left])
    return (left[0].id,)


def _measure(sentence: Sentence, earlier: Plan, scope: Scope) -> Measure | None:
    before = earlier.measure
    item = sentence.first(Kind.METRIC)
    said = next(iter(sentence.free(Kind.AGGREGATE)), None)
    extreme = sentence.first(Kind.SUPERLATIVE)
    if not isinstance(before, OfMetric):
        return None
    update: dict[str, object] = {}
    if item is not None:
        update["metrics"] = metrics_of(sentence, item, scope)
    elif scope != earlier.scope:
        reported(sentence, before.metrics, scope, before.metrics[0])
    if said is not None:
        said.used = True
        value = said.value if isinstance(said.value, tuple) else (said.value, None)
        update["aggregate"], update["percentile"] = value
    elif extreme is not None and earlier.ask is not Ask.TOP:
        extreme.used = True
        most = extreme.value[0] is Order.MOST
        update["aggregate"] = Aggregate.MAXIMUM if most else Aggregate.MINIMUM
    return before.model_copy(update=update) if update else None


def _shown(sentence: Sentence, earlier: Plan) -> dict[str, object]:
    """As a list, how many, the lowest, top 5, per site."""
    changes: dict[str, object] = {}
    words = {word for item in sentence.items for word in item.words}
    limit = limit_said(sentence)
    if limit is not None:
        changes["limit"] = limit
    extreme = sentence.first(Kind.SUPERLATIVE)
    if extreme is not None and earlier.ask is Ask.TOP and isinstance(extreme.value[0], Order):
        extreme.used = True
        changes["order"] = extreme.value[0]
    by = grouped(sentence)
    if by is not None:
        changes |= {"by": by} | ({"ask": Ask.EACH} if earlier.ask is Ask.VALUE else {})
    if sentence.has(Kind.HOW_MANY):
        for item in sentence.free(Kind.HOW_MANY):
            item.used = True
        changes |= _as_count(earlier)
    elif words & bag("list which names name show them"):
        for item in sentence.free(Kind.WHICH, Kind.SHOW, Kind.ATTRIBUTE):
            item.used = True
        changes |= _as_list(earlier)
    return changes


def _as_count(earlier: Plan) -> dict[str, object]:
    if earlier.ask in {Ask.WHICH, Ask.TOP}:
        return {"ask": Ask.COUNT, "order": None, "limit": None}
    if earlier.ask in {Ask.RECORDS, Ask.RECORD} and isinstance(earlier.measure, OfRecords):
        measure = earlier.measure.model_copy(update={"aggregate": RecordAggregate.COUNT})
        return {"ask": Ask.VALUE, "measure": measure, "limit": None, "order": None}
    return {}


def _as_list(earlier: Plan) -> dict[str, object]:
    if earlier.ask in {Ask.COUNT, Ask.HOLDS}:
        return {"ask": Ask.WHICH, "by": None}
    if isinstance(earlier.measure, OfRecords) and earlier.ask is Ask.VALUE:
        measure = earlier.measure.model_copy(update={"aggregate": RecordAggregate.EACH})
        return {"ask": Ask.RECORDS, "measure": measure}
    if earlier.ask is Ask.VALUE and earlier.by is None and earlier.measure is not None:
        return {"ask": Ask.EACH, "by": By.DEVICE}
    return {}


def _threshold(sentence: Sentence, earlier: Plan) -> dict[str, object]:
    """And above 70 %: another amount for the same condition."""
    found = thresholds_of(sentence)
    amounts = [one for one in earlier.where if isinstance(one.value, float)]
    if len(found) != 1 or len(amounts) != 1 or sentence.has(Kind.METRIC):
        return {}
    new = amounts[0].model_copy(
        update={"compare": found[0].compare, "value": found[0].amount.value}
    )
    return {"where": tuple(new if one is amounts[0] else one for one in earlier.where)}
