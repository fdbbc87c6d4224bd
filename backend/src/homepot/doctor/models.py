"""Whether a model answers, which one for which role, and whether its file is what it should be."""

import asyncio

from homepot.ai.config import ai_config
from homepot.ai.device_memory.keeping import known_model
from homepot.ai.embedding.service import why_not
from homepot.ai.llm.models.newer import another_file, long_ago
from homepot.ai.llm.models.shelf import Here, Shelf
from homepot.ai.llm.running import asking, own_url
from homepot.ai.status.service import ModelServer, model_server
from homepot.ai.status.words import size
from homepot.core.clock import now
from homepot.core.errors import HomepotError
from homepot.core.settings import Settings, SettingsError
from homepot.core.supervisor.ready import answers_now
from homepot.doctor.finding import Finding

_OFF = "AI_ENABLED is false: no language model is asked or started, answers are templates' words"
_NAMES = {"ollama": "Ollama", "homepot": "HOMEPOT's own server"}


def models(settings: Settings) -> Finding:
    try:
        config = ai_config(settings)
        known_model(settings)
    except SettingsError as error:
        mend = "correct ollama_url or the file of ai_config_path"
        return Finding("models", ok=False, detail=str(error), mend=mend)
    if missing := why_not(config.embedding.model):
        detail = f"{config.embedding.model} turns texts into vectors, and is not here"
        return Finding("models", ok=False, detail=detail, mend=missing)
    shelf = Shelf.of(settings)
    here = shelf.all()
    wrong = [said for one in here if (said := _wrong(shelf, one))]
    if wrong:
        mend = "homepot models pull NAME fetches it anew"
        return Finding("models", ok=False, detail="\n".join(wrong), mend=mend)
    files = "; ".join(f"{one.name} {size(one.bytes)}, {_held(one)}" for one in here)
    lies = f"in the packages and {shelf.folder}: {files}" if files else "no model file is here"
    lies += "".join(
        f"\nthe catalogue has another {one.name} by now; homepot models pull {one.name} fetches it"
        for one in here
        if another_file(one)
    )
    if not settings.ai_enabled:
        return Finding("models", ok=True, detail=f"{_OFF}\n{lies}")
    server = asyncio.run(_look(settings))
    if server.which is not None:
        return Finding("models", ok=True, detail=f"{_served(server)}\n{lies}")
    nobody = f"no model server answers, neither {config.ollama.url} nor {own_url(settings)}"
    should = settings.model_server_runs and answers_now(
        settings.host, settings.port, "/api/health/live"
    )
    if should:
        mend = "logs/model-server.log says why; until then answers are written from templates"
        return Finding("models", ok=False, detail=f"{nobody}\n{lies}", mend=mend)
    return Finding("models", ok=True, detail=f"{nobody}; `homepot up` starts ours\n{lies}")


async def _look(settings: Settings) -> ModelServer:
    async with asking(settings) as llm:
        return await model_server(llm, settings)


def _served(server: ModelServer) -> str:
    sizes = {one.name: size(one.size_bytes) for one in server.models}
    told = [f"{role} {name} ({sizes.get(name)})" for role, name in server.roles.items()]
    memory = f", {size(server.memory_bytes)} of memory" if server.memory_bytes else ""
    who = _NAMES[server.which or "ollama"]
    lines = [f"{who} answers at {server.url}: {', '.join(told) or 'no model yet'}{memory}"]
    for one in server.models:
        if one.gpu_share:
            lines.append(f"{one.name} lies in the memory of a GPU, {one.gpu_share:.0%} of it")
        if server.which == "ollama" and (days := long_ago(one, now())):
            lines.append(
                f"{one.name} was fetched {days} days ago; homepot models pull {one.name} asks for a"
                " newer one"
            )
    return "\n".join(lines)


def _wrong(shelf: Shelf, one: Here) -> str | None:
    try:
        shelf.checked(one)
    except HomepotError as error:
        return error.detail
    return None


def _held(one: Here) -> str:
    return "checksum right" if one.is_known else "checksum as on its first day"
