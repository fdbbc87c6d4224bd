"""What the framework refuses by itself is told in the same form and the same plain words."""

import httpx
import pytest


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nothing", 404), ("GET", "/api", 404), ("POST", "/devices", 405)],
)
async def test_an_address_that_is_not_there_is_a_problem_document(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"name": "Pier", ', "body.17: not JSON: "),
        (b"[]", "body: an object is expected"),
        (b'{"name": "Pier"}', "body.timezone: this is missing"),
        (b'{"name": "P", "timezone": "Europe/Oslo", "x": 1}', "body.x: this is not known here"),
        (b'{"name": "P", "timezone": "Europe/Atlantis"}', "body.timezone: there is no timezone"),
        (b'{"name": "a\\u202eb", "timezone": "Europe/Oslo"}', "body.name: holds the control"),
    ],
)
async def test_a_body_that_does_not_fit_is_told_in_plain_words(
    admin: httpx.AsyncClient, body: bytes, detail: str
) -> None:
    answer = await admin.post(
        "/api/sites", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)
