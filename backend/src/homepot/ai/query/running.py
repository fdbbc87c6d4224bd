"""What answers questions, as parts of the web application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from homepot.ai.config import ai_config
from homepot.ai.device_memory.service import Memory
from homepot.ai.llm.service import LlmService
from homepot.ai.query.filling import Filler
from homepot.ai.query.foretelling import foreseen
from homepot.ai.query.narrating import Narrator
from homepot.ai.query.service import Asking
from homepot.ai.query.warming import keep_warm
from homepot.core.process import Process
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.service import Intake


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[Asking]:
    asking = Asking(
        Archive.of(process.settings),
        process.feed,
        fine_kept_days=process.settings.rollups_kept_days,
    )
    if ai_config(process.settings).query.fill_plans:
        asking.filler = Filler(process.part(LlmService))
    asking.doors.forecasts = foreseen
    asking.memory = process.part(Memory)
    process.feed.on_event(asking.hear)
    process.part(Intake).aftermath.on_stored(asking.answers.changed)
    warming = asyncio.create_task(keep_warm(asking, process.database), name="warm fleets")
    try:
        yield asking
    finally:
        warming.cancel()
        with suppress(asyncio.CancelledError):
            await warming


@asynccontextmanager
async def narrating(process: Process) -> AsyncIterator[Narrator]:
    window = ai_config(process.settings).ollama.window
    memory = process.part(Memory)
    doors = process.part(Asking).doors
    yield Narrator(process.part(LlmService), window, memory, process.database, doors)
