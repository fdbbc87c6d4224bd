"""How a device is instead, where the answer is no. Pure."""

from homepot.ai.query.answering.result import Answer
from homepot.ai.query.plan import Link, OfHealth, OfLink, Plan

_STANDS = {
    "healthy": "is healthy",
    "warning": "is not quite well: its health is warning",
    "critical": "is in critical state",
    "maintenance": "is in maintenance",
    "online": "is online",
    "offline": "is offline",
    "unknown": "has not been judged yet",
}


def stand(answer: Answer, plan: Plan) -> str:
    """Empty where it was asked for something else, or of several devices."""
    asks = [one.measure for one in plan.where]
    if not asks or len(answer.devices) != 1:
        return ""
    one = answer.devices[0]
    if all(isinstance(each, OfLink) and each.aspect is Link.IS_ONLINE for each in asks):
        status = "offline" if one.status == "offline" else "online"
    elif all(isinstance(each, OfHealth) and each.aspect == "status" for each in asks):
        status = one.status if one.status != "online" else "unknown"
    else:
        return ""
    return f"{one.name} ({one.id}) {_STANDS[status]}" if status in _STANDS else ""
