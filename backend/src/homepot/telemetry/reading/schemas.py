"""Wire shapes of readings that are read."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from homepot.telemetry.intake.batch import moment
from homepot.telemetry.reading.logic import Point, Source
from homepot.telemetry.reading.service import Chart

MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


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


class ChartOut(BaseModel):
    device_id: str
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    source: Source = Field(description="What the older part was read from.")
    series: list[SeriesOut]


def chart_out(device_id: str, chart: Chart) -> dict[str, Any]:
    """What ChartOut describes, ready to be written."""
    return {
        "device_id": device_id,
        "from": chart.start.astimezone(UTC),
        "to": chart.end.astimezone(UTC),
        "source": chart.source,
        "series": [
            {"metric": metric, "points": [_point_out(point) for point in points]}
            for metric, points in chart.series.items()
        ],
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
