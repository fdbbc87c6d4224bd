"""What stands out in the rows of a site: what returns, what got more frequent, whose warranty
ends, what to do. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from homepot.ai.incidents.likeness import FIRST_STEP
from homepot.ai.insights.causes import Cause
from homepot.ai.insights.facts import (
    WARRANTY_DAYS,
    Oftener,
    Recommendation,
    Recurring,
    SiteDevice,
    SiteIncident,
    Trend,
)
from homepot.ai.insights.statistics import binomial_tail, discoveries
from homepot.ai.insights.trends import Trends
from homepot.ai.prediction.records import Prediction
from homepot.ai.prediction.words import action, headline
from homepot.fleet.types.logic import Direction, Metric

_RETURNS_MIN = 3
_ANOMALIES_MIN = 5
_LEVEL = 0.05
_PARTS = {"hardware", "mechanical", "power", "sensor", "storage"}
_SEVERITIES = ("critical", "warning", "info")


def recurring(
    devices: Mapping[int, SiteDevice], incidents: Sequence[SiteIncident]
) -> list[Recurring]:
    """The same kind of trouble of one device, three times or more; each return counts."""
    found: dict[tuple[int, str], list[SiteIncident]] = {}
    for one in incidents:
        for row in one.devices:
            if row in devices:
                found.setdefault((row, one.category), []).append(one)
    told = [
        Recurring(
            devices[row],
            category,
            sum(1 + one.reopened for one in mine),
            max(one.started_at for one in mine),
            [one.incident_id for one in mine],
        )
        for (row, category), mine in found.items()
    ]
    kept = [one for one in told if one.times >= _RETURNS_MIN]
    return sorted(kept, key=lambda one: (-one.times, one.device.id, one.category))


def oftener(
    devices: Mapping[int, SiteDevice], counts: Mapping[int, tuple[int, int]], halfway: datetime
) -> list[Oftener]:
    """Whose anomalies became more, or fewer, from one half of the window to the other. A device
    that is younger than the window has no first half to compare."""
    tested = []
    for row, (first, second) in counts.items():
        device = devices.get(row)
        if device is None or first + second < _ANOMALIES_MIN:
            continue
        if not first and device.created_at > halfway - timedelta(days=7):
            continue
        chance = min(1.0, 2 * binomial_tail(max(first, second), first + second, 0.5))
        tested.append(Oftener(device, first, second, chance))
    believed = discoveries([one.chance for one in tested], _LEVEL)
    found = [one for one, is_so in zip(tested, believed, strict=True) if is_so]
    return sorted(found, key=lambda one: (one.chance, one.device.id))


def told_trends(found: Trends, streams: Sequence[tuple[SiteDevice, Metric]]) -> list[Trend]:
    """With which way is bad; what worsens first."""
    told = []
    for one in found.moving:
        device, metric = streams[one.stream]
        ways = {
            Direction.UP_IS_BAD: ("worse", "better"),
            Direction.DOWN_IS_BAD: ("better", "worse"),
        }
        up, down = ways.get(metric.direction, ("none", "none"))
        told.append(Trend(device, metric, one, up if one.per_day > 0 else down))
    order = {"worse": 0, "none": 1, "better": 2}
    return sorted(told, key=lambda one: (order[one.way], one.moves.chance, one.device.id))


def warranties(devices: Sequence[SiteDevice], today: date) -> tuple[list[SiteDevice], int]:
    """Those that end soon, the first first; and how many are over."""
    known = [(one.warranty_until, one) for one in devices if one.warranty_until is not None]
    soon = [(day, one) for day, one in known if 0 <= (day - today).days <= WARRANTY_DAYS]
    soon.sort(key=lambda each: (each[0], each[1].id))
    return [one for _, one in soon], sum(day < today for day, _ in known)


# -- what to do -----------------------------------------------------------------------------------


def recommendations(
    devices: Mapping[int, SiteDevice],
    incidents: Sequence[SiteIncident],
    helped: Mapping[str, str],
    found_recurring: Sequence[Recurring],
    found_trends: Sequence[Trend],
    found_causes: Sequence[Cause],
    foreseen: Sequence[Prediction],
    soon: Sequence[SiteDevice],
) -> list[Recommendation]:
    """One for each thing to do, the most pressing first. `helped` says by incident what to do."""
    made: dict[str, Recommendation] = {}
    coming = {(one.device_row, one.metric) for one in foreseen}
    for one in [
        *_living(devices, incidents, helped),
        *(_of_prediction(one, devices) for one in foreseen if one.device_row in devices),
        *(_of_cause(cause, devices) for cause in found_causes),
        *(_of_recurring(each, helped) for each in found_recurring),
        *(
            _of_trend(trend)
            for trend in found_trends
            if trend.way == "worse" and (trend.device.row, trend.metric.name) not in coming
        ),
        *_of_warranty(soon),
    ]:
        made.setdefault(one.id, one)
    return list(made.values())


def _living(
    devices: Mapping[int, SiteDevice], incidents: Sequence[SiteIncident], helped: Mapping[str, str]
) -> list[Recommendation]:
    living = [one for one in incidents if one.is_living]
    living.sort(key=lambda one: (_SEVERITIES.index(one.severity), one.started_at))
    found = []
    for one in living:
        mine = [devices[row] for row in one.devices if row in devices]
        if not mine:
            continue
        place = mine[0].id if len(mine) == 1 else "site"
        text = f"{one.title}: {helped.get(one.incident_id) or FIRST_STEP[one.category]}"
        found.append(
            Recommendation(
                f"incident:{place}:{one.category}", "incident", text, mine, one.category,
                evidence={"incident_ids": [one.incident_id]}, needs_visit=True,
                may_need_part=one.category in _PARTS,
            )
        )  # fmt: skip
    return found


def _of_prediction(one: Prediction, devices: Mapping[int, SiteDevice]) -> Recommendation:
    zone = ZoneInfo(one.zone)
    return Recommendation(
        f"foreseen:{one.device_id}:{one.metric}",
        "foreseen",
        f"{one.device_name}: {headline(one, zone)} {action(one, zone)}",
        [devices[one.device_row]],
        metric=one.metric,
        evidence={
            "prediction_id": one.prediction_id,
            "crosses_at": one.crosses_at.isoformat(),
            "lower": one.lower.isoformat(),
            "upper": one.upper.isoformat(),
            "chance_30d": one.chance_30d,
        },
        needs_visit=True,
        may_need_part=True,
    )


def _of_cause(one: Cause, devices: Mapping[int, SiteDevice]) -> Recommendation:
    what = "firmware" if one.trait == "firmware" else "place"
    step = (
        f"look for another version than {one.value}"
        if one.trait == "firmware"
        else f"look at what is common to {one.value}: power, network, climate"
    )
    kind = f"{one.category} " if one.category else ""
    text = (
        f"{one.struck_marked} of {one.marked} devices with the {what} {one.value} had {kind}"
        f"incidents, against {one.struck_others} of {one.others} others of their types: {step}."
    )
    return Recommendation(
        f"cause:{one.trait}:{one.value}", "cause", text,
        [devices[row] for row in one.devices if row in devices], one.category,
        evidence={"struck": one.struck_marked, "of": one.marked,
                  "others_struck": one.struck_others, "of_others": one.others, "p": one.chance},
    )  # fmt: skip


def _of_recurring(one: Recurring, helped: Mapping[str, str]) -> Recommendation:
    step = next((helped[i] for i in one.incident_ids if i in helped), FIRST_STEP[one.category])
    text = (
        f"{one.device.name} had {one.category} trouble {one.times} times: look for the cause"
        f" instead of the single case. {step}"
    )
    return Recommendation(
        f"incident:{one.device.id}:{one.category}", "recurring", text, [one.device], one.category,
        evidence={"incident_ids": list(one.incident_ids), "times": one.times}, needs_visit=True,
        may_need_part=one.category in _PARTS,
    )  # fmt: skip


def _of_trend(one: Trend) -> Recommendation:
    moved = one.moves
    label = one.metric.label or one.metric.name
    unit = f" {one.metric.unit}" if one.metric.unit else ""
    text = (
        f"{one.device.name}: {label} went from {moved.first_week:.4g} to"
        f" {moved.last_week:.4g}{unit} and goes on; find out why before it matters."
    )
    return Recommendation(
        f"trend:{one.device.id}:{one.metric.name}", "trend", text, [one.device],
        metric=one.metric.name,
        evidence={"per_day": moved.per_day, "days": moved.days, "p": moved.chance},
        needs_visit=True, may_need_part=True,
    )  # fmt: skip


def _of_warranty(soon: Sequence[SiteDevice]) -> list[Recommendation]:
    return [
        Recommendation(
            f"warranty:{one.id}", "warranty",
            f"The warranty of {one.name} ends on {one.warranty_until}: claim what is broken before"
            " then, or extend it.",
            [one], evidence={"warranty_until": str(one.warranty_until)},
        )
        for one in soon
    ]  # fmt: skip
