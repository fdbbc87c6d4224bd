"""GET /api/ai/status: every field measured, whoever serves the models, and when nobody does."""

from pathlib import Path
from typing import Any

import httpx
import pytest

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
        {"name": "smollm2:135m", "size": "98MB", "status": "loaded"}
    ]
    assert told["roles"] == dict.fromkeys(("fast", "balanced", "accurate"), "smollm2:135m")
    (runner,) = small_server.runners
    measured = runner.memory_info().rss / 1e6
    assert measured < float(told["memory_usage"]["ollama"].removesuffix("MB")) < measured + 600
    assert told["memory_usage"]["api"].endswith("B")
    assert told["timestamp"].endswith("Z")
    small_server.post("/api/generate", {"model": "smollm2:135m", "keep_alive": 0})
    told = (await viewer.get("/api/ai/status")).json()
    assert told["available_models"][0]["status"] == "ready"


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
