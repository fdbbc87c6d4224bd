"""HTTP of reports."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.analysis_modes.modes import ModeName
from homepot.ai.analysis_modes.service import mode_for
from homepot.ai.reports import scheduling, service
from homepot.ai.reports.content import Kept
from homepot.ai.reports.kinds import ReportFormat, ReportPeriod, ReportType, window_of
from homepot.ai.reports.printer import Printer
from homepot.ai.reports.schemas import (
    ReportList,
    ReportListed,
    ReportOut,
    ReportScheduleIn,
    ReportSchedules,
)
from homepot.ai.reports.service import Reporter, ReportQuery, Wanted
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId

router = APIRouter(prefix="/api/ai", tags=["ai"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.ALERTS_WRITE)]
ScheduledType = Literal["daily", "incident", "weekly"]
From = Annotated[datetime | None, Query(alias="from", description="of a custom analysis")]
To = Annotated[datetime | None, Query(alias="to", description="of a custom analysis; else now")]
_TYPES = {ReportFormat.HTML: "text/html; charset=utf-8", ReportFormat.PDF: "application/pdf"}
# The page brings its style and its plots along, and nothing in it runs.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " frame-ancestors 'self'; form-action 'none'"
)
_PRINTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report; with `format`, as a page or a paper.",
        "content": {"text/html": {}, "application/pdf": {}},
    }
}


@router.get(
    "/report/{device_id}",
    response_model=ReportOut,
    responses={**documented(401, 403, 404, 422), **_PRINTED},
)
async def make_device_report(
    request: Request,
    caller: Reader,
    device_id: PublicId,
    period: ReportPeriod | None = None,
    report_type: ReportType = ReportType.DAILY,
    mode: ModeName | None = None,
    start: From = None,
    end: To = None,
    format: ReportFormat = ReportFormat.JSON,  # noqa: A002  its name on the wire
) -> Response | ReportOut:
    """Make a report on a device and keep it: of the last 24 hours, for a weekly one the last 7
    days, or of another period; a custom analysis may name `from` and `to`."""
    at = now()
    wanted = Wanted(
        report_type, window_of(report_type, period, start, end, at), await mode_for(caller, mode)
    )
    made = await process_of(request).part(Reporter).of_device(caller, device_id, wanted, at)
    assert made is not None, "it has no occasion"
    return _answer(request, made, format)


@router.get(
    "/report/sites/{site_id}",
    response_model=ReportOut,
    responses={**documented(401, 403, 404, 422), **_PRINTED},
)
async def make_site_report(
    request: Request,
    caller: Reader,
    site_id: PublicId,
    period: ReportPeriod | None = None,
    report_type: ReportType = ReportType.DAILY,
    mode: ModeName | None = None,
    start: From = None,
    end: To = None,
    format: ReportFormat = ReportFormat.JSON,  # noqa: A002  its name on the wire
) -> Response | ReportOut:
    """The same of a site."""
    at = now()
    wanted = Wanted(
        report_type, window_of(report_type, period, start, end, at), await mode_for(caller, mode)
    )
    made = await process_of(request).part(Reporter).of_fleet(caller, site_id, wanted, at)
    assert made is not None, "it has no occasion"
    return _answer(request, made, format)


@router.get(
    "/report", response_model=ReportOut, responses={**documented(401, 403, 422), **_PRINTED}
)
async def make_report(
    request: Request,
    caller: Reader,
    period: ReportPeriod | None = None,
    report_type: ReportType = ReportType.DAILY,
    mode: ModeName | None = None,
    start: From = None,
    end: To = None,
    format: ReportFormat = ReportFormat.JSON,  # noqa: A002  its name on the wire
) -> Response | ReportOut:
    """The same of all sites together."""
    at = now()
    wanted = Wanted(
        report_type, window_of(report_type, period, start, end, at), await mode_for(caller, mode)
    )
    made = await process_of(request).part(Reporter).of_fleet(caller, None, wanted, at)
    assert made is not None, "it has no occasion"
    return _answer(request, made, format)


@router.get("/reports", responses=documented(401, 403, 422))
async def list_reports(
    caller: Reader,
    report_type: ReportType | None = None,
    site_id: Annotated[PublicId | None, Query()] = None,
    device_id: Annotated[PublicId | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> ReportList:
    """Reports as they were made, the newest first."""
    found = await service.page(
        caller.tx, ReportQuery(report_type, site_id, device_id, before, limit)
    )
    return ReportList(
        items=[ReportListed.of(one) for one in found],
        next_before=found[-1].row if len(found) == limit else None,
    )


@router.get(
    "/reports/{report_id}",
    response_model=ReportOut,
    responses={**documented(401, 403, 404, 422), **_PRINTED},
)
async def get_report(
    request: Request,
    caller: Reader,
    report_id: PublicId,
    format: ReportFormat = ReportFormat.JSON,  # noqa: A002  its name on the wire
) -> Response | ReportOut:
    """A report as it was made."""
    return _answer(request, await service.find(caller.tx, report_id), format)


@router.get("/report-schedules", responses=documented(401, 403, 422))
async def list_report_schedules(caller: Reader) -> ReportSchedules:
    """Which reports are made by themselves, and where they go: each morning at 7:00 and each
    Monday on the clock of the site, and after a critical incident."""
    return ReportSchedules.of(await scheduling.of_tenant(caller, now()))


@router.put("/report-schedules/{report_type}", responses=documented(401, 403, 413, 422))
async def change_report_schedule(
    caller: Writer, report_type: ScheduledType, body: ReportScheduleIn
) -> ReportSchedules:
    """Switch such reports on or off, and say over which channels of alerts they are sent."""
    await scheduling.change(
        caller, ReportType(report_type), body.mode, body.channel_ids, now(), enabled=body.enabled
    )
    return ReportSchedules.of(await scheduling.of_tenant(caller, now()))


def _answer(request: Request, kept: Kept, form: ReportFormat) -> Response | ReportOut:
    if form is ReportFormat.JSON:
        return ReportOut.of(kept)
    printer = process_of(request).part(Printer)

    # From here on the transaction is over: nothing of the database is held while it is printed.
    async def printed() -> AsyncIterator[bytes]:
        yield await printer.printed(kept, form)

    headers = {"Content-Disposition": f'inline; filename="{kept.report_id}.{form}"'}
    if form is ReportFormat.HTML:
        headers["Content-Security-Policy"] = _PAGE_POLICY
    return StreamingResponse(printed(), media_type=_TYPES[form], headers=headers)
