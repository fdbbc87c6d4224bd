"""The language model as a part of a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homepot.ai.config import ai_config
from homepot.ai.llm.doors.choice import FirstThatAnswers
from homepot.ai.llm.doors.ollama_door import OllamaDoor
from homepot.ai.llm.service import LlmService
from homepot.core.process import Process


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[LlmService]:
    settings = process.settings
    config = ai_config(settings)
    own = f"http://127.0.0.1:{settings.model_server_port}"
    door = FirstThatAnswers(
        [OllamaDoor(url, config.ollama.timeout) for url in (config.ollama.url, own)]
    )
    try:
        yield LlmService(config, door)
    finally:
        await door.close()
