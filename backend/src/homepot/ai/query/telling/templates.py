"""What an answer says without a model: sentences for each kind of question. Pure."""

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import Answer, Kind, Row
from homepot.ai.query.language import describe
from homepot.ai.query.plan import Ask, By, Compare, Plan, Scope
from homepot.ai.query.telling.phrases import (
    capital,
    either,
    listed,
    number,
    quantity,
    said_moment,
    who,
    window,
)
from homepot.ai.query.telling.recalled import recalled
from homepot.ai.query.telling.standing import stand

_LIMIT_ROWS = 8


def headline(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    """The result itself, in one sentence or a few."""
    if answer.result.kind is Kind.NONE:
        refusal = answer.refusal
        assert refusal is not None
        return [refusal.detail, *_instead(refusal.suggestions)]
    return [sentence for sentence in _TOLD[plan.ask](answer, plan, fleet) if sentence]


def _instead(suggestions: Sequence[str]) -> list[str]:
    """Whole questions are offered, names are asked back."""
    asks = [one for one in suggestions[:3] if one.endswith(("?", ".", "!"))]
    names = [one for one in suggestions[:3] if one not in asks]
    said = [f"Did you mean {either(names)}?"] if names else []
    return [*said, f"You could ask: {' '.join(asks)}"] if asks else said


# -- what was asked -----------------------------------------------------------------------------


def asked(plan: Plan, fleet: Fleet) -> str:
    """The plan as a phrase, its device by name: "the maximum CPU load of Till 3 (pos_3) ..."."""
    said = describe(plan, fleet.vocabulary)
    if len(plan.scope.devices) == 1 and plan.scope.devices[0] in fleet.by_id:
        one = fleet.by_id[plan.scope.devices[0]]
        if one.name != one.id:
            said = said.replace(one.id, f"{one.name} ({one.id})", 1)
    return said


def without(said: str, *leads: str) -> str:
    for lead in leads:
        if said.startswith(f"{lead} "):
            return said[len(lead) + 1 :]
    return said


def _when(answer: Answer) -> str:
    """The window in days and hours, beside the asker's words for it."""
    said = window(answer)
    return f" ({said})" if said else ""


# -- each kind of question ------------------------------------------------------------------------


def _count(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    if answer.result.kind is Kind.TABLE:
        return _each(answer, plan, fleet)
    things = without(asked(plan, fleet), "how many")
    count = answer.result.value
    said = [f"{there(number(count), count, things, is_past=_is_past(plan))}."]
    if plan.where and answer.result.rows and plan.of is By.DEVICE:
        said.append(f"{capital(_rows(answer))}.")
    return said


def there(said: str, count: float, things: str, *, is_past: bool = False) -> str:
    """ "3 tills are offline", but "There are 3 tills whose firmware is 4.2"."""
    be = "is" if count == 1 else "are"
    thing, predicate, state = _one(things, count).partition(" are ")
    if predicate and not {"whose", "that", "with"} & set(thing.split()):
        was = "was" if count == 1 else "were"
        return f"{said} {thing} {was if is_past else be} {state}"
    return f"There {be} {said} {_one(things, count)}"


def _is_past(plan: Plan) -> bool:
    """Whether it is asked how things were at some time."""
    return any(one.window for one in plan.where)


# What is before the first of these names what is counted.
_AFTER_NOUN = {
    "are", "at", "from", "in", "of", "on", "since", "that", "was", "were", "where", "which",
    "whose", "with",
}  # fmt: skip


def _one(things: str, count: float) -> str:
    """What is counted, of one: "device at Harbour", "critical incident of Till 3"."""
    words = things.split(" ")
    end = next((n for n, word in enumerate(words) if word in _AFTER_NOUN), len(words))
    plural = [
        n for n, word in enumerate(words[:end]) if word.endswith("s") and not word.endswith("ss")
    ]
    if count == 1 and plural:
        noun = words[plural[-1]]
        words[plural[-1]] = noun[:-3] + "y" if noun.endswith("ies") else noun[:-1]
    return " ".join(words).strip()


def _which(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    total = answer.result.total or 0
    things = without(asked(plan, fleet), "which")
    if not total:
        return [f"{capital(there('no', total, things, is_past=_is_past(plan)))}."]
    return [f"{there(number(total), total, things, is_past=_is_past(plan))}: {_rows(answer)}."]


def _rows(answer: Answer) -> str:
    rows = answer.result.rows
    return listed([who(row) for row in rows], answer.result.total or len(rows))


def _value(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    result = answer.result
    if result.kind is Kind.TABLE and result.rows and "key" in result.rows[0]:
        return _each(answer, plan, fleet)
    zone = ZoneInfo(answer.zone)
    said, when = asked(plan, fleet), _when(answer)
    if result.kind is Kind.BOOLEAN:
        return [f"{'Yes' if result.value else 'No'}: {said}{when}."]
    if result.kind is Kind.TIMESTAMP:
        return [f"{capital(said)}{when}: {said_moment(result.value, zone)}."]
    told = quantity(result.value, result.unit)
    if said.startswith("how many ") and result.unit is None:
        be = "was" if result.value == 1 else "were"
        things = _one(without(said, "how many"), result.value)
        return [f"There {be} {told} {things}{when}."]
    if not said.startswith("the "):
        return [f"{capital(said)}{when}: {told}."]
    at = answer.details.get("at")
    if at and answer.start is None:
        return [f"{capital(said)} is {told}, measured on {said_moment(at, zone)}."]
    return [f"{capital(said)}{when} {'is' if answer.start is None else 'was'} {told}."]


def _each(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    zone = ZoneInfo(answer.zone)
    pairs = [f"{who(row)}: {_cell(row, zone)}" for row in rows[:_LIMIT_ROWS]]
    more = (answer.result.total or len(rows)) - len(pairs)
    tail = f"; and {more:,} more" if more > 0 else ""
    return [f"{capital(asked(plan, fleet))}{_when(answer)}. {'; '.join(pairs)}{tail}."]


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
    named = [f"{who(row)} with {_cell(row, zone)}" for row in rows]
    said = asked(plan, fleet)
    if said.startswith("the "):
        be = "is" if len(rows) == 1 else "are"
        return [f"{capital(said)}{_when(answer)} {be} {listed(named)}."]
    _, had, what = said.partition(" had ")
    if had and len(rows) == 1:
        return [f"{who(rows[0])} had {what}{_when(answer)}: {_cell(rows[0], zone)}."]
    return [f"{capital(without(said, 'which'))}{_when(answer)}: {listed(named)}."]


_HOW = {
    Compare.BELOW: "lower", Compare.AT_MOST: "lower or equal", Compare.IS: "the same",
    Compare.AT_LEAST: "higher or equal", Compare.IS_NOT: "different",
}  # fmt: skip


def _compare(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    left, right = (quantity(one, answer.result.rows[0].get("unit"))
                   for one in answer.details["sides"])  # fmt: skip
    here, there = _side(plan.scope, fleet), ""
    if plan.against is not None and plan.against.scope is not None:
        there = _side(plan.against.scope, fleet)
    sides = f"{left}{here} against {right}{there}{_when(answer)}"
    if plan.ask is Ask.DIFFERENCE:
        told = quantity(answer.result.value, answer.result.unit)
        return [f"{capital(asked(plan, fleet))}: {told}.", f"It is {sides}."]
    how = _HOW.get(plan.compare or Compare.ABOVE, "higher")
    verdict = f"Yes, it was {how}" if answer.result.value else f"No, it was not {how}"
    return [f"{verdict}: {answer.subject} {sides}."]


def _side(scope: Scope, fleet: Fleet) -> str:
    """Whose it is, as shortly as it can be said."""
    if scope.devices:
        return f" of {listed(scope.devices)}"
    types = f" of {listed([fleet.type_label(one).lower() for one in scope.types])}"
    sites = f" at {listed([fleet.sites[one].name for one in scope.sites])}"
    return f"{types if scope.types else ''}{sites if scope.sites else ''}"


def _grows(answer: Answer, _plan: Plan, _fleet: Fleet) -> list[str]:
    change, unit = answer.details["change"], answer.details["unit"]
    turn = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    # A rise of a percentage is no percentage of it.
    points = "percentage points" if unit == "%" else unit
    by = f" by {quantity(abs(change), points)}" if change else ""
    what = answer.subject.removeprefix("change of ")
    of = listed([f"{one.name} ({one.id})" for one in answer.devices[:3]], len(answer.devices))
    lead = "Yes" if answer.result.value else "No"
    return [f"{lead}: {what} of {of} {turn}{by}{_when(answer)}."]


def _holds(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    said = asked(plan, fleet)
    if (of := answer.details.get("asked")) is not None:
        well = answer.details["well"]
        if answer.result.value:
            return [f"Yes: all {number(of)} of them."]
        return [f"No: {number(well)} of {number(of)} are; not so: {_rows(answer)}."]
    if not answer.result.value:
        return [f"No: {stand(answer, plan) or said}."]
    return [f"Yes: {_rows(answer)}."]


def _record(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    zone = ZoneInfo(answer.zone)
    if not rows:
        return [f"{_how_many(0, plan, fleet)}{_when(answer)}."]
    if len(rows) > 1 or plan.ask is Ask.RECORDS:
        told = [
            f"{row['id']} ({said_moment(row['at'], zone)}): {row.get('title', '')}"
            for row in rows[:_LIMIT_ROWS]
        ]
        total = answer.result.total or len(rows)
        many = f"{_how_many(total, plan, fleet)}{_when(answer)}."
        return [f"{many} {'; '.join(told)}{_more(total - len(told))}"]
    return _one_record(rows[0], zone)


def _how_many(total: int, plan: Plan, fleet: Fleet) -> str:
    """ "There are 2 open incidents of Till 3": of those that were asked for by a number, less."""
    said, count = asked(plan, fleet), number(total) if total else "no"
    things = said.removeprefix("the ")
    first = things.split(" ", 1)[0]
    if things == said or first in {"last", "first", "newest"} or first.isdigit():
        be = "is" if total == 1 else "are"
        return f"There {be} {number(total) if total else 'none'}: {said}"
    return capital(there(count, total, things))


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
        said.append(f"It was resolved so: {row['resolution']}.{helped}")
    elif ended is None and "state" in row:
        said.append("It is still open.")
    elif "state" in row:
        said.append("How it was resolved was not written down.")
    return said


def _status(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    zone = ZoneInfo(answer.zone)
    told = [_of_status(row, zone) for row in rows if row["what"] != "incident"]
    said = [f"{capital(asked(plan, fleet))}: {', '.join(told)}."]
    incidents = [f"{row['value']} ({row['title']})" for row in rows if row["what"] == "incident"]
    if incidents:
        said.append(f"Open: {listed(incidents)}.")
    bad = [one for one in answer.devices if one.status in ("offline", "critical", "warning")]
    if bad and len(answer.devices) > 1:
        named = listed([f"{one.name} ({one.id}, {one.status})" for one in bad])
        said.append(f"Look at {named}.")
    return said


def _of_status(row: Row, zone: ZoneInfo) -> str:
    if isinstance(row["value"], str):
        return f"{row['what']} {_cell(row, zone)}"
    if "unit" in row:
        return f"{row['what']} {quantity(row['value'], row['unit'])}"
    return f"{quantity(row['value'], None)} {_one(row['what'], row['value'])}"


def _why(answer: Answer, plan: Plan, fleet: Fleet) -> list[str]:
    rows = answer.result.rows
    if not rows:
        said = capital(asked(plan, fleet))
        return [f"{said}: nothing. No incident is open, and nothing speaks against its health."]
    zone = ZoneInfo(answer.zone)
    by_device: dict[str, list[Row]] = {}
    for row in rows:
        by_device.setdefault(row["device_id"], []).append(row)
    unwell, devices = answer.details["unwell"], answer.details["devices"]
    lead = []
    if devices > 1:
        be = "is" if unwell == 1 else "are"
        worst = ", the worst first" if unwell > 1 else ""
        lead = [f"Something is wrong with {number(unwell)} of {number(devices)} devices{worst}."]
        if unwell > len(by_device):
            lead = [f"{lead[0][:-1]}; {len(by_device)} of them {be} told of here."]
    told: set[str] = set()
    return [*lead, *(_wrong_with(mine, told, zone) for mine in by_device.values())]


def _wrong_with(rows: Sequence[Row], told: set[str], zone: ZoneInfo) -> str:
    """Of one device; an incident that touches several is told in full once."""
    said = []
    for row in rows:
        title = str(row.get("title") or row["value"]).rstrip(".")
        if row["what"] != "incident":
            said.append(title)
            continue
        ended = row.get("ended_at")
        since = f"since {said_moment(row['at'], zone)}" if not ended else (
            f"from {said_moment(row['at'], zone)} to {said_moment(ended, zone)}"
        )  # fmt: skip
        again = row["value"] in told
        told.add(row["value"])
        said.append(f"incident {row['value']}" + ("" if again else f" {since}, {title}"))
    return f"{who(rows[0])}: {'; '.join(dict.fromkeys(said))}."


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
    Ask.RECALL: lambda answer, plan, _fleet: recalled(answer, plan),
}
