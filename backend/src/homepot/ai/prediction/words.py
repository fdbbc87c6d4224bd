"""What is foreseen, in words. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from homepot.ai.device_memory.patterns import Answer
from homepot.ai.incidents.category import category_of_metric
from homepot.ai.incidents.likeness import FIRST_STEP, worked
from homepot.ai.prediction.limits import Limit
from homepot.ai.prediction.records import Chance, Known, Learnt, OfType, Prediction
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


def action(one: Prediction, zone: ZoneInfo, alike: Answer | None = None) -> str:
    """What worked on what went like it before, or where such trouble is commonly found."""
    usual = FIRST_STEP.get(category_of_metric(one.metric), "Look at it on site.")
    said = f"Before {_moment(one.lower, zone)}: {usual}"
    advice = alike.recommendation if alike else None
    if advice is None:
        return said
    return f"{said} What went like it before was mended by “{advice.resolution}”, {worked(advice)}."


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


_REASONS = {
    "stands": "where {metric} stands",
    "moved_in_a_week": "how {metric} moved within a week",
    "moved_in_four_weeks": "how {metric} moved within four weeks",
    "restless": "how restless {metric} is",
    "moved_for_its_restlessness": "how far {metric} moved, for how restless it is",
    "room": "how near {metric} is to its limit",
    "days_of_room": "how soon {metric} reaches its limit at its present pace",
    "known_days": "how long the device is known",
    "since_failure": "how long ago the device failed last",
    "past_failures": "how often the device failed in 90 days",
}


def reason(name: str, labels: Mapping[str, str]) -> str:
    """What speaks for a failure, by the name of what a model looks at.

    >>> reason("disk_percent:pace_7", {"disk_percent": "Disk used"})
    'how fast Disk used moved over 7 days'
    """
    metric, _, what = name.rpartition(":")
    said = labels.get(metric, metric)
    if what.startswith("pace_"):
        return f"how fast {said} moved over {what.removeprefix('pace_')} days"
    return _REASONS[what].format(metric=said)


def failure(learnt: Learnt | None, chance: Chance | None, kind: str) -> str:
    """What past failures of the type say of this device, or why they say nothing.

    >>> failure(None, None, "gateway")
    'Not learnt yet what failures of this type are like; it is, each night.'
    """
    if learnt is None:
        return "Not learnt yet what failures of this type are like; it is, each night."
    if learnt.basis == "few":
        if learnt.failures < learnt.failures_needed:
            return (
                f"{learnt.failures} of {learnt.failures_needed} failures of this type ({kind}):"
                " until then only limits are foreseen."
            )
        return (
            f"{learnt.failures} failures of this type ({kind}), but of too few devices or too near"
            " to each other to learn from: only limits are foreseen."
        )
    off = max(one for one in (learnt.error_7d, learnt.error_14d, learnt.error_30d) if one)
    if learnt.basis == "unsure":
        return (
            f"{learnt.failures} failures of this type ({kind}) are known, but chances told from"
            f" them were off by {_percent(off)} on devices left out: only limits are foreseen."
        )
    if chance is None:
        return "It has failed and is not well yet, or too few of its days are known."
    how = (
        "By its own days and how failures of its type came on"
        if chance.basis == "trees"
        else "Nothing showed before failures of its type; by how often they come"
    )
    return (
        f"{how}, it fails within 14 days with a chance of {_percent(chance.chance_14d)}. Learnt"
        f" from {learnt.failures} failures; on devices left out such chances were off by"
        f" {_percent(off)} at most."
    )


def of_type(one: OfType) -> str:
    """How far past failures of a type have taught.

    >>> of_type(OfType("gateway", 4, "few", 3, 20, None))
    '3 of 20 failures of this type: until then only limits are foreseen.'
    """
    if one.basis is None:
        return f"Not learnt yet; {one.failures_needed} failures of this type are needed."
    if one.basis == "few":
        if one.failures < one.failures_needed:
            return (
                f"{one.failures} of {one.failures_needed} failures of this type: until then only"
                " limits are foreseen."
            )
        return (
            f"{one.failures} failures of this type, but of too few devices or too near to each"
            " other to learn from: only limits are foreseen."
        )
    off = _percent(one.error or 0.0)
    if one.basis == "unsure":
        return (
            f"{one.failures} failures of this type, but chances told from them were off by {off}"
            " on devices left out: only limits are foreseen."
        )
    if one.basis == "rate":
        return (
            f"{one.failures} failures of this type, and nothing shows before them: only how often"
            " they come is known."
        )
    return f"Chances are told from {one.failures} failures of this type, calibrated to ±{off}."


def _percent(share: float) -> str:
    """
    >>> _percent(0.034), _percent(0.4)
    ('3.4 %', '40 %')
    """
    digits = 0 if share >= 0.1 else 1
    return f"{100 * share:.{digits}f} %"


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
