"""The same result for who decides: one sentence, how much of the fleet it is, names and no ids."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from homepot.ai.query.answering.fleet import Fleet
from homepot.ai.query.answering.result import Answer, Kind, Row
from homepot.ai.query.language.saying.things import things
from homepot.ai.query.plan import Ask, By, OfRecords, Plan, Record
from homepot.ai.query.telling.beside import Beside
from homepot.ai.query.telling.phrases import capital, listed, number, quantity
from homepot.ai.query.telling.templates import asked, headline, there, without

_NAMED = 3
_INCIDENT = re.compile(r"\bincident (?:INC|inc)[-_][\w-]+")
_BESIDE_NAME = re.compile(r" \(([^()\s]+)\)")
Teller = Callable[[Answer, Plan, Fleet, Beside], str]


def managed(answer: Answer, plan: Plan, fleet: Fleet, known: Beside) -> list[str]:
    """One sentence; where there is no result, why not."""
    if answer.result.kind is Kind.NONE:
        return headline(answer, plan, fleet)
    teller = _TOLD.get(plan.ask)
    said = teller(answer, plan, fleet, known) if teller else ""
    if not said:
        said = _joined(headline(answer, plan, fleet))
    return [unnamed(said, fleet)]


def unnamed(said: str, fleet: Fleet) -> str:
    """Without the ids of devices that have a name; an incident is one."""

    def beside(found: re.Match[str]) -> str:
        return "" if found[1] in fleet.by_id else found[0]

    said = _INCIDENT.sub("an incident", _BESIDE_NAME.sub(beside, said))
    for id_ in {one.rstrip(".:") for one in re.findall(r"[\w.:-]+", said)} & fleet.by_id.keys():
        said = re.sub(
            rf"(?<![\w-]){re.escape(id_)}(?![\w-])", _literal(fleet.by_id[id_].name), said
        )
    return said


def _literal(name: str) -> str:
    """A name as a replacement: what is special in one is not in it."""
    return name.replace("\\", r"\\")


def _joined(sentences: Sequence[str]) -> str:
    """Several sentences as one."""
    first, *more = [one.strip() for one in sentences if one.strip()]
    for one in more:
        first = f"{first.removesuffix('.')}; {one[:1].lower()}{one[1:]}"
    return first


def percent(part: float, whole: float) -> str:
    """
    >>> percent(3, 12), percent(1, 1000), percent(999, 1000), percent(0, 7)
    ('25 %', 'less than 1 %', 'more than 99 %', '0 %')
    """
    share = 100 * part / whole
    if 0 < share < 1:
        return "less than 1 %"
    if 99 < share < 100:
        return "more than 99 %"
    return f"{share:.0f} %"


def _share(count: float, plan: Plan, fleet: Fleet, known: Beside) -> str:
    """ ", 25 % of the 12 tills and 8 % of the fleet"; "" where it is all there are."""
    if not known.asked or not known.fleet or count > known.asked:
        return ""
    parts = []
    if plan.where and known.asked < known.fleet and known.asked > 1:
        scope = things(fleet.vocabulary, plan.scope)
        parts.append(f"{percent(count, known.asked)} of the {number(known.asked)} {scope}")
    if known.fleet > 1:
        parts.append(f"{percent(count, known.fleet)} of the fleet of {number(known.fleet)}")
    return f", {' and '.join(parts)}" if parts else ""


def _count(answer: Answer, plan: Plan, fleet: Fleet, known: Beside) -> str:
    value = answer.result.value
    if answer.result.kind is not Kind.NUMBER or plan.of is not By.DEVICE or plan.measure:
        return ""
    said = there(number(value), value, without(asked(plan, fleet), "how many"), is_past=_past(plan))
    return f"{capital(said)}{_share(value, plan, fleet, known)}{_where(answer)}."


def _which(answer: Answer, plan: Plan, fleet: Fleet, known: Beside) -> str:
    total = answer.result.total or 0
    said = there(
        number(total) if total else "no", total, without(asked(plan, fleet), "which"),
        is_past=_past(plan),
    )  # fmt: skip
    if answer.result.kind is not Kind.DEVICES:
        labels = [str(row.get("label") or row.get("key")) for row in answer.result.rows]
        return f"{capital(said)}: {listed(labels, total)}." if labels else f"{capital(said)}."
    return f"{capital(said)}{_share(total, plan, fleet, known)}{_where(answer)}."


def _past(plan: Plan) -> bool:
    return any(one.window for one in plan.where)


def _where(answer: Answer) -> str:
    """Few are named; of many, at which sites they are."""
    rows = answer.result.rows
    if not rows or "site" not in rows[0]:
        return ""
    if len(rows) <= _NAMED and len(rows) == (answer.result.total or len(rows)):
        return f": {listed([_at_site(row) for row in rows])}"
    if len(rows) < (answer.result.total or len(rows)):
        return ""  # of those that are not here nobody knows the site
    sites = Counter(str(row["site"]) for row in rows).most_common()
    if len(sites) == 1:
        return f", all at {sites[0][0]}"
    named = [f"{number(count)} at {site}" for site, count in sites[:_NAMED]]
    more = sum(count for _, count in sites[_NAMED:])
    return f": {listed([*named, f'{number(more)} elsewhere'] if more else named)}"


def _at_site(row: Row) -> str:
    name = str(row.get("name") or row.get("device_id") or row.get("label") or row.get("key"))
    site = row.get("site")
    return f"{name} at {site}" if site else name


def _value(answer: Answer, plan: Plan, fleet: Fleet, known: Beside) -> str:
    result = answer.result
    if result.kind is Kind.TABLE and result.rows and "key" in result.rows[0]:
        return _each(answer, plan, fleet, known)
    said = headline(answer, plan, fleet)[0].removesuffix(".")
    devices = answer.details.get("devices", 1)
    if devices > 1 and known.fleet:
        share = percent(devices, known.fleet)
        return f"{said}, over {number(devices)} devices, {share} of the fleet."
    return f"{said}."


def _each(answer: Answer, plan: Plan, fleet: Fleet, _known: Beside) -> str:
    rows = [row for row in answer.result.rows if _is_number(row.get("value"))]
    if len(rows) < _NAMED or len({row.get("unit") for row in rows}) > 1:
        return ""
    least, most = (pick(rows, key=lambda row: row["value"]) for pick in (min, max))
    ends = [f"{quantity(one['value'], one.get('unit'))} ({_at_site(one)})" for one in (least, most)]
    if least["value"] == most["value"]:
        said = f"{quantity(least['value'], least.get('unit'))} for each of {number(len(rows))}"
    else:
        said = f"from {ends[0]} to {ends[1]}, over {number(len(rows))}"
    return f"{capital(asked(plan, fleet))}: {said}."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _top(answer: Answer, plan: Plan, fleet: Fleet, _known: Beside) -> str:
    rows = answer.result.rows[:_NAMED]
    if not rows or not all(_is_number(row.get("value")) for row in rows):
        return ""
    named = [f"{_at_site(row)} with {quantity(row['value'], row.get('unit'))}" for row in rows]
    more = len(answer.result.rows) - len(rows)
    tail = f", and {number(more)} more" if more else ""
    said = without(asked(plan, fleet), "which")
    if said.startswith("the ") and not more:
        return f"{capital(said)} {'is' if len(rows) == 1 else 'are'} {listed(named)}."
    _, had, what = said.partition(" had ")
    if had and len(answer.result.rows) == 1:
        value = quantity(rows[0]["value"], rows[0].get("unit"))
        return f"{_at_site(rows[0])} had {what}: {value}."
    return f"{capital(said)}: {listed(named)}{tail}."


def _holds(answer: Answer, plan: Plan, fleet: Fleet, known: Beside) -> str:
    if (of := answer.details.get("asked")) is not None:
        well = answer.details["well"]
        lead = "Yes" if answer.result.value else "No"
        return f"{lead}: {number(well)} of {number(of)} are, {percent(well, of)}{_but(answer)}."
    if not answer.result.value:
        return f"No: {asked(plan, fleet)}."
    count = answer.result.total or len(answer.result.rows)
    what = f"{number(count)} {'device' if count == 1 else 'devices'}"
    return f"Yes: {what}{_share(count, plan, fleet, known)}{_where(answer)}."


def _but(answer: Answer) -> str:
    where = _where(answer) if not answer.result.value else ""
    return f"; not so{where}" if where else ""


def _records(answer: Answer, plan: Plan, fleet: Fleet, _known: Beside) -> str:
    rows = answer.result.rows
    if not isinstance(plan.measure, OfRecords) or not rows:
        return ""
    total = answer.result.total or len(rows)
    newest = f"the last: {_titled(rows[0], fleet)}"
    if plan.ask is Ask.RECORD or len(rows) == 1:
        helped = _helped(rows[0])
        return f"{capital(_titled(rows[0], fleet))}{helped}."
    noun = {Record.INCIDENT: "incidents", Record.ALERT: "alerts", Record.EVENT: "events"}.get(
        plan.measure.record, "anomalies"
    )
    worst = sum(row.get("severity") == "critical" for row in rows)
    sites = {fleet.by_id[row["device_id"]].site.id for row in rows
             if row.get("device_id") in fleet.by_id}  # fmt: skip
    said = f"{number(total)} {noun}"
    if len(rows) == total:
        there_are = sum(not one.is_archived for one in fleet.sites.values())
        said += f" at {number(len(sites))} of {number(there_are)} sites" if sites else ""
        said += f", {number(worst)} of them critical" if worst else ""
    return f"{said}; {newest}."


def _titled(row: Row, fleet: Fleet) -> str:
    title = str(row.get("title") or row.get("description") or row["id"]).rstrip(".")
    device = fleet.by_id.get(row.get("device_id") or "")
    return f"{title} ({device.name} at {device.site.name})" if device else title


def _helped(row: Row) -> str:
    if row.get("resolution"):
        worked = row.get("worked")
        how = "" if worked is None else ", which helped" if worked else ", which did not help"
        return f"; resolved by: {str(row['resolution']).rstrip('.')}{how}"
    return "; still open" if not row.get("ended_at") and "state" in row else ""


def _status(answer: Answer, plan: Plan, fleet: Fleet, _known: Beside) -> str:
    values = {row["what"]: row["value"] for row in answer.result.rows if row["what"] != "incident"}
    devices = values.get("devices")
    if not devices:
        return ""
    said = [
        f"{number(values[word])} of {number(devices)} devices are {word}"
        f" ({percent(values[word], devices)})"
        for word in ("online", "healthy")
        if values.get(word)
    ]
    opened = values.get("open incidents", 0)
    incidents = f"{number(opened)} incident{'' if opened == 1 else 's'}"
    said.append(f"{incidents} {'is' if opened == 1 else 'are'} open")
    return f"{capital(asked(plan, fleet))}: {listed(said)}."


def _why(answer: Answer, _plan: Plan, fleet: Fleet, _known: Beside) -> str:
    rows, devices = answer.result.rows, answer.details.get("devices", 1)
    if not rows:
        return ""
    worst = fleet.by_id.get(rows[0]["device_id"])
    place = f"{worst.name} at {worst.site.name}" if worst else str(rows[0]["device_id"])
    title = str(rows[0].get("title") or rows[0]["value"]).rstrip(".")
    if devices == 1:
        return f"{place}: {title}."
    unwell = answer.details["unwell"]
    share = f"{number(unwell)} of {number(devices)} devices ({percent(unwell, devices)})"
    return f"Something is wrong with {share}, the worst is {place}: {title}."


def _recall(answer: Answer, plan: Plan, _fleet: Fleet, _known: Beside) -> str:
    count = answer.result.total or len(answer.result.rows)
    times = "once" if count == 1 else f"{number(count)} times"
    said = f"Something like “{plan.about}” was there {times} before"
    advice = answer.details.get("advice")
    if not advice:
        return f"{said}, and nobody wrote down what helped."
    worked = f"it worked in {advice['worked']} of {advice['tried']}"
    return f"{said}; what helped most: {advice['resolution'].rstrip('.')} ({worked})."


_TOLD: Mapping[Ask, Teller] = {
    Ask.COUNT: _count,
    Ask.WHICH: _which,
    Ask.VALUE: _value,
    Ask.EACH: _each,
    Ask.TOP: _top,
    Ask.HOLDS: _holds,
    Ask.RECORD: _records,
    Ask.RECORDS: _records,
    Ask.STATUS: _status,
    Ask.WHY: _why,
    Ask.RECALL: _recall,
}
