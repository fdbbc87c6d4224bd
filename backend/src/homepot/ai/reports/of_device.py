"""A device in a period, as a report. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from homepot.ai.analysis.facts import AnomalyFacts, DeviceFacts, IncidentFacts, MetricFacts
from homepot.ai.analysis.telling import statements
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.analysis_modes.templates import Statement, Topic, chosen
from homepot.ai.incidents.words import amount
from homepot.ai.prediction.words import action, headline
from homepot.ai.reports.content import (
    Figure,
    ReportBand,
    ReportContent,
    ReportIncident,
    ReportLimit,
    ReportMark,
    ReportMetric,
    ReportPlot,
    ReportSpan,
    ReportSubject,
    ReportTable,
)
from homepot.ai.reports.kinds import TITLES, ReportType
from homepot.ai.reports.telling import hours, is_brief, lead, sections_of, share, uptime_share
from homepot.fleet.connectivity.record import Stretch
from homepot.fleet.types.logic import Metric
from homepot.telemetry.reading.logic import Point

PLOTS_MAX = 4
INCIDENTS_MAX = 20
# For those who have two minutes.
INCIDENTS_BRIEF = 5
_ANOMALIES_MAX = 12
_METRICS_MAX = 30


# The lower and the upper edge of a band.
Lines = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Charted:
    """What was measured of some metrics, in spans of `width`; between what each usually lies in the
    middle of each span, as known `as_of`."""

    series: Mapping[str, Sequence[Point]] = field(default_factory=dict)
    width: timedelta = timedelta(0)
    bands: Mapping[str, Lines] = field(default_factory=dict)
    as_of: datetime | None = None
    no_bands: str | None = None


def device_report(
    facts: DeviceFacts,
    kind: ReportType,
    mode: Mode,
    impacts: Mapping[str, Stretch],
    charted: Charted,
) -> ReportContent:
    told = list(statements(facts))
    where = f" ({facts.location})" if facts.location else ""
    summary, brief = lead(mode, told), is_brief(mode)
    tables = [_foreseen(facts)]
    if not brief:
        tables = [_metrics_table(facts), _anomalies(facts), *tables]
    return ReportContent(
        title=f"{TITLES[kind]} - {facts.name}{where}",
        summary=summary,
        key_metrics=_key_metrics(facts),
        incidents=[
            _incident(one, impacts.get(one.incident_id), brief=brief)
            for one in facts.incidents[: INCIDENTS_BRIEF if brief else INCIDENTS_MAX]
        ],
        recommendations=[one.text for one in facts.advice],
        cost_impact=_cost(facts, told),
        period=ReportSpan(
            start=facts.window.start,
            end=facts.window.end,
            words=facts.window.words,
            timezone=facts.zone.key,
        ),
        subject=ReportSubject(
            kind="device", id=facts.device_id, name=facts.name, details=_details(facts)
        ),
        status=facts.health.status,
        figures=_figures(facts),
        sections=sections_of(mode, _without_metrics(mode, told), summary),
        metrics=[_metric(one) for one in facts.metrics],
        tables=[one for one in tables if one is not None],
        plots=[
            _plot(one, charted.series[one.metric.name], facts, charted)
            for one in leading(facts)[: 1 if brief else PLOTS_MAX]
            if charted.series.get(one.metric.name)
        ],
        why=_why(facts, charted),
    )


def leading(facts: DeviceFacts) -> list[MetricFacts]:
    """Those that say most: beyond a limit, then what deviated, then what is foreseen, then what
    has a limit at all."""
    deviated = {str(one.get("name")) for each in facts.anomalies for one in each.metrics}
    ahead = {one.metric for one in facts.foreseen.predictions}
    warm = facts.temperature

    def place(one: MetricFacts) -> tuple[bool, bool, bool, bool, bool, str]:
        return (
            one.beyond is None,
            one.metric.name not in deviated,
            one.metric.name not in ahead,
            warm is None or one.metric.name != warm.metric.name,
            not _limits(one),
            one.metric.name,
        )

    shown = [one for one in facts.metrics if not one.is_counter]
    return sorted(shown, key=place)[:PLOTS_MAX]


# -- parts ----------------------------------------------------------------------------------------


def _figures(facts: DeviceFacts) -> dict[str, Figure]:
    stretch, cost = facts.stretch, facts.cost
    warm = facts.temperature
    return {
        "uptime_percentage": facts.uptime_percentage,
        "online_s": stretch.uptime.online_s,
        "offline_s": stretch.uptime.offline_s,
        "unknown_s": stretch.uptime.unknown_s,
        "outages": stretch.outages,
        "longest_outage_s": stretch.longest_outage_s,
        "avg_temperature": warm.mean if warm else None,
        "max_temperature": warm.high if warm else None,
        "readings": facts.readings,
        "events_logged": sum(facts.events.values()),
        "anomalies": len(facts.anomalies_told),
        "anomalies_muted": len(facts.anomalies) - len(facts.anomalies_told),
        "incidents": len(facts.incidents),
        "incidents_open": sum(one.is_living for one in facts.incidents),
        "health_score": facts.health.score,
        "health_average": facts.health.average,
        "health_lowest": facts.health.lowest,
        "risk_score": facts.foreseen.risk,
        "downtime_cost": None if cost.downtime is None else float(cost.downtime),
        "currency": cost.rates.currency,
    }


def _key_metrics(facts: DeviceFacts) -> dict[str, Figure]:
    """As the plan has them: in words where there is a unit."""
    warm, score, uptime = facts.temperature, facts.health.score, facts.stretch.uptime
    return {
        "uptime": uptime_share(uptime.online_s, uptime.offline_s, uptime.unknown_s),
        "avg_temperature": amount(warm.mean, warm.metric.unit) if warm else None,
        "events_logged": sum(facts.events.values()),
        "anomalies": len(facts.anomalies_told),
        "incidents": len(facts.incidents),
        "health": None if score is None else f"{score:.2f} ({facts.health.status})",
        "readings": facts.readings,
    }


def _details(facts: DeviceFacts) -> list[str]:
    said = [facts.device_type.replace("_", " "), facts.site_name]
    if facts.location:
        said.append(facts.location)
    if facts.firmware:
        said.append(f"firmware {facts.firmware}")
    if facts.provenance != "real":
        said.append(f"{facts.provenance} device")
    return said


def _incident(one: IncidentFacts, impact: Stretch | None, *, brief: bool) -> ReportIncident:
    away_s, words = impact_of(impact)
    is_told = one.description and not brief
    return ReportIncident(
        timestamp=one.started_at,
        description=f"{one.title}: {one.description}" if is_told else one.title,
        resolution=one.resolution,
        impact=words,
        incident_id=one.incident_id,
        severity=one.severity,
        state=one.state,
        ended_at=one.ended_at,
        offline_s=away_s,
    )


def impact_of(stretch: Stretch | None) -> tuple[float | None, str]:
    """Seconds offline while it lasted, and that in words."""
    if stretch is None or stretch.uptime.online_s + stretch.uptime.offline_s <= 0:
        return None, "Not known: nobody watched whether it was online."
    away_s = stretch.uptime.offline_s
    if away_s <= 0:
        return 0.0, "None: it stayed online."
    return away_s, f"Offline for {hours(away_s)}."


def _cost(facts: DeviceFacts, told: Sequence[Statement]) -> str:
    """Downtime, and what a visit costs where somebody should go there."""
    said = [one.sentence for one in told if one.topic is Topic.COST]
    visit = facts.cost.rates.visit_cost
    if visit is not None and facts.advice:
        said.append(f"A visit costs {visit.amount:,.2f} {facts.cost.rates.currency or ''}".strip())
        said[-1] += "."
    return " ".join(said)


def _without_metrics(mode: Mode, told: Sequence[Statement]) -> list[Statement]:
    """The table of metrics says what their sentences would; what to do has a place of its own."""
    usual = (Topic.METRIC, Topic.FIX, Topic.STRATEGY, Topic.COST)
    return [one for one in chosen(mode, told) if one.topic not in usual]


def _metric(one: MetricFacts) -> ReportMetric:
    severity, _, limit = one.beyond or (None, None, None)
    return ReportMetric(
        metric=one.metric.name,
        label=label_of(one),
        unit=one.metric.unit,
        count=one.count,
        average=None if one.is_counter else one.mean,
        lowest=one.low,
        highest=one.high,
        increase=one.increase,
        beyond=severity,
        limit=limit,
    )


def label_of(one: MetricFacts) -> str:
    return one.metric.label or one.metric.name.replace("_", " ")


def _metrics_table(facts: DeviceFacts) -> ReportTable | None:
    rows = []
    ordered = sorted(facts.metrics, key=lambda one: (one.beyond is None, one.metric.name))
    for one in ordered[:_METRICS_MAX]:
        unit = one.metric.unit
        if one.is_counter:
            grown = "" if one.increase is None else f"grew by {amount(one.increase, unit)}"
            rows.append([label_of(one), "", "", "", grown])
            continue
        limit = ""
        if one.beyond is not None:
            severity, _, value = one.beyond
            limit = f"beyond {severity} limit of {amount(value, unit)}"
        three = [amount(value, unit) for value in (one.mean, one.low, one.high)]
        rows.append([label_of(one), *three, limit])
    if not rows:
        return None
    return ReportTable(
        heading="Metrics",
        columns=["Metric", "Average", "Lowest", "Highest", "Note"],
        rows=rows,
        right=[1, 2, 3],
        left_out=max(0, len(ordered) - _METRICS_MAX),
    )


def _anomalies(facts: DeviceFacts) -> ReportTable | None:
    told = facts.anomalies_told
    if not told:
        return None
    return ReportTable(
        heading="Anomalies",
        columns=["From", "To", "What", "Severity"],
        rows=[
            [
                _moment(one.started_at, facts),
                _moment(one.ended_at, facts) if one.ended_at else "not over",
                _what(one, facts),
                one.severity,
            ]
            for one in told[:_ANOMALIES_MAX]
        ],
        left_out=max(0, len(told) - _ANOMALIES_MAX),
    )


def _what(one: AnomalyFacts, facts: DeviceFacts) -> str:
    names = [facts.label(str(metric["name"])) for metric in one.metrics[:3]]
    return f"{', '.join(names) or 'all metrics'} ({one.kind})"


def _foreseen(facts: DeviceFacts) -> ReportTable | None:
    known = facts.foreseen.predictions
    if not known:
        return None
    rows = [
        [headline(one, facts.zone), share(100 * one.chance_14d) or "", action(one, facts.zone)]
        for one in known
    ]
    columns = ["What is foreseen", "Chance in 14 days", "What to do"]
    return ReportTable(heading="What will happen", columns=columns, rows=rows, right=[1])


def _limits(one: MetricFacts) -> list[ReportLimit]:
    metric = one.metric
    found = (
        ("critical", metric.critical_above),
        ("critical", metric.critical_below),
        ("warning", metric.warning_above),
        ("warning", metric.warning_below),
    )
    return [ReportLimit(severity=name, value=value) for name, value in found if value is not None]


def _plot(
    one: MetricFacts, points: Sequence[Point], facts: DeviceFacts, charted: Charted
) -> ReportPlot:
    window, name = facts.window, one.metric.name
    mine = [
        each
        for each in facts.anomalies_told
        if any(metric.get("name") == name for metric in each.metrics)
    ]
    return ReportPlot(
        name=name,
        label=label_of(one),
        unit=one.metric.unit,
        width_s=charted.width.total_seconds(),
        points=[(each.at / 1e6, each.low, each.mean, each.high) for each in points],
        limits=_limits(one),
        marks=[
            ReportMark(
                start=max(each.started_at, window.start),
                end=min(each.ended_at or window.end, window.end),
                severity=each.severity,
            )
            for each in mine
        ],
        band=_band(one.metric, facts, charted),
    )


def _possible(value: float, metric: Metric) -> float:
    """No share is above 100, and nothing vibrates less than not at all."""
    low, high = metric.range_low, metric.range_high
    value = value if low is None else max(value, low)
    return value if high is None else min(value, high)


def _band(metric: Metric, facts: DeviceFacts, charted: Charted) -> ReportBand | None:
    found = charted.bands.get(metric.name)
    if not found or charted.as_of is None:
        return None
    return ReportBand(
        words=f"usual at that hour, as known {_moment(charted.as_of, facts)}",
        low=[_possible(value, metric) for value in found[0]],
        high=[_possible(value, metric) for value in found[1]],
    )


def _why(facts: DeviceFacts, charted: Charted) -> dict[str, str]:
    why = dict(facts.why)
    if charted.no_bands and any(charted.series.values()):
        why["normal_band"] = charted.no_bands
    return why


def _moment(at: datetime, facts: DeviceFacts) -> str:
    return f"{at.astimezone(facts.zone):%Y-%m-%d %H:%M}"
