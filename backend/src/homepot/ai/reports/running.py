"""What makes reports and has them printed, as parts of the web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homepot.ai.analysis.service import Analyst
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.insights.service import Insights
from homepot.ai.reports.printer import Printer
from homepot.ai.reports.service import Reporter
from homepot.ai.thresholds import service as thresholds
from homepot.core.process import Process
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.reading.service import Kept as Readings


@asynccontextmanager
async def reporting(process: Process) -> AsyncIterator[Reporter]:
    yield Reporter(process.part(Analyst), process.part(Insights), Readings.of(process.settings))


def reporter_of(settings: Settings) -> Reporter:
    """For the worker, which asks memory without Chroma: the same search, in PostgreSQL."""
    archive = Archive.of(settings)
    memory = memory_of(settings, Embedding(), with_index=False)
    analyst = Analyst(memory, archive, thresholds.shipped(settings))
    return Reporter(analyst, Insights(archive), Readings.of(settings))


@asynccontextmanager
async def printing(_: Process) -> AsyncIterator[Printer]:
    yield Printer()
