"""What memory holds, in the way that questions ask for it."""

from dataclasses import asdict

from homepot.access.caller import Caller
from homepot.ai.device_memory.patterns import Match, Question
from homepot.ai.device_memory.service import Memory
from homepot.ai.query.answering.inquiry import Inquiry
from homepot.ai.query.answering.naming import named
from homepot.ai.query.answering.result import Answer, Evidence, Kind, Refusal, Result, Row
from homepot.ai.query.plan import NoAnswer, Plan

_LISTED = 5
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
