"""Wire shapes of insights."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from homepot.ai.analysis_modes.modes import ModeName
from homepot.ai.insights.action_schemas import InsightAction
from homepot.ai.insights.facts import SiteFacts
from homepot.ai.insights.telling import findings, issue
from homepot.ai.llm.narrator import Telling


class InsightTrend(BaseModel):
    device_id: str
    metric: str
    unit: str
    way: Literal["worse", "better", "none"]
    per_day: float
    first_week: float
    last_week: float
    days: int
    p: float


class InsightOftener(BaseModel):
    device_id: str
    anomalies_first_half: int
    anomalies_second_half: int
    p: float


class InsightRecurring(BaseModel):
    device_id: str
    category: str
    times: int
    last_at: datetime
    incident_ids: Sequence[str]


class InsightCause(BaseModel):
    """So many of those with it had trouble, against so many others of the same types."""

    trait: Literal["firmware", "location"]
    value: str
    category: str | None = Field(description="null: any kind of incident")
    struck: int
    of: int
    others_struck: int
    of_others: int
    p: float
    device_ids: Sequence[str]


class InsightHour(BaseModel):
    hour: int = Field(description="on the site's clock")
    times: int
    of: int
    p: float


class InsightWarranty(BaseModel):
    device_id: str
    device_name: str
    warranty_until: date


class InsightRecommendation(BaseModel):
    recommendation_id: str
    kind: str
    text: str
    device_ids: Sequence[str]
    category: str | None
    metric: str | None
    evidence: Mapping[str, Any]
    estimated_cost: str | None = Field(description="visits, and up to a part for each device")
    taken: bool = Field(description="somebody marked it as done in this window")


class PredictedIssue(BaseModel):
    """A limit that will be reached; nine times in ten between `lower` and `upper`."""

    description: str
    confidence: float = Field(description="that the limit is reached within 30 days")
    estimated_cost: str | None = Field(description="a visit, and up to a part")
    device_id: str
    metric: str
    severity: Literal["warning", "critical"]
    crosses_at: datetime
    lower: datetime
    upper: datetime
    recommendation_id: str


class InsightCosts(BaseModel):
    """Null where it cannot be told; `why` of the answer has the reason."""

    current_month_downtime_cost: str | None
    prevented_issues_value: str | None
    recommended_maintenance_budget: str | None
    currency: str | None
    month_start: datetime
    month_offline_hours: float | None
    downtime_amount: float | None
    prevented_amount: float | None
    budget_low: float | None
    budget_high: float | None


class InsightUptime(BaseModel):
    percentage: float | None
    online_s: float
    offline_s: float
    unknown_s: float
    outages: int
    devices_watched: int


class SiteInsights(BaseModel):
    overall_health: Literal["Good", "Fair", "Poor", "Unknown"]
    health_score: float | None = Field(description="the mean of the devices whose health is known")
    total_devices: int
    devices_healthy: int
    devices_warning: int
    devices_critical: int
    devices_maintenance: int
    devices_unknown: int
    key_findings: list[str]
    predicted_issues: list[PredictedIssue]
    cost_analysis: InsightCosts
    summary: str
    summary_by: Literal["model", "template"]
    model_used: str | None
    uptime: InsightUptime
    incidents: int
    incidents_open: int
    trends: list[InsightTrend]
    metrics_tested: int
    metrics_too_short: int = Field(description="with fewer than 14 days of readings")
    worsening: list[str] = Field(description="devices")
    improving: list[str]
    anomaly_changes: list[InsightOftener]
    recurring: list[InsightRecurring]
    common_causes: list[InsightCause]
    causes_tested: int
    same_hour: InsightHour | None
    warranties: list[InsightWarranty]
    warranties_over: int
    recommendations: list[InsightRecommendation]
    actions: list[InsightAction]


class InsightsOut(BaseModel):
    """What is null has its reason in `why`."""

    site_id: str
    site_name: str
    insights: SiteInsights
    start: datetime
    end: datetime
    mode: ModeName
    generated_at: datetime
    why: dict[str, str]

    @classmethod
    def of(cls, facts: SiteFacts, mode: ModeName, told: Telling) -> Self:
        return cls(
            site_id=facts.site_id,
            site_name=facts.name,
            insights=_insights(facts, told),
            start=facts.window.start,
            end=facts.window.end,
            mode=mode,
            generated_at=facts.now,
            why=_why(facts),
        )


def _why(facts: SiteFacts) -> dict[str, str]:
    why = dict(facts.costs.why)
    if facts.score is None:
        why["health_score"] = (
            "the health of none of its devices is known yet"
            if facts.devices
            else "there are no devices at this site"
        )
    if facts.uptimes.percentage is None:
        why["uptime"] = "whether its devices were online was not watched in this window"
    return why


def _insights(facts: SiteFacts, told: Telling) -> SiteInsights:
    worse, better = _ways(facts)
    return SiteInsights(
        overall_health=facts.overall,  # type: ignore[arg-type]
        health_score=facts.score,
        total_devices=len(facts.devices),
        **{  # type: ignore[arg-type]
            f"devices_{health}": facts.count(health)
            for health in ("healthy", "warning", "critical", "maintenance", "unknown")
        },
        key_findings=findings(facts),
        predicted_issues=_predicted(facts),
        cost_analysis=_costs(facts),
        summary=told.text,
        summary_by=told.by,
        model_used=told.model if told.by == "model" else None,
        uptime=_uptime(facts),
        incidents=len(facts.incidents),
        incidents_open=sum(one.is_living for one in facts.incidents),
        metrics_tested=facts.streams_tested,
        metrics_too_short=facts.streams_too_short,
        worsening=worse,
        improving=better,
        causes_tested=facts.causes_tested,
        warranties_over=facts.warranties_over,
        actions=[InsightAction.of(one) for one in facts.effects],
        **_found(facts),
    )


def _found(facts: SiteFacts) -> dict[str, Any]:
    ids = {one.row: one.id for one in facts.devices}
    hour = facts.same_hour
    return {
        "trends": [
            InsightTrend(
                device_id=one.device.id, metric=one.metric.name, unit=one.metric.unit,
                way=one.way,  # type: ignore[arg-type]
                per_day=one.moves.per_day, first_week=one.moves.first_week,
                last_week=one.moves.last_week, days=one.moves.days, p=one.moves.chance,
            )
            for one in facts.trends
        ],
        "anomaly_changes": [
            InsightOftener(device_id=one.device.id, anomalies_first_half=one.first,
                           anomalies_second_half=one.second, p=one.chance)
            for one in facts.oftener
        ],
        "recurring": [
            InsightRecurring(device_id=one.device.id, category=one.category, times=one.times,
                             last_at=one.last_at, incident_ids=one.incident_ids)
            for one in facts.recurring
        ],
        "common_causes": [
            InsightCause(
                trait=one.trait, value=one.value, category=one.category, struck=one.struck_marked,
                of=one.marked, others_struck=one.struck_others, of_others=one.others,
                p=one.chance, device_ids=[ids[row] for row in one.devices if row in ids],
            )
            for one in facts.causes
        ],
        "same_hour": hour
        and InsightHour(hour=hour.hour, times=hour.times, of=hour.of, p=hour.chance),
        "warranties": [
            InsightWarranty(device_id=one.id, device_name=one.name, warranty_until=until)
            for one in facts.warranties
            if (until := one.warranty_until) is not None
        ],
        "recommendations": _recommendations(facts),
    }  # fmt: skip


def _predicted(facts: SiteFacts) -> list[PredictedIssue]:
    prices = facts.costs.of_recommendations
    return [
        PredictedIssue(
            description=issue(one),
            confidence=round(one.chance_30d, 3),
            estimated_cost=prices[id_].words if id_ in prices else None,
            device_id=one.device_id,
            metric=one.metric,
            severity=one.severity,
            crosses_at=one.crosses_at,
            lower=one.lower,
            upper=one.upper,
            recommendation_id=id_,
        )
        for one in facts.foreseen
        for id_ in [f"foreseen:{one.device_id}:{one.metric}"]
    ]


def _recommendations(facts: SiteFacts) -> list[InsightRecommendation]:
    taken = {
        one.action.recommendation_id
        for one in facts.effects
        if one.action.taken_at >= facts.window.start
    }
    prices = facts.costs.of_recommendations
    return [
        InsightRecommendation(
            recommendation_id=one.id,
            kind=one.kind,
            text=one.text,
            device_ids=[each.id for each in one.devices],
            category=one.category,
            metric=one.metric,
            evidence=one.evidence,
            estimated_cost=prices[one.id].words if one.id in prices else None,
            taken=one.id in taken,
        )
        for one in facts.recommendations
    ]


def _ways(facts: SiteFacts) -> tuple[list[str], list[str]]:
    """Devices that worsen and that improve, each once; one that does both worsens."""
    worse = {one.device.id for one in facts.trends if one.way == "worse"}
    worse |= {one.device.id for one in facts.oftener if one.second > one.first}
    better = {one.device.id for one in facts.trends if one.way == "better"}
    better |= {one.device.id for one in facts.oftener if one.second < one.first}
    return sorted(worse), sorted(better - worse)


def _costs(facts: SiteFacts) -> InsightCosts:
    costs = facts.costs
    return InsightCosts(
        current_month_downtime_cost=costs.downtime.words if costs.downtime else None,
        prevented_issues_value=costs.prevented.words if costs.prevented else None,
        recommended_maintenance_budget=costs.budget.words if costs.budget else None,
        currency=costs.currency,
        month_start=costs.month_start,
        month_offline_hours=costs.month_offline_h,
        downtime_amount=float(costs.downtime.low) if costs.downtime else None,
        prevented_amount=float(costs.prevented.low) if costs.prevented else None,
        budget_low=float(costs.budget.low) if costs.budget else None,
        budget_high=float(costs.budget.high) if costs.budget else None,
    )


def _uptime(facts: SiteFacts) -> InsightUptime:
    known = facts.uptimes
    return InsightUptime(
        percentage=known.percentage,
        online_s=known.online_s,
        offline_s=known.offline_s,
        unknown_s=known.unknown_s,
        outages=known.outages,
        devices_watched=known.watched,
    )
