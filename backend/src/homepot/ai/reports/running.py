"""What makes reports and has them printed, as parts of the web application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from homepot.ai.analysis.service import Analyst
from homepot.ai.anomaly_detection.usual import Remembered
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.insights.service import Insights
from homepot.ai.reports.printer import Printer
from homepot.ai.reports.service import Reporter
from homepot.ai.thresholds import service as thresholds
from homepot.core.database import Database
from homepot.core.process import Process
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.reading.service import Kept as Readings


@asynccontextmanager
async def reporting(process: Process) -> AsyncIterator[Reporter]:
    remembered = process.parts.setdefault(Remembered, Remembered())
    assert isinstance(remembered, Remembered)
    yield Reporter(
        process.part(Analyst),
        process.part(Insights),
        Readings.of(process.settings),
        partial(remembered.newest, process.database),
    )


def reporter_of(settings: Settings, database: Database) -> Reporter:
    """For the worker and the command line, which ask memory without Chroma: the same search, in
    PostgreSQL."""
    archive = Archive.of(settings)
    memory = memory_of(settings, Embedding(), with_index=False)
    analyst = Analyst(memory, archive, thresholds.shipped(settings))
    known = partial(Remembered().newest, database)
    return Reporter(analyst, Insights(archive), Readings.of(settings), known)


@asynccontextmanager
async def printing(_: Process) -> AsyncIterator[Printer]:
    printer = Printer()
    try:
        yield printer
    finally:
        await asyncio.to_thread(printer.close)
