"""What an incident resembles, and what to do now, in words written by code. Pure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.ai.device_memory.patterns import Answer, Match, Recommendation

_CASES_MAX = 4
_RESOLUTION_MAX = 300
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING = "Nothing like it is remembered yet."
INCOMPARABLE = (
    "What it resembles cannot be said: its readings stood out too little, or too little was known"
    " of what is usual for it."
)
NOT_YET = (
    "What it resembles cannot be said yet: its readings show too little so far. It is looked at"
    " again while it goes on."
)
STILL = (
    "A value that stands still has no course by which it could be compared with other incidents."
)
# Where to begin when nobody knows what helped.
FIRST_STEP = {
    "temperature": "Check that its fans turn, its vents are free, and how warm the room is.",
    "connectivity": "Check its power, its network cable or signal, and the site's router.",
    "power": "Check the mains, the power supply and the battery.",
    "storage": "Free space or replace the disk before it is full.",
    "software": "See in its log and processes what fails or uses most; restart it if it stays so.",
    "hardware": "Look at the part that failed, its plug and its cable, before it is replaced.",
    "mechanical": "Listen to it and look at it on site before it is used further.",
    "sensor": "Check the sensor and its cable; its values cannot be trusted just now.",
    "security": "Find out who did this before anything is restarted.",
}


def resembles(answer: Answer, zone: ZoneInfo) -> str:
    """One or two sentences: which past incidents, and what helped them."""
    if not answer.matches:
        return NOTHING
    first, others = answer.matches[0], len(answer.matches) - 1
    more = f" and {others} more" if others else ""
    said = f"Resembles {_named(first, zone)}{more}"
    advice = answer.recommendation
    if advice is None:
        return f"{said}; {_unhelpful(answer.matches)}"
    return f"{said}, fixed by “{_cut(advice.resolution)}”, {worked(advice)}."


def worked(advice: Recommendation) -> str:
    """
    >>> worked(Recommendation("x", 3, 4, ["INC-1"])), worked(Recommendation("x", 1, 1, []))
    ('which worked 3 of 4 times', 'which worked the one time it was tried')
    """
    if advice.tried == 1:
        return "which worked the one time it was tried"
    return f"which worked {advice.worked} of {advice.tried} times"


def what_now(answer: Answer | None, category: str) -> str:
    """What to do, by what helped before; else where such trouble is commonly found.

    >>> what_now(None, "storage")
    'Free space or replace the disk before it is full.'
    """
    usual = FIRST_STEP.get(category, "")
    advice = answer.recommendation if answer else None
    if advice is None:
        return usual
    cases = ", ".join(advice.incident_ids[:_CASES_MAX])
    more = ", …" if len(advice.incident_ids) > _CASES_MAX else ""
    return (
        f"What helped before: {_ended(_cut(advice.resolution))} See {cases}{more}. {usual}".strip()
    )


def _named(match: Match, zone: ZoneInfo) -> str:
    known = match.pattern
    when = f", {_day(known.started_at, zone)}" if known.started_at else ""
    return f"{known.incident_id} ({known.category}{when})"


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def _unhelpful(matches: Sequence[Match]) -> str:
    tried = [one.pattern for one in matches if one.pattern.effective is False]
    if tried and tried[0].resolution:
        return f"“{_cut(tried[0].resolution)}” was tried and did not help."
    return "nobody wrote down what helped."


def _cut(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= _RESOLUTION_MAX else f"{short[:_RESOLUTION_MAX]}…"


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
