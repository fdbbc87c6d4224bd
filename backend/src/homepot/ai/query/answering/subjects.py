"""What is measured, in words, and in which unit. Pure."""

from collections.abc import Mapping

from homepot.ai.query.answering.inquiry import Inquiry
from homepot.ai.query.plan import (
    Aggregate,
    Attribute,
    DurationUnit,
    Link,
    Measure,
    OfAttribute,
    OfCost,
    OfForecast,
    OfHealth,
    OfLink,
    OfMetric,
    OfRecords,
    Plan,
    Record,
    RecordAggregate,
)

_AGGREGATES: Mapping[Aggregate, str] = {
    Aggregate.NEWEST: "newest {m}",
    Aggregate.FIRST: "first {m}",
    Aggregate.AVERAGE: "average {m}",
    Aggregate.MEDIAN: "median {m}",
    Aggregate.MAXIMUM: "highest {m}",
    Aggregate.MINIMUM: "lowest {m}",
    Aggregate.SUM: "total {m}",
    Aggregate.COUNT: "number of readings of {m}",
    Aggregate.PERCENTILE: "{p} percentile of {m}",
    Aggregate.SPREAD: "standard deviation of {m}",
    Aggregate.RANGE: "range of {m}",
    Aggregate.RATE: "{m} an hour",
    Aggregate.CHANGE: "change of {m}",
    Aggregate.CHANGE_PERCENT: "relative change of {m}",
    Aggregate.SECONDS_ABOVE: "time of {m} above {l}",
    Aggregate.SECONDS_BELOW: "time of {m} below {l}",
    Aggregate.TIMES_ABOVE: "number of times {m} went above {l}",
    Aggregate.TIMES_BELOW: "number of times {m} went below {l}",
    Aggregate.WHEN_HIGHEST: "moment of the highest {m}",
    Aggregate.WHEN_LOWEST: "moment of the lowest {m}",
}
_LINKS: Mapping[Link, str] = {
    Link.IS_OFFLINE: "being offline",
    Link.IS_ONLINE: "being online",
    Link.SECONDS_SILENT: "silence",
    Link.LAST_HEARD: "last sign of life",
    Link.UPTIME_PERCENT: "uptime",
    Link.SECONDS_OFFLINE: "time offline",
    Link.OUTAGES: "number of outages",
    Link.LONGEST_OUTAGE: "longest outage",
    Link.GAPS: "number of gaps in the readings",
    Link.LONGEST_GAP: "longest gap in the readings",
}
_DURATIONS_OF_LINK = (
    Link.SECONDS_SILENT,
    Link.SECONDS_OFFLINE,
    Link.LONGEST_OUTAGE,
    Link.LONGEST_GAP,
)
_DURATIONS_OF_RECORDS = (
    RecordAggregate.SECONDS_SINCE,
    RecordAggregate.DURATION_AVERAGE,
    RecordAggregate.DURATION_SUM,
    RecordAggregate.DURATION_LONGEST,
)
_UNITLESS = (Aggregate.COUNT, Aggregate.TIMES_ABOVE, Aggregate.TIMES_BELOW)
_IN_SECONDS = (Aggregate.SECONDS_ABOVE, Aggregate.SECONDS_BELOW)
_SHORT = {
    DurationUnit.SECONDS: "s",
    DurationUnit.MINUTES: "min",
    DurationUnit.HOURS: "h",
    DurationUnit.DAYS: "days",
}


def subject_of(inquiry: Inquiry, measure: Measure) -> str:
    """
    "average network latency", "number of outages", "number of incidents".
    """
    match measure:
        case OfMetric():
            return _of_metric(inquiry, measure)
        case OfRecords():
            return _of_records(measure)
        case OfLink():
            return _LINKS[measure.aspect]
        case OfHealth():
            words = {"score": "health score", "status": "health", "average": "average health score"}
            return words.get(measure.aspect, "lowest health score")
        case OfAttribute():
            return measure.attribute.value.replace("_", " ")
        case OfCost():
            words = {"downtime": "cost of downtime", "visits": "cost of visits"}
            return words.get(measure.aspect, "cost of downtime and visits")
        case OfForecast():
            return "risk within 14 days" if measure.aspect == "risk" else "forecast"


def _of_metric(inquiry: Inquiry, measure: OfMetric) -> str:
    label = inquiry.fleet.label_of(measure.metrics[0])
    name = label[:1].lower() + label[1:] if label[1:2].islower() else label
    limit = "" if measure.limit is None else f"{measure.limit:g}"
    unit = inquiry.fleet.unit_of(measure.metrics[0])
    percentile = "" if measure.percentile is None else ordinal(measure.percentile)
    beyond = f"{limit} {unit}".strip()
    return _AGGREGATES[measure.aggregate].format(m=name, p=percentile, l=beyond)


def ordinal(percent: float) -> str:
    """
    >>> ordinal(95), ordinal(99.9), ordinal(52)
    ('95th', '99.9th', '52nd')
    """
    said = f"{percent:g}"
    if "." in said or said[-2:] in ("11", "12", "13"):
        return f"{said}th"
    return said + {"1": "st", "2": "nd", "3": "rd"}.get(said[-1], "th")


def _of_records(measure: OfRecords) -> str:
    kinds = " or ".join((*measure.categories, *measure.severities))
    event = " or ".join(kind.replace("_", " ") for kind in measure.event_kinds)
    noun = {
        Record.INCIDENT: "incidents",
        Record.ANOMALY: "anomalies",
        Record.EVENT: "events",
        Record.ALERT: "alerts",
    }[measure.record]
    state = "" if measure.state.value == "any" else f"{measure.state.value} "
    name = f"{state}{kinds + ' ' if kinds else ''}{event + ' ' if event else ''}{noun}"
    match measure.aggregate:
        case RecordAggregate.COUNT:
            return f"number of {name}"
        case RecordAggregate.SECONDS_SINCE:
            return f"time since the last of {name}"
        case RecordAggregate.WHEN_NEWEST | RecordAggregate.WHEN_FIRST:
            first = measure.aggregate is RecordAggregate.WHEN_FIRST
            return f"moment of the {'first' if first else 'last'} of {name}"
        case RecordAggregate.DURATION_AVERAGE:
            return f"average duration of {name}"
        case RecordAggregate.DURATION_SUM:
            return f"total duration of {name}"
        case RecordAggregate.DURATION_LONGEST:
            return f"longest duration of {name}"
    return name


def is_duration(measure: Measure | None) -> bool:
    match measure:
        case OfMetric():
            return measure.aggregate in _IN_SECONDS
        case OfRecords():
            return measure.aggregate in _DURATIONS_OF_RECORDS
        case OfLink():
            return measure.aspect in _DURATIONS_OF_LINK
    return False


def unit_of(inquiry: Inquiry, plan: Plan) -> str | None:
    """None where it has none."""
    measure = plan.measure
    if is_duration(measure):
        return _SHORT[plan.unit or DurationUnit.SECONDS]
    match measure:
        case OfMetric() if measure.aggregate is Aggregate.CHANGE_PERCENT:
            return "%"
        case OfMetric() if measure.aggregate not in _UNITLESS:
            unit = inquiry.fleet.unit_of(measure.metrics[0])
            if measure.aggregate is Aggregate.RATE:
                return f"{unit}/h".strip()
            return unit or None
        case OfLink() if measure.aspect is Link.UPTIME_PERCENT:
            return "%"
        case OfForecast() if measure.aspect == "risk":
            return "%"
        case OfAttribute() if measure.attribute in (Attribute.AGE_DAYS, Attribute.WARRANTY_DAYS):
            return "days"
        case OfCost():
            book = inquiry.fleet.tariffs
            rates = (book.rates(one.site.row, one.type) for one in inquiry.chosen(plan.scope))
            inside = {one.currency for one in rates if one.currency is not None}
            return inside.pop() if len(inside) == 1 else None
    return None
