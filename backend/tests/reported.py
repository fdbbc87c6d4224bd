"""A kept report, for tests that only need one to be there."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from homepot.ai.reports.content import (
    Kept,
    ReportContent,
    ReportPlot,
    ReportSpan,
    ReportSubject,
    as_json,
)
from homepot.core.clock import now


def written() -> Kept:
    """A report with a plot, of nothing in particular."""
    end = now()
    start = end - timedelta(hours=24)
    points = [
        (start.timestamp() + 720 * place, place % 9, place % 9 + 0.5, place % 9 + 1)
        for place in range(120)
    ]
    content = ReportContent(
        title="Daily Health Report - Buoy",
        summary="It floats.",
        key_metrics={"uptime": None},
        incidents=[],
        recommendations=[],
        cost_impact="No cost of downtime can be told: nobody said what an hour costs.",
        period=ReportSpan(start=start, end=end, words="the last 24 hours", timezone="UTC"),
        subject=ReportSubject(kind="device", id="BUOY", name="Buoy"),
        status="unknown",
        figures={},
        sections=[],
        plots=[ReportPlot(name="level", label="Level", unit="m", width_s=720, points=points)],
    )
    return Kept(
        report_id="rpt_20260101_BUOY2345",
        report_type="daily",
        mode="maintenance",
        generated_at=end,
        content=content,
    )


async def kept_report(people: Any, device_id: str, made: Kept | None = None) -> str:
    """On a device of the tenant Harbour; its id."""
    made = made or written()
    async with people.database.tenant(await people.tenant()) as tx:
        await tx.execute(
            text(
                "insert into ai_reports (tenant_id, public_id, report_type, device_id, content,"
                " mode, title, period_start, period_end) select tenant_id, :id, 'daily', id,"
                " :content, 'maintenance', 'Daily', :at, :at from devices where public_id = :device"
            ),
            {
                "id": made.report_id,
                "content": as_json(made.content),
                "at": made.generated_at,
                "device": device_id,
            },
        )
    return made.report_id
