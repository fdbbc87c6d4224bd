"""Wire shapes of readings that are read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from homepot.core.errors import BadInput
from homepot.telemetry.intake.batch import moment
from homepot.telemetry.reading.logic import Point, Source
from homepot.telemetry.reading.service import METRICS_MAX, Chart

EMPTY = "this device reported none of it in this window"
MetricNames = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}(,[a-z][a-z0-9_]{0,62})*$", max_length=2_000)
]
"""One, or several with commas between them."""


def each_once(given: Sequence[str] | None) -> list[str] | None:
    """The names in the order in which they are said first; BadInput where they are too many.

    >>> each_once(["cpu_percent,disk_percent", "cpu_percent"]), each_once(None)
    (['cpu_percent', 'disk_percent'], None)
    """
    if given is None:
        return None
    found = list(dict.fromkeys(name for one in given for name in one.split(",")))
    if len(found) > METRICS_MAX:
        raise BadInput(
            f"{len(found)} metrics are asked for; {METRICS_MAX} at once at most.",
            at="query.metrics",
        )
    return found


class PointOut(BaseModel):
    at: datetime = Field(description="The first moment of the span that this point stands for.")
    count: int = Field(description="Readings in it.")
    low: float
    high: float
    mean: float
    last: float


class SeriesOut(BaseModel):
    metric: str
    points: list[PointOut]
    note: str | None = Field(default=None, description="Why there are no points, where it is known")


class ChartOut(BaseModel):
    device_id: str
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    source: Source = Field(description="What the older part was read from.")
    series: list[SeriesOut]
    left_out: list[str] = Field(
        description="What else the device reports: at most"
        f" {METRICS_MAX} metrics are told at once. Ask for them with `metrics`."
    )


def chart_out(device_id: str, chart: Chart) -> dict[str, Any]:
    """What ChartOut describes, ready to be written."""
    return {
        "device_id": device_id,
        "from": chart.start.astimezone(UTC),
        "to": chart.end.astimezone(UTC),
        "source": chart.source,
        "series": [
            {
                "metric": metric,
                "points": [_point_out(point) for point in points],
                "note": EMPTY if metric in chart.empty else None,
            }
            for metric, points in chart.series.items()
        ],
        "left_out": list(chart.left_out),
    }


def _point_out(point: Point) -> dict[str, Any]:
    return {
        "at": moment(point.at),
        "count": point.count,
        "low": point.low,
        "high": point.high,
        "mean": point.mean,
        "last": point.last,
    }


class NewestOut(BaseModel):
    device_id: str
    at: datetime
    values: dict[str, float]


class LatestReadings(BaseModel):
    items: list[NewestOut]
