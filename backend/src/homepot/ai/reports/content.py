"""All that a report says, in the shape in which it is kept. Pure."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

VERSION = 1
Figure = str | int | float | None


class ReportSpan(BaseModel):
    start: datetime
    end: datetime
    words: str
    timezone: str


class ReportSubject(BaseModel):
    """What it is about; `details` are what kind of thing that is, in words."""

    kind: Literal["device", "site", "tenant"]
    id: str | None
    name: str
    details: list[str] = []


class ReportIncident(BaseModel):
    timestamp: datetime
    description: str
    resolution: str | None
    impact: str
    incident_id: str
    severity: str
    state: str
    ended_at: datetime | None
    device: str | None = None
    # seconds offline while it lasted, within the period; null where nobody watched
    offline_s: float | None = None


class ReportSection(BaseModel):
    heading: str
    sentences: list[str]


class ReportMetric(BaseModel):
    """What the readings of one metric come to; of a counter, its growth."""

    metric: str
    label: str
    unit: str
    count: int
    average: float | None
    lowest: float
    highest: float
    increase: float | None
    beyond: str | None
    limit: float | None


class ReportTable(BaseModel):
    """Rows in words; a number is written to the right."""

    heading: str
    columns: list[str]
    rows: list[list[str]]
    right: list[int] = Field(default=[], description="columns that hold numbers")
    left_out: int = 0


class ReportLimit(BaseModel):
    severity: str
    value: float


class ReportMark(BaseModel):
    """From when to when something was not as usual."""

    start: datetime
    end: datetime
    severity: str


class ReportBand(BaseModel):
    """Between what a metric usually lies, at the moments of the points."""

    words: str
    low: list[float | None]
    high: list[float | None]


class ReportPlot(BaseModel):
    """A line over time, or with `bars` a column for each span. `points` are the first moment of a
    span in seconds since 1970, and the lowest, mean and highest of it."""

    name: str
    label: str
    unit: str
    width_s: float
    points: list[tuple[float, float, float, float]]
    bars: bool = False
    limits: list[ReportLimit] = []
    marks: list[ReportMark] = []
    band: ReportBand | None = None

    @property
    def room(self) -> float:
        """How far beyond what was measured is still near."""
        low, high = min(one[1] for one in self.points), max(one[3] for one in self.points)
        return max(high - low, 0.05 * max(abs(low), abs(high)), 1e-9)

    @property
    def near(self) -> list[ReportLimit]:
        """The limits that are shown; one far off would flatten the line."""
        low, high = min(one[1] for one in self.points), max(one[3] for one in self.points)
        return [one for one in self.limits if low - self.room <= one.value <= high + self.room]

    @property
    def key(self) -> str:
        """What is drawn how."""
        if self.bars:
            return "Each bar counts those that began in its hour or day."
        said = [f"Line: mean of {span_of(self.width_s)}."]
        if any(low < high for _, low, _, high in self.points):
            said = [f"Line: mean of {span_of(self.width_s)}, in the shade of lowest to highest."]
        if self.band is not None:
            said.append(f"Grey: {self.band.words}.")
        if self.near:
            said.append("Dashed: limits.")
        if self.marks:
            said.append("Shaded from a triangle on: not as usual.")
        return " ".join(said)

    @property
    def alt(self) -> str:
        """For those who do not see it."""
        low, high = min(one[1] for one in self.points), max(one[3] for one in self.points)
        said = f"{self.label} over the period: from {low:.4g} to {high:.4g} {self.unit}".strip()
        marked = f"; {len(self.marks)} marked as unusual" if self.marks else ""
        return f"{said}{marked}."


def span_of(width_s: float) -> str:
    """
    >>> span_of(720), span_of(5040), span_of(86400), span_of(11.4)
    ('12 min', '1.4 h', '1 day', '11 s')
    """
    if width_s >= 86_400:
        days = f"{width_s / 86_400:.3g}"
        return f"{days} day" if days == "1" else f"{days} days"
    if width_s >= 3_600:
        return f"{width_s / 3_600:.2g} h"
    return f"{width_s / 60:.2g} min" if width_s >= 60 else f"{width_s:.0f} s"


class ReportContent(BaseModel):
    version: int = VERSION
    title: str
    summary: str
    key_metrics: dict[str, Figure]
    incidents: list[ReportIncident]
    recommendations: list[str]
    cost_impact: str
    period: ReportSpan
    subject: ReportSubject
    status: str
    # each number by its name, as it was counted
    figures: dict[str, Figure]
    sections: list[ReportSection]
    metrics: list[ReportMetric] = []
    tables: list[ReportTable] = []
    plots: list[ReportPlot] = []
    why: dict[str, str] = {}


class Kept(BaseModel):
    """A report as it was made."""

    report_id: str
    report_type: str
    mode: str
    generated_at: datetime
    content: ReportContent


def as_json(content: ReportContent) -> str:
    return content.model_dump_json()


def from_json(spelled: str) -> ReportContent:
    return ReportContent.model_validate_json(spelled)


def plain(kept: Kept) -> dict[str, Any]:
    return kept.model_dump(mode="json")
