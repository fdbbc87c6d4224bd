"""Wire shapes of sites as they are shown, with their counts."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.fleet.estate.service import SiteWithCounts
from homepot.fleet.sites.schedule import in_maintenance, is_open
from homepot.fleet.sites.schemas import MaintenanceWindow, ScheduleDay
from homepot.fleet.sites.service import Site


class Archiving(BaseModel):
    model_config = ConfigDict(extra="forbid")

    with_devices: bool = Field(default=False, description="archive its devices together with it")


class TariffOut(BaseModel):
    downtime_cost_per_hour: float
    visit_cost: float
    currency: str


class SiteOut(BaseModel):
    site_id: str
    name: str
    timezone: str
    address: str | None
    schedule: list[ScheduleDay]
    maintenance_windows: list[MaintenanceWindow]
    closed_on: list[date]
    tariff: TariffOut | None = Field(description="null where none was declared")
    open_now: bool | None = Field(description="null where no hours were told")
    in_maintenance: bool
    device_count: int
    online_count: int
    simulated_count: int = Field(description="devices whose data a simulator invents")
    version: int
    created_at: datetime
    archived_at: datetime | None

    @classmethod
    def of(cls, given: SiteWithCounts, now: datetime) -> Self:
        site = given.site
        return cls(
            site_id=site.public_id,
            name=site.name,
            timezone=site.timezone,
            address=site.address,
            schedule=[ScheduleDay(**day) for day in site.schedule],
            maintenance_windows=[MaintenanceWindow(**one) for one in site.maintenance_windows],
            closed_on=site.closed_on,
            tariff=_tariff(site),
            open_now=is_open(site.schedule, site.closed_on, site.zone, now),
            in_maintenance=in_maintenance(site.maintenance_windows, site.zone, now),
            device_count=given.counts.devices,
            online_count=given.counts.online,
            simulated_count=given.counts.simulated,
            version=site.version,
            created_at=site.created_at,
            archived_at=site.archived_at,
        )


def _tariff(site: Site) -> TariffOut | None:
    if site.downtime_cost_per_hour is None or site.visit_cost is None or site.currency is None:
        return None
    return TariffOut(
        downtime_cost_per_hour=float(site.downtime_cost_per_hour),
        visit_cost=float(site.visit_cost),
        currency=site.currency,
    )


class SitePage(BaseModel):
    items: list[SiteOut]
    total: int
    next_cursor: str | None
