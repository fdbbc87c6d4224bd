"""What analyses, as a part of the web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homepot.ai.analysis.service import Analyst
from homepot.ai.device_memory.service import Memory
from homepot.ai.thresholds import service as thresholds
from homepot.core.process import Process
from homepot.telemetry.archive.service import Archive


@asynccontextmanager
async def analysing(process: Process) -> AsyncIterator[Analyst]:
    settings = process.settings
    memory = process.part(Memory)
    yield Analyst(memory, Archive.of(settings), thresholds.shipped(settings))
