"""Wire shapes of the keys to the calendar of upkeep."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from homepot.fleet.fields import Name


class CalendarKeyNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name = Field(description="where it is used, such as the calendar of the workshop")


class CalendarKeyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    created_at: datetime
    last_read_at: datetime | None


class CalendarKeyAdded(BaseModel):
    """`path` is what a calendar program subscribes to; it is shown this once."""

    id: int
    name: str
    path: str
    created_at: datetime


class CalendarKeysOut(BaseModel):
    items: list[CalendarKeyOut]
