"""What to do about what was found, from what worked before. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from homepot.ai.analysis.facts import Advice, IncidentFacts
from homepot.ai.device_memory.patterns import Answer
from homepot.ai.incidents.likeness import FIRST_STEP, what_now
from homepot.ai.prediction.records import Prediction
from homepot.ai.prediction.words import action

WARRANTY_DAYS = 60
_SEVERITIES = ("critical", "warning", "info")


def advice(
    incidents: Sequence[IncidentFacts],
    answers: Mapping[str, Answer],
    foreseen: Sequence[Prediction],
    warranty_until: date | None,
    today: date,
) -> list[Advice]:
    """The worst first; one for each kind of trouble that is not over, and for what came back."""
    found: dict[str, Advice] = {}
    worst = sorted(incidents, key=lambda one: (not one.is_living, _SEVERITIES.index(one.severity)))
    for one in worst:
        again = sum(other.category == one.category for other in incidents) > 1
        if one.category in found or not (one.is_living or again):
            continue
        found[one.category] = _of(one, answers.get(one.incident_id))
    for one_ in foreseen:
        text = f"{one_.label}: {action(one_, ZoneInfo(one_.zone))}"
        found[f"foreseen {one_.metric}"] = Advice(text, "foreseen", evidence=[one_.prediction_id])
    if found and warranty_until is not None:
        days = (warranty_until - today).days
        if 0 <= days <= WARRANTY_DAYS:
            text = f"Its warranty ends on {warranty_until.isoformat()}: claim it before."
            return [*found.values(), Advice(text, "warranty")]
    return list(found.values())


def _of(one: IncidentFacts, answer: Answer | None) -> Advice:
    known = answer.recommendation if answer else None
    begin = "" if one.is_living else "It came back in this period. "
    text = begin + what_now(answer, one.category)
    if known is None:
        text = begin + FIRST_STEP.get(one.category, "Look at it on site.")
        return Advice(text, "first_step", one.incident_id)
    return Advice(
        text, "worked_before", one.incident_id, known.worked, known.tried, list(known.incident_ids)
    )
