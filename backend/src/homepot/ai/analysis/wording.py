"""The summary in a model's words, where it says the same; else ours. Nothing of the database is
held while a model thinks."""

from collections.abc import Hashable
from dataclasses import dataclass

from homepot.ai.config import ai_config
from homepot.ai.llm.errors import ModelAway
from homepot.ai.llm.gate import Facts
from homepot.ai.llm.narrator import Telling, retell
from homepot.ai.llm.service import LlmService
from homepot.core.process import Process


@dataclass(frozen=True)
class Wish:
    """Whose words are wanted: `model` null for the usual one."""

    words: bool
    model: str | None
    manner: str
    user: Hashable


async def refuse_unknown(process: Process, model: str | None) -> None:
    """NoSuchModel where a model was named that is not there; nothing where nobody knows."""
    if model is None:
        return
    try:
        await process.part(LlmService).model_for(model)
    except ModelAway:
        return


def why_ours(told: Telling, wish: Wish) -> dict[str, str]:
    """Why a model's words were wanted and are not shown."""
    if not wish.words or told.by == "model":
        return {}
    return {"summary": "no words of a model: " + ("; ".join(told.refused) or "none is there")}


async def worded(process: Process, facts: Facts, template: str, wish: Wish) -> Telling:
    if not wish.words:
        return Telling(template, "template")
    return await retell(
        process.part(LlmService),
        facts,
        template,
        manner=wish.manner,
        user=wish.user,
        model=wish.model,
        window=ai_config(process.settings).ollama.window,
    )
