"""Wire shapes of the overview."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.incidents.schemas import IncidentOut
from homepot.overview.service import Overview


class ConnectivityNumbers(BaseModel):
    online: int
    offline: int
    unknown: int = Field(description="not heard from yet")


class HealthNumbers(BaseModel):
    healthy: int
    warning: int
    critical: int
    maintenance: int
    unknown: int = Field(description="too little is known yet to judge")


class NumbersOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    devices: int
    simulated: int = Field(description="devices whose data a simulator invents")
    connectivity: ConnectivityNumbers
    health: HealthNumbers


class TroubleOut(BaseModel):
    """Incidents that live, by severity; `confirmed` are those among them that somebody has seen."""

    model_config = ConfigDict(from_attributes=True)

    critical: int
    warning: int
    info: int
    confirmed: int


class SiteNowOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    site_id: str
    name: str
    numbers: NumbersOut
    trouble: TroubleOut


class OverviewOut(BaseModel):
    as_of: datetime
    numbers: NumbersOut
    trouble: TroubleOut
    sites: list[SiteNowOut] = Field(description="with devices or incidents, the worst first")
    sites_total: int
    urgent: list[IncidentOut] = Field(description="the most urgent first")

    @classmethod
    def of(cls, overview: Overview) -> Self:
        return cls(
            as_of=overview.as_of,
            numbers=NumbersOut.model_validate(overview.numbers),
            trouble=TroubleOut.model_validate(overview.trouble),
            sites=[SiteNowOut.model_validate(one) for one in overview.sites],
            sites_total=overview.sites_total,
            urgent=[IncidentOut.of(one) for one in overview.urgent],
        )
