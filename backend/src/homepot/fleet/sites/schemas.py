"""Wire shapes of sites."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from homepot.fleet.fields import Line, Name, PublicId
from homepot.fleet.sites.schedule import DAY_NAMES, schedule_problem
from homepot.fleet.sites.timezones import timezone_problem

CLOSED_DAYS_MAX = 400
WINDOWS_MAX = 50


def _timezone(name: str) -> str:
    if problem := timezone_problem(name):
        raise ValueError(problem)
    return name


def _currency(code: str) -> str:
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        message = 'give the three letters of the currency, such as "EUR"'
        raise ValueError(message)
    return code.upper()


def _days_once(days: list[date]) -> list[date]:
    return sorted(set(days))


Timezone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_timezone)]
LocalTime = Annotated[str, StringConstraints(pattern=r"^(?:([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Weekday = Annotated[int, Field(ge=0, le=6, description="0 = Monday")]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2, allow_inf_nan=False)]
Currency = Annotated[str, StringConstraints(max_length=3), AfterValidator(_currency)]
ClosedDays = Annotated[list[date], Field(max_length=CLOSED_DAYS_MAX), AfterValidator(_days_once)]


class ScheduleDay(BaseModel):
    """A weekday's hours on the site's own clock; a close before the open is the next morning."""

    model_config = ConfigDict(extra="forbid")

    weekday: Weekday
    open: LocalTime | None = None
    close: LocalTime | None = None
    peak_start: LocalTime | None = None
    peak_end: LocalTime | None = None
    closed: bool = False


def _schedule(days: list[ScheduleDay]) -> list[ScheduleDay]:
    days = sorted(days, key=lambda day: day.weekday)
    if found := schedule_problem([day.model_dump() for day in days]):
        raise ValueError(found[1])
    return days


Schedule = Annotated[list[ScheduleDay], Field(max_length=len(DAY_NAMES)), AfterValidator(_schedule)]


class MaintenanceWindow(BaseModel):
    """Work that is announced for every week: silence and odd values are expected then."""

    model_config = ConfigDict(extra="forbid")

    weekday: Weekday
    start: LocalTime
    end: LocalTime
    note: Line = None


Windows = Annotated[list[MaintenanceWindow], Field(max_length=WINDOWS_MAX)]


class Tariff(BaseModel):
    """What an hour of standstill and a technician's visit cost here."""

    model_config = ConfigDict(extra="forbid")

    downtime_cost_per_hour: Money
    visit_cost: Money
    currency: Currency


class SiteNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site_id: PublicId | None = None
    name: Name
    timezone: Timezone
    address: Line = None
    schedule: Schedule = []
    maintenance_windows: Windows = []
    closed_on: ClosedDays = []
    tariff: Tariff | None = None


class SiteChange(BaseModel):
    """A field that is absent is left as it is; null clears what may be empty."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    timezone: Timezone = ""
    address: Line = None
    schedule: Schedule = []
    maintenance_windows: Windows = []
    closed_on: ClosedDays = []
    tariff: Tariff | None = None
    version: Annotated[int, Field(ge=1, lt=2**31)] | None = Field(
        default=None, description="the version you changed; 409 if somebody was quicker"
    )


def site_values(body: SiteNew | SiteChange) -> dict[str, Any]:
    """What was said, as columns. Within a day or a window everything is said."""
    names = body.model_fields_set if isinstance(body, SiteChange) else SiteNew.model_fields.keys()
    said = {k: v for k, v in body.model_dump().items() if k in names - {"site_id", "version"}}
    if "tariff" in said:
        said |= said.pop("tariff") or dict.fromkeys(Tariff.model_fields)
    return said
