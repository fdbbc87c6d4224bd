"""A report as text in the order in which it is read, for page and paper alike. Pure."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.ai.reports.content import Kept, ReportContent, ReportIncident, ReportTable

_NAMES = {
    "uptime": "Uptime",
    "avg_temperature": "Average temperature",
    "events_logged": "Events logged",
    "anomalies": "Anomalies",
    "incidents": "Incidents",
    "health": "Health",
    "readings": "Readings",
    "devices": "Devices",
    "healthy": "Healthy",
    "warning": "Warning",
    "critical": "Critical",
    "outages": "Outages",
    "offline": "Time offline",
    "foreseen": "Foreseen",
}
UNKNOWN = "not known"


def subtitle(kept: Kept) -> str:
    period = kept.content.period
    zone = ZoneInfo(period.timezone)
    first, last = (f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (period.start, period.end))
    return f"{first} to {last} ({period.timezone})"


def about(kept: Kept) -> str:
    subject = kept.content.subject
    named = [subject.id] if subject.id and subject.id != subject.name else []
    return " · ".join([*named, *subject.details])


def made(kept: Kept) -> str:
    """Under everything: which report this is."""
    zone = ZoneInfo(kept.content.period.timezone)
    at = kept.generated_at.astimezone(zone)
    return f"{kept.report_id} · {kept.mode} · made {at:%Y-%m-%d %H:%M} · HOMEPOT"


def key_figures(content: ReportContent) -> list[tuple[str, str]]:
    """
    >>> spelled(4600), spelled(None), spelled("99.8%")
    ('4,600', 'not known', '99.8%')
    """
    found = content.key_metrics.items()
    return [(_NAMES.get(name, name.replace("_", " ")), spelled(value)) for name, value in found]


def spelled(value: str | int | float | None) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    return f"{value:,}"


def tables(content: ReportContent) -> list[ReportTable]:
    """What struck first, then the rest."""
    struck = _incidents(content)
    return [*([struck] if struck else []), *content.tables]


def _incidents(content: ReportContent) -> ReportTable | None:
    if not content.incidents:
        return None
    zone = ZoneInfo(content.period.timezone)
    with_device = any(one.device for one in content.incidents)
    columns = ["Began", "Incident", "What was done", "Impact"]
    rows = [_incident(one, zone, with_device=with_device) for one in content.incidents]
    if with_device:
        columns.insert(1, "Device")
    left_out = int(content.figures.get("incidents") or 0) - len(rows)
    return ReportTable(heading="Incidents", columns=columns, rows=rows, left_out=max(0, left_out))


def _incident(one: ReportIncident, zone: ZoneInfo, *, with_device: bool) -> list[str]:
    done = one.resolution or ("Nothing yet." if one.ended_at is None else "Nothing was written.")
    what = f"{one.incident_id} ({one.severity}, {one.state}): {one.description}"
    row = [moment(one.timestamp, zone), what, done, one.impact]
    if with_device:
        row.insert(1, one.device or "whole site")
    return row


def moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def notes(content: ReportContent) -> list[str]:
    """What has no value, and why.

    >>> notes_of({"uptime_percentage": "not watched"})
    ['Uptime percentage: not watched.']
    """
    return notes_of(content.why)


def notes_of(why: dict[str, str]) -> list[str]:
    return [
        f"{name.replace('_', ' ').capitalize()}: {reason.rstrip('.')}."
        for name, reason in why.items()
    ]


def more(table: ReportTable) -> str | None:
    return f"and {table.left_out:,} more" if table.left_out else None


def words(kept: Kept) -> Iterator[str]:
    """For a terminal: what one reads first."""
    content = kept.content
    yield from (content.title, subtitle(kept), "", content.summary, "")
    figures = key_figures(content)
    wide = max((len(name) for name, _ in figures), default=0)
    yield from (f"{name:<{wide}}  {value}" for name, value in figures)
    if content.recommendations:
        yield from ("", "What to do")
        yield from (f"- {one}" for one in content.recommendations)
    yield from ("", content.cost_impact)
    for one in notes(content):
        yield f"- {one}"
    yield from ("", f"Kept as {kept.report_id}.")
