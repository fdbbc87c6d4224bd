"""What a site's downtime cost, what was saved, what there is to spend: from tariffs. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from homepot.ai.analysis.facts import HOUR_S, NOT_WATCHED, money
from homepot.ai.insights.facts import Effect, Recommendation, SiteCosts, SiteDevice, Span
from homepot.fleet.connectivity.record import Record
from homepot.fleet.tariffs.logic import Rates

DOWNTIME = "current_month_downtime_cost"
PREVENTED = "prevented_issues_value"
BUDGET = "recommended_maintenance_budget"
_CENT = Decimal("0.01")


def site_costs(
    devices: Sequence[SiteDevice],
    rates: Mapping[int, Rates],
    month: Record,
    recommended: Sequence[Recommendation],
    effects: Sequence[Effect],
) -> SiteCosts:
    """`rates` by the row of a device; `month` is the record since the month began."""
    hours = _offline_hours(devices, month)
    total = sum(hours.values()) if hours else None
    currencies = sorted({one.currency for one in rates.values() if one.currency})
    why: dict[str, str] = {}
    if len(currencies) != 1 or not devices:
        reason = _no_currency(devices, currencies)
        why = dict.fromkeys((DOWNTIME, PREVENTED, BUDGET), reason)
        return SiteCosts(None, month.start, total, None, None, None, {}, why)
    (currency,) = currencies
    downtime = _downtime(hours, rates, currency, why)
    prices = {
        one.id: span for one in recommended if (span := _price(one, rates, currency)) is not None
    }
    budget = _budget(recommended, rates, currency, why)
    prevented = _prevented(effects, rates, currency, why)
    return SiteCosts(currency, month.start, total, downtime, prevented, budget, prices, why)


def _no_currency(devices: Sequence[SiteDevice], currencies: Sequence[str]) -> str:
    if not devices:
        return "there are no devices at this site"
    if currencies:
        return f"its devices have tariffs in several currencies: {', '.join(currencies)}"
    return "no tariff is set: say what downtime, visits and parts cost (PUT /api/tariffs)"


def _offline_hours(devices: Sequence[SiteDevice], month: Record) -> dict[int, float]:
    """By device; without those of which nothing is known."""
    found = {}
    for one in devices:
        uptime = month.of(one.row).uptime
        if uptime.online_s + uptime.offline_s > 0:
            found[one.row] = uptime.offline_s / HOUR_S
    return found


def _downtime(
    hours: Mapping[int, float], rates: Mapping[int, Rates], currency: str, why: dict[str, str]
) -> Span | None:
    if not hours:
        why[DOWNTIME] = NOT_WATCHED
        return None
    priced = {
        row: rate.amount for row in hours if (rate := rates[row].downtime_cost_per_hour) is not None
    }
    if not priced:
        why[DOWNTIME] = next(iter(rates.values())).why["downtime_cost_per_hour"]
        return None
    if len(priced) < len(rates):
        missing = len(rates) - len(priced)
        why[DOWNTIME] = f"{missing} of {len(rates)} devices are left out: not watched, or no tariff"
    total = sum((money(hours[row], amount) for row, amount in priced.items()), Decimal(0))
    return Span(total.quantize(_CENT), total.quantize(_CENT), currency)


def _price(one: Recommendation, rates: Mapping[int, Rates], currency: str) -> Span | None:
    """A visit to each of its devices, and up to a part for each."""
    if not one.needs_visit:
        return None
    low = high = Decimal(0)
    for device in one.devices:
        visit, part = rates[device.row].visit_cost, rates[device.row].part_cost
        if visit is None:
            return None
        low += visit.amount
        high += visit.amount
        if one.may_need_part and part is not None:
            high += part.amount
    return Span(low.quantize(_CENT), high.quantize(_CENT), currency)


def _budget(
    recommended: Sequence[Recommendation],
    rates: Mapping[int, Rates],
    currency: str,
    why: dict[str, str],
) -> Span | None:
    """One visit to each device that has something to be done, and up to a part for each."""
    visits = [one for one in recommended if one.needs_visit]
    parts = {device.row for one in visits if one.may_need_part for device in one.devices}
    rows = {device.row for one in visits for device in one.devices}
    low = high = Decimal(0)
    missing = 0
    for row in rows:
        visit, part = rates[row].visit_cost, rates[row].part_cost
        if visit is None:
            missing += 1
            continue
        low += visit.amount
        high += visit.amount + (part.amount if part is not None and row in parts else 0)
    if rows and missing == len(rows):
        why[BUDGET] = next(iter(rates.values())).why.get("visit_cost", "no visit has a price")
        return None
    if missing:
        why[BUDGET] = f"{missing} of {len(rows)} devices are left out: no visit has a price there"
    return Span(low.quantize(_CENT), high.quantize(_CENT), currency)


def _prevented(
    effects: Sequence[Effect], rates: Mapping[int, Rates], currency: str, why: dict[str, str]
) -> Span | None:
    """Of actions after which less came than before by more than chance: hours that were not lost
    and visits that were not needed. Each device counts once, for the newest action."""
    total, seen, found = Decimal(0), set[int](), False
    for one in sorted(effects, key=lambda each: each.action.taken_at, reverse=True):
        rows = [row for row in one.action.device_rows if row in rates and row not in seen]
        measured = one.hours_prevented is not None or one.incidents_prevented is not None
        if not measured or not rows:
            continue
        hour, visit = _mean(rows, rates, "downtime_cost_per_hour"), _mean(rows, rates, "visit_cost")
        if hour is None and visit is None:
            continue
        seen.update(rows)
        found = True
        total += money(one.hours_prevented or 0.0, hour or Decimal(0))
        total += money(one.incidents_prevented or 0.0, visit or Decimal(0))
    if not found:
        why[PREVENTED] = (
            "no action has been followed by less trouble than before by more than chance"
            if effects
            else "no action was marked as taken, so nothing can be measured"
        )
        return None
    return Span(total.quantize(_CENT), total.quantize(_CENT), currency)


def _mean(rows: Sequence[int], rates: Mapping[int, Rates], name: str) -> Decimal | None:
    known = [rate.amount for row in rows if (rate := getattr(rates[row], name)) is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def month_start(now: datetime) -> datetime:
    """Of the month on the clock that `now` is told by."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
