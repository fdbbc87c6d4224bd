"""One report of four plots as page and as paper, each in a process of its own as the product has
it printed. The peer is the goal."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from math import sin

from report import Row

from homepot.ai.reports.content import Kept, ReportContent, ReportPlot, ReportSpan, ReportSubject
from homepot.ai.reports.printer import Printer

TIMES = 3
GOAL_S = 5.0


def run() -> list[Row]:
    best = min(asyncio.run(_both()) for _ in range(TIMES))
    return [Row("a report as page and as paper", best, "s", "the goal", GOAL_S)]


async def _both() -> float:
    kept, printer, start = _report(), Printer(), time.perf_counter()
    for form in ("html", "pdf"):
        await printer.printed(kept, form)
    return time.perf_counter() - start


def _report() -> Kept:
    end = datetime(2026, 11, 9, 7, tzinfo=UTC)
    start = end - timedelta(hours=24)
    points = [(start.timestamp() + 720 * n, sin(n), sin(n) + 1, sin(n) + 2) for n in range(120)]
    plots = [
        ReportPlot(name=name, label=name, unit="°C", width_s=720, points=points)
        for name in ("inside", "outside", "above", "below")
    ]
    content = ReportContent(
        title="Daily Health Report - Gate",
        summary="It was online.",
        key_metrics={"uptime": "99.8%"},
        incidents=[],
        recommendations=["Clean the fan."],
        cost_impact="Downtime cost 0.00 EUR.",
        period=ReportSpan(start=start, end=end, words="the last 24 hours", timezone="UTC"),
        subject=ReportSubject(kind="device", id="GATE", name="Gate"),
        status="healthy",
        figures={},
        sections=[],
        plots=plots,
    )
    return Kept(
        report_id="rpt_20261109_22222222",
        report_type="daily",
        mode="maintenance",
        generated_at=end,
        content=content,
    )
