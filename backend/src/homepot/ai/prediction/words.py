"""What is foreseen, in words. Pure."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from homepot.ai.incidents.category import category_of_metric
from homepot.ai.incidents.likeness import FIRST_STEP
from homepot.ai.prediction.limits import Limit
from homepot.ai.prediction.records import Known, Prediction
from homepot.fleet.tariffs.logic import Rates


def headline(one: Prediction, zone: ZoneInfo) -> str:
    return (
        f"{one.label} will reach its {one.severity} limit of {_amount(one.limit, one.unit)}"
        f" around {_moment(one.crosses_at, zone)}."
    )


def reasoning(one: Prediction, zone: ZoneInfo) -> str:
    way = "risen" if one.growth > 0 else "fallen"
    return (
        f"It has {way} by {_amount(abs(one.growth), one.unit)} since {_moment(one.onset_at, zone)}"
        f" and stands at {_amount(one.level, one.unit)}, without the usual course of a day; just"
        f" now it goes on by {_amount(abs(one.rate_per_day), one.unit)} a day. With nine chances"
        f" in ten the limit is reached between {_moment(one.lower, zone)} and"
        f" {_moment(one.upper, zone)}."
    )


def action(one: Prediction, zone: ZoneInfo) -> str:
    usual = FIRST_STEP.get(category_of_metric(one.metric), "Look at it on site.")
    return f"Before {_moment(one.lower, zone)}: {usual}"


def what_to_do(one: Prediction) -> str:
    usual = FIRST_STEP.get(category_of_metric(one.metric), "Look at it on site.")
    return f"{one.label} towards {_amount(one.limit, one.unit)}: {usual}"


def parts_for(metric: str) -> str | None:
    """The part that is needed, where the metric itself says which.

    >>> parts_for("battery_percent"), parts_for("disk_percent")
    ('battery', None)
    """
    return "battery" if "battery" in metric.lower() else None


def cost_of(rates: Rates, with_part: bool) -> tuple[Decimal | None, str]:
    """A visit, and a part where one is needed; none and why, where nobody said what they cost."""
    if rates.visit_cost is None:
        return None, _sentence(rates.why["visit_cost"])
    if not with_part:
        return rates.visit_cost.amount, "A visit."
    if rates.part_cost is None:
        return rates.visit_cost.amount, f"A visit alone; {rates.why['part_cost']}."
    return rates.visit_cost.amount + rates.part_cost.amount, "A visit and a part."


def history(known: Known | None) -> str:
    """How far the device is known.

    >>> history(None)
    'Not looked at yet; every device is, each hour.'
    """
    if known is None:
        return "Not looked at yet; every device is, each hour."
    if not known.limited:
        return "None of its metrics has a limit, so none is foreseen to be reached."
    if known.hours < known.hours_needed:
        return f"Not enough history: {known.hours} h of {known.hours_needed} h needed."
    days, hours = divmod(known.hours, 24)
    return f"Known for {days} d {hours} h of the last 30 days."


def beyond(limit: Limit) -> str:
    side = "above" if limit.sign > 0 else "below"
    return (
        f"{limit.label} is already {side} its {limit.severity} limit of"
        f" {_amount(limit.value, limit.unit)}: that is no forecast any more."
    )


def _amount(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    said = f"{value:,.{digits}f}"
    if "." in said:
        said = said.rstrip("0").rstrip(".")
    return f"{said} {unit}".strip()


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
