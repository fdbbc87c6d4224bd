"""What gathers insights, as a part of the web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homepot.ai.insights.service import Insights
from homepot.core.process import Process
from homepot.telemetry.archive.service import Archive


@asynccontextmanager
async def gathering(process: Process) -> AsyncIterator[Insights]:
    yield Insights(Archive.of(process.settings))
