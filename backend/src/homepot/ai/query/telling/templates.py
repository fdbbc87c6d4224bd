"""What an answer says without a model: sentences for each kind of question. Pure."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from homepot.ai.analysis_modes import ModeName, Statement, Topic
from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import Answer, Kind, Row
from homepot.ai.query.plan import Ask, By, Compare, OfRecords, Order, Plan, Record, Scope
from homepot.ai.query.telling.phrases import (
    capital,
    listed,
    number,
    quantity,
    said_moment,
    who,
    window,
)

_LIMIT_ROWS = 8


def headline(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    """The result itself, in one sentence or a few."""
    if answer.result.kind is Kind.NONE:
        refusal = answer.refusal
        assert refusal is not None
        said = [refusal.detail]
        if refusal.suggestions:
            said.append(f"You could ask: {_quoted(refusal.suggestions)}")
        return said
    return [capital(sentence) for sentence in _TOLD[plan.ask](answer, plan, fleet) if sentence]


def _quoted(suggestions: object) -> str:
    assert isinstance(suggestions, tuple)
    return " ".join(one if one.endswith((".", "?", "!")) else f"{one}." for one in suggestions[:3])


# -- who and when -------------------------------------------------------------------------------


def whose(plan_scope: Scope, answer: Answer, fleet: Fleet) -> str:
    """The devices of a scope, as a sentence names them: "of Till 3 (pos_3)", "at Harbour"."""
    if len(plan_scope.devices) == 1 and plan_scope.devices[0] in fleet.by_id:
        device = fleet.by_id[plan_scope.devices[0]]
        return f" of {who({'name': device.name, 'device_id': device.id})}"
    said = ""
    if plan_scope.devices:
        said += f" of {listed(list(plan_scope.devices))}"
    if plan_scope.types:
        labels = [_plural(fleet.type_label(name)) for name in plan_scope.types]
        said += f" of {listed(labels)}"
    if plan_scope.name_has:
        said += f" with {listed([repr(word) for word in plan_scope.name_has])} in the name"
    if plan_scope.tags:
        said += f" tagged {listed(list(plan_scope.tags))}"
    if plan_scope.places:
        said += f" in {listed(list(plan_scope.places))}"
    if plan_scope.sites:
        names = [fleet.sites[site].name for site in plan_scope.sites if site in fleet.sites]
        said += f" at {listed(names)}"
    if plan_scope.without is not None:
        said += f", without those{whose(plan_scope.without, answer, fleet)}"
    return said


def _plural(label: str) -> str:
    if label.endswith("s"):
        return label
    return f"{label[:-1]}ies" if label.endswith("y") else f"{label}s"


def _when(answer: Answer) -> str:
    said = window(answer)
    return f" {said}" if said else ""


# -- each kind of question ------------------------------------------------------------------------


def _count(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    if answer.result.kind is Kind.TABLE:
        return _each(answer, plan, fleet)
    many = number(answer.result.value)
    be = "is" if answer.result.value == 1 else "are"
    where = " for which that holds" if plan.where or plan.measure else ""
    scope = whose(plan.scope, answer, fleet)
    said = [f"there {be} {many} {answer.subject}{scope}{where}."]
    if plan.where and answer.result.rows and plan.of is By.DEVICE:
        said.append(f"{_rows(answer)}.")
    return said


def _which(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    total = answer.result.total or 0
    scope = whose(plan.scope, answer, fleet)
    if not total:
        return [f"there are no such devices{scope}."]
    many = "one such" if total == 1 else f"{number(total)} such"
    return [
        f"there {'is' if total == 1 else 'are'} {many} {answer.subject}{scope}: {_rows(answer)}."
    ]


def _rows(answer: Answer) -> str:
    rows = answer.result.rows
    return listed([who(row) for row in rows], answer.result.total or len(rows))


def _value(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    result = answer.result
    if result.kind is Kind.TABLE and result.rows and "key" in result.rows[0]:
        return _each(answer, plan, fleet)
    zone = ZoneInfo(answer.zone)
    scope = whose(plan.scope, answer, fleet)
    when = _when(answer)
    if result.kind is Kind.BOOLEAN:
        return [f"{'yes' if result.value else 'no'}: {answer.subject}{scope}{when}."]
    if result.kind is Kind.TIMESTAMP:
        said = said_moment(result.value, zone)
        return [f"the {answer.subject}{scope}{when} was {_at(said)}."]
    told = quantity(result.value, result.unit)
    sentence = f"the {answer.subject}{scope}{when} {_was(answer)} {told}."
    at = answer.details.get("at")
    if at and not when:
        sentence = f"the {answer.subject}{scope} is {told}, measured {_at(said_moment(at, zone))}."
    return [sentence]


def _at(said: str) -> str:
    return f"on {said}"


def _was(answer: Answer) -> str:
    return "was" if answer.start is not None else "is"


def _each(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    zone = ZoneInfo(answer.zone)
    pairs = [f"{who(row)}: {_cell(row, zone)}" for row in rows[:_LIMIT_ROWS]]
    more = len(rows) - len(pairs)
    tail = f"; and {more:,} more" if more > 0 else ""
    scope = whose(plan.scope, answer, fleet)
    return [f"the {answer.subject}{scope}{_when(answer)} by {_by(plan)}: {'; '.join(pairs)}{tail}."]


def _by(plan: Plan) -> str:
    by = plan.by or (plan.of if plan.ask is Ask.TOP else By.DEVICE)
    return by.value.replace("_", " ")


def _cell(row: Row, zone: ZoneInfo) -> str:
    value = row.get("value")
    if isinstance(value, str) and _is_moment(value):
        return said_moment(value, zone)
    return quantity(value, row.get("unit"))


def _is_moment(value: str) -> bool:
    return len(value) >= 10 and value[4:5] == "-" and value[7:8] == "-" and value[:4].isdigit()


def _top(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    zone = ZoneInfo(answer.zone)
    most = "lowest" if plan.order is Order.LEAST else "highest"
    if plan.measure is None:
        most = "fewest" if plan.order is Order.LEAST else "most"
    scope = whose(plan.scope, answer, fleet)
    named = [f"{who(row)} with {_cell(row, zone)}" for row in rows]
    subject = answer.subject if plan.measure is None else f"the {most} {answer.subject}"
    lead = f"the {most} {answer.subject}" if plan.measure is None else subject
    verb = "has" if len(rows) == 1 else "have"
    return [f"{lead}{scope}{_when(answer)} {verb} {listed(named)}."]


def _compare(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    left, right = answer.details["sides"]
    unit = answer.result.rows[0].get("unit")
    this = whose(plan.scope, answer, fleet) or " of the fleet"
    against = plan.against
    other = whose(against.scope, answer, fleet) if against and against.scope else this
    if against is None or (against.scope is None and against.window is not None):
        other = " at the other time" if against else " to compare with"
    sides = (
        f"{answer.subject}{this}{_when(answer)}: {quantity(left, unit)};"
        f"{other}: {quantity(right, unit)}."
    )
    if plan.ask is Ask.DIFFERENCE:
        return [f"the difference is {quantity(answer.result.value, answer.result.unit)}.", sides]
    word = {
        Compare.BELOW: "lower",
        Compare.AT_MOST: "lower or equal",
        Compare.IS: "the same",
        Compare.AT_LEAST: "higher or equal",
        Compare.IS_NOT: "different",
    }
    how = word.get(plan.compare or Compare.ABOVE, "higher")
    return [f"{'yes, it is' if answer.result.value else 'no, it is not'} {how}.", sides]


def _grows(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    change, unit = answer.details["change"], answer.details["unit"]
    turn = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    by = f" by {quantity(abs(change), unit)}" if change else ""
    what = answer.subject.removeprefix("change of ")
    scope = whose(plan.scope, answer, fleet)
    lead = "yes" if answer.result.value else "no"
    return [f"{lead}: {what}{scope}{_when(answer)} {turn}{by}."]


def _holds(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    scope = whose(plan.scope, answer, fleet)
    if not answer.result.value:
        return [
            f"no: of none{scope} that holds."
            if not plan.scope.devices
            else f"no: that does not hold{scope}."
        ]
    return [f"yes: of {_rows(answer)}."]


def _record(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    if not rows:
        return [f"there are no {answer.subject}{whose(plan.scope, answer, fleet)}{_when(answer)}."]
    zone = ZoneInfo(answer.zone)
    if len(rows) > 1 or plan.ask is Ask.RECORDS:
        told = [
            f"{row['id']} ({said_moment(row['at'], zone)}): {row.get('title', '')}"
            for row in rows[:_LIMIT_ROWS]
        ]
        total = answer.result.total or len(rows)
        scope = whose(plan.scope, answer, fleet)
        be = "is" if total == 1 else "are"
        many = f"there {be} {number(total)} {answer.subject}{scope}{_when(answer)}."
        return [f"{many} {'; '.join(told)}{_more(total - len(told))}"]
    return _one_record(rows[0], zone)


def _more(more: int) -> str:
    return f"; and {more:,} more." if more > 0 else "."


def _one_record(row: Row, zone: ZoneInfo) -> list[str]:
    ended = row.get("ended_at")
    until = f" to {said_moment(ended, zone)}" if ended and ended != row["at"] else ""
    of = f" of {who(row)}" if row.get("device_id") else ""
    what = row.get("description") or row.get("title", "")
    said = [f"{row['id']}{of}, {said_moment(row['at'], zone)}{until}: {what}."]
    if row.get("resolution"):
        worked = row.get("worked")
        helped = "" if worked is None else " That helped." if worked else " That did not help."
        said.append(f"it was resolved so: {row['resolution']}.{helped}")
    elif ended is None and "state" in row:
        said.append("it is still open.")
    elif "state" in row:
        said.append("how it was resolved was not written down.")
    return said


def _status(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    scope = whose(plan.scope, answer, fleet)
    zone = ZoneInfo(answer.zone)
    told = [
        f"{row['what']} {_cell(row, zone)}"
        if isinstance(row["value"], str)
        else f"{quantity(row['value'], row.get('unit'))} {row['what']}"
        if "unit" not in row
        else f"{row['what']} {quantity(row['value'], row['unit'])}"
        for row in rows
        if row["what"] != "incident"
    ]
    said = [f"the status{scope}: {', '.join(told)}."]
    incidents = [f"{row['value']} ({row['title']})" for row in rows if row["what"] == "incident"]
    if incidents:
        said.append(f"open: {listed(incidents)}.")
    bad = [one for one in answer.devices if one.status in ("offline", "critical", "warning")]
    if bad and len(answer.devices) > 1:
        named = listed([f"{one.name} ({one.id}) {one.status}" for one in bad])
        said.append(f"look at {named}.")
    return said


def _why(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    scope = whose(plan.scope, answer, fleet)
    if not rows:
        return [f"nothing speaks against the health{scope}: no open incident, no factor."]
    return [f"{row.get('title') or row['value']}." for row in rows[:_LIMIT_ROWS]]


_TOLD: Mapping[Ask, Callable[[Answer, Plan, Fleet], list[str]]] = {
    Ask.COUNT: _count,
    Ask.WHICH: _which,
    Ask.VALUE: _value,
    Ask.EACH: _each,
    Ask.TOP: _top,
    Ask.COMPARE: _compare,
    Ask.DIFFERENCE: _compare,
    Ask.GROWS: _grows,
    Ask.HOLDS: _holds,
    Ask.RECORD: _record,
    Ask.RECORDS: _record,
    Ask.STATUS: _status,
    Ask.WHY: _why,
}


# -- what else each audience is told --------------------------------------------------------------


def besides(answer: Answer, plan: Plan, mode: ModeName) -> list[Statement]:
    """For whom it is told: what it rests on, what follows, what it may cost."""
    if answer.result.kind is Kind.NONE:
        return []
    said: list[Statement] = []
    count = answer.details.get("count")
    if count and mode is ModeName.MAINTENANCE and plan.ask is Ask.VALUE:
        devices = answer.details.get("devices", 1)
        of = "one device" if devices == 1 else f"{number(devices)} devices"
        what = "reading" if count == 1 else "readings"
        if plan.measure is not None and plan.measure.kind == "metric":
            said.append(Statement(Topic.METRIC, f"It rests on {number(count)} {what} of {of}."))
    is_incident = isinstance(plan.measure, OfRecords) and plan.measure.record is Record.INCIDENT
    worked = [row for row in answer.result.rows if row.get("worked") and row.get("resolution")]
    if is_incident and worked and plan.ask is Ask.RECORDS:
        fixes = listed(list(dict.fromkeys(str(row["resolution"]) for row in worked)))
        said.append(Statement(Topic.FIX, f"What helped: {fixes}."))
    offline = [one.id for one in answer.devices if one.status == "offline"]
    if offline and plan.ask not in (Ask.STATUS, Ask.WHY) and mode is not ModeName.PREDICTIVE:
        be = "is" if len(offline) == 1 else "are"
        said.append(Statement(Topic.HEALTH, f"Now offline {be} {listed(offline)}."))
    return said
