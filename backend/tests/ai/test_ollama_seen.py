"""What an Ollama that runs here says of its models, and where the product shows it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from homepot.ai.embedding.service import why_not
from homepot.cli import app as homepot
from homepot.core.clock import now
from homepot.core.settings import Settings
from homepot.doctor.models import models as look_at_models

NOBODY = 9


def tag(name: str, days: int) -> dict[str, Any]:
    fetched = (now() - timedelta(days=days)).isoformat()
    return {"name": name, "model": name, "size": 2_019_000_000, "digest": "d",
            "modified_at": fetched, "details": {"family": "llama"}}  # fmt: skip


@pytest.fixture
def ollama_url() -> Iterator[str]:
    """Two models, one fetched long ago; the other is loaded, half of it on a GPU."""
    said: dict[str, Any] = {
        "/api/version": {"version": "0.12.0"},
        "/api/tags": {"models": [tag("llama3.2:3b", 45), tag("mistral:7b", 3)]},
        "/api/ps": {"models": [{"model": "mistral:7b", "size": 4_000_000, "size_vram": 2_000_000}]},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            words = json.dumps(said[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, ollama_url: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database_url,
            "data_dir": tmp_path / "var",
            "ollama_url": ollama_url,
            "model_server_port": NOBODY,
        }
    )


async def test_the_status_says_what_lies_on_a_gpu(viewer: httpx.AsyncClient) -> None:
    told = (await viewer.get("/api/ai/status")).json()
    assert (told["ai_enabled"], told["model_server"]) == (True, "ollama")
    shares = {one["name"]: (one["status"], one["gpu_share"]) for one in told["available_models"]}
    assert shares == {"llama3.2:3b": ("ready", None), "mistral:7b": ("loaded", 0.5)}


def test_doctor_tells_of_the_gpu_and_of_models_fetched_long_ago(
    ollama_url: str, tmp_path: Path
) -> None:
    given = {"data_dir": tmp_path, "ollama_url": ollama_url, "model_server_port": NOBODY}
    found = look_at_models(Settings.model_validate(given))
    assert found.ok
    lines = found.detail.splitlines()
    assert "mistral:7b lies in the memory of a GPU, 50% of it" in lines
    (old,) = [line for line in lines if "newer" in line]
    assert old.startswith("llama3.2:3b was fetched 45 days ago; homepot models pull llama3.2:3b")


def test_doctor_tells_that_the_chosen_model_of_embedding_is_not_installed(tmp_path: Path) -> None:
    own = tmp_path / "ai.yaml"
    own.write_text("ai_service: {embedding: {model: all-mpnet-base-v2}}")
    given = {"data_dir": tmp_path, "ai_enabled": False, "ai_config_path": own}
    found = look_at_models(Settings.model_validate(given))
    if why_not("all-mpnet-base-v2") is None:  # somebody has installed it here
        assert found.ok
        return
    assert not found.ok
    assert "all-mpnet-base-v2" in found.detail
    assert "make mpnet" in found.mend
    assert why_not("all-MiniLM-L6-v2") is None


def test_models_that_may_be_outdated_are_listed_without_asking_outside(
    ollama_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path))
    monkeypatch.setenv("OLLAMA_URL", ollama_url)
    monkeypatch.setenv("COLUMNS", "200")
    whole = CliRunner().invoke(homepot, ["models", "list"]).output
    assert {"mistral:7b", "smollm2:135m", "llama3.2:3b"} <= set(whole.split())
    only = CliRunner().invoke(homepot, ["models", "list", "--outdated"]).output.splitlines()[1:]
    assert [line.split()[0] for line in only] == ["llama3.2:3b"]
    assert "fetched 45 days ago" in only[0]
    monkeypatch.setenv("OLLAMA_URL", f"http://127.0.0.1:{NOBODY}")
    none = CliRunner().invoke(homepot, ["models", "list", "--outdated"]).output
    assert none.strip() == "No model is known to be outdated."
