"""Wire shapes of an analysis."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.analysis.facts import DeviceFacts, MetricFacts
from homepot.ai.analysis.periods import Period
from homepot.ai.analysis_modes.modes import ModeName
from homepot.ai.llm.narrator import Telling
from homepot.ai.prediction.schemas import PredictionOut

Severity = Literal["info", "warning", "critical"]
Day = date


class AnalysisSimilar(BaseModel):
    date: Day | None = Field(description="when it began, on the site's calendar")
    description: str
    resolution: str | None
    similarity_score: float = Field(description="how probable it is that both are of one kind")
    incident_id: str
    device_id: str | None
    worked: bool | None = Field(description="whether what was done helped, as far as it was said")
    of_incident: str = Field(description="which incident of the period it is like")


class AnalysisAdvice(BaseModel):
    """A recommendation with what it rests on."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    kind: Literal["worked_before", "first_step", "foreseen", "warranty"]
    of_incident: str | None
    worked: int | None = Field(description="on so many of the similar incidents")
    tried: int | None
    evidence: Sequence[str]


class AnalysisFactor(BaseModel):
    name: str
    weight: float
    evidence: float
    lost: float
    reason: str


class AnalysisAnomaly(BaseModel):
    id: int
    kind: str
    severity: Severity
    metrics: list[str]
    started_at: datetime
    ended_at: datetime | None
    muted: str | None = Field(description="why nobody was told; null where somebody was")


class AnalysisIncident(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    incident_id: str
    title: str
    category: str
    severity: Severity
    state: str
    started_at: datetime
    ended_at: datetime | None
    resolution: str | None
    worked: bool | None
    is_site: bool = Field(description="of the whole site, and this device is a member")


class AnalysisFindings(BaseModel):
    """`summary` is a model's words only where each of them is in the facts; `by` says whose."""

    summary: str
    summary_by: Literal["model", "template"]
    model_used: str | None
    health_score: float | None
    status: Literal["healthy", "warning", "critical", "unknown"]
    anomalies_detected: int = Field(description="of which somebody was told")
    similar_past_incidents: list[AnalysisSimilar]
    recommendations: list[str]
    recommended: list[AnalysisAdvice]
    anomalies: list[AnalysisAnomaly] = Field(description="the newest first; muted ones too")
    incidents: list[AnalysisIncident]
    health_reason: str | None
    health_factors: list[AnalysisFactor]
    health_average: float | None = Field(description="in the period, by how long each score stood")
    health_lowest: float | None
    learning: str
    risk_score: float | None = Field(description="that a limit is reached within 14 days")
    predictions: list[PredictionOut]


class AnalysisMetric(BaseModel):
    metric: str
    label: str
    unit: str
    kind: Literal["gauge", "counter", "ratio"]
    count: int
    average: float | None = Field(description="null of a counter")
    lowest: float
    highest: float
    increase: float | None = Field(description="by how much a counter grew")
    beyond: Literal["warning", "critical"] | None
    limit: float | None = Field(description="the limit that was passed")


class AnalysisUptime(BaseModel):
    online_s: float
    offline_s: float
    unknown_s: float
    outages: int
    longest_outage_s: float


class AnalysisPause(BaseModel):
    start: datetime
    end: datetime


class AnalysisReadings(BaseModel):
    values: int
    first_at: datetime | None
    last_at: datetime | None
    last_ever: datetime | None = Field(description="null where none came in the period either")
    covered_s: float
    pauses: list[AnalysisPause]


class AnalysisMetrics(BaseModel):
    avg_temperature: float | None
    max_temperature: float | None
    uptime_percentage: float | None
    temperature_unit: str | None
    uptime: AnalysisUptime
    readings: AnalysisReadings
    all: list[AnalysisMetric]


class AnalysisCost(BaseModel):
    offline_hours: float | None
    downtime_cost: float | None
    downtime_cost_per_hour: float | None
    visit_cost: float | None
    part_cost: float | None
    currency: str | None


class AnalysisOut(BaseModel):
    """What is null has its reason in `why`."""

    device_id: str
    device_name: str
    device_type: str
    site_id: str
    site_name: str
    provenance: Literal["real", "imported", "simulated"]
    analysis: AnalysisFindings
    metrics: AnalysisMetrics
    events: dict[str, int] = Field(description="what the device said of itself, by severity")
    cost: AnalysisCost
    warranty_until: Day | None
    period: Period
    start: datetime
    end: datetime
    mode: ModeName
    generated_at: datetime
    why: dict[str, str]
    warnings: Sequence[str]

    @classmethod
    def of(cls, facts: DeviceFacts, period: Period, mode: ModeName, told: Telling) -> Self:
        return cls(
            device_id=facts.device_id,
            device_name=facts.name,
            device_type=facts.device_type,
            site_id=facts.site_id,
            site_name=facts.site_name,
            provenance=facts.provenance,  # type: ignore[arg-type]
            analysis=_findings(facts, told),
            metrics=_metrics(facts),
            events=dict(facts.events),
            cost=_cost(facts),
            warranty_until=facts.warranty_until,
            period=period,
            start=facts.window.start,
            end=facts.window.end,
            mode=mode,
            generated_at=facts.now,
            why=dict(facts.why),
            warnings=facts.warnings,
        )


def _findings(facts: DeviceFacts, told: Telling) -> AnalysisFindings:
    known = facts.health
    similar: list[dict[str, Any]] = [
        {
            **vars(one),
            "date": one.at.astimezone(facts.zone).date() if one.at else None,
            "similarity_score": round(one.score, 4),
        }
        for one in facts.similar
    ]
    anomalies = [
        vars(one) | {"metrics": [metric["name"] for metric in one.metrics]}
        for one in facts.anomalies
    ]
    return AnalysisFindings.model_validate(
        {
            "summary": told.text,
            "summary_by": told.by,
            "model_used": told.model if told.by == "model" else None,
            "health_score": known.score,
            "status": known.status,
            "anomalies_detected": len(facts.anomalies_told),
            "similar_past_incidents": similar,
            "recommendations": [one.text for one in facts.advice],
            "recommended": [AnalysisAdvice.model_validate(one) for one in facts.advice],
            "anomalies": anomalies,
            "incidents": [AnalysisIncident.model_validate(one) for one in facts.incidents],
            "health_reason": known.reason,
            "health_factors": known.factors,
            "health_average": known.average,
            "health_lowest": known.lowest,
            "learning": known.learning,
            "risk_score": facts.foreseen.risk,
            "predictions": [PredictionOut.of(one) for one in facts.foreseen.predictions],
        }
    )


def _metrics(facts: DeviceFacts) -> AnalysisMetrics:
    warm, heard = facts.temperature, facts.heard
    stretch = facts.stretch
    return AnalysisMetrics(
        avg_temperature=warm.mean if warm else None,
        max_temperature=warm.high if warm else None,
        uptime_percentage=facts.uptime_percentage,
        temperature_unit=warm.metric.unit if warm else None,
        uptime=AnalysisUptime(
            **vars(stretch.uptime),
            outages=stretch.outages,
            longest_outage_s=stretch.longest_outage_s,
        ),
        readings=AnalysisReadings(
            values=facts.readings,
            first_at=heard.first_at,
            last_at=heard.last_at,
            last_ever=heard.last_ever,
            covered_s=heard.covered_s,
            pauses=[AnalysisPause(start=start, end=end) for start, end in heard.pauses],
        ),
        all=[_metric(one) for one in facts.metrics],
    )


def _metric(one: MetricFacts) -> AnalysisMetric:
    severity, _, limit = one.beyond or (None, None, None)
    return AnalysisMetric(
        metric=one.metric.name,
        label=one.metric.label or one.metric.name,
        unit=one.metric.unit,
        kind=one.metric.kind.value,
        count=one.count,
        average=None if one.is_counter else one.mean,
        lowest=one.low,
        highest=one.high,
        increase=one.increase,
        beyond=severity,  # type: ignore[arg-type]
        limit=limit,
    )


def _cost(facts: DeviceFacts) -> AnalysisCost:
    cost, rates = facts.cost, facts.cost.rates
    return AnalysisCost(
        offline_hours=cost.offline_h,
        downtime_cost=None if cost.downtime is None else float(cost.downtime),
        downtime_cost_per_hour=_amount(rates.downtime_cost_per_hour),
        visit_cost=_amount(rates.visit_cost),
        part_cost=_amount(rates.part_cost),
        currency=rates.currency,
    )


def _amount(rate: Any) -> float | None:
    return None if rate is None else float(rate.amount)
