"""Wire shapes of readings that are read."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from homepot.telemetry.intake.batch import moment
from homepot.telemetry.reading.logic import Point, Source
from homepot.telemetry.reading.service import Chart, Newest

MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class PointOut(BaseModel):
    at: datetime = Field(description="The first moment of the span that this point stands for.")
    count: int = Field(description="Readings in it.")
    low: float
    high: float
    mean: float
    last: float

    @classmethod
    def of(cls, point: Point) -> "PointOut":
        return cls(
            at=moment(point.at),
            count=point.count,
            low=point.low,
            high=point.high,
            mean=point.mean,
            last=point.last,
        )


class SeriesOut(BaseModel):
    metric: str
    points: list[PointOut]


class ChartOut(BaseModel):
    device_id: str
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    source: Source = Field(description="What the older part was read from.")
    series: list[SeriesOut]

    @classmethod
    def of(cls, device_id: str, chart: Chart) -> "ChartOut":
        return cls(
            device_id=device_id,
            start=chart.start.astimezone(UTC),
            end=chart.end.astimezone(UTC),
            source=chart.source,
            series=[
                SeriesOut(metric=metric, points=[PointOut.of(point) for point in points])
                for metric, points in chart.series.items()
            ],
        )


class NewestOut(BaseModel):
    device_id: str
    at: datetime
    values: dict[str, float]

    @classmethod
    def of(cls, newest: Newest) -> "NewestOut":
        return cls(device_id=newest.device_id, at=newest.at, values=newest.values)


class LatestReadings(BaseModel):
    items: list[NewestOut]
