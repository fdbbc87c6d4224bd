"""What makes reports and has them printed, as parts of the web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homepot.ai.analysis.service import Analyst
from homepot.ai.insights.service import Insights
from homepot.ai.reports.printer import Printer
from homepot.ai.reports.service import Reporter
from homepot.core.process import Process
from homepot.telemetry.reading.service import Kept as Readings


@asynccontextmanager
async def reporting(process: Process) -> AsyncIterator[Reporter]:
    yield Reporter(process.part(Analyst), process.part(Insights), Readings.of(process.settings))


@asynccontextmanager
async def printing(_: Process) -> AsyncIterator[Printer]:
    yield Printer()
