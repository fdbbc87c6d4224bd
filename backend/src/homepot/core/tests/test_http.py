"""The limits, the envelope and the one form of refusal, on an application of two routes."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from homepot.core.errors import BadInput, NotFound, TooMany
from homepot.core.http import problems
from homepot.core.http.envelope import EnvelopeMiddleware
from homepot.core.http.limits import Limits, LimitsMiddleware

GENEROUS = Limits(
    body_size_max_bytes=1_000,
    in_flight_requests_max=100,
    requests_per_second_max=1_000,
    requests_burst_max=1_000,
)


class Thing(BaseModel):
    size: int


def application(limits: Limits) -> FastAPI:
    app = FastAPI()
    app.state.gate = asyncio.Event()
    app.state.waiting = 0

    @app.post("/things")
    async def make(thing: Thing) -> Thing:
        return thing

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/wait")
    async def wait(request: Request) -> str:
        request.app.state.waiting += 1
        await request.app.state.gate.wait()
        return "done"

    @app.get("/fail/{how}")
    async def fail(how: str) -> None:
        raise {
            "missing": NotFound("No thing of that name."),
            "bug": ZeroDivisionError("secret detail"),
            "away": OperationalError("SELECT secret", {}, psycopg.OperationalError("gone")),
            "twice": IntegrityError("INSERT secret", {}, psycopg.errors.UniqueViolation("dup")),
            "nul": DataError("INSERT secret", {}, psycopg.DataError("cannot contain NUL")),
        }[how]

    problems.install(app)
    app.add_middleware(LimitsMiddleware, limits=limits)
    app.add_middleware(EnvelopeMiddleware)
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://homepot.test")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application(GENEROUS)) as made:
        yield made


@pytest.mark.parametrize(
    ("how", "status", "kind"),
    [
        ("missing", 404, "not-found"),
        ("bug", 500, "internal"),
        ("away", 503, "unavailable"),
        ("twice", 409, "conflict"),
        ("nul", 422, "bad-input"),
    ],
)
async def test_every_failure_is_a_problem_document_that_leaks_nothing(
    client: httpx.AsyncClient, how: str, status: int, kind: str
) -> None:
    answer = await client.get(f"/fail/{how}", headers={"X-Request-ID": "mine-1"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{kind}"
    assert answer.json()["request_id"] == "mine-1" == answer.headers["x-request-id"]
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("body", "at"), [('{"size": "big"}', "body.size"), ("{}", "body.size"), ('{"size": ', "body.9")]
)
async def test_bad_shape_says_where(client: httpx.AsyncClient, body: str, at: str) -> None:
    answer = await client.post(
        "/things", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == at
    assert answer.json()["detail"].startswith(at)


@pytest.mark.parametrize(("path", "method", "status"), [("/no", "GET", 404), ("/wait", "PUT", 405)])
async def test_the_frameworks_own_refusals_have_the_same_form(
    client: httpx.AsyncClient, path: str, method: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_request_id_that_could_forge_a_log_line_is_replaced(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/fail/missing", headers={"X-Request-ID": "a b=c"})
    assert answer.headers["x-request-id"] != "a b=c"
    assert len(answer.headers["x-request-id"]) == 16


async def test_answers_carry_the_safe_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/fail/bug")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_large_body_is_refused_whether_or_not_it_says_its_length(
    client: httpx.AsyncClient,
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    assert (await client.post("/raw", content=b"x" * 1_000)).json() == 1_000
    for content in (b"x" * 1_001, unannounced()):
        answer = await client.post("/raw", content=content)
        assert answer.status_code == 413
        assert "1,000 bytes" in answer.json()["detail"]


async def test_more_at_once_than_can_be_done_is_told_to_come_again() -> None:
    app = application(Limits(1_000, 2, 1_000, 1_000))
    async with client_of(app) as client:
        under_way = [asyncio.create_task(client.get("/wait")) for _ in range(2)]
        async with asyncio.timeout(5):
            while app.state.waiting < 2:
                await asyncio.sleep(0)
        refused = await client.post("/raw")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        app.state.gate.set()
        assert [(await answer).status_code for answer in under_way] == [200, 200]
        assert (await client.post("/raw")).status_code == 200


async def test_a_flood_from_one_address_is_slowed_down() -> None:
    async with client_of(application(Limits(1_000, 100, 0.5, 3))) as client:
        statuses = [(await client.post("/raw")).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        answer = await client.post("/raw")
        assert 1 <= int(answer.headers["retry-after"]) <= 2


def test_a_refusal_says_where_and_when() -> None:
    assert BadInput("No such zone.", at="body.timezone").extra == {
        "errors": [{"at": "body.timezone", "problem": "No such zone."}]
    }
    assert TooMany(retry_after_s=1.2).headers == {"Retry-After": "2"}
    assert NotFound().detail == "There is nothing here."
