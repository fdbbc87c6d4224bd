"""What the threat model promises and no other test holds."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from homepot.cli import app as commands
from homepot.core.settings import Settings
from homepot.main import create_app

FRONTEND = Path(__file__).parents[2] / "frontend"
ELSEWHERE = ("10.0.0.7", 4711)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|javascript:", re.IGNORECASE)


@asynccontextmanager
async def browser(
    app: FastAPI, client: tuple[str, int], scheme: str = "http"
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=client)
    base = f"{scheme}://homepot.test"
    async with httpx.AsyncClient(transport=transport, base_url=base) as one:
        yield one


async def test_nobody_signs_in_over_plain_http_from_elsewhere(people: Any, app: FastAPI) -> None:
    person = await people.add("admin")
    given = {"username": person.username, "password": person.password}
    async with browser(app, ELSEWHERE) as far:
        refused = await far.post("/api/auth/login", json=given)
        assert refused.status_code == 403
        assert refused.json()["type"].endswith("plain-http")
        assert "sign_in_over_http" in refused.json()["detail"]
        assert not refused.headers.get("set-cookie")
    for client, scheme in ((ELSEWHERE, "https"), (("127.0.0.1", 1), "http"), (("::1", 1), "http")):
        async with browser(app, client, scheme) as near:
            answer = await near.post("/api/auth/login", json=given)
            assert answer.status_code == 200, answer.text
            cookies = answer.headers.get_list("set-cookie")
            assert all("HttpOnly" in one and "SameSite=strict" in one for one in cookies)
            assert all(("Secure" in one) == (scheme == "https") for one in cookies)


@pytest.mark.parametrize(
    "told", [{"sign_in_over_http": True}, {"public_url": "https://homepot.example.org"}]
)
async def test_an_owner_may_say_otherwise(
    people: Any, settings: Settings, told: dict[str, Any]
) -> None:
    person = await people.add("admin")
    given = {"username": person.username, "password": person.password}
    application = create_app(settings.model_copy(update=told))
    running = application.router.lifespan_context(application)
    async with running, browser(application, ELSEWHERE) as far:
        answer = await far.post("/api/auth/login", json=given)
    assert answer.status_code == 200
    secured = "Secure" in answer.headers["set-cookie"]
    assert secured == ("public_url" in told)


async def test_nothing_inline_may_run_and_nothing_inline_is_there(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/", "/api/health/live", "/api/devices", "/nowhere"):
        policy = (await client.get(path)).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= {
            one.strip() for one in policy.split(";")
        }
    pages = [FRONTEND / "index.html", FRONTEND / "dist" / "index.html"]
    for page in (one for one in pages if one.is_file()):
        assert INLINE.findall(page.read_text()) == [], page


async def test_no_answer_tells_what_serves_it(client: httpx.AsyncClient) -> None:
    for path in ("/", "/api/devices", "/api/health/ready"):
        headers = (await client.get(path)).headers
        assert not {"server", "x-powered-by"} & set(headers)
        if path.startswith("/api/"):
            assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("command", [("doctor",), ("db", "migrate"), ("backup", "write")])
def test_a_database_that_is_away_does_not_give_its_password_away(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://homepot:brass%20kettle@127.0.0.1:1/homepot"
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path))
    done = CliRunner().invoke(commands, list(command))
    assert done.exit_code == 1
    assert "kettle" not in done.output
