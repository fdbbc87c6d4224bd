"""When: the windows of a plan. They are what was said ("last week"), not yet two moments: a
calendar's words mean another time at each site's own clock."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A piece of a plan: never changed, and with nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Hours(Part):
    """A part of each day by the site's clock; to may lie before from, across midnight."""

    start: time
    end: time


class Rolling(Part):
    """So many seconds up to the moment of asking, or up to so long before it."""

    kind: Literal["rolling"] = "rolling"
    length_s: int = Field(gt=0, le=3660 * 86_400)
    before_s: int = Field(default=0, ge=0, le=3660 * 86_400)
    hours: Hours | None = None


class Coming(Part):
    """So many seconds from the moment of asking on: for what is dated ahead, as a warranty."""

    kind: Literal["coming"] = "coming"
    length_s: int = Field(gt=0, le=3660 * 86_400)


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    WEEKEND = "weekend"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Calendar(Part):
    """Whole units by the site's own clock: 0 is the one we are in (cut off at the moment of
    asking), -1 the one before, 1 the next; so many of them together, the last of them this one."""

    kind: Literal["calendar"] = "calendar"
    unit: Unit
    offset: int = Field(default=-1, ge=-5_000, le=5_000)
    count: int = Field(default=1, ge=1, le=5_000)
    hours: Hours | None = None


class Dates(Part):
    """From a day (and time of it) to another by the site's own clock; open to one side: as long
    as there is anything, or up to the moment of asking. An end without a time is that whole day."""

    kind: Literal["dates"] = "dates"
    first: date | None = None
    first_time: time | None = None
    last: date | None = None
    last_time: time | None = None
    hours: Hours | None = None


class Moments(Part):
    """From one moment to another, for a question that names them with their zone."""

    kind: Literal["moments"] = "moments"
    start: datetime
    end: datetime


Window = Annotated[Rolling | Coming | Calendar | Dates | Moments, Field(discriminator="kind")]
