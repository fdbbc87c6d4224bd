"""What a mode says without a model: the statements it is for, in its order. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from homepot.ai.analysis_modes.modes import Mode, ModeName, Topic

__all__ = ["Statement", "Topic", "told"]

_SENTENCES_MAX = {ModeName.MAINTENANCE: 40, ModeName.PREDICTIVE: 20, ModeName.EXECUTIVE: 8}
HEADINGS = {
    Topic.KPI: "Key figures",
    Topic.UPTIME: "Uptime",
    Topic.HEALTH: "Health",
    Topic.METRIC: "Metrics",
    Topic.EVENT: "What happened",
    Topic.CAUSE: "Probable cause",
    Topic.FIX: "What to do",
    Topic.RISK: "Risk",
    Topic.TREND: "Trend",
    Topic.SCHEDULE: "Schedule",
    Topic.COST: "Cost",
    Topic.STRATEGY: "Recommendation",
}
NOTHING = "There is nothing to report."


@dataclass(frozen=True)
class Statement:
    """One thing that is known, as a sentence of ours."""

    topic: Topic
    sentence: str


def chosen(mode: Mode, statements: Iterable[Statement]) -> list[Statement]:
    """What this audience is told, in its order, and no more than it reads."""
    place = {topic: number for number, topic in enumerate(mode.topics)}
    mine = [one for one in statements if one.topic in place and one.sentence.strip()]
    return sorted(mine, key=lambda one: place[one.topic])[: _SENTENCES_MAX[mode.name]]


def told(mode: Mode, statements: Iterable[Statement]) -> str:
    """The sentences under headings; a line for each topic.

    >>> from homepot.ai.analysis_modes.modes import mode_named
    >>> print(told(mode_named("executive"), [Statement(Topic.UPTIME, "Uptime was 99.1 %.")]))
    Uptime: Uptime was 99.1 %.
    """
    lines: dict[Topic, list[str]] = {}
    for one in chosen(mode, statements):
        lines.setdefault(one.topic, []).append(one.sentence.strip())
    if not lines:
        return NOTHING
    return "\n".join(f"{HEADINGS[topic]}: {' '.join(said)}" for topic, said in lines.items())
