"""HTTP of reports."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.types import Receive, Scope, Send

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.ai.analysis_modes.service import mode_for
from homepot.ai.reports import scheduling, service
from homepot.ai.reports.content import Kept
from homepot.ai.reports.kinds import ReportFormat, window_of
from homepot.ai.reports.printer import Printer
from homepot.ai.reports.schemas import (
    MakeQuery,
    MakeQueryOfAll,
    ReportList,
    ReportListed,
    ReportListQuery,
    ReportOut,
    ReportSchedule,
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
    request: Request, caller: Reader, device_id: PublicId, asked: Annotated[MakeQuery, Query()]
) -> Response | ReportOut:
    """Make a report on a device and keep it: of the last 24 hours, for a weekly one the last 7
    days, for a monthly one the last 30, or of another period; a custom analysis may name `from` and
    `to`."""
    at = now()
    wanted = await _wanted(request, caller, asked, at)
    made = await process_of(request).part(Reporter).of_device(caller, device_id, wanted, at)
    return _answer(request, made, asked.format)


@router.get(
    "/report/sites/{site_id}",
    response_model=ReportOut,
    responses={**documented(401, 403, 404, 422), **_PRINTED},
)
async def make_site_report(
    request: Request, caller: Reader, site_id: PublicId, asked: Annotated[MakeQuery, Query()]
) -> Response | ReportOut:
    """The same of a site."""
    at = now()
    wanted = await _wanted(request, caller, asked, at)
    made = await process_of(request).part(Reporter).of_fleet(caller, site_id, wanted, at)
    return _answer(request, made, asked.format)


@router.get(
    "/report", response_model=ReportOut, responses={**documented(401, 403, 422), **_PRINTED}
)
async def make_report(
    request: Request, caller: Reader, asked: Annotated[MakeQueryOfAll, Query()]
) -> Response | ReportOut:
    """The same of all sites together."""
    at = now()
    wanted = replace(await _wanted(request, caller, asked, at), zone=asked.zone)
    made = await process_of(request).part(Reporter).of_fleet(caller, None, wanted, at)
    return _answer(request, made, asked.format)


async def _wanted(request: Request, caller: Caller, asked: MakeQuery, at: datetime) -> Wanted:
    window = window_of(asked.report_type, asked.period, asked.start, asked.end, at)
    if asked.format is not ReportFormat.JSON:
        await process_of(request).part(Printer).soon()
    return Wanted(asked.report_type, window, await mode_for(caller, asked.mode))


@router.get("/reports", responses=documented(401, 403, 422))
async def list_reports(caller: Reader, asked: Annotated[ReportListQuery, Query()]) -> ReportList:
    """Reports as they were made, the newest first."""
    found = await service.page(caller.tx, ReportQuery(**asked.model_dump()))
    return ReportList(
        items=[ReportListed.of(one) for one in found],
        next_before=found[-1].row if len(found) == asked.limit else None,
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
    """Which reports are made by themselves, and where they go."""
    found = await scheduling.of_tenant(caller.tx)
    return ReportSchedules(items=[ReportSchedule.of(one) for one in found])


@router.post("/report-schedules", status_code=201, responses=documented(401, 403, 413, 422))
async def add_report_schedule(caller: Writer, body: ReportScheduleIn) -> ReportSchedule:
    """Have reports made by themselves from now on, and sent over channels of alerts."""
    return ReportSchedule.of(await scheduling.add(caller, body.wish(), now()))


@router.put("/report-schedules/{schedule_id}", responses=documented(401, 403, 404, 413, 422))
async def change_report_schedule(
    caller: Writer, schedule_id: PublicId, body: ReportScheduleIn
) -> ReportSchedule:
    """Say it anew; switched off, it makes none until it is on again."""
    return ReportSchedule.of(await scheduling.change(caller, schedule_id, body.wish(), now()))


@router.delete(
    "/report-schedules/{schedule_id}", status_code=204, responses=documented(401, 403, 404, 422)
)
async def remove_report_schedule(caller: Writer, schedule_id: PublicId) -> None:
    """No more of these; those that were made stay."""
    await scheduling.remove(caller, schedule_id, now())


def _answer(request: Request, kept: Kept | None, form: ReportFormat) -> Response | ReportOut:
    assert kept is not None, "only what has an occasion is made once"
    if form is ReportFormat.JSON:
        return ReportOut.of(kept)
    headers = {"Content-Disposition": f'inline; filename="{kept.report_id}.{form}"'}
    if form is ReportFormat.HTML:
        headers["Content-Security-Policy"] = _PAGE_POLICY
    return _Printed(process_of(request).part(Printer), kept, form, headers)


class _Printed(Response):
    """Printed when it is sent, when the transaction is over: nothing of the database is held
    meanwhile, and what could not be printed is an answer like any other refusal."""

    def __init__(
        self, printer: Printer, kept: Kept, form: ReportFormat, headers: dict[str, str]
    ) -> None:
        super().__init__(media_type=_TYPES[form], headers=headers)
        self._printer, self._kept, self._form = printer, kept, form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body = await self._printer.printed(self._kept, self._form)
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
