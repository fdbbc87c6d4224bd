"""Why there is no answer, in a sentence, and what could be asked instead. Pure."""

from collections.abc import Mapping

from homepot.ai.query.answering.result import Refusal
from homepot.ai.query.plan import NoAnswer, Plan

_DETAILS: Mapping[NoAnswer, str] = {
    NoAnswer.EMPTY: "Nothing was asked.",
    NoAnswer.OFF_TOPIC: "That is not about this fleet.",
    NoAnswer.NOT_UNDERSTOOD: "That was not understood{subject}.",
    NoAnswer.UNKNOWN_DEVICE: "There is no device{subject}.",
    NoAnswer.UNKNOWN_SITE: "There is no site{subject}.",
    NoAnswer.UNKNOWN_METRIC: "No device reports{subject}.",
    NoAnswer.UNKNOWN_THING: "Nothing here is called{subject}.",
    NoAnswer.NOT_REPORTED: "These devices do not report{subject}.",
    NoAnswer.NO_DATA: "There are no readings{subject} in that window.",
    NoAnswer.IMPOSSIBLE_TIME: "There is no such time{subject}.",
    NoAnswer.FUTURE: "That lies in the future, and nothing here knows it.",
    NoAnswer.AMBIGUOUS: "That can mean several things{subject}.",
    NoAnswer.TWO_QUESTIONS: "These are two questions; ask one at a time.",
    NoAnswer.NOT_ALLOWED: "Questions are answered here; nothing is changed and no secret is told.",
    NoAnswer.LANGUAGE: "That language is not understood; ask in English.",
    NoAnswer.TOO_LONG: "That is too long for a question.",
    NoAnswer.TOOK_TOO_LONG: "That took too long to work out.",
    NoAnswer.UNDEFINED: "That has no value.",
    NoAnswer.NO_TARIFF: "No cost can be told: the site has no tariff.",
    NoAnswer.UNAVAILABLE: "What would know that is not here{subject}.",
}
_USUAL = (
    "How many devices are offline?",
    "Which devices had the most incidents in the last 30 days?",
    "How is the fleet doing?",
)
_SUBJECT_MAX = 80
_EXPLAINED = {NoAnswer.NOT_UNDERSTOOD, NoAnswer.UNAVAILABLE}


def refused(plan: Plan, detail: str | None = None) -> Refusal:
    reason = plan.reason
    why = reason.why if reason else NoAnswer.NOT_UNDERSTOOD
    if detail is not None:
        return Refusal(NoAnswer.UNDEFINED, detail)
    subject = reason.subject[:_SUBJECT_MAX] if reason else ""
    told = f": {subject!r}" if why in _EXPLAINED else f" {subject!r}"
    said = _DETAILS[why].format(subject=told if subject else "")
    suggestions = reason.suggestions if reason and reason.suggestions else _USUAL
    return Refusal(why, said, tuple(suggestions))
