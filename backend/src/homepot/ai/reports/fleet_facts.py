"""What is known of many devices in a period, in plain values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from homepot.ai.analysis.facts import Window, money
from homepot.ai.prediction.records import Prediction
from homepot.fleet.connectivity.record import Record, Stretch
from homepot.fleet.tariffs.logic import Book

HOUR_S = 3600.0
HEALTH = ("healthy", "warning", "critical", "maintenance", "unknown")


@dataclass(frozen=True)
class FleetDevice:
    row: int
    id: str
    name: str
    type: str
    site_row: int
    site_name: str
    health: str
    score: float | None
    provenance: str
    anomalies: int
    anomalies_muted: int
    events: int


@dataclass(frozen=True)
class FleetIncident:
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
    device_row: int | None
    device_name: str | None

    @property
    def is_living(self) -> bool:
        return self.state in ("open", "confirmed")


@dataclass(frozen=True)
class FleetCost:
    """By currency; the hours of devices for which nobody said what an hour costs are apart."""

    amounts: dict[str, Decimal]
    unpriced_h: float
    offline_h: float | None


@dataclass(frozen=True)
class FleetFacts:
    """A site, or where `site_id` is null all sites, in a period."""

    site_id: str | None
    name: str
    zone: ZoneInfo
    window: Window
    devices: Sequence[FleetDevice]
    record: Record
    incidents: Sequence[FleetIncident]
    foreseen: Sequence[Prediction]
    cost: FleetCost
    # each with its incident or its prediction, the most pressing first
    advice: Sequence[str]

    def count(self, health: str) -> int:
        return sum(one.health == health for one in self.devices)

    def stretch(self, one: FleetDevice) -> Stretch:
        return self.record.of(one.row)


@dataclass(frozen=True)
class Together:
    """Of several devices."""

    online_s: float
    offline_s: float
    unknown_s: float
    outages: int

    @property
    def percentage(self) -> float | None:
        known = self.online_s + self.offline_s
        return 100 * self.online_s / known if known > 0 else None


def together(stretches: Sequence[Stretch]) -> Together:
    return Together(
        sum(one.uptime.online_s for one in stretches),
        sum(one.uptime.offline_s for one in stretches),
        sum(one.uptime.unknown_s for one in stretches),
        sum(one.outages for one in stretches),
    )


def cost_of(devices: Sequence[FleetDevice], record: Record, book: Book) -> FleetCost:
    """Each device's hours offline at what an hour of it costs."""
    amounts: dict[str, Decimal] = {}
    unpriced = offline = known = 0.0
    for one in devices:
        uptime = record.of(one.row).uptime
        known += uptime.online_s + uptime.offline_s
        hours = uptime.offline_s / HOUR_S
        offline += hours
        rates = book.rates(one.site_row, one.type)
        if rates.downtime_cost_per_hour is None or rates.currency is None:
            unpriced += hours
            continue
        cost = money(hours, rates.downtime_cost_per_hour.amount)
        amounts[rates.currency] = amounts.get(rates.currency, Decimal(0)) + cost
    return FleetCost(amounts, unpriced, offline if known > 0 else None)


def spans(window: Window) -> list[tuple[datetime, datetime]]:
    """The window in pieces that people think in: hours, or days."""
    step = timedelta(hours=1) if window.length <= timedelta(days=2) else timedelta(days=1)
    found, at = [], window.start
    while at < window.end:
        found.append((at, min(at + step, window.end)))
        at += step
    return found
