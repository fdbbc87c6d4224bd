"""Wire shapes of telemetry."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WrapValidator, model_validator

from homepot.fleet.documents import Object, document
from homepot.fleet.moments import Moment
from homepot.telemetry.service import Measured

REPORTS_MAX = 1_000

# A number, not a text or a truth value that could be taken for one.
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Percent = Annotated[_Number, Field(ge=0, le=100)]


class ReportIn(BaseModel):
    """What a device measured at one time; unknown fields are kept."""

    model_config = ConfigDict(extra="allow")

    device_id: Annotated[str, Field(min_length=1, max_length=200)]
    cpu_usage: Percent
    memory_usage: Percent
    disk_usage: Percent
    network_latency_ms: Annotated[_Number, Field(ge=0, le=1e9)] | None = None
    uptime_seconds: Annotated[_Number, Field(ge=0, le=1e12)] | None = None
    collection_interval_seconds: Annotated[_Number, Field(ge=1, le=604_800)] | None = None
    timestamp: Moment | None = None
    site_id: Annotated[str, Field(max_length=200)] | None = None
    pos: Object | None = None

    @model_validator(mode="before")
    @classmethod
    def _keepable(cls, given: Any) -> Any:
        """The whole is kept, so the whole must be of a kind that can be."""
        if isinstance(given, dict):
            extra = {k: v for k, v in given.items() if k not in cls.model_fields}
            document(extra)
        return given

    def measured(self) -> Measured:
        body = self.model_dump(mode="json", exclude_unset=True)
        return Measured(body, self.timestamp, self.collection_interval_seconds)


def _one_or_many(given: Any, several: Callable[[Any], list[ReportIn]]) -> list[ReportIn]:
    """Each keeps its own place in a refusal: body.cpu_usage, or body.3.cpu_usage."""
    return several(given) if isinstance(given, list) else [ReportIn.model_validate(given)]


Reports = Annotated[
    list[ReportIn],
    Field(min_length=1, max_length=REPORTS_MAX),
    WrapValidator(
        _one_or_many,
        json_schema_input_type=ReportIn
        | Annotated[list[ReportIn], Field(min_length=1, max_length=REPORTS_MAX)],
    ),
]


class SavedOut(BaseModel):
    device_id: str
    saved_count: int = Field(description="reports that are new")
    duplicate_count: int = Field(description="reports that had been stored before")


class LatestOut(BaseModel):
    device_id: str
    cpu_percent: float | None
    memory_percent: float | None
    disk_percent: float | None
    network_latency_ms: float | None
    uptime_seconds: float | None
    timestamp: datetime | None
