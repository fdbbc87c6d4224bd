"""A site's facts as sentences: what is found, for everybody and for each mode. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from homepot.ai.analysis.telling import percent
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.analysis_modes.templates import NOTHING, Statement, Topic, chosen
from homepot.ai.insights.costs import BUDGET, DOWNTIME
from homepot.ai.insights.facts import Effect, Oftener, Recurring, SiteFacts, Trend
from homepot.ai.llm.gate import Facts
from homepot.ai.prediction.records import Prediction
from homepot.ai.prediction.words import headline

Item = TypeVar("Item")
_SHOWN_MAX = 5
_CUT = 120
_STEADY_PERCENT = 99.9
# Of less of the window nobody can say how steady it was.
_WATCHED_SHARE = 0.5


def summary(facts: SiteFacts, mode: Mode) -> str:
    said = [one.sentence for one in chosen(mode, statements(facts))]
    return " ".join(said) if said else NOTHING


def findings(facts: SiteFacts) -> list[str]:
    """What stands out, the most pressing first."""
    wanted = (Topic.EVENT, Topic.RISK, Topic.CAUSE, Topic.TREND, Topic.SCHEDULE, Topic.UPTIME)
    return [one.sentence for one in statements(facts) if one.topic in wanted]


def as_facts(facts: SiteFacts, mode: Mode) -> Facts:
    return Facts(
        [one.sentence for one in chosen(mode, statements(facts))],
        devices=[one.id for one in facts.devices],
        places=[facts.name],
        same={one.name: one.id for one in facts.devices if one.name != one.id},
        now=facts.now,
        timezone=facts.zone,
    )


def statements(facts: SiteFacts) -> list[Statement]:
    if not facts.devices:
        return [Statement(topic, f"There are no devices at {facts.name}.")
                for topic in (Topic.KPI, Topic.HEALTH, Topic.EVENT)]  # fmt: skip
    return [
        *_key(facts), *_living(facts), *_causes(facts), *_recurring(facts), *_trends(facts),
        *_foreseen(facts), *_warranties(facts), *_uptime(facts), *_effects(facts),
        *(Statement(Topic.FIX, one.text) for one in facts.recommendations[:_SHOWN_MAX]),
        *(Statement(Topic.STRATEGY, one.text) for one in facts.recommendations[:2]),
        *_costs(facts),
    ]  # fmt: skip


def _key(facts: SiteFacts) -> Iterator[Statement]:
    total = len(facts.devices)
    parts = [
        f"{facts.count(health)} {health}"
        for health in ("healthy", "warning", "critical", "maintenance", "unknown")
        if facts.count(health)
    ]
    score = f", at {facts.score:.2f} of 1" if facts.score is not None else ""
    said = f"{facts.name} has {total:,} {_plural('device', total)}: {', '.join(parts)}."
    yield Statement(Topic.KPI, said)
    if facts.score is None:
        yield Statement(Topic.HEALTH, f"The health of {facts.name} is not known yet.")
    else:
        yield Statement(Topic.HEALTH, f"Its overall health is {facts.overall.lower()}{score}.")


def _living(facts: SiteFacts) -> Iterator[Statement]:
    living = [one for one in facts.incidents if one.is_living]
    if not living:
        began = len(facts.incidents)
        yield Statement(
            Topic.EVENT,
            f"No incident is open; {began} began in {facts.window.words}."
            if began
            else f"There was no incident in {facts.window.words}.",
        )
        return
    named = "; ".join(f"{one.incident_id} ({one.severity}): {one.title}"
                      for one in living[:_SHOWN_MAX])  # fmt: skip
    more = f"; and {len(living) - _SHOWN_MAX} more" if len(living) > _SHOWN_MAX else ""
    number = f"{len(living)} {_plural('incident', len(living))}"
    yield Statement(Topic.EVENT, f"{number} open: {named}{more}.")


def _causes(facts: SiteFacts) -> Iterator[Statement]:
    for one in facts.causes[:_SHOWN_MAX]:
        kind = f"{one.category} " if one.category else ""
        yield Statement(
            Topic.CAUSE,
            f"{one.struck_marked} of {one.marked} devices with the {one.trait} {one.value} had"
            f" {kind}incidents, against {one.struck_others} of {one.others} others of their types"
            f" ({_chance(one.chance)}).",
        )
    if facts.same_hour is not None:
        one_ = facts.same_hour
        yield Statement(
            Topic.CAUSE,
            f"{one_.times} of {one_.of} times at which incidents began lay between"
            f" {one_.hour:02}:00 and {(one_.hour + 1) % 24:02}:00 ({_chance(one_.chance)}).",
        )


def _recurring(facts: SiteFacts) -> Iterator[Statement]:
    if facts.recurring:
        named = _listed(facts.recurring, _returns)
        yield Statement(Topic.EVENT, f"Trouble that returns: {named}.")


def _trends(facts: SiteFacts) -> Iterator[Statement]:
    worse = [one for one in facts.trends if one.way == "worse"]
    better = [one for one in facts.trends if one.way == "better"]
    if worse:
        yield Statement(Topic.TREND, f"Getting worse: {_listed(worse, _moved)}.")
    more = [one for one in facts.oftener if one.second > one.first]
    if more:
        yield Statement(Topic.TREND, f"More anomalies than before: {_listed(more, _oftener)}.")
    if better:
        yield Statement(Topic.TREND, f"Getting better: {_listed(better, _moved)}.")
    fewer = [one for one in facts.oftener if one.second < one.first]
    if fewer:
        yield Statement(Topic.TREND, f"Fewer anomalies than before: {_listed(fewer, _oftener)}.")
    if not facts.streams_tested:
        yield Statement(
            Topic.TREND, "There is not enough history for trends: two weeks of days are needed."
        )
    elif not (worse or more or better or fewer):
        yield Statement(
            Topic.TREND, f"Of {facts.streams_tested:,} metrics none moves by more than chance."
        )


def issue(one: Prediction) -> str:
    """What is to come, in a sentence or two."""
    return f"{one.device_name}: {headline(one, ZoneInfo(one.zone))}"


def _foreseen(facts: SiteFacts) -> Iterator[Statement]:
    for one in facts.foreseen[:_SHOWN_MAX]:
        chance = percent(100 * one.chance_30d)
        yield Statement(Topic.RISK, f"{issue(one)} The chance within 30 days is {chance}.")
    if len(facts.foreseen) > _SHOWN_MAX:
        more = len(facts.foreseen) - _SHOWN_MAX
        yield Statement(Topic.RISK, f"{more} more limits are foreseen to be reached.")


def _warranties(facts: SiteFacts) -> Iterator[Statement]:
    if facts.warranties:
        number = len(facts.warranties)
        named = _listed(facts.warranties, lambda one: f"{one.name} on {one.warranty_until}")
        yield Statement(
            Topic.SCHEDULE,
            f"{number} {_plural('device', number)} near the end of warranty: {named}.",
        )


def _uptime(facts: SiteFacts) -> Iterator[Statement]:
    share = facts.uptimes.percentage
    if share is None:
        yield Statement(Topic.UPTIME, "Whether its devices were online was not watched.")
        return
    known_s, whole_s = facts.uptimes.known_s, facts.uptimes.known_s + facts.uptimes.unknown_s
    said = f"Its devices were online {percent(share)} of the time that is known"
    if known_s < _WATCHED_SHARE * whole_s:
        part, whole = known_s / 3600, whole_s / 3600
        yield Statement(
            Topic.UPTIME,
            f"{said}; that is {part:,.1f} of {whole:,.0f} hours, too little to say how steady they"
            " are.",
        )
        return
    if share >= _STEADY_PERCENT:
        yield Statement(Topic.UPTIME, f"{said}: the network is stable.")
        return
    names = {one.row: one.name for one in facts.devices}
    hours = [(names[row], seconds / 3600) for row, seconds in facts.uptimes.offline]
    named = _listed(hours, lambda one: f"{one[0]} {one[1]:.1f} h")
    yield Statement(Topic.UPTIME, f"{said}; offline were {named}.")


def _effects(facts: SiteFacts) -> Iterator[Statement]:
    for one in facts.effects[:_SHOWN_MAX]:
        yield Statement(Topic.STRATEGY, effect(one))


def effect(one: Effect) -> str:
    """One sentence, or several, on an action."""
    told = [each.words for each in one.measures]
    if len(set(told)) == 1:
        told = told[:1]
    done = one.action.recommendation
    short = done if len(done) <= _CUT else f"{done[:_CUT].rstrip()}…"
    return f"Done on {one.action.taken_at:%Y-%m-%d}: “{short}” {' '.join(told)}"


def _costs(facts: SiteFacts) -> Iterator[Statement]:
    costs = facts.costs
    if costs.downtime is None:
        yield Statement(Topic.COST, f"No cost of downtime can be told: {costs.why[DOWNTIME]}.")
    else:
        yield Statement(Topic.COST, f"Downtime cost {costs.downtime.words} this month.")
    if costs.budget is None:
        yield Statement(Topic.COST, f"No budget can be told: {costs.why[BUDGET]}.")
    else:
        yield Statement(Topic.COST, f"What is recommended comes to {costs.budget.words}.")


# -- words ---------------------------------------------------------------------------------------


def _moved(one: Trend) -> str:
    label = (one.metric.label or one.metric.name).lower()
    unit = f" {one.metric.unit}" if one.metric.unit else ""
    moves = one.moves
    return (
        f"{one.device.name}, {label} from {moves.first_week:.4g} in the first week to"
        f" {moves.last_week:.4g}{unit} in the last ({_chance(moves.chance)})"
    )


def _oftener(one: Oftener) -> str:
    return (
        f"{one.device.name}, {one.first} in the first half and {one.second} in the second"
        f" ({_chance(one.chance)})"
    )


def _returns(one: Recurring) -> str:
    return f"{one.device.name}, {one.category} {one.times} times"


def _chance(chance: float) -> str:
    """
    >>> _chance(0.0312), _chance(1e-9)
    ('p = 0.031', 'p < 0.001')
    """
    return "p < 0.001" if chance < 0.001 else f"p = {chance:.3f}"


def _listed(items: Sequence[Item], said: Callable[[Item], str]) -> str:
    more = len(items) - _SHOWN_MAX
    named = "; ".join(said(one) for one in items[:_SHOWN_MAX])
    return f"{named}; and {more} more" if more > 0 else named


def _plural(what: str, number: int) -> str:
    return what if number == 1 else f"{what}s"
