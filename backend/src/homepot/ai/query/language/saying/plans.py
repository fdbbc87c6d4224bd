"""Whole plans in words. What is said here can be asked again, and gives the same plan."""

from homepot.ai.query.language.saying.conditions import conditions_said, records_said
from homepot.ai.query.language.saying.things import (
    GROUPS,
    amount_said,
    metric_label,
    metric_said,
    of_whom,
    things,
    whose,
)
from homepot.ai.query.language.saying.times import when
from homepot.ai.query.plan import (
    Aggregate,
    Ask,
    Attribute,
    Compare,
    Link,
    Measure,
    OfAttribute,
    OfCost,
    OfForecast,
    OfHealth,
    OfLink,
    OfMetric,
    OfRecords,
    Order,
    Plan,
    RecordAggregate,
    Scope,
)
from homepot.ai.query.vocabulary import Vocabulary

_BEYOND = {
    Aggregate.SECONDS_ABOVE: ("how long", "above"), Aggregate.SECONDS_BELOW: ("how long", "below"),
    Aggregate.TIMES_ABOVE: ("how often", "above"), Aggregate.TIMES_BELOW: ("how often", "below"),
}  # fmt: skip


def describe(plan: Plan, vocabulary: Vocabulary) -> str:
    """What the plan asks, as a phrase: "the 3 tills with the highest average network latency over
    the last 7 days"."""
    if plan.ask is Ask.NONE:
        return "a question that can't be answered"
    said = _SAYERS[plan.ask](plan, vocabulary)
    return " ".join(said.split())


def _listed(plan: Plan, vocabulary: Vocabulary) -> str:
    lead = "how many" if plan.ask is Ask.COUNT else "which"
    noun = things(vocabulary, plan.scope, plan.of)
    said = conditions_said(vocabulary, plan.where, any_of=plan.any_of)
    by = f" by {GROUPS[plan.by]}" if plan.by else ""
    return f"{lead} {noun} {_are(said)}{said}{by}"


def _recall(plan: Plan, _vocabulary: Vocabulary) -> str:
    return f"what happened before that looked like {plan.about or 'this'}"


def _are(said: str) -> str:
    """Which tills are offline; but which tills with ..., whose ..., that ..."""
    bare = said.startswith(("with", "whose", "that ", "expected")) or not said
    return "" if bare else "are "


def _value(plan: Plan, vocabulary: Vocabulary) -> str:
    said = _measure(plan.measure, plan.scope, vocabulary, plan)
    by = f" by {GROUPS[plan.by]}" if plan.by else ""
    return f"{said} {_at(plan)}{by}"


def _at(plan: Plan) -> str:
    newest = isinstance(plan.measure, OfMetric) and plan.measure.aggregate is Aggregate.NEWEST
    if newest and plan.window is None:
        return "now"
    return when(plan.window)


def _measure(measure: Measure | None, scope: Scope, vocabulary: Vocabulary, plan: Plan) -> str:
    of = whose(vocabulary, scope)
    if isinstance(measure, OfMetric):
        return _metric(measure, of_whom(vocabulary, scope), vocabulary, plan)
    if isinstance(measure, OfRecords):
        return _records(measure, of_whom(vocabulary, scope, all_too=False))
    if isinstance(measure, OfLink):
        return _link(measure.aspect, of, plan)
    if isinstance(measure, OfHealth):
        return f"the health score of {of}"
    if isinstance(measure, OfAttribute):
        return _attribute(measure.attribute, of)
    if isinstance(measure, OfCost):
        name = {"downtime": "downtime cost", "visits": "visit cost"}.get(measure.aspect, "cost")
        return f"the {name} of {of}"
    if isinstance(measure, OfForecast):
        return _forecast(measure, of, vocabulary)
    return f"how many {things(vocabulary, scope, plan.of)}"


def _metric(measure: OfMetric, of: str, vocabulary: Vocabulary, plan: Plan) -> str:
    name = measure.metrics[0]
    label = metric_label(vocabulary, name)
    aggregate = measure.aggregate
    if aggregate in _BEYOND:
        lead, way = _BEYOND[aggregate]
        lead = f"how many {plan.unit}" if plan.unit and lead == "how long" else lead
        return f"{lead} {label} {of} was {way} {amount_said(vocabulary, name, measure.limit or 0)}"
    if aggregate in {Aggregate.WHEN_HIGHEST, Aggregate.WHEN_LOWEST}:
        way = "highest" if aggregate is Aggregate.WHEN_HIGHEST else "lowest"
        return f"when {label} {of} was {way}"
    return f"the {metric_said(vocabulary, measure)} {of}"


def _records(measure: OfRecords, of: str) -> str:
    noun = records_said(measure)
    one = records_said(measure, single=True)
    return {
        RecordAggregate.COUNT: f"how many {noun} {of}",
        RecordAggregate.EACH: f"the {noun} {of}",
        RecordAggregate.NEWEST: f"the last {one} {of}",
        RecordAggregate.FIRST: f"the first {one} {of}",
        RecordAggregate.WHEN_NEWEST: f"when the last {one} {of} was",
        RecordAggregate.WHEN_FIRST: f"when the first {one} {of} was",
        RecordAggregate.SECONDS_SINCE: f"how long ago the last {one} {of} was",
        RecordAggregate.DURATION_AVERAGE: f"how long {noun} {of} were on average",
        RecordAggregate.DURATION_SUM: f"how long {noun} {of} were in total",
        RecordAggregate.DURATION_LONGEST: f"how long the longest {one} {of} was",
    }[measure.aggregate]


def _link(aspect: Link, of: str, plan: Plan) -> str:
    lead = f"how many {plan.unit}" if plan.unit else "how long"
    return {
        Link.IS_OFFLINE: f"whether {of} is offline", Link.IS_ONLINE: f"whether {of} is online",
        Link.SECONDS_SILENT: f"{lead} {of} has been silent",
        Link.LAST_HEARD: f"when {of} was last heard from",
        Link.UPTIME_PERCENT: f"the uptime of {of}",
        Link.SECONDS_OFFLINE: f"{lead} {of} was offline",
        Link.OUTAGES: f"how many outages of {of}",
        Link.LONGEST_OUTAGE: f"the longest outage of {of}",
        Link.GAPS: f"how many gaps of {of}", Link.LONGEST_GAP: f"the longest gap of {of}",
    }[aspect]  # fmt: skip


_ATTRIBUTES = {
    Attribute.SITE: "which site {of} is at", Attribute.TYPE: "what type {of} is",
    Attribute.PLACE: "which room {of} is in",
    Attribute.WARRANTY_UNTIL: "when the warranty of {of} ends",
    Attribute.WARRANTY_DAYS: "how many days of warranty {of} has left",
    Attribute.AGE_DAYS: "how old {of} is", Attribute.INSTALLED_ON: "when {of} was installed",
    Attribute.FIRMWARE: "the firmware of {of}", Attribute.METRICS: "which metrics {of} reports",
    Attribute.OPENING_HOURS: "the opening hours of {of}",
    Attribute.TIMEZONE: "the timezone of {of}",
}  # fmt: skip


def _attribute(attribute: Attribute, of: str) -> str:
    form = _ATTRIBUTES.get(attribute, "the " + attribute.value.replace("_", " ") + " of {of}")
    return form.replace("{of}", of)


def _forecast(measure: OfForecast, of: str, vocabulary: Vocabulary) -> str:
    label = metric_label(vocabulary, measure.metrics[0]) if measure.metrics else ""
    if measure.aspect == "crossing":
        return f"when {label} of {of} will reach its limit"
    if measure.aspect == "risk":
        return f"the risk of failing of {of} within the next {measure.days} days"
    return f"the {measure.aspect} of {label} of {of}"


def _top(plan: Plan, vocabulary: Vocabulary) -> str:
    many = (plan.limit or 1) > 1
    if isinstance(plan.measure, OfAttribute) and plan.measure.attribute is Attribute.AGE_DAYS:
        word = "youngest" if plan.order is Order.LEAST else "oldest"
        count = f"{plan.limit} " if many else ""
        return f"the {count}{word} {things(vocabulary, plan.scope, plan.of, single=not many)}"
    noun = things(vocabulary, plan.scope, plan.of, single=not many)
    if isinstance(plan.measure, OfForecast):
        within = f"within the next {plan.measure.days} days"
        return (
            f"the {plan.limit} {noun} most likely to fail {within}"
            if many
            else f"which {noun} is most likely to fail {within}"
        )
    lead = f"the {plan.limit} {noun} with" if many else f"which {noun} had"
    how = {Order.LEAST: "lowest"}.get(plan.order or Order.MOST, "highest")
    said = f"the {_extreme(plan.measure, how, vocabulary)}"
    where = conditions_said(vocabulary, plan.where, any_of=plan.any_of)
    at = when(plan.window) or ("now" if isinstance(plan.measure, OfMetric) else "")
    return f"{lead} {said} {at} {where}"


def _extreme(measure: Measure | None, how: str, vocabulary: Vocabulary) -> str:
    most = "most" if how == "highest" else "fewest"
    if isinstance(measure, OfMetric):
        if measure.aggregate is Aggregate.CHANGE:
            return f"{how} change in {metric_label(vocabulary, measure.metrics[0])}"
        return f"{how} {metric_said(vocabulary, measure).removeprefix('latest ')}"
    if isinstance(measure, OfRecords):
        return f"{most} {records_said(measure)}"
    if isinstance(measure, OfLink):
        names = {
            Link.SECONDS_OFFLINE: "downtime", Link.OUTAGES: "outages", Link.GAPS: "gaps",
            Link.UPTIME_PERCENT: "uptime", Link.SECONDS_SILENT: "silence",
            Link.LONGEST_OUTAGE: "outage", Link.LONGEST_GAP: "gap",
        }  # fmt: skip
        longest = measure.aspect in {Link.LONGEST_OUTAGE, Link.LONGEST_GAP}
        lead = "longest" if longest else how
        return f"{lead} {names.get(measure.aspect, measure.aspect.value)}"
    if isinstance(measure, OfHealth):
        return f"{how} health score"
    if isinstance(measure, OfAttribute):
        names_of = {Attribute.AGE_DAYS: "age", Attribute.WARRANTY_DAYS: "warranty"}
        return f"{how} {names_of.get(measure.attribute, measure.attribute.value)}"
    return f"{most} devices" if measure is None else f"{how} cost"


def _compared(plan: Plan, vocabulary: Vocabulary) -> str:
    less = plan.compare in {Compare.BELOW, Compare.AT_MOST}
    how = "lower" if less else "higher"
    far = plan.against
    if plan.measure is None:
        count = "fewer" if less else "more"
        near = whose(vocabulary, plan.scope).removeprefix("the ")
        other = whose(vocabulary, (far and far.scope) or Scope()).removeprefix("the ")
        return f"are there {count} {near} than {other}"
    near = _measure(plan.measure, plan.scope, vocabulary, plan)
    if isinstance(plan.measure, OfRecords):
        near = f"the number of {records_said(plan.measure)} {of_whom(vocabulary, plan.scope)}"
    differs = plan.ask is Ask.DIFFERENCE
    verb = f"how much {how} was {near}" if differs else f"was {near} {how}"
    here = when(plan.window)
    if far is not None and far.scope is not None:
        late = when(far.window)
        return f"{verb} than {of_whom(vocabulary, far.scope)} {late or here}"
    there = when(far.window) if far is not None else ""
    return f"{verb} {here} than {there}"


def _grows(plan: Plan, vocabulary: Vocabulary) -> str:
    label = (
        metric_label(vocabulary, plan.measure.metrics[0])
        if isinstance(plan.measure, OfMetric)
        else "it"
    )
    verb = "fall" if plan.order is Order.LEAST else "rise"
    return f"did {label} {of_whom(vocabulary, plan.scope)} {verb} {when(plan.window)}"


def _holds(plan: Plan, vocabulary: Vocabulary) -> str:
    said = conditions_said(vocabulary, plan.where, any_of=plan.any_of)
    of = whose(vocabulary, plan.scope)
    if said.startswith("with any "):
        return f"did {of} have {said.removeprefix('with any ')}"
    verb = "was" if any(one.window for one in plan.where) else "is"
    return f"{verb} {of} {said}"


def _record(plan: Plan, vocabulary: Vocabulary) -> str:
    return f"{_measure(plan.measure, plan.scope, vocabulary, plan)} {when(plan.window)}"


def _records_of(plan: Plan, vocabulary: Vocabulary) -> str:
    said = _record(plan, vocabulary)
    return f"the last {plan.limit} {said.removeprefix('the ')}" if plan.limit else said


def _status(plan: Plan, vocabulary: Vocabulary) -> str:
    return f"the status of {whose(vocabulary, plan.scope)}"


def _why(plan: Plan, vocabulary: Vocabulary) -> str:
    return f"what is wrong with {whose(vocabulary, plan.scope)} {when(plan.window)}"


_SAYERS = {
    Ask.COUNT: _listed, Ask.WHICH: _listed, Ask.VALUE: _value, Ask.EACH: _value, Ask.TOP: _top,
    Ask.COMPARE: _compared, Ask.DIFFERENCE: _compared, Ask.GROWS: _grows, Ask.HOLDS: _holds,
    Ask.RECORD: _record, Ask.RECORDS: _records_of, Ask.STATUS: _status, Ask.WHY: _why,
    Ask.RECALL: _recall,
}  # fmt: skip
