"""Wire shapes of tariffs."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from homepot.fleet.fields import PublicId
from homepot.fleet.sites.schemas import Currency, Money
from homepot.fleet.tariffs.logic import Rate, Rates
from homepot.fleet.tariffs.service import Amounts
from homepot.fleet.tariffs.store import Told

TypeName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
SourceName = Literal["site_and_type", "site", "type", "all"]


class TariffIn(BaseModel):
    """What is left out or null is not said here: a wider line may say it."""

    model_config = ConfigDict(extra="forbid")

    site_id: PublicId | None = Field(default=None, description="null: at every site")
    device_type: TypeName | None = Field(default=None, description="null: of every type")
    downtime_cost_per_hour: Money | None = None
    visit_cost: Money | None = None
    part_cost: Money | None = None
    currency: Currency

    def amounts(self) -> Amounts:
        return Amounts(self.downtime_cost_per_hour, self.visit_cost, self.part_cost, self.currency)


class TariffLine(BaseModel):
    source: SourceName
    site_id: str | None
    site_name: str | None
    device_type: str | None
    downtime_cost_per_hour: float | None
    visit_cost: float | None
    part_cost: float | None
    currency: str
    updated_at: datetime | None = Field(description="null for a site's own: the audit log has it")
    updated_by: str | None

    @classmethod
    def of(cls, told: Told) -> Self:
        line = told.line
        return cls.model_validate(
            {
                **vars(line),
                **{k: v for k, v in vars(told).items() if k != "line"},
                "source": line.source.value,
                "device_type": line.device_type or None,
            }
        )


class TariffsOut(BaseModel):
    items: list[TariffLine]


class RateOut(BaseModel):
    amount: float
    source: SourceName = Field(description="where it was said, the nearest counts")

    @classmethod
    def of(cls, rate: Rate | None) -> Self | None:
        return cls(amount=float(rate.amount), source=rate.source.value) if rate else None


class RatesOut(BaseModel):
    """What holds for a device. What nobody said is null, with the reason in `why`."""

    device_id: str
    currency: str | None
    downtime_cost_per_hour: RateOut | None
    visit_cost: RateOut | None
    part_cost: RateOut | None
    why: dict[str, str]

    @classmethod
    def of(cls, device_id: str, rates: Rates) -> Self:
        return cls(
            device_id=device_id,
            currency=rates.currency,
            downtime_cost_per_hour=RateOut.of(rates.downtime_cost_per_hour),
            visit_cost=RateOut.of(rates.visit_cost),
            part_cost=RateOut.of(rates.part_cost),
            why=dict(rates.why),
        )
