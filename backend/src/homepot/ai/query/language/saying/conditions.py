"""Conditions in words: with disk used above 60 %."""

from homepot.ai.query.language.saying.things import amount_said, listed, metric_said, number
from homepot.ai.query.language.saying.times import length, when
from homepot.ai.query.plan import (
    Aggregate,
    Attribute,
    Compare,
    Condition,
    Link,
    OfAttribute,
    OfForecast,
    OfHealth,
    OfLink,
    OfMetric,
    OfRecords,
    Record,
    RecordSource,
    RecordState,
)
from homepot.ai.query.vocabulary import Vocabulary

COMPARES = {
    Compare.ABOVE: "above", Compare.AT_LEAST: "at least", Compare.BELOW: "below",
    Compare.AT_MOST: "at most", Compare.IS: "exactly", Compare.IS_NOT: "other than",
    Compare.BETWEEN: "between",
}  # fmt: skip
_MORE = {
    Compare.ABOVE: "more than", Compare.AT_LEAST: "at least", Compare.BELOW: "less than",
    Compare.AT_MOST: "at most", Compare.IS: "exactly",
}  # fmt: skip


def conditions_said(vocabulary: Vocabulary, where: tuple[Condition, ...], *, any_of: bool) -> str:
    """All of them, with the time said once where it is the same."""
    windows = {when(one.window or one.within) for one in where} - {""}
    once = windows.pop() if len(windows) == 1 else None
    said = [_condition(vocabulary, one, once) for one in where]
    joined = (" or " if any_of else " and ").join(said)
    return f"{joined} {once}" if once and joined else joined


def _condition(vocabulary: Vocabulary, one: Condition, once: str | None) -> str:
    at = "" if once else f" {when(one.window or one.within)}".rstrip()
    measure = one.measure
    if isinstance(measure, OfMetric):
        return _metric(vocabulary, one, measure) + at
    if isinstance(measure, OfRecords):
        return _records(one, measure) + at
    if isinstance(measure, OfLink):
        return _link(one, measure.aspect) + at
    if isinstance(measure, OfAttribute):
        return _attribute(one, measure.attribute) + at
    if isinstance(measure, OfHealth):
        if measure.aspect == "status":
            return f"{'not ' if one.compare is Compare.IS_NOT else ''}{_health(str(one.value))}"
        return f"with a health score {COMPARES[one.compare]} {number(_value(one))}" + at
    if isinstance(measure, OfForecast) and measure.aspect == "maintenance":
        return "due for maintenance" + at
    if isinstance(measure, OfForecast) and measure.aspect == "risk":
        return f"that will fail within the next {measure.days} days"
    return "that will run full" + at


def _value(one: Condition) -> float:
    return float(one.value) if isinstance(one.value, int | float) else 0.0


def _health(word: str) -> str:
    return "healthy" if word == "healthy" else f"in {word} state"


def _metric(vocabulary: Vocabulary, one: Condition, measure: OfMetric) -> str:
    name, value = measure.metrics[0], _value(one)
    if measure.aggregate in {Aggregate.CHANGE, Aggregate.CHANGE_PERCENT}:
        return _grown(vocabulary, one, measure)
    newest = measure.aggregate is Aggregate.NEWEST
    plain = metric_said(vocabulary, measure)
    label = plain.removeprefix("latest ") if newest else plain
    amount = amount_said(vocabulary, name, value)
    if one.compare is Compare.BETWEEN:
        high = amount_said(vocabulary, name, one.high or 0.0)
        return f"with {label} between {amount} and {high}"
    return f"with {label} {COMPARES[one.compare]} {amount}"


def _grown(vocabulary: Vocabulary, one: Condition, measure: OfMetric) -> str:
    label = metric_said(vocabulary, measure.model_copy(update={"aggregate": Aggregate.NEWEST}))
    label = label.removeprefix("latest ")
    value = _value(one)
    falling = one.compare in {Compare.BELOW, Compare.AT_MOST}
    verb = "fell" if falling else "rose"
    if not value:
        return f"whose {label} {verb}"
    least = one.compare in {Compare.AT_LEAST, Compare.AT_MOST}
    percent = measure.aggregate is Aggregate.CHANGE_PERCENT
    amount = (
        f"{number(abs(value))} %"
        if percent
        else amount_said(vocabulary, measure.metrics[0], abs(value))
    )
    return f"whose {label} {verb} by {'at least' if least else 'more than'} {amount}"


def _records(one: Condition, measure: OfRecords) -> str:
    noun = records_said(measure)
    value = _value(one)
    if one.compare is Compare.ABOVE and not value:
        return f"with any {noun}"
    if one.compare is Compare.IS and not value:
        return f"without {noun}"
    return f"with {_MORE.get(one.compare, 'exactly')} {number(value)} {noun}"


_SOURCES = {
    RecordSource.FOUND: "detected",
    RecordSource.BROUGHT_IN: "imported",
    RecordSource.RECORDED: "recorded",
}


def records_said(measure: OfRecords, *, single: bool = False) -> str:
    """Open critical connectivity incidents; restart events."""
    if measure.record is Record.EVENT and measure.event_kinds:
        return listed([kind.replace("_", " ") for kind in measure.event_kinds], "or") + (
            "" if single else "s"
        )
    noun = measure.record.value if measure.record is not Record.ANOMALY or single else "anomalie"
    words = []
    if measure.state is not RecordState.ANY:
        words.append({"open": "open", "resolved": "closed"}.get(measure.state, measure.state.value))
    if measure.record is Record.INCIDENT:
        words.append(_SOURCES.get(measure.source, ""))
    words += [*measure.severities, " or ".join(measure.categories)]
    return " ".join([*(word for word in words if word), noun if single else f"{noun}s"])


def _link(one: Condition, aspect: Link) -> str:
    away = {Link.IS_OFFLINE: "offline", Link.IS_ONLINE: "online"}.get(aspect)
    if away is not None:
        return away if one.value is True else f"not {away}"
    if aspect is Link.LAST_HEARD:
        return "that never reported" if one.compare is Compare.UNKNOWN else "that reported"
    if aspect is Link.SECONDS_SILENT:
        return f"silent for {_MORE.get(one.compare, 'more than')} {length(_value(one))}"
    if aspect is Link.SECONDS_OFFLINE:
        if not _value(one) and one.compare is Compare.ABOVE:
            return "offline"
        if not _value(one):
            return "not offline"
        return f"offline for {_MORE.get(one.compare, 'more than')} {length(_value(one))}"
    if aspect is Link.UPTIME_PERCENT:
        if not _value(one):
            return "that did not report" if one.compare is Compare.IS else "that reported"
        return f"with uptime {COMPARES[one.compare]} {number(_value(one))} %"
    noun = {Link.OUTAGES: "outages", Link.GAPS: "gaps"}.get(aspect, "outages")
    return f"with {_MORE.get(one.compare, 'exactly')} {number(_value(one))} {noun}"


def _attribute(one: Condition, attribute: Attribute) -> str:
    if attribute is Attribute.WARRANTY_UNTIL:
        return "going out of warranty"
    if attribute is Attribute.WARRANTY_DAYS:
        if not _value(one):
            return "out of warranty" if one.compare is Compare.BELOW else "still under warranty"
        return f"with {_MORE[one.compare]} {number(_value(one))} days of warranty left"
    if attribute is Attribute.FIRMWARE:
        return f"{'not ' if one.compare is Compare.IS_NOT else ''}running firmware {one.value}"
    if attribute is Attribute.AGE_DAYS:
        older = one.compare in {Compare.ABOVE, Compare.AT_LEAST}
        years, rest = divmod(_value(one), 365)
        age = f"{number(years)} years" if years and not rest else f"{number(_value(one))} days"
        return f"{'older' if older else 'newer'} than {age}"
    if attribute is Attribute.INSTALLED_ON:
        return "installed"
    if attribute is Attribute.ENROLLED_AT:
        return "enrolled"
    return f"with {attribute.value} {one.value}"
