"""Signing in, staying signed in, signing out, over the real application."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from homepot.access.jobs import forget_what_has_ended
from homepot.core.clock import now
from homepot.core.database import Database

NEW = "nine quiet lanterns"


async def run(db: Database, statement: str, **values: object) -> list[tuple[Any, ...]]:
    async with db.system() as tx:
        result = await tx.execute(text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []


async def test_signing_in_and_out(people: Any, client: httpx.AsyncClient) -> None:
    person = await people.add("operator", username="zoë")
    answer = await people.sign_in(client, "  ZOË".strip())
    assert answer.status_code == 200
    body = answer.json()
    assert body["user"] == {
        "id": person.id,
        "username": "zoë",
        "name": "Zoë",
        "role": "operator",
        "tenant": {"id": person.tenant_id, "name": "Harbour"},
        "must_change_password": False,
        "permissions": [
            "alerts:write",
            "commands:issue",
            "fleet:enrol",
            "fleet:read",
            "fleet:write",
            "incidents:write",
            "telemetry:write",
            "tokens:own",
        ],
    }
    me = await client.get("/api/auth/me")
    assert (me.status_code, me.json()) == (200, body)
    cookie = client.cookies["homepot_session"]
    assert (await client.post("/api/auth/logout")).status_code == 204
    assert "homepot_session" not in client.cookies
    client.cookies.set("homepot_session", cookie, domain="homepot.test")
    assert (await client.get("/api/auth/me")).status_code == 401


async def test_the_cookies_are_locked_away(people: Any, client: httpx.AsyncClient) -> None:
    await people.add(username="ada")
    answer = await people.sign_in(client, "ada")
    cookies = {one.split("=")[0]: one for one in answer.headers.get_list("set-cookie")}
    assert set(cookies) == {"homepot_session", "homepot_browser"}
    for cookie in cookies.values():
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Secure" not in cookie
    client.base_url = httpx.URL("https://homepot.test")
    again = await people.sign_in(client, "ada")
    assert all("Secure" in one for one in again.headers.get_list("set-cookie"))


async def test_only_digests_are_kept(people: Any, client: httpx.AsyncClient, db: Database) -> None:
    await people.add(username="ada")
    await people.sign_in(client, "ada")
    secrets = [client.cookies["homepot_session"], client.cookies["homepot_browser"]]
    for table in ("sessions", "known_browsers", "audit_log", "users", "sign_in_attempts"):
        kept = str(await run(db, f"SELECT t::text FROM {table} t"))
        for secret in (*secrets, "seven rusty kettles"):
            assert secret not in kept
            assert secret.encode().hex() not in kept


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ada", "wrong wrong wrong"),
        ("nobody", "seven rusty kettles"),
        ("gone", "seven rusty kettles"),
    ],
)
async def test_the_refusal_says_nothing_about_who_exists(
    people: Any, client: httpx.AsyncClient, db: Database, username: str, password: str
) -> None:
    await people.add(username="ada")
    gone = await people.add(username="gone")
    await run(db, "UPDATE users SET deactivated_at = now() WHERE id = :id", id=gone.id)
    answer = await people.sign_in(client, username, password)
    assert answer.status_code == 401
    body = answer.json()
    body.pop("request_id")
    assert body == {
        "type": "/problems/wrong-credentials",
        "title": "Not signed in",
        "status": 401,
        "detail": "The username or the password is wrong.",
    }
    assert answer.headers.get_list("set-cookie") == []


async def test_an_unknown_user_costs_the_same_work(
    people: Any, client: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people.add(username="ada")
    asked: list[str | None] = []

    def noted(password: str, stored: str | None) -> bool:
        asked.append(stored)
        return False

    monkeypatch.setattr("homepot.access.password_desk.verify_password", noted)
    await people.sign_in(client, "ada")
    await people.sign_in(client, "nobody")
    assert [one is None for one in asked] == [False, True]


MALFORMED: list[tuple[dict[str, object], str]] = [
    ({"username": "ada"}, "body.password"),
    ({"username": "ada", "password": "x\0y"}, "body.password"),
    ({"username": "a\0da", "password": "x"}, "body.username"),
    ({"username": "ada", "password": "x" * 1025}, "body.password"),
    ({"username": 7, "password": "x"}, "body.username"),
    ({"username": "ada", "password": "x", "more": 1}, "body.more"),
]


async def test_a_malformed_sign_in_names_the_place(client: httpx.AsyncClient) -> None:
    for body, place in MALFORMED:
        answer = await client.post("/api/auth/login", json=body)
        assert answer.status_code == 422, body
        assert [one["at"] for one in answer.json()["errors"]] == [place]


async def test_half_characters_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/auth/login",
        content=b'{"username": "\\ud800", "password": "x"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422


async def test_signing_in_anew_ends_the_session_before(
    people: Any, client: httpx.AsyncClient
) -> None:
    await people.add(username="ada")
    await people.sign_in(client, "ada")
    before = client.cookies["homepot_session"]
    await people.sign_in(client, "ada")
    assert client.cookies["homepot_session"] != before
    other = people.anonymous(cookies={"homepot_session": before})
    assert (await other.get("/api/auth/me")).status_code == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("last_used_at = now() - interval '23 hours'", 200),
        ("last_used_at = now() - interval '25 hours'", 401),
        ("expires_at = now() - interval '1 second'", 401),
    ],
)
async def test_a_session_ends_when_idle_and_when_old(
    people: Any, db: Database, change: str, status: int
) -> None:
    client = await people.client(await people.add())
    await run(db, f"UPDATE sessions SET {change}")
    assert (await client.get("/api/auth/me")).status_code == status


async def test_the_last_use_is_written_once_a_minute(people: Any, db: Database) -> None:
    client = await people.client(await people.add())
    query = "SELECT last_used_at FROM sessions"
    before = await run(db, query)
    await client.get("/api/auth/me")
    assert await run(db, query) == before
    await run(db, "UPDATE sessions SET last_used_at = last_used_at - interval '2 minutes'")
    await client.get("/api/auth/me")
    assert await run(db, query) > before


async def test_a_change_needs_the_csrf_token(people: Any) -> None:
    client = await people.client(await people.add())
    del client.headers["X-CSRF-Token"]
    for token in (None, "", "0" * 64, "ä"):
        headers = {} if token is None else {"X-CSRF-Token": token.encode()}
        answer = await client.post("/api/auth/logout", headers=headers)
        assert answer.status_code == 403, token
        assert answer.json()["type"] == "/problems/csrf-token-needed"
        assert (await client.get("/api/auth/me")).status_code == 200


async def test_the_csrf_token_of_one_session_does_not_open_another(people: Any) -> None:
    person = await people.add()
    first, second = await people.client(person), await people.client(person)
    first.headers["X-CSRF-Token"] = second.headers["X-CSRF-Token"]
    assert (await first.post("/api/auth/logout")).status_code == 403


# -- passwords ------------------------------------------------------------------------------


async def change(client: httpx.AsyncClient, current: str, new: str) -> httpx.Response:
    return await client.post(
        "/api/auth/password", json={"current_password": current, "new_password": new}
    )


async def test_a_new_password_ends_every_other_session(people: Any) -> None:
    person = await people.add(username="ada")
    here, elsewhere = await people.client(person), await people.client(person)
    before = here.cookies["homepot_session"]
    answer = await change(here, person.password, NEW)
    assert answer.status_code == 204
    assert here.cookies["homepot_session"] != before
    here.headers["X-CSRF-Token"] = answer.headers["X-CSRF-Token"]
    assert (await here.get("/api/auth/me")).json()["csrf_token"] == answer.headers["X-CSRF-Token"]
    assert (await elsewhere.get("/api/auth/me")).status_code == 401
    assert (await people.sign_in(people.anonymous(), "ada", person.password)).status_code == 401
    assert (await people.sign_in(people.anonymous(), "ada", NEW)).status_code == 200


NOT_TAKEN = [
    ("not my password", NEW, "body.current_password"),
    ("seven rusty kettles", "too short", "body.new_password"),
    ("seven rusty kettles", "seven rusty kettles", "body.new_password"),
    ("seven rusty kettles", "password1234", "body.new_password"),
    ("seven rusty kettles", "ada ada ada ada", "body.new_password"),
]


async def test_a_password_that_is_not_taken(people: Any) -> None:
    client = await people.client(await people.add(username="ada"))
    for current, new, place in NOT_TAKEN:
        answer = await change(client, current, new)
        assert answer.status_code == 422, new
        assert [one["at"] for one in answer.json()["errors"]] == [place]
        assert new not in answer.text
        assert (await client.get("/api/auth/me")).status_code == 200


async def test_a_one_time_password_opens_only_the_door_to_a_new_one(
    people: Any, db: Database
) -> None:
    person = await people.add(username="ada")
    await run(db, "UPDATE users SET must_change_password = true")
    client = people.anonymous()
    assert (await people.sign_in(client, "ada")).json()["user"]["must_change_password"] is True
    refused = await client.get("/api/users")
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "/problems/password-change-needed",
    )
    answer = await change(client, person.password, NEW)
    assert answer.status_code == 204
    assert (await client.get("/api/users")).status_code == 200


async def test_a_one_time_password_expires(people: Any, db: Database) -> None:
    await people.add(username="ada")
    await run(db, "UPDATE users SET password_expires_at = now() - interval '1 second'")
    assert (await people.sign_in(people.anonymous(), "ada")).status_code == 401


async def test_a_user_has_so_many_sessions_and_the_oldest_ends(
    people: Any, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homepot.access.sign_in.service.SESSIONS_MAX", 2)
    monkeypatch.setattr("homepot.access.sign_in.service.KNOWN_BROWSERS_MAX", 2)
    await people.add(username="ada")
    other = await people.client(await people.add())
    browsers = [people.anonymous() for _ in range(3)]
    for browser in browsers:
        assert (await people.sign_in(browser, "ada")).status_code == 200
    statuses = [(await one.get("/api/auth/me")).status_code for one in (*browsers, other)]
    assert statuses == [401, 200, 200, 200]
    assert await run(db, "SELECT count(*) FROM known_browsers") == [(2,)]


async def test_the_clean_up_forgets_what_has_ended(people: Any, db: Database) -> None:
    person = await people.add(username="ada")
    live = await people.client(person)
    await people.sign_in(people.anonymous(), "ada")
    await run(
        db, "UPDATE sessions SET expires_at = now() WHERE id > (SELECT min(id) FROM sessions)"
    )
    await people.sign_in(people.anonymous(), "nobody")
    await forget_what_has_ended(db, now() + timedelta(minutes=30))
    assert await run(db, "SELECT count(*) FROM sessions") == [(1,)]
    assert await run(db, "SELECT count(*) FROM sign_in_attempts") == [(0,)]
    assert await run(db, "SELECT count(*) FROM known_browsers") == [(1,)]
    assert (await live.get("/api/auth/me")).status_code == 200
    await forget_what_has_ended(db, now() + timedelta(days=401))
    assert await run(db, "SELECT count(*) FROM known_browsers") == [(0,)]


@pytest.mark.parametrize(
    "ending",
    [
        "DELETE FROM sessions",
        "UPDATE users SET deactivated_at = now()",
        "UPDATE users SET must_change_password = true",
    ],
)
async def test_an_open_socket_closes_when_its_session_ends(
    people: Any, server: str, db: Database, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr("homepot.live.routes.ASK_AGAIN_EVERY_S", 0.05)
    secret = await people.session(await people.add("viewer"))
    url = server.replace("http://", "ws://") + "/api/live"
    cookie = {"Cookie": f"homepot_session={secret}"}
    async with connect(url, additional_headers=cookie, proxy=None) as socket:
        assert '"hello"' in str(await socket.recv())
        await run(db, "UPDATE sessions SET last_used_at = last_used_at - interval '5 minutes'")
        await run(db, ending)
        async with asyncio.timeout(10):
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in {4401, 4403}
    recent = "SELECT count(*) FROM sessions WHERE last_used_at > now() - interval '4 minutes'"
    assert await run(db, recent) == [(0,)], "asking again is no use of the session"
