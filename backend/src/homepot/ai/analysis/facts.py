"""All that is known of a device in a period, in plain values. Pure.

A summary, a model's words and a report speak of these and of nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.device_memory.patterns import Answer
from homepot.ai.prediction.records import Prediction
from homepot.fleet.connectivity.record import Stretch
from homepot.fleet.tariffs.logic import Rates
from homepot.fleet.types.logic import Kind, TypeMetric

HOUR_S = 3600.0


@dataclass(frozen=True)
class Window:
    """From the first moment up to the second, which is not in it; and how people call it."""

    start: datetime
    end: datetime
    words: str

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True)
class MetricFacts:
    """What the readings of one metric come to. Of a counter its growth is told, not its level."""

    metric: TypeMetric
    count: int
    mean: float
    low: float
    high: float
    increase: float | None = None

    @property
    def is_counter(self) -> bool:
        return self.metric.kind is Kind.COUNTER

    @property
    def beyond(self) -> tuple[str, float, float] | None:
        """How bad, which value, which limit: the worst limit that a reading was beyond.

        >>> limited = TypeMetric("disk_percent", warning_above=85.0, critical_above=95.0)
        >>> MetricFacts(limited, 3, 80.0, 60.0, 96.0).beyond
        ('critical', 96.0, 95.0)
        """
        one = self.metric
        for severity, above, below in (
            ("critical", one.critical_above, one.critical_below),
            ("warning", one.warning_above, one.warning_below),
        ):
            if above is not None and self.high > above:
                return severity, self.high, above
            if below is not None and self.low < below:
                return severity, self.low, below
        return None


@dataclass(frozen=True)
class HeardFacts:
    """When readings came in the period, and when they did not."""

    first_at: datetime | None = None
    last_at: datetime | None = None
    pauses: Sequence[tuple[datetime, datetime]] = ()
    # the last reading there is, also before the period
    last_ever: datetime | None = None

    @property
    def covered_s(self) -> float:
        """How long readings followed each other as usual."""
        if self.first_at is None or self.last_at is None:
            return 0.0
        away = sum((b - a).total_seconds() for a, b in self.pauses)
        return (self.last_at - self.first_at).total_seconds() - away


@dataclass(frozen=True)
class AnomalyFacts:
    id: int
    kind: str
    severity: str
    metrics: Sequence[Mapping[str, Any]]
    started_at: datetime
    ended_at: datetime | None
    # why nobody was told
    muted: str | None


@dataclass(frozen=True)
class IncidentFacts:
    row: int
    incident_id: str
    title: str
    description: str
    category: str
    severity: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    resolution: str | None
    worked: bool | None
    is_site: bool

    @property
    def is_living(self) -> bool:
        return self.state in ("open", "confirmed")


@dataclass(frozen=True)
class Similar:
    """A past incident that one of the period resembles."""

    of_incident: str
    incident_id: str
    device_id: str | None
    at: datetime | None
    description: str
    resolution: str | None
    worked: bool | None
    # how probable it is that both are of one kind
    score: float


@dataclass(frozen=True)
class Advice:
    """What to do, and what that rests on."""

    text: str
    kind: str  # worked_before, first_step, foreseen, warranty
    of_incident: str | None = None
    worked: int | None = None
    tried: int | None = None
    evidence: Sequence[str] = ()


@dataclass(frozen=True)
class HealthFacts:
    """How it is now, and how it was in the period, weighed by how long each score stood."""

    score: float | None
    status: str
    reason: str | None
    factors: Sequence[Mapping[str, Any]]
    learning: str
    is_learning: bool
    average: float | None = None
    lowest: float | None = None


@dataclass(frozen=True)
class CostFacts:
    """What being offline cost; None, and `why`, where nobody said what an hour costs."""

    offline_h: float | None
    rates: Rates
    downtime: Decimal | None
    why: str | None


@dataclass(frozen=True)
class Foreseen:
    """What is open, the nearest first; how probable it is that a limit is reached within 14 days,
    none where nobody can know; how far the device is known, in words."""

    predictions: Sequence[Prediction] = ()
    risk: float | None = None
    reached: Sequence[str] = ()
    history: str = ""


@dataclass(frozen=True)
class DeviceFacts:
    """A device in a period."""

    device_id: str
    name: str
    device_type: str
    site_id: str
    site_name: str
    zone: ZoneInfo
    provenance: str
    connectivity: str
    last_seen_at: datetime | None
    firmware: str | None
    location: str | None
    warranty_until: date | None
    window: Window
    now: datetime
    metrics: Sequence[MetricFacts]
    heard: HeardFacts
    stretch: Stretch
    anomalies: Sequence[AnomalyFacts]
    incidents: Sequence[IncidentFacts]
    events: Mapping[str, int]
    health: HealthFacts
    similar: Sequence[Similar]
    advice: Sequence[Advice]
    cost: CostFacts
    foreseen: Foreseen
    warnings: Sequence[str] = ()
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def anomalies_told(self) -> Sequence[AnomalyFacts]:
        """Without those of which nobody was told: history, announced work, closed hours."""
        return [one for one in self.anomalies if one.muted is None]

    def label(self, metric: str) -> str:
        """As people call it."""
        known = {one.metric.name: one.metric.label for one in self.metrics}
        return known.get(metric) or metric.replace("_", " ")

    @property
    def temperature(self) -> MetricFacts | None:
        """The one by that name; else the only one that is measured in degrees."""
        warm = [one for one in self.metrics if one.metric.unit in ("°C", "°F")]
        named = [one for one in warm if one.metric.name == "temperature_celsius"]
        return named[0] if named else warm[0] if len(warm) == 1 else None

    @property
    def uptime_percentage(self) -> float | None:
        ratio = self.stretch.uptime.online_ratio
        return None if ratio is None else 100 * ratio

    @property
    def readings(self) -> int:
        return sum(one.count for one in self.metrics)


def weighed_health(
    steps: Sequence[tuple[datetime, float | None]], start: datetime, end: datetime
) -> tuple[float | None, float | None]:
    """Average, weighed by how long each score stood, and lowest; `steps` in order of time.

    >>> from datetime import UTC
    >>> day = datetime(2026, 11, 2, tzinfo=UTC)
    >>> weighed_health([(day, 1.0), (day + timedelta(hours=18), 0.6)], day, day + timedelta(1))
    (0.9, 0.6)
    """
    total = length = 0.0
    lowest: float | None = None
    for place, (at, score) in enumerate(steps):
        beyond = steps[place + 1][0] if place + 1 < len(steps) else end
        seconds = (min(beyond, end) - max(at, start)).total_seconds()
        if score is None or seconds <= 0:
            continue
        total, length = total + score * seconds, length + seconds
        lowest = score if lowest is None else min(lowest, score)
    return (total / length if length else None), lowest


def cost_of(stretch: Stretch, rates: Rates) -> CostFacts:
    """Hours offline, as the record of connectivity has them, at what an hour costs."""
    known_s = stretch.uptime.online_s + stretch.uptime.offline_s
    rate = rates.downtime_cost_per_hour
    if known_s <= 0:
        return CostFacts(None, rates, None, NOT_WATCHED)
    hours = stretch.uptime.offline_s / HOUR_S
    if rate is None:
        return CostFacts(hours, rates, None, rates.why["downtime_cost_per_hour"])
    return CostFacts(hours, rates, money(hours, rate.amount), None)


NOT_WATCHED = "whether it was online was not watched in that period"


def money(hours: float, rate: Decimal) -> Decimal:
    """
    >>> money(1.5, Decimal("40.10"))
    Decimal('60.15')
    """
    return (Decimal(repr(hours)) * rate).quantize(Decimal("0.01"))


def similar_of(answers: Mapping[str, Answer]) -> list[Similar]:
    """Of the incidents of the period, by their ids: what each resembles, each once, best first."""
    best: dict[str, Similar] = {}
    for of_incident, answer in answers.items():
        for match in answer.matches:
            known = match.pattern
            if known.incident_id in answers:
                continue  # itself, or another of this very period
            one = Similar(
                of_incident, known.incident_id, known.device_id, known.started_at,
                known.description, known.resolution, known.effective, match.score,
            )  # fmt: skip
            if one.incident_id not in best or best[one.incident_id].score < one.score:
                best[one.incident_id] = one
    return sorted(best.values(), key=lambda one: (-one.score, one.incident_id))
