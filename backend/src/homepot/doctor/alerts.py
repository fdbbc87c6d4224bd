"""Whether somebody would be told of an incident, as far as that is known without telling them."""

import asyncio

from homepot.alerts.looking import State, look, troubles
from homepot.core.database import Database
from homepot.core.words import count
from homepot.doctor.finding import Finding

_SHOWN_MAX = 10


def alerts(url: str) -> Finding:
    async def found() -> list[State]:
        database = Database(url, connections_max=1)
        try:
            return await look(database)
        finally:
            await database.close()

    return finding(asyncio.run(found()))


def finding(states: list[State]) -> Finding:
    if not states:
        detail = "no channel: incidents are shown, and nobody is told of them"
        return Finding("alerts", ok=True, detail=detail)
    if wrong := troubles(states):
        mend = "correct it and try `homepot alerts test`; `homepot alerts deliveries` says more"
        return Finding("alerts", ok=False, detail="\n".join(wrong[:_SHOWN_MAX]), mend=mend)
    if not any(one.is_used for one in states):
        mend = "switch a rule on that names a channel: /api/alerts/rules"
        detail = f"{count(len(states), 'channel')}, and no rule that uses one"
        return Finding("alerts", ok=False, detail=detail, mend=mend)
    told = "; ".join(_told(one) for one in states[:_SHOWN_MAX])
    more = f"; and {len(states) - _SHOWN_MAX} more" if len(states) > _SHOWN_MAX else ""
    return Finding("alerts", ok=True, detail=f"{count(len(states), 'channel')}: {told}{more}")


def _told(one: State) -> str:
    """
    >>> _told(State("Desk", "ntfy, ntfy://…", True, 0, None, None, None))
    'Desk (ntfy, ntfy://…), not asked, nothing sent yet'
    """
    answers = "not asked" if one.answers is None else "answers"
    sent = f"last sent {one.last_sent_at:%Y-%m-%d %H:%M} UTC" if one.last_sent_at else ""
    waiting = f", {count(one.waiting, 'message')} waiting" if one.waiting else ""
    return f"{one.name} ({one.shown}), {answers}, {sent or 'nothing sent yet'}{waiting}"
