"""What memory holds, in the way that questions ask for it."""

from dataclasses import asdict
from datetime import datetime

from homepot.access.caller import Caller
from homepot.ai.device_memory.patterns import Answer as Found
from homepot.ai.device_memory.patterns import Match, Question
from homepot.ai.device_memory.service import Memory
from homepot.ai.incidents import service as incidents
from homepot.ai.query.answering.inquiry import Groups, Inquiry
from homepot.ai.query.answering.naming import named
from homepot.ai.query.answering.record_values import rows_of
from homepot.ai.query.answering.result import Answer, Evidence, Kind, Refusal, Result, Row
from homepot.ai.query.plan import NoAnswer, OfRecords, Plan, Record, RecordAggregate
from homepot.ai.query.subject import named_incident, whose_last
from homepot.core.errors import NotFound

_LISTED = 5
_ANY_INCIDENT = OfRecords(record=Record.INCIDENT, aggregate=RecordAggregate.EACH)
_NOTHING_TO_LOOK_FOR = Refusal(
    NoAnswer.UNAVAILABLE,
    "Memory is asked with what happened, in words.",
    ["What helped last time a cold room got too warm?"],
)


async def remembered(memory: Memory, caller: Caller, inquiry: Inquiry, plan: Plan) -> Answer:
    """Past incidents like what is described, the most similar first, and what helped them most."""
    if plan.about is None:
        return Answer(Result(Kind.NONE), refusal=_NOTHING_TO_LOOK_FOR)
    known_by = None if inquiry.is_live else inquiry.as_of
    question = Question(plan.about, known_by=known_by)
    found = await _like_incident(memory, caller, inquiry, plan.about, known_by)
    if found is None:
        found = await memory.get_similar_patterns(caller, question, _LISTED)
    if not found.compared_words:
        refusal = Refusal(NoAnswer.UNAVAILABLE, found.warning or "Words cannot be compared now.")
        return Answer(Result(Kind.NONE), refusal=refusal)
    if not found.matches:
        said = f"No past incident is known that looked like “{plan.about}”."
        return Answer(Result(Kind.NONE), refusal=Refusal(NoAnswer.NO_DATA, said))
    rows = [_row(one, inquiry) for one in found.matches]
    ids = (one.pattern.device_id or "" for one in found.matches)
    devices = [inquiry.fleet.by_id[one] for one in ids if one in inquiry.fleet.by_id]
    return Answer(
        Result(Kind.TABLE, [row["id"] for row in rows], None, rows, len(rows)),
        evidence=[
            Evidence("incident", row["title"], row["link"], 1, one.pattern.started_at)
            for row, one in zip(rows, found.matches, strict=True)
        ],
        devices=await named(inquiry, list(dict.fromkeys(devices))),
        zone=devices[0].site.timezone if devices else "UTC",
        details={"advice": asdict(found.recommendation)} if found.recommendation else {},
    )


async def _like_incident(
    memory: Memory, caller: Caller, inquiry: Inquiry, about: str, known_by: datetime | None
) -> Found | None:
    """Where an incident is meant, by its id or as the last one of a device or site: what is like
    it by what its readings did, not by the words of the question."""
    said = named_incident(about)
    ids = [said] if said else []
    devices = [] if ids else list(whose_last(about, inquiry.fleet))
    if devices:
        last = await rows_of(inquiry, _ANY_INCIDENT, Groups.together(devices), None, 1)
        ids = [one for row in last for one in dict.fromkeys((row.shown, row.linked))]
    for one in ids:
        if await memory.is_known(caller, one):
            pattern = await memory.incident(caller, one)
            asked = Question(pattern.description, pattern.signature, known_by, pattern.incident_id)
            return await memory.get_similar_patterns(caller, asked, _LISTED)
    for one in ids:
        try:
            incident = await incidents.find(inquiry.tx, one)
        except NotFound:
            continue
        # It goes on: memory has been asked already, with more than its words.
        alike = await incidents.likenesses(
            inquiry.tx, caller.tenant_id, [incident.id], incident.zone
        )
        return alike[incident.id].answer if incident.id in alike else None
    return None


def _row(one: Match, inquiry: Inquiry) -> Row:
    pattern = one.pattern
    device = inquiry.fleet.by_id.get(pattern.device_id or "")
    row = {
        "id": pattern.incident_id,
        "device_id": pattern.device_id,
        "name": device.name if device else None,
        "at": pattern.started_at.isoformat() if pattern.started_at else None,
        "ended_at": pattern.ended_at.isoformat() if pattern.ended_at else None,
        "category": pattern.category,
        "title": pattern.description,
        "resolution": pattern.resolution,
        "worked": pattern.effective,
        "similarity": round(one.score, 2),
        "link": f"/incidents/{pattern.incident_id}",
    }
    return {key: value for key, value in row.items() if value not in (None, "")}
