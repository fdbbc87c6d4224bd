"""Wire shapes of reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.analysis_modes.modes import DEFAULT, ModeName
from homepot.ai.reports.content import Kept, ReportContent
from homepot.ai.reports.kinds import ReportType
from homepot.ai.reports.schedule_store import Schedule
from homepot.ai.reports.store import Listed
from homepot.fleet.fields import PublicId


class ReportOut(BaseModel):
    """A report. What is null in it has its reason in `content.why`."""

    report_id: str
    device_id: str | None
    site_id: str | None
    report_type: ReportType
    mode: ModeName
    content: ReportContent
    generated_at: datetime

    @classmethod
    def of(cls, kept: Kept) -> Self:
        subject = kept.content.subject
        return cls(
            report_id=kept.report_id,
            device_id=subject.id if subject.kind == "device" else None,
            site_id=subject.id if subject.kind == "site" else None,
            report_type=ReportType(kept.report_type),
            mode=ModeName(kept.mode),
            content=kept.content,
            generated_at=kept.generated_at,
        )


class ReportListed(BaseModel):
    """A report without what it says; `by_itself` is one that nobody asked for."""

    report_id: str
    report_type: ReportType
    mode: ModeName
    generated_at: datetime
    title: str
    start: datetime
    end: datetime
    site_id: str | None
    device_id: str | None
    by_itself: bool

    @classmethod
    def of(cls, one: Listed) -> Self:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class ReportScheduleIn(BaseModel):
    """Whether such reports are made by themselves, for whom, and where they are sent."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool
    mode: ModeName = DEFAULT
    channel_ids: Annotated[list[PublicId], Field(max_length=20)] = []


class ReportSchedule(BaseModel):
    report_type: ReportType
    enabled: bool
    mode: ModeName
    channel_ids: list[str]


class ReportSchedules(BaseModel):
    items: list[ReportSchedule]

    @classmethod
    def of(cls, found: Sequence[Schedule]) -> Self:
        names = ReportSchedule.model_fields
        items = [{name: getattr(one, name) for name in names} for one in found]
        return cls.model_validate({"items": items})


class ReportList(BaseModel):
    """The newest first; `next_before` asks for those before these."""

    items: list[ReportListed]
    next_before: int | None
