"""The three modes: focus, audience, output, and how a model is told to write. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from homepot.core.errors import BadInput


class ModeName(StrEnum):
    MAINTENANCE = "maintenance"
    PREDICTIVE = "predictive"
    EXECUTIVE = "executive"


DEFAULT = ModeName.MAINTENANCE


class Topic(StrEnum):
    """What a statement is about."""

    KPI = "kpi"
    UPTIME = "uptime"
    HEALTH = "health"
    METRIC = "metric"
    EVENT = "event"
    CAUSE = "cause"
    FIX = "fix"
    RISK = "risk"
    TREND = "trend"
    SCHEDULE = "schedule"
    COST = "cost"
    STRATEGY = "strategy"


@dataclass(frozen=True)
class Mode:
    name: ModeName
    label: str
    focus: str
    audience: str
    output: Sequence[str]
    # What is told, in this order; what is not in here is left out.
    topics: Sequence[Topic]
    role: str

    @property
    def manner(self) -> str:
        """The prompt template: what a model is told to write like, before what it may say."""
        return (
            f"{self.role} You write for {self.audience}."
            f" Your focus is {self.focus}. Put first what matters to them:"
            f" {', '.join(self.output)}."
        )


MODES: Mapping[ModeName, Mode] = {
    mode.name: mode
    for mode in (
        Mode(
            ModeName.MAINTENANCE,
            "Maintenance",
            focus="technical details and troubleshooting steps",
            audience="system administrators and technicians",
            output=("detailed metrics", "root cause analysis", "fix recommendations"),
            topics=(
                Topic.HEALTH, Topic.METRIC, Topic.EVENT, Topic.CAUSE, Topic.FIX, Topic.RISK,
                Topic.TREND, Topic.UPTIME,
            ),
            role="You are a technical systems analyst.",
        ),
        Mode(
            ModeName.PREDICTIVE,
            "Predictive",
            focus="trend analysis and failure prediction",
            audience="maintenance planners",
            output=("risk scores", "maintenance schedules", "cost estimates"),
            topics=(
                Topic.RISK, Topic.TREND, Topic.SCHEDULE, Topic.COST, Topic.HEALTH, Topic.FIX,
            ),
            role="You are a predictive maintenance expert.",
        ),
        Mode(
            ModeName.EXECUTIVE,
            "Executive",
            focus="high-level summaries and business impact",
            audience="management and decision-makers",
            output=("KPIs", "uptime stats", "cost analysis", "strategic recommendations"),
            topics=(
                Topic.KPI, Topic.UPTIME, Topic.COST, Topic.RISK, Topic.STRATEGY, Topic.HEALTH,
            ),
            role="You are an executive reporting assistant.",
        ),
    )
}  # fmt: skip


def mode_named(name: str) -> Mode:
    """
    >>> mode_named("predictive").label
    'Predictive'
    """
    try:
        return MODES[ModeName(name)]
    except ValueError:
        known = ", ".join(one.value for one in ModeName)
        raise BadInput(f"There is no mode {name!r}; there are: {known}.", at="mode") from None
