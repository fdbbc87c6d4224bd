"""Wire shapes of anomalies."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.anomaly_detection.service import AnomalyPage, AnomalyQuery
from homepot.fleet.fields import PublicId
from homepot.fleet.moments import Moment

Severity = Literal["info", "warning", "critical"]
Kind = Literal[
    "step", "ramp", "drift", "frozen", "limit", "silent", "unmeasured", "joint", "surprise"
]


class MetricOut(BaseModel):
    """How one metric deviated. `share` is its part of the whole; `low` to `high` was expected."""

    model_config = ConfigDict(extra="ignore")

    name: str
    kind: Kind
    unit: str
    share: float
    size: float
    value: float
    usual: float
    low: float
    high: float
    p: float
    since: datetime


class AnomalyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    device_id: str
    device_name: str
    site_id: str
    kind: Kind
    severity: Severity
    status: Literal["healthy", "warning", "critical"]
    health_score: float
    metrics: list[MetricOut]
    p_value: float
    started_at: datetime
    detected_at: datetime
    ended_at: datetime | None
    muted: Literal["history", "maintenance", "closed", "learning"] | None = Field(
        description="why nobody was told; null where somebody was, or it is information only"
    )
    engine_version: str
    created_at: datetime


class AnomalyPageOut(BaseModel):
    items: list[AnomalyOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: AnomalyPage) -> Self:
        items = [AnomalyOut.model_validate(one) for one in page.items]
        return cls(items=items, next_cursor=page.next_cursor)


class AnomalyListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    device: PublicId | None = None
    site: PublicId | None = None
    severity: Annotated[list[Severity], Field(max_length=3, description="any of these")] = []
    kind: Annotated[list[Kind], Field(max_length=9, description="any of these")] = []
    open: bool | None = None
    muted: Annotated[bool, Field(description="also what nobody was told")] = False
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to", description="without this moment")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=4_000)] | None = None

    def asked(self) -> AnomalyQuery:
        given: dict[str, Any] = {
            "device_id": self.device,
            "site_id": self.site,
            "severities": sorted(set(self.severity)),
            "kinds": sorted(set(self.kind)),
            "is_open": self.open,
            "with_muted": self.muted,
            "start": self.start,
            "end": self.end,
            "limit": self.limit,
        }
        return AnomalyQuery(**given)


class UsualPointOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: datetime
    low: float
    usual: float
    high: float


class UsualOfMetricOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    metric: str
    points: list[UsualPointOut]
    note: str | None = Field(description="why there are no points")


class UsualOut(BaseModel):
    """Between `low` and `high` nothing would be told of a device at that hour."""

    model_config = ConfigDict(from_attributes=True)

    device_id: str
    as_of: datetime | None = Field(description="when detection last wrote down what it knows")
    series: list[UsualOfMetricOut]


class UsualQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    metrics: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]],
        Field(max_length=20, description="said again for each; without it, the first 20 by name"),
    ] = []
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None
