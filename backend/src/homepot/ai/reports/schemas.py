"""Wire shapes of reports."""

from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from homepot.ai.analysis_modes.modes import DEFAULT, ModeName
from homepot.ai.reports.content import Kept, ReportContent
from homepot.ai.reports.kinds import ReportFormat, ReportPeriod, ReportType, Scope
from homepot.ai.reports.scheduling import Schedule, ScheduleWish
from homepot.ai.reports.store import Listed
from homepot.core.errors import BadInput
from homepot.fleet.fields import PublicId
from homepot.fleet.sites.timezones import timezone_problem, zone_of

ScheduledType = Literal["daily", "weekly", "monthly", "incident"]


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


class MakeQuery(BaseModel):
    """Which report is wanted. Without `period` and `from` it is of the last 24 hours, of the last 7
    days for a weekly and of the last 30 for a monthly one."""

    model_config = ConfigDict(extra="forbid")

    period: ReportPeriod | None = None
    report_type: ReportType = ReportType.DAILY
    mode: ModeName | None = Field(default=None, description="else the one that you chose")
    start: Annotated[datetime | None, Field(alias="from", description="of a custom analysis")] = (
        None
    )
    end: Annotated[
        datetime | None, Field(alias="to", description="of a custom analysis; else now")
    ] = None
    format: ReportFormat = ReportFormat.JSON


class MakeQueryOfAll(MakeQuery):
    """A report of all sites is on a clock of its own."""

    timezone: Annotated[str, Field(max_length=64)] = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        if problem := timezone_problem(self.timezone):
            raise BadInput(problem, at="query.timezone")
        return zone_of(self.timezone)


class ReportListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    report_type: ReportType | None = None
    site_id: Annotated[
        PublicId | None, Field(description="reports of the site and of its devices")
    ] = None
    device_id: PublicId | None = None
    about: Annotated[
        Literal["device", "site", "tenant"] | None,
        Field(description="of a device, of a site, or of all sites together"),
    ] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None


class ReportScheduleIn(BaseModel):
    """Which reports are made by themselves, for whom, and where they are sent. Daily, weekly
    (Monday) and monthly (the first) ones come at 7:00 on the clock of the site, those of everything
    on that of `timezone`; one of an incident soon after a critical one."""

    model_config = ConfigDict(extra="forbid")

    report_type: ScheduledType
    scope: Annotated[
        Scope, Field(description="one of everything, one of each site, or of this site or device")
    ]
    site_id: PublicId | None = None
    device_id: PublicId | None = None
    timezone: Annotated[
        str | None, Field(max_length=64, description="of everything; UTC where it is left out")
    ] = None
    enabled: bool = True
    mode: ModeName = DEFAULT
    channel_ids: Annotated[
        list[PublicId], Field(max_length=20, description="channels of alerts; none: only kept")
    ] = []

    def wish(self) -> ScheduleWish:
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return ScheduleWish(**given | {"report_type": ReportType(self.report_type)})


class ReportSchedule(BaseModel):
    schedule_id: str
    report_type: ScheduledType
    scope: Scope
    site_id: str | None
    device_id: str | None
    timezone: str = Field(description="of its site, where it has one; each site has its own")
    enabled: bool
    mode: ModeName
    channel_ids: list[str]

    @classmethod
    def of(cls, one: Schedule) -> Self:
        return cls.model_validate({name: getattr(one, name) for name in cls.model_fields})


class ReportSchedules(BaseModel):
    items: list[ReportSchedule]


class ReportList(BaseModel):
    """The newest first; `next_before` asks for those before these."""

    items: list[ReportListed]
    next_before: int | None
