"""Everything the status shows, measured now."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from homepot.ai.config import ROLES
from homepot.ai.llm.doors.door import Model
from homepot.ai.llm.errors import ModelAway, ModelFailed, NoSuchModel
from homepot.ai.llm.running import own_url
from homepot.ai.llm.service import LlmService
from homepot.ai.status.processes import memory_of_port
from homepot.core.settings import Settings

Which = Literal["ollama", "homepot"]


@dataclass(frozen=True)
class ModelServer:
    """The one in use; `which` is None where none answers."""

    which: Which | None
    url: str
    models: Sequence[Model]
    roles: Mapping[str, str]
    memory_bytes: int | None


async def model_server(llm: LlmService, settings: Settings) -> ModelServer:
    """Asked itself, not remembered: what answered a moment ago may be away."""
    try:
        models = await llm.door.models()
    except (ModelAway, ModelFailed):
        return ModelServer(None, llm.door.url, (), {}, None)
    url = llm.door.url
    roles = {}
    for role in ROLES:
        try:
            roles[role] = await llm.model_for(role)
        except (ModelAway, ModelFailed, NoSuchModel):
            continue
    memory = await asyncio.to_thread(memory_of_port, url)
    which: Which = "homepot" if url == own_url(settings) else "ollama"
    return ModelServer(which, url, models, roles, memory)
