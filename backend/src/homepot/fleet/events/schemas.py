"""Wire shapes of what devices say of themselves, as people read it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.fleet.events.service import Asked, Event, EventPage, Job
from homepot.fleet.moments import Moment

Kind = Literal["log", "audit", "alert", "notice"]
Severity = Literal["info", "warning", "critical"]


class EventOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    at: datetime
    severity: Severity
    severity_given: str | None
    category: str
    title: str
    description: str | None
    details: dict[str, Any]
    received_at: datetime

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls.model_validate(event)


class EventPageOut(BaseModel):
    items: list[EventOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: EventPage) -> Self:
        return cls(items=[EventOut.of(one) for one in page.items], next_cursor=page.next_cursor)


class EventListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    severity: Annotated[list[Severity], Field(max_length=3, description="any of these")] = []
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to", description="without this moment")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=4_000)] | None = None

    def asked(self) -> Asked:
        return Asked(self.kind, sorted(set(self.severity)), self.start, self.end, self.limit)


class JobOut(BaseModel):
    job_id: str
    action: str
    description: str | None
    priority: str
    payload: dict[str, Any] | None
    status: Literal["pending", "running", "completed", "failed", "cancelled"]
    result: Any
    error_message: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, job: Job) -> Self:
        told = {name: value for name, value in vars(job).items() if name != "public_id"}
        return cls(job_id=job.public_id, **told)


class JobList(BaseModel):
    items: list[JobOut]
