"""A site or everything in a period, as a report. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from homepot.ai.analysis.telling import percent
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.analysis_modes.templates import Statement, Topic
from homepot.ai.prediction.words import headline
from homepot.ai.reports.content import (
    Figure,
    ReportContent,
    ReportIncident,
    ReportPlot,
    ReportSpan,
    ReportSubject,
    ReportTable,
)
from homepot.ai.reports.fleet_facts import (
    HEALTH,
    FleetFacts,
    FleetIncident,
    Together,
    spans,
    together,
)
from homepot.ai.reports.kinds import TITLES, ReportType
from homepot.ai.reports.of_device import impact_of
from homepot.ai.reports.telling import (
    hours,
    is_brief,
    lead,
    listed,
    sections_of,
    share,
    uptime_share,
)

INCIDENTS_MAX = 15
_ROWS_MAX = 12
# For those who have two minutes.
_ROWS_BRIEF = 5
_FORESEEN_MAX = 8
# Where more than this is not known, it is said of how much.
_KNOWN_SHARE = 0.01


def fleet_report(
    facts: FleetFacts, kind: ReportType, mode: Mode, more: Sequence[Statement]
) -> ReportContent:
    """`more` is what is known besides, such as the trends of a site."""
    told = [*_statements(facts), *more]
    usual = (Topic.FIX, Topic.STRATEGY, Topic.COST)
    summary, brief = lead(mode, told), is_brief(mode)
    most = _ROWS_BRIEF if brief else _ROWS_MAX
    tables = (_sites(facts, most), _devices(facts, most), _foreseen(facts, most))
    window = facts.window
    return ReportContent(
        title=f"{TITLES[kind]} - {facts.name}",
        summary=summary,
        key_metrics=_key_metrics(facts),
        incidents=[
            _incident(one, facts) for one in facts.incidents[: most if brief else INCIDENTS_MAX]
        ],
        recommendations=list(facts.advice),
        cost_impact=_cost(facts),
        period=ReportSpan(
            start=window.start, end=window.end, words=window.words, timezone=facts.zone.key
        ),
        subject=ReportSubject(
            kind="tenant" if facts.site_id is None else "site",
            id=facts.site_id,
            name=facts.name,
            details=_details(facts),
        ),
        status=_status(facts),
        figures=_figures(facts),
        sections=sections_of(mode, [one for one in told if one.topic not in usual], summary),
        tables=[one for one in tables if one],
        plots=list(_plots(facts)),
        why=_why(facts),
    )


# -- figures --------------------------------------------------------------------------------------


def _figures(facts: FleetFacts) -> dict[str, Figure]:
    whole = together([facts.stretch(one) for one in facts.devices])
    scores = [one.score for one in facts.devices if one.score is not None]
    found: dict[str, Figure] = {
        "devices": len(facts.devices),
        **{name: facts.count(name) for name in HEALTH},
        "uptime_percentage": whole.percentage,
        "online_s": whole.online_s,
        "offline_s": whole.offline_s,
        "unknown_s": whole.unknown_s,
        "outages": whole.outages,
        "anomalies": sum(one.anomalies for one in facts.devices),
        "anomalies_muted": sum(one.anomalies_muted for one in facts.devices),
        "events_logged": sum(one.events for one in facts.devices),
        "incidents": len(facts.incidents),
        "incidents_open": sum(one.is_living for one in facts.incidents),
        "foreseen": len(facts.foreseen),
        "health_score": sum(scores) / len(scores) if scores else None,
    }
    return found | {
        f"downtime_cost_{currency}": float(cost) for currency, cost in facts.cost.amounts.items()
    }


def _key_metrics(facts: FleetFacts) -> dict[str, Figure]:
    known = _figures(facts)
    whole = together([facts.stretch(one) for one in facts.devices])
    return {
        "uptime": uptime_share(whole.online_s, whole.offline_s, whole.unknown_s),
        "devices": len(facts.devices),
        "healthy": facts.count("healthy"),
        "warning": facts.count("warning"),
        "critical": facts.count("critical"),
        "events_logged": known["events_logged"],
        "anomalies": known["anomalies"],
        "incidents": len(facts.incidents),
        "outages": whole.outages,
        "offline": hours(whole.offline_s) if whole.percentage is not None else None,
        "foreseen": len(facts.foreseen),
    }


def _status(facts: FleetFacts) -> str:
    return next((one for one in ("critical", "warning", "healthy") if facts.count(one)), "unknown")


def _details(facts: FleetFacts) -> list[str]:
    kinds = {one.provenance for one in facts.devices} - {"real"}
    return [f"with {kind} devices" for kind in sorted(kinds)]


def _why(facts: FleetFacts) -> dict[str, str]:
    why: dict[str, str] = {}
    whole = together([facts.stretch(one) for one in facts.devices])
    if not facts.devices:
        why["devices"] = "there are none here"
    elif whole.percentage is None:
        why["uptime_percentage"] = "whether they were online was not watched in that period"
    if facts.devices and all(one.score is None for one in facts.devices):
        why["health_score"] = "no device is known well enough yet"
    return why


# -- words ----------------------------------------------------------------------------------------


def _statements(facts: FleetFacts) -> Iterator[Statement]:
    if not facts.devices:
        for topic in (Topic.KPI, Topic.HEALTH, Topic.RISK):
            yield Statement(topic, f"There are no devices at {facts.name}.")
        return
    total = len(facts.devices)
    parts = [f"{facts.count(one):,} {one}" for one in HEALTH if facts.count(one)]
    said = f"{facts.name}: {total:,} {_plural('device', total)}, {', '.join(parts)}."
    yield Statement(Topic.KPI, said)
    yield Statement(Topic.HEALTH, said)
    yield from _happened(facts)
    whole = together([facts.stretch(one) for one in facts.devices])
    if whole.percentage is None:
        yield Statement(Topic.UPTIME, "The uptime is not known: nobody watched in that period.")
    else:
        away = (
            f"; {whole.outages:,} {_plural('outage', whole.outages)},"
            f" {hours(whole.offline_s)} offline in all"
        )
        yield Statement(
            Topic.UPTIME,
            f"Devices were online {percent(whole.percentage)} of {_known(facts, whole)}"
            f"{away if whole.outages else ''}.",
        )
    for one in facts.foreseen[:_FORESEEN_MAX]:
        yield Statement(Topic.RISK, f"{one.device_name}: {headline(one, facts.zone)}")
    if not facts.foreseen:
        yield Statement(Topic.RISK, "No device is known to be on its way to a limit.")
    yield Statement(Topic.COST, _cost(facts))
    for text in facts.advice[:1]:
        yield Statement(Topic.STRATEGY, text)


def _known(facts: FleetFacts, whole: Together) -> str:
    """The period, or how much of it somebody watched."""
    known_s = whole.online_s + whole.offline_s
    if whole.unknown_s < _KNOWN_SHARE * known_s:
        return facts.window.words
    return f"the {hours(known_s)} that are known of all devices in {facts.window.words}"


def _happened(facts: FleetFacts) -> Iterator[Statement]:
    count = len(facts.incidents)
    living = sum(one.is_living for one in facts.incidents)
    worst = sum(one.severity == "critical" for one in facts.incidents)
    if not count:
        yield Statement(Topic.EVENT, f"No incident in {facts.window.words}.")
        return
    said = f"{count:,} {_plural('incident', count)} in {facts.window.words}, {worst:,} critical"
    yield Statement(Topic.EVENT, f"{said}; {living:,} not over.")
    yield Statement(Topic.KPI, f"{said}; {living:,} not over.")


def _cost(facts: FleetFacts) -> str:
    cost = facts.cost
    if not facts.devices or cost.offline_h is None:
        return "No cost of downtime can be told: whether devices were online was not watched."
    priced = sorted(cost.amounts.items())
    # Of several currencies, those in which something was lost.
    lost = [one for one in priced if one[1]] or priced[:1]
    amounts = [f"{amount:,.2f} {name}" for name, amount in lost]
    said = [f"Downtime cost {listed(amounts)}."] if amounts else []
    if cost.unpriced_h > 0 or not said:
        whose = "of devices for which" if said else "for which"
        said.append(
            f"No cost can be told of {cost.unpriced_h:,.2f} h offline {whose} nobody said what an"
            " hour costs."
        )
    return " ".join(said)


def _incident(one: FleetIncident, facts: FleetFacts) -> ReportIncident:
    stretch = None
    if one.device_row is not None:
        stretch = facts.record.of(one.device_row, one.started_at, one.ended_at)
    away_s, words = impact_of(stretch)
    if one.device_row is None:
        words = "Not measured: several devices."
    return ReportIncident(
        timestamp=one.started_at,
        description=one.title,
        resolution=one.resolution,
        impact=words,
        incident_id=one.incident_id,
        severity=one.severity,
        state=one.state,
        ended_at=one.ended_at,
        device=one.device_name or "whole site",
        offline_s=away_s,
    )


# -- tables and plots -----------------------------------------------------------------------------


def _sites(facts: FleetFacts, most: int) -> ReportTable | None:
    """Of everything alone; the one with most time offline first."""
    if facts.site_id is not None or not facts.devices:
        return None
    rows = []
    for name in dict.fromkeys(one.site_name for one in facts.devices):
        mine = [one for one in facts.devices if one.site_name == name]
        whole = together([facts.stretch(one) for one in mine])
        ill = sum(one.health in ("warning", "critical") for one in mine)
        row = [name, f"{len(mine):,}", f"{ill:,}", share(whole.percentage) or "not known"]
        rows.append((-whole.offline_s, name, [*row, hours(whole.offline_s)]))
    rows.sort()
    return ReportTable(
        heading="Sites",
        columns=["Site", "Devices", "Not healthy", "Uptime", "Offline"],
        rows=[row for _, _, row in rows[:most]],
        right=[1, 2, 3, 4],
        left_out=max(0, len(rows) - most),
    )


def _devices(facts: FleetFacts, most: int) -> ReportTable | None:
    """Those that gave most reason to look at them."""
    struck: dict[int, int] = {}
    for one in facts.incidents:
        if one.device_row is not None:
            struck[one.device_row] = struck.get(one.device_row, 0) + 1
    found = []
    for each in facts.devices:
        away_s, count = facts.stretch(each).uptime.offline_s, struck.get(each.row, 0)
        if not (count or away_s > 0 or each.anomalies or each.health in ("warning", "critical")):
            continue
        place = (-count, -away_s, -each.anomalies, each.name, each.row)
        score = "not known" if each.score is None else f"{each.score:.2f}"
        health = f"{each.health}, {score}" if each.score is not None else each.health
        row = [each.name, health, f"{count:,}", f"{each.anomalies:,}", hours(away_s)]
        found.append((place, row))
    if not found:
        return None
    found.sort()
    return ReportTable(
        heading="Devices to look at",
        columns=["Device", "Health", "Incidents", "Anomalies", "Offline"],
        rows=[row for _, row in found[:most]],
        right=[2, 3, 4],
        left_out=max(0, len(found) - most),
    )


def _foreseen(facts: FleetFacts, most: int) -> ReportTable | None:
    if not facts.foreseen:
        return None
    rows = [
        [one.device_name, headline(one, facts.zone), share(100 * one.chance_14d) or ""]
        for one in facts.foreseen[:most]
    ]
    columns = ["Device", "What is foreseen", "Chance in 14 days"]
    left = max(0, len(facts.foreseen) - most)
    return ReportTable(
        heading="What will happen", columns=columns, rows=rows, right=[2], left_out=left
    )


def _plots(facts: FleetFacts) -> Iterator[ReportPlot]:
    pieces = spans(facts.window)
    width_s = (pieces[0][1] - pieces[0][0]).total_seconds()
    began = [_count(facts.incidents, start, end) for start, end in pieces]
    if any(began):
        yield ReportPlot(
            name="incidents",
            label="Incidents that began",
            unit="",
            width_s=width_s,
            points=[
                (start.timestamp(), count, count, count)
                for (start, _), count in zip(pieces, began, strict=True)
            ],
            bars=True,
        )
    points = []
    for start, end in pieces:
        whole = together([facts.record.of(one.row, start, end) for one in facts.devices])
        if (value := whole.percentage) is not None:
            points.append((start.timestamp(), value, value, value))
    if points:
        yield ReportPlot(
            name="uptime", label="Uptime of all devices", unit="%", width_s=width_s, points=points
        )


def _count(incidents: Sequence[FleetIncident], start: datetime, end: datetime) -> int:
    return sum(start <= one.started_at < end for one in incidents)


def _plural(what: str, number: int) -> str:
    return what if number == 1 else f"{what}s"
