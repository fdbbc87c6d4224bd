"""GET /api/ai/status: every field measured, whoever serves the models, and when nobody does."""

from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from fastapi import FastAPI

from homepot.ai.llm.doors.door import Options
from homepot.ai.llm.service import LlmService, Prompt
from homepot.core.settings import Settings

NOBODY = 9  # the port of a service that is nowhere


@pytest.fixture
def settings(
    database_url: str, tmp_path: Path, small_server: Any, request: pytest.FixtureRequest
) -> Settings:
    """Whoever is meant by the test serves the models: ours, Ollama, or nobody."""
    who = getattr(request, "param", "ours")
    nowhere = f"http://127.0.0.1:{NOBODY}"
    port = int(small_server.url.rpartition(":")[2])
    return Settings.model_validate(
        {
            "database_url": database_url,
            "data_dir": tmp_path / "var",
            "ollama_url": small_server.url if who == "ollama" else nowhere,
            "model_server_port": port if who == "ours" else NOBODY,
        }
    )


async def test_the_status_tells_what_was_measured(
    viewer: httpx.AsyncClient, small_server: Any
) -> None:
    small_server.post("/api/generate", {"model": "smollm2:135m"})
    told = (await viewer.get("/api/ai/status")).json()
    assert (told["ollama_status"], told["model_server"]) == ("running", "homepot")
    assert told["ollama_url"] == small_server.url
    # A model of embedding stands in no list of those that answer.
    assert told["available_models"] == [
        {"name": "smollm2:135m", "size": "98MB", "status": "loaded", "gpu_share": 0.0}
    ]
    assert told["roles"] == dict.fromkeys(("fast", "balanced", "accurate"), "smollm2:135m")
    family = [psutil.Process(small_server.process.pid), *small_server.runners]
    measured = sum(one.memory_info().rss for one in family)
    assert in_bytes(told["memory_usage"]["ollama"]) == pytest.approx(measured, rel=0.2)
    assert told["memory_usage"]["api"].endswith("B")
    assert told["timestamp"].endswith("Z")
    small_server.post("/api/generate", {"model": "smollm2:135m", "keep_alive": 0})
    told = (await viewer.get("/api/ai/status")).json()
    assert told["available_models"][0]["status"] == "ready"
    assert told["model_requests"]["calls"] == 0
    assert told["model_requests"]["response_ms_mean"] is None


def in_bytes(size: str) -> float:
    return float(size[:-2]) * {"MB": 1e6, "GB": 1e9}[size[-2:]]


@pytest.mark.parametrize("settings", ["ollama"], indirect=True)
async def test_where_ollama_answers_the_status_is_of_ollama(
    viewer: httpx.AsyncClient, small_server: Any
) -> None:
    told = (await viewer.get("/api/ai/status")).json()
    assert (told["ollama_status"], told["model_server"]) == ("running", "ollama")
    assert told["ollama_url"] == small_server.url


@pytest.mark.parametrize("settings", ["nobody"], indirect=True)
async def test_without_a_model_server_the_status_says_so(viewer: httpx.AsyncClient) -> None:
    told = (await viewer.get("/api/ai/status")).json()
    assert (told["ollama_status"], told["model_server"]) == ("not running", None)
    assert told["available_models"] == []
    assert told["roles"] == {}
    assert told["memory_usage"]["ollama"] is None
    assert told["model_requests"]["failures"] == 0  # to look at it is no request


async def test_the_status_counts_what_was_asked_of_models(
    app: FastAPI, viewer: httpx.AsyncClient
) -> None:
    llm = app.state.process.part(LlmService)
    for question in ("How warm?", "How warm?", "How cold?"):
        prompt = Prompt("Be brief.", question, options=Options(answer_tokens_max=4))
        assert (await llm.ask(prompt, "a test")).text
    counted = (await viewer.get("/api/ai/status")).json()["model_requests"]
    assert counted.pop("response_ms_mean") > 0
    assert counted == {"calls": 2, "failures": 0, "retries": 0, "waiting": 0,
                       "remembered": 1, "not_remembered": 2}  # fmt: skip
