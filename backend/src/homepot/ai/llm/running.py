"""The language model as a part of a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homepot.ai.config import AiConfig, ai_config
from homepot.ai.llm.doors.choice import FirstThatAnswers
from homepot.ai.llm.doors.door import Door
from homepot.ai.llm.doors.off import OffDoor
from homepot.ai.llm.doors.ollama_door import OllamaDoor
from homepot.ai.llm.own_port import own_port
from homepot.ai.llm.service import LlmService
from homepot.core.process import Process
from homepot.core.settings import Settings


def own_url(settings: Settings) -> str:
    """Where our own model server listens."""
    return f"http://127.0.0.1:{own_port(settings)}"


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[LlmService]:
    async with asking(process.settings) as service:
        yield service


@asynccontextmanager
async def asking(settings: Settings) -> AsyncIterator[LlmService]:
    """The same for a command, which is no process with a database."""
    config = ai_config(settings)
    door = _door(settings, config)
    try:
        yield LlmService(config, door)
    finally:
        await door.close()


def _door(settings: Settings, config: AiConfig) -> Door:
    if not settings.ai_enabled:
        return OffDoor(config.ollama.url)
    urls = (config.ollama.url, own_url(settings))
    return FirstThatAnswers([OllamaDoor(url, config.ollama.timeout) for url in urls])
