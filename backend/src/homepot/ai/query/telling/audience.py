"""What else the technician and the planner are told, from what is known beside the result. Pure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.ai.analysis_modes import ModeName, Statement, Topic
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import Answer, Evidence, Kind
from homepot.ai.query.plan import Ask, OfMetric, OfRecords, Plan, Record
from homepot.ai.query.telling.beside import Beside, Course, Expected
from homepot.ai.query.telling.phrases import day, listed, moment, number, quantity

_EXPECTED_MAX = 3
# What is told of them already says what is open.
_SAYS_WHAT_IS_OPEN = (Ask.STATUS, Ask.WHY, Ask.RECALL)


def besides(
    answer: Answer, plan: Plan, fleet: Fleet, mode: ModeName, known: Beside
) -> list[Statement]:
    if answer.result.kind is Kind.NONE:
        return []
    if mode is ModeName.MAINTENANCE:
        return [
            *_grounds(answer, plan),
            *_offline(answer, plan),
            *_next(answer, plan, fleet, known),
        ]
    if mode is ModeName.PREDICTIVE:
        return _ahead(answer, plan, fleet, known)
    return []


def _grounds(answer: Answer, plan: Plan) -> list[Statement]:
    """What it rests on."""
    count = answer.details.get("count")
    if count and plan.ask is Ask.VALUE and isinstance(plan.measure, OfMetric):
        devices = answer.details.get("devices", 1)
        of = "one device" if devices == 1 else f"{number(devices)} devices"
        what = "reading" if count == 1 else "readings"
        return [Statement(Topic.METRIC, f"It rests on {number(count)} {what} of {of}.")]
    read = [one for one in answer.evidence if one.kind == "readings" and one.count]
    if plan.ask in (Ask.EACH, Ask.TOP, Ask.COMPARE, Ask.DIFFERENCE, Ask.GROWS) and read:
        return [Statement(Topic.METRIC, _rests(read))]
    worked = [row for row in answer.result.rows if row.get("worked") and row.get("resolution")]
    if _is_of_incidents(plan) and worked and plan.ask is Ask.RECORDS:
        fixes = listed(list(dict.fromkeys(str(row["resolution"]) for row in worked)))
        return [Statement(Topic.FIX, f"What helped: {fixes}.")]
    return []


def _rests(read: Sequence[Evidence]) -> str:
    count = sum(one.count or 0 for one in read)
    return f"It rests on {number(count)} {'reading' if count == 1 else 'readings'}."


def _is_of_incidents(plan: Plan) -> bool:
    return isinstance(plan.measure, OfRecords) and plan.measure.record is Record.INCIDENT


def _offline(answer: Answer, plan: Plan) -> list[Statement]:
    offline = [one.id for one in answer.devices if one.status == "offline"]
    if not offline or plan.ask in (Ask.STATUS, Ask.WHY):
        return []
    be = "is" if len(offline) == 1 else "are"
    return [Statement(Topic.HEALTH, f"Now offline {be} {listed(offline)}.")]


def _next(answer: Answer, plan: Plan, fleet: Fleet, known: Beside) -> list[Statement]:
    """What to do: about the newest incident that is open on one of the devices."""
    step = known.step
    if step is None:
        if known.is_calm and len(answer.devices) == 1 and plan.ask not in _SAYS_WHAT_IS_OPEN:
            return [Statement(Topic.EVENT, f"No incident is open on {_who(answer, 0)}.")]
        return []
    said = []
    if plan.ask not in _SAYS_WHAT_IS_OPEN and not _is_of_incidents(plan):
        since = moment(step.since, ZoneInfo(answer.zone))
        title = step.title.rstrip(".")
        more = f", the newest of {number(step.open)}" if step.open > 1 else ""
        on = _named(step.device, fleet)
        opened = f"Open since {since}{more}: {step.incident} on {on}, {title}."
        said.append(Statement(Topic.EVENT, opened))
    if step.what_now:
        said.append(Statement(Topic.FIX, f"Next, for {step.incident}: {step.what_now}"))
    return said


def _ahead(answer: Answer, plan: Plan, fleet: Fleet, known: Beside) -> list[Statement]:
    zone = ZoneInfo(answer.zone)
    said = []
    if known.course is not None and plan.ask is not Ask.GROWS:
        said.append(Statement(Topic.TREND, _course(known.course, fleet, zone)))
    if known.not_foreseen is None:
        return said
    if known.not_foreseen:
        return [*said, Statement(Topic.RISK, f"What is ahead is not known: {known.not_foreseen}")]
    of = "it" if len(answer.devices) == 1 else "any of them"
    ahead = f"No limit is forecast to be reached by {of}."
    if known.crossings:
        ahead = f"Forecast: {_expected(known.crossings, fleet, zone)}."
    said.append(Statement(Topic.RISK, ahead))
    if known.planned:
        due = f"Maintenance that is due: {_expected(known.planned, fleet, zone)}."
        said.append(Statement(Topic.SCHEDULE, due))
    return said


def _course(course: Course, fleet: Fleet, zone: ZoneInfo) -> str:
    label = fleet.label_of(course.metric)
    days = f"from {moment(course.start, zone)} to {moment(course.end, zone)}"
    over = f", on average over {number(course.devices)} devices" if course.devices > 1 else ""
    if not course.change:
        return f"{label} did not change {days}{over}."
    turn = "rose" if course.change > 0 else "fell"
    # A rise of a percentage is no percentage of it.
    unit = "percentage points" if course.unit == "%" else course.unit
    return f"{label} {turn} by {quantity(abs(course.change), unit)} {days}{over}."


def _expected(some: Sequence[Expected], fleet: Fleet, zone: ZoneInfo) -> str:
    told = [f"{_named(one.device, fleet)}, {one.what}, on {_day(one, zone)}"
            for one in some[:_EXPECTED_MAX]]  # fmt: skip
    more = len(some) - len(told)
    return "; ".join([*told, f"and {number(more)} more"] if more else told)


def _day(one: Expected, zone: ZoneInfo) -> str:
    at = one.at.astimezone(zone).date() if isinstance(one.at, datetime) else one.at
    return day(at)


def _named(device: str, fleet: Fleet) -> str:
    known = fleet.by_id.get(device)
    return f"{known.name} ({device})" if known and known.name != device else device


def _who(answer: Answer, place: int) -> str:
    one = answer.devices[place]
    return f"{one.name} ({one.id})" if one.name != one.id else one.id
