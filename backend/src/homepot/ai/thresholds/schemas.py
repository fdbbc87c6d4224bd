"""Wire shapes of thresholds."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from homepot.ai.thresholds.logic import LIMITS, Limits, Thresholds
from homepot.ai.thresholds.service import OfDevice, OfType

Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
MetricKey = Annotated[str, StringConstraints(min_length=1, max_length=128)]
SourceName = Literal["shipped", "type", "device"]
LIMITED_MAX = 200


class HealthThresholds(BaseModel):
    """From `healthy` on a device is healthy; below `warning` it is critical."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    healthy: float = Field(gt=0, le=1)
    warning: float = Field(ge=0, lt=1)

    def said(self) -> Thresholds:
        return Thresholds(self.healthy, self.warning)


class LimitsOf(BaseModel):
    """A limit that is null takes the type's away; one that is absent is the type's."""

    model_config = ConfigDict(extra="forbid")

    warning_above: Number | None = None
    critical_above: Number | None = None
    warning_below: Number | None = None
    critical_below: Number | None = None


class DeviceThresholds(BaseModel):
    """What holds for one device alone, in place of all that was said of it before."""

    model_config = ConfigDict(extra="forbid")

    health: HealthThresholds | None = None
    limits: Annotated[dict[MetricKey, LimitsOf], Field(max_length=LIMITED_MAX)] = {}

    def said(self) -> tuple[Thresholds | None, Limits]:
        limits = {name: one.model_dump(exclude_unset=True) for name, one in self.limits.items()}
        return (
            self.health.said() if self.health else None,
            {name: one for name, one in limits.items() if one},
        )


class TypeThresholdsOut(BaseModel):
    device_type: str
    health: HealthThresholds
    source: SourceName
    said: HealthThresholds | None

    @classmethod
    def of(cls, one: OfType) -> Self:
        return cls.model_validate(vars(one) | {"health": one.holds}, from_attributes=True)


class LimitOut(BaseModel):
    metric: str
    unit: str
    source: SourceName
    warning_above: float | None
    critical_above: float | None
    warning_below: float | None
    critical_below: float | None


class DeviceThresholdsOut(BaseModel):
    """What holds for a device, where it was said, and what was said of the device itself."""

    device_id: str
    device_type: str
    health: HealthThresholds
    source: SourceName
    limits: list[LimitOut]
    said: DeviceThresholds

    @classmethod
    def of(cls, one: OfDevice) -> Self:
        limits = [
            LimitOut.model_validate(
                {
                    "metric": name,
                    "unit": metric.unit,
                    "source": "device" if name in one.said_limits else "type",
                    **{limit: getattr(metric, limit) for limit in LIMITS},
                }
            )
            for name, metric in sorted(one.limits.items())
        ]
        said = DeviceThresholds.model_validate(
            {"health": vars(one.said) if one.said else None, "limits": one.said_limits}
        )
        return cls(
            device_id=one.device_id,
            device_type=one.device_type,
            health=HealthThresholds.model_validate(one.holds),
            source=one.source.value,
            limits=limits,
            said=said,
        )
