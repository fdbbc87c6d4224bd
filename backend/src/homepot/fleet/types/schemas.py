"""Wire shapes of device types and the metric registry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from homepot.fleet.fields import Line, Name, without_control
from homepot.fleet.types.logic import METRICS_OF_TYPE_MAX, DeviceType, Direction, Kind, Origin
from homepot.fleet.types.service import Registered

Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Unit = Annotated[str, StringConstraints(max_length=20), AfterValidator(without_control)]
MetricKey = Annotated[str, StringConstraints(max_length=128)]
# of these, "null" means "none of my own words": what is shipped holds
_NEVER_EMPTY = ("label", "unit", "kind", "direction")


class MetricChange(BaseModel):
    """What to say of a metric; a field that is absent is left as it is."""

    model_config = ConfigDict(extra="forbid")

    label: Line = None
    unit: Unit | None = None
    kind: Kind | None = None
    range_low: Number | None = None
    range_high: Number | None = None
    direction: Direction | None = None

    def said(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_unset=True)


class TypeMetricChange(MetricChange):
    """What to say of a metric of a type; a range or limit that is null means "none"."""

    warning_above: Number | None = None
    critical_above: Number | None = None
    warning_below: Number | None = None
    critical_below: Number | None = None

    def said(self) -> dict[str, Any]:
        given = super().said()
        return {k: v for k, v in given.items() if v is not None or k not in _NEVER_EMPTY}


class TypeChange(BaseModel):
    """A tenant's own words on a type, wholly; a metric that is null is left out of it."""

    model_config = ConfigDict(extra="forbid")

    label: Name | None = None
    metrics: Annotated[
        dict[MetricKey, TypeMetricChange | None], Field(max_length=METRICS_OF_TYPE_MAX)
    ] = {}

    def changes(self) -> dict[str, Mapping[str, Any] | None]:
        return {
            name: None if change is None else change.said() for name, change in self.metrics.items()
        }


class MetricOut(BaseModel):
    name: str
    label: str
    unit: str
    kind: Kind
    range_low: float | None
    range_high: float | None
    direction: Direction


class TypeMetricOut(MetricOut):
    warning_above: float | None
    critical_above: float | None
    warning_below: float | None
    critical_below: float | None


class OwnWords(BaseModel):
    label: str | None
    metrics: dict[str, dict[str, Any] | None]


class DeviceTypeOut(BaseModel):
    name: str
    label: str
    shipped: bool
    metrics: list[TypeMetricOut]
    own: OwnWords

    @classmethod
    def of(cls, given: DeviceType) -> Self:
        own = {name: None if said is None else dict(said) for name, said in given.changed.items()}
        return cls(
            name=given.name,
            label=given.label,
            shipped=given.shipped,
            metrics=[TypeMetricOut(**vars(metric)) for metric in given.metrics.values()],
            own=OwnWords(label=given.label if given.label_changed else None, metrics=own),
        )


class DeviceTypeList(BaseModel):
    items: list[DeviceTypeOut]
    total: int


class RegisteredOut(MetricOut):
    origin: Origin
    first_seen_at: datetime | None

    @classmethod
    def of(cls, given: Registered) -> Self:
        return cls(**vars(given.metric), origin=given.origin, first_seen_at=given.first_seen_at)


class MetricList(BaseModel):
    items: list[RegisteredOut]
    total: int
