"""Who was told of one incident, or why nobody was, in one sentence. Pure."""

from collections.abc import Sequence

from homepot.alerts.delivery_store import Decision, Delivery

# What may be told to somebody; of the rest nobody ever is.
_TELLING = ("opened", "worse", "reopened")
_SHOWN_MAX = 5


def story_of(deliveries: Sequence[Delivery], decisions: Sequence[Decision]) -> str:
    """Both the newest first."""
    sent = _names([one for one in deliveries if one.state == "sent"])
    away = [one for one in deliveries if one.state in ("waiting", "sending")]
    lost = [one for one in deliveries if one.state in ("failed", "dropped")]
    parts = []
    if sent:
        parts.append(f"Told: {_listed(sent)}.")
    if away:
        parts.append(f"On its way to {_listed(_names(away))}{_because(away)}.")
    if lost:
        parts.append(f"It did not reach {_listed(_names(lost))}{_because(lost)}.")
    if parts:
        return " ".join(parts)
    told = [one for one in decisions if one.what in _TELLING and one.outcome]
    reasons = list(dict.fromkeys(one.outcome for one in told))
    if not reasons:
        return "Nothing is known of anybody being told."
    return f"Nobody was told. {' '.join(reasons[:_SHOWN_MAX])}"


def _names(deliveries: Sequence[Delivery]) -> list[str]:
    return list(dict.fromkeys(one.channel_name for one in deliveries))


def _because(deliveries: Sequence[Delivery]) -> str:
    problems = dict.fromkeys(one.problem.rstrip(".") for one in deliveries if one.problem)
    return f" ({'; '.join(list(problems)[:_SHOWN_MAX])})" if problems else ""


def _listed(names: Sequence[str]) -> str:
    """
    >>> _listed(["Ada", "Desk"])
    'Ada, Desk'
    """
    more = f" and {len(names) - _SHOWN_MAX} more" if len(names) > _SHOWN_MAX else ""
    return ", ".join(names[:_SHOWN_MAX]) + more
