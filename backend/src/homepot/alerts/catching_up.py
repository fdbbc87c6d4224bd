"""What was open before there was anybody to tell: told once, together, when the first rule comes.

The first rule that is switched on and has a channel is taken for the beginning: what lasts and
nobody was ever told of comes in one digest at once, or whenever the rule speaks.
"""

from collections.abc import Sequence
from datetime import datetime

from homepot.alerts import alert_store
from homepot.alerts.deciding import desk_of, subject_of
from homepot.alerts.rules import Verdict, decide
from homepot.alerts.store import RuleRow
from homepot.core.database import Connection

_AT_ONCE_MAX = 500


def is_first(rule: RuleRow, rules: Sequence[RuleRow]) -> bool:
    """Whether it is the only one that tells anybody."""
    telling = [one.id for one in rules if one.enabled and one.channel_ids]
    return telling == [rule.id]


async def catch_up(tx: Connection, tenant_id: int, rule: RuleRow, now: datetime) -> None:
    desk = await desk_of(tx, tenant_id, now)
    for alert in await alert_store.untold(tx, _AT_ONCE_MAX):
        place = await desk.place(alert.site_id)
        verdict = decide(desk.rules[rule.id], subject_of(alert), place, desk.silences, now)
        if verdict.kind == "no":
            continue
        later = {"alert_id": alert.id, "rule_id": rule.id, "silence_id": verdict.silence_id}
        why = "held" if verdict.kind == "hold" else "digest"
        await alert_store.wait(tx, later | {"why": why, "due_at": verdict.at or now})
        noted = {
            "source": f"{rule.public_id}:{alert.incident_id}",
            "incident_id": alert.incident_id,
            "at": now,
            "what": "opened",
            "outcome": _outcome(verdict),
        }
        await alert_store.note_decision(tx, noted)


def _outcome(verdict: Verdict) -> str:
    """
    >>> _outcome(Verdict("hold", why="it is silenced"))
    'It was open before anybody was to be told, and is told of later: it is silenced.'
    """
    before = "It was open before anybody was to be told"
    if verdict.kind == "tell":
        return f"{before}, and comes in a digest now."
    return f"{before}, and is told of later: {verdict.why}."
