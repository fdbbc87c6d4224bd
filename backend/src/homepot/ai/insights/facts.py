"""All that is known of a site in its window, in plain values. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.analysis.facts import Window
from homepot.ai.insights.causes import Cause, SameHour
from homepot.ai.insights.effects import Measured
from homepot.ai.insights.trends import Moves
from homepot.ai.prediction.records import Prediction
from homepot.fleet.types.logic import Metric

OVERALL = ((0.8, "Good"), (0.4, "Fair"), (0.0, "Poor"))
WARRANTY_DAYS = 60


@dataclass(frozen=True)
class SiteDevice:
    row: int
    id: str
    name: str
    type: str
    firmware: str | None
    location: str | None
    warranty_until: date | None
    created_at: datetime
    connectivity: str
    health: str
    score: float | None
    reason: str | None


@dataclass(frozen=True)
class SiteIncident:
    """Its own device, or the members of one of the whole site."""

    row: int
    incident_id: str
    category: str
    severity: str
    state: str
    title: str
    started_at: datetime
    reopened: int
    devices: Sequence[int]

    @property
    def is_living(self) -> bool:
        return self.state in ("open", "confirmed")


@dataclass(frozen=True)
class Trend:
    device: SiteDevice
    metric: Metric
    moves: Moves
    # worse, better, or none where neither way is bad by itself
    way: str


@dataclass(frozen=True)
class Oftener:
    """A device with more, or fewer, anomalies in the second half of the window than in the first;
    how probable that is if nothing changed."""

    device: SiteDevice
    first: int
    second: int
    chance: float


@dataclass(frozen=True)
class Recurring:
    device: SiteDevice
    category: str
    times: int
    last_at: datetime
    incident_ids: Sequence[str]


@dataclass(frozen=True)
class Uptimes:
    """Of all devices together."""

    online_s: float
    offline_s: float
    unknown_s: float
    watched: int
    outages: int
    # the row of a device and its seconds offline, the most first
    offline: Sequence[tuple[int, float]]

    @property
    def known_s(self) -> float:
        return self.online_s + self.offline_s

    @property
    def percentage(self) -> float | None:
        return 100 * self.online_s / self.known_s if self.known_s > 0 else None


@dataclass(frozen=True)
class Action:
    row: int
    action_id: str
    recommendation_id: str
    kind: str
    recommendation: str
    device_rows: Sequence[int]
    category: str | None
    metric: str | None
    taken_at: datetime
    note: str | None
    actor_kind: str
    actor_name: str


@dataclass(frozen=True)
class Effect:
    """What came of an action."""

    action: Action
    device_ids: Sequence[str]
    measures: Sequence[Measured]
    # incidents and hours that did not come, where fewer came by more than chance
    incidents_prevented: float | None
    hours_prevented: float | None


@dataclass(frozen=True)
class Recommendation:
    id: str
    kind: str
    text: str
    devices: Sequence[SiteDevice]
    category: str | None = None
    metric: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    # whether somebody has to go there, and may need a part
    needs_visit: bool = False
    may_need_part: bool = False


@dataclass(frozen=True)
class Span:
    """An amount of money, or between which two it lies."""

    low: Decimal
    high: Decimal
    currency: str

    @property
    def words(self) -> str:
        """
        >>> Span(Decimal(800), Decimal(1200), "EUR").words
        '800.00 to 1,200.00 EUR'
        """
        if self.low == self.high:
            return f"{self.low:,.2f} {self.currency}"
        return f"{self.low:,.2f} to {self.high:,.2f} {self.currency}"


@dataclass(frozen=True)
class SiteCosts:
    """None where it cannot be told; `why` has the reason by name."""

    currency: str | None
    month_start: datetime
    month_offline_h: float | None
    downtime: Span | None
    prevented: Span | None
    budget: Span | None
    of_recommendations: Mapping[str, Span]
    why: Mapping[str, str]


@dataclass(frozen=True)
class SiteFacts:
    """A site in its window; `days` are the whole days that trends were looked for in."""

    site_id: str
    name: str
    zone: ZoneInfo
    window: Window
    now: datetime
    devices: Sequence[SiteDevice]
    uptimes: Uptimes
    incidents: Sequence[SiteIncident]
    trends: Sequence[Trend]
    streams_tested: int
    streams_too_short: int
    oftener: Sequence[Oftener]
    recurring: Sequence[Recurring]
    causes: Sequence[Cause]
    causes_tested: int
    same_hour: SameHour | None
    warranties: Sequence[SiteDevice]
    warranties_over: int
    # open now, the nearest first
    foreseen: Sequence[Prediction]
    recommendations: Sequence[Recommendation]
    effects: Sequence[Effect]
    costs: SiteCosts

    @property
    def score(self) -> float | None:
        known = [one.score for one in self.devices if one.score is not None]
        return sum(known) / len(known) if known else None

    @property
    def overall(self) -> str:
        """In a word: Good from 0.8 on, Fair from 0.4 on, as health is healthy or warning."""
        if self.score is None:
            return "Unknown"
        return next(word for least, word in OVERALL if self.score >= least)

    def count(self, health: str) -> int:
        return sum(one.health == health for one in self.devices)
