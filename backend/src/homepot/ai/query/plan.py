"""The typed plan: what a question asks for, before anybody looks anything up.

Every answer comes from a plan, whoever filled it: the parser, or a model under this schema. A
plan names things by their identity (a site's, a device's, a metric's), never by the words of the
question, so that nothing that was written in a question, a name or a note reaches a statement.

    how many      x  which devices  x  what of each  x  when     x  how it is shown
    (ask)            (scope, where)    (measure)        (window)    (by, order, limit)
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from homepot.ai.query.when import Part, Window

LIMIT_MAX = 1_000


# --- which devices --------------------------------------------------------------------------


class Scope(Part):
    """Which devices: what stands in one list is alternatives, the lists must all hold. An empty
    list asks for nothing. All are identities as the API shows them, but places and tags, which
    are the fleet's own words, and name_has, which every name must hold."""

    devices: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    name_has: tuple[str, ...] = ()
    without: "Scope | None" = None


# --- what of each ---------------------------------------------------------------------------


class Aggregate(StrEnum):
    NEWEST = "newest"
    FIRST = "first"
    AVERAGE = "average"
    MEDIAN = "median"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    SUM = "sum"
    COUNT = "count"
    PERCENTILE = "percentile"
    SPREAD = "spread"  # the standard deviation
    RANGE = "range"  # highest less lowest
    RATE = "rate"  # the sum for each hour of the window
    CHANGE = "change"  # how much more at the end than at the beginning
    CHANGE_PERCENT = "change_percent"
    SECONDS_ABOVE = "seconds_above"
    SECONDS_BELOW = "seconds_below"
    TIMES_ABOVE = "times_above"  # how often it went above
    TIMES_BELOW = "times_below"
    WHEN_HIGHEST = "when_highest"
    WHEN_LOWEST = "when_lowest"


class OfMetric(Part):
    """Readings of one metric, or of the first of several that a device reports."""

    kind: Literal["metric"] = "metric"
    metrics: tuple[str, ...] = Field(min_length=1, max_length=8)
    aggregate: Aggregate
    percentile: float | None = Field(default=None, ge=0, le=100)
    limit: float | None = None  # of SECONDS_ and TIMES_, in the metric's own unit


class Record(StrEnum):
    INCIDENT = "incident"
    ANOMALY = "anomaly"
    EVENT = "event"
    ALERT = "alert"


class RecordState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    RESOLVED = "resolved"
    ANY = "any"


class RecordSource(StrEnum):
    """All incidents on record, or those alone that detection found, that a person brought in or
    wrote down, or that a person answers for: brought in, confirmed or resolved by one."""

    RECORDED = "recorded"
    BROUGHT_IN = "brought_in"
    FOUND = "found"
    ANY = "any"


class RecordAggregate(StrEnum):
    COUNT = "count"
    NEWEST = "newest"  # the last one itself
    FIRST = "first"
    EACH = "each"  # a list of them
    WHEN_NEWEST = "when_newest"
    WHEN_FIRST = "when_first"
    SECONDS_SINCE = "seconds_since"  # the last one
    DURATION_AVERAGE = "duration_average"
    DURATION_SUM = "duration_sum"
    DURATION_LONGEST = "duration_longest"


class OfRecords(Part):
    """What was written down of devices: incidents, anomalies, events, alerts."""

    kind: Literal["records"] = "records"
    record: Record
    aggregate: RecordAggregate
    categories: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    event_kinds: tuple[str, ...] = ()  # 'restart', 'firmware_updated', as devices send them
    state: RecordState = RecordState.ANY
    source: RecordSource = RecordSource.ANY
    effective: bool | None = None  # whether what was done worked
    words: tuple[str, ...] = ()  # each must be in what was written


class Link(StrEnum):
    IS_OFFLINE = "is_offline"  # a yes or no
    IS_ONLINE = "is_online"
    SECONDS_SILENT = "seconds_silent"  # since it was last heard
    LAST_HEARD = "last_heard"
    UPTIME_PERCENT = "uptime_percent"
    SECONDS_OFFLINE = "seconds_offline"
    OUTAGES = "outages"
    LONGEST_OUTAGE = "longest_outage"
    GAPS = "gaps"  # pauses in the readings themselves
    LONGEST_GAP = "longest_gap"


class OfLink(Part):
    """How a device was heard from."""

    kind: Literal["link"] = "link"
    aspect: Link


class OfHealth(Part):
    """The health score, newest, or averaged or lowest over a window; or its word."""

    kind: Literal["health"] = "health"
    aspect: Literal["score", "status", "average", "lowest"] = "score"


class Attribute(StrEnum):
    NAME = "name"
    TYPE = "type"
    SITE = "site"
    PLACE = "place"
    FIRMWARE = "firmware"
    ADDRESS = "address"
    TAGS = "tags"
    PROVENANCE = "provenance"
    LIFECYCLE = "lifecycle"
    INSTALLED_ON = "installed_on"
    WARRANTY_UNTIL = "warranty_until"
    AGE_DAYS = "age_days"
    WARRANTY_DAYS = "warranty_days"  # left
    ENROLLED_AT = "enrolled_at"
    METRICS = "metrics"  # what it reports
    TIMEZONE = "timezone"  # of its site
    OPENING_HOURS = "opening_hours"


class OfAttribute(Part):
    """What is written on a device's card."""

    kind: Literal["attribute"] = "attribute"
    attribute: Attribute


class OfCost(Part):
    """What being offline cost by the site's tariff, and visits to resolved incidents."""

    kind: Literal["cost"] = "cost"
    aspect: Literal["downtime", "visits", "both"] = "both"


class OfForecast(Part):
    """What is expected: the day a metric crosses its limit, the risk of failing, what is due."""

    kind: Literal["forecast"] = "forecast"
    aspect: Literal["crossing", "risk", "maintenance", "value"]
    metrics: tuple[str, ...] = ()
    days: Literal[7, 14, 30] = 14  # of a risk: within so many from now on


Measure = Annotated[
    OfMetric | OfRecords | OfLink | OfHealth | OfAttribute | OfCost | OfForecast,
    Field(discriminator="kind"),
]


# --- which of them --------------------------------------------------------------------------


class Compare(StrEnum):
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    IS = "="
    IS_NOT = "!="
    BETWEEN = "between"
    WITHIN = "within"  # a date that lies in a window
    KNOWN = "known"  # there is a value
    UNKNOWN = "unknown"


Value = float | bool | str | date


class Condition(Part):
    """Only devices of which this holds: a measure of each, compared."""

    measure: Measure
    window: Window | None = None
    compare: Compare
    value: Value | None = None
    high: float | None = None  # of BETWEEN
    within: Window | None = None  # of WITHIN


# --- the plan -------------------------------------------------------------------------------


class Ask(StrEnum):
    COUNT = "count"  # how many devices (or sites, types ... by `of`)
    WHICH = "which"  # the devices themselves
    VALUE = "value"  # one measure, of all the devices in scope together
    EACH = "each"  # a measure by device, site, type or span of time, ordered and cut
    # Which of them has the most or the least: the devices (or sites), in order.
    # TOP, COMPARE and DIFFERENCE without a measure are about how many devices there are.
    TOP = "top"
    COMPARE = (
        "compare"  # yes or no: is the scope's side more (or less, by `compare`) than the other?
    )
    DIFFERENCE = "difference"  # the scope's side less the other
    GROWS = "grows"  # yes or no: did it rise (or fall, by `order`) over the window?
    HOLDS = (
        "holds"  # yes or no: do the conditions in `where` hold of the device, or of any in scope?
    )
    RECORD = "record"  # one incident (or other record), with how it was resolved
    RECORDS = "records"  # a list of them
    STATUS = "status"  # how a device, a site or the fleet is now
    RECALL = "recall"  # what happened before that looked like what is described
    WHY = "why"  # what explains it: factors of health, the open incident, what led
    NONE = "none"  # it can't be answered; `reason` says why


class By(StrEnum):
    DEVICE = "device"
    SITE = "site"
    TYPE = "type"
    FIRMWARE = "firmware"
    PLACE = "place"
    CATEGORY = "category"
    SEVERITY = "severity"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    WEEKDAY = "weekday"
    HOUR_OF_DAY = "hour_of_day"


class Order(StrEnum):
    MOST = "most"
    LEAST = "least"


class Against(Part):
    """The other side of a comparison: other devices, or another time, or both."""

    scope: Scope | None = None
    window: Window | None = None


class NoAnswer(StrEnum):
    """Why a question can't be answered."""

    EMPTY = "empty"
    OFF_TOPIC = "off_topic"
    NOT_UNDERSTOOD = "not_understood"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_SITE = "unknown_site"
    UNKNOWN_METRIC = "unknown_metric"
    UNKNOWN_THING = "unknown_thing"
    NOT_REPORTED = "not_reported"  # the metric is known, but these devices do not report it
    NO_DATA = "no_data"  # nothing in that window
    IMPOSSIBLE_TIME = "impossible_time"
    FUTURE = "future"
    AMBIGUOUS = "ambiguous"
    NOT_ALLOWED = "not_allowed"  # it asks to change something, or for a secret
    LANGUAGE = "language"
    TOO_LONG = "too_long"
    TOOK_TOO_LONG = "took_too_long"  # to work out
    TWO_QUESTIONS = "two_questions"
    UNDEFINED = "undefined"  # as a share of nothing
    NO_TARIFF = "no_tariff"
    UNAVAILABLE = "unavailable"  # what would know it is not here


class DurationUnit(StrEnum):
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class Reason(Part):
    why: NoAnswer
    subject: str = ""  # what it is about, as the asker wrote it: shown, never looked up
    suggestions: tuple[str, ...] = ()


class Plan(Part):
    ask: Ask
    of: By = By.DEVICE  # what is counted, listed or ranked
    scope: Scope = Scope()
    where: tuple[Condition, ...] = Field(default=(), max_length=8)
    any_of: bool = False  # one of the conditions is enough
    measure: Measure | None = None
    window: Window | None = None
    against: Against | None = None
    by: By | None = None  # EACH, and COUNT or VALUE where wanted: one value for each of these
    order: Order | None = None
    limit: int | None = Field(default=None, ge=1, le=LIMIT_MAX)
    compare: Compare | None = None  # COMPARE: how
    value: Value | None = None  # COMPARE: with this, where there is no other side
    unit: DurationUnit | None = None  # in which a duration is wanted: "for how many hours"
    assumptions: tuple[str, ...] = ()  # what the question left open and how it was taken
    about: str | None = Field(default=None, min_length=1, max_length=300)  # RECALL: what happened
    reason: Reason | None = None
    filled_by: Literal["parser", "model", "person"] = "parser"

    def machine(self) -> dict[str, Any]:
        """As it is shown and sent back: without what it leaves open."""
        return _pruned(self.model_dump(mode="json"))


def _pruned(given: dict[str, Any]) -> dict[str, Any]:
    """Without what is None or empty, all the way down."""
    kept = {}
    for key, value in given.items():
        said = _pruned(value) if isinstance(value, dict) else value
        if isinstance(said, list):
            said = [_pruned(one) if isinstance(one, dict) else one for one in said]
        if said is not None and said != [] and said != {} and said != "":
            kept[key] = said
    return kept
