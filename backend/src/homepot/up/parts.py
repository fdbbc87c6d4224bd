"""The parts of the product, and what each is started with. Add a process here."""

import sys
from collections.abc import Mapping

from homepot.core.settings import Settings
from homepot.core.supervisor import ProgramPart
from homepot.core.supervisor.ready import answers

# Long enough for an upload to end, short enough to wait for at Ctrl-C.
_GRACE_S = 5
# Longer than anybody pauses who sends every minute: uvicorn's five seconds met a sender who comes
# every five seconds just as it closed the connection.
_KEEP_ALIVE_S = 75


def child_environment(
    environ: Mapping[str, str], settings: Settings, embedded_url: str | None
) -> dict[str, str]:
    """What the parts read their settings from: what was given here, and what was decided."""
    decided = {
        "HOMEPOT_DATA": str(settings.data_dir),
        "HOMEPOT_HOST": settings.host,
        "HOMEPOT_PORT": str(settings.port),
        "HOMEPOT_MODEL_SERVER_PORT": str(settings.model_server_port),
        "PYTHONUNBUFFERED": "1",
    }
    # An arena of the allocator for each thread keeps what the thread once held.
    environ = {"MALLOC_ARENA_MAX": "2", **environ}
    if embedded_url is not None:
        decided["HOMEPOT_DATABASE_URL"] = embedded_url
    return {**environ, **decided}


def api(settings: Settings, environment: Mapping[str, str]) -> ProgramPart:
    async def is_ready() -> bool:
        return await answers(settings.host, settings.port, "/api/health/ready")

    command = [
        *(sys.executable, "-P", "-m", "uvicorn", "homepot.main:app"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--timeout-keep-alive", str(_KEEP_ALIVE_S)),
        *("--timeout-graceful-shutdown", str(_GRACE_S), "--no-server-header"),
    ]
    log = settings.data_dir / "logs" / "api.log"
    return ProgramPart("API", command, log=log, environment=environment, is_ready=is_ready)


def has_model_server(settings: Settings) -> bool:
    return settings.ai_enabled and settings.model_server_runs


def model_server(settings: Settings, environment: Mapping[str, str]) -> ProgramPart:
    async def is_ready() -> bool:
        return await answers("127.0.0.1", settings.model_server_port, "/api/version")

    command = [sys.executable, "-P", "-m", "homepot.ai.llm.server"]
    log = settings.data_dir / "logs" / "model-server.log"
    return ProgramPart("model server", command, log=log, environment=environment, is_ready=is_ready)


def worker(settings: Settings, environment: Mapping[str, str]) -> ProgramPart:
    command = [sys.executable, "-P", "-m", "homepot.worker"]
    log = settings.data_dir / "logs" / "worker.log"
    return ProgramPart("worker", command, log=log, environment=environment)
