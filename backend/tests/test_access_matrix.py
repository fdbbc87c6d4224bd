"""Every route of the application, asked by everybody there is; one right answer for each.

The routes and what they ask for are taken from the application itself. A new route is in here at
once, and this test fails until it answers each of them as its guard promises; a new kind of id
in a path, or a body that it needs, is one line in a table of `every_route.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import text
from tests.every_route import BODIES, FOUND_WITH, LET_IN, NOT_ASKED, PUBLIC, STRANGER, Key
from tests.foreseen import planned_term
from tests.reported import kept_report
from tests.watched import recorded_incident
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from homepot.access.guard import keys_of, mark_on
from homepot.access.marks import Mark
from homepot.access.permissions import PERMISSIONS_OF, Permission, Role
from homepot.core.database import Connection, Database


class Forgetful(Database):
    """Undoes every transaction at its end, so that one question never changes the next answer."""

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        async with super().system() as tx:
            yield tx
            await tx.rollback()


@dataclass(frozen=True)
class Asker:
    """Somebody at the door, and what they may be expected to be told."""

    client: httpx.AsyncClient
    permissions: frozenset[Permission] = frozenset()
    is_person: bool = False
    is_session: bool = False
    is_device: bool = False
    is_stranger: bool = False
    must_change_password: bool = False
    changes_refused: bool = False


@dataclass
class Town:
    """The tenant Harbour with one of everything, and everybody who might ask for it."""

    ids: dict[str, str] = field(default_factory=dict)
    askers: dict[str, Asker] = field(default_factory=dict)


def expected(asker: Asker, key: Key, mark: Mark | None, success: int) -> int:
    if mark is None:
        return PUBLIC[key]
    if mark.kind == "device" or (mark.kind == "either" and asker.is_device):
        return LET_IN.get(key, success) if asker.is_device else 401
    if not asker.is_person:
        return 401
    if asker.changes_refused and key[0] != "GET":
        return 403
    if asker.must_change_password and not mark.before_password_change:
        return 403
    if mark.permission is not None and mark.permission not in asker.permissions:
        return 403
    if mark.session_only and not asker.is_session:
        return 403
    if asker.is_stranger:
        missing = 404 if "{" in key[1] else LET_IN.get(key, success)
        return STRANGER.get(key, missing)
    if key in FOUND_WITH and FOUND_WITH[key] not in asker.permissions:
        return 404
    return LET_IN.get(key, success)


def routes(app: FastAPI) -> Iterator[tuple[Key, Mark | None, int]]:
    """Every route there is: how it is asked, its guard, and its own success."""
    for route in iter_route_contexts(app.routes):
        for key in sorted(keys_of(route) - NOT_ASKED):
            yield key, mark_on(route), getattr(route, "status_code", None) or 200


def filled(given: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(given, str):
        return given.format_map(ids)
    if isinstance(given, dict):
        return {name: filled(value, ids) for name, value in given.items()}
    return given


async def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture
async def town(people: Any, app: FastAPI, db: Database) -> Town:
    found = Town()
    await furnish(found, people)
    await invite(found, people, db)
    return found


async def furnish(town: Town, people: Any) -> None:
    """One of everything that a path can name, all of the tenant Harbour."""
    ids = town.ids
    admin = await people.client(await people.add(Role.ADMIN))
    target = await people.add(Role.VIEWER)
    ids["user_id"] = str(target.id)
    token = await (await people.client(target)).post(
        "/api/tokens", json={"name": "poller", "scopes": ["fleet:read"]}
    )
    ids["token_id"] = (await made(token))["id"]
    calendar = await admin.post("/api/ai/maintenance-calendars", json={"name": "Workshop"})
    ids["calendar_id"] = (await made(calendar))["id"]
    site = await admin.post("/api/sites", json={"name": "Pier", "timezone": "Europe/Oslo"})
    ids["site_id"] = (await made(site))["site_id"]
    ids["name"] = "tide_gauge"
    own_type = {"label": "Tide gauge", "metrics": {"tide_gauge": {"unit": "m"}}}
    await made(await admin.put("/api/device-types/tide_gauge", json=own_type))
    intent = await admin.post("/api/enrolment-intents", json={"site_id": ids["site_id"]})
    ids["intent_id"] = (await made(intent))["intent_id"]
    key = await made(await admin.post(f"/api/sites/{ids['site_id']}/bootstrap-keys"))
    ids["key_id"] = key["id"]
    devices = {}
    for name in ("live", "revoked"):
        body = {"site_id": ids["site_id"], "bootstrap_key": key["bootstrap_key"]}
        answer = await people.anonymous().post("/api/v1/devices/bootstrap-provision", json=body)
        devices[name] = (await made(answer))["data"]
    ids["device_id"] = devices["live"]["device_id"]
    await made(await admin.post(f"/api/devices/{devices['revoked']['device_id']}/revoke-key"))
    command = await admin.post(
        f"/api/devices/{ids['device_id']}/commands", json={"command_type": "ping"}
    )
    ids["command_id"] = (await made(command))["command_id"]
    for name, data in devices.items():
        headers = {"X-Device-ID": data["device_id"], "X-API-Key": data["api_key"]}
        town.askers[f"a device with a {name} key"] = Asker(
            people.anonymous(headers=headers), is_device=name == "live"
        )
    ids["incident_id"] = await recorded_incident(people, ids["device_id"])
    ids["term_id"] = await planned_term(people, ids["device_id"])
    wish = {"report_type": "daily", "scope": "each_site", "enabled": False}
    ids["schedule_id"] = (await made(await admin.post("/api/ai/report-schedules", json=wish)))[
        "schedule_id"
    ]
    ids["report_id"] = await kept_report(people, ids["device_id"])
    asked = await admin.post("/api/ai/query", json={"question": "How many devices are there?"})
    ids["question_id"] = (await made(asked))["question_id"]
    job = await town.askers["a device with a live key"].client.post(
        "/api/v1/agent/jobs", json={"device_id": ids["device_id"], "action": "tidy"}
    )
    ids["job_id"] = (await made(job))["data"]["job_id"]
    desk = {"name": "Pier desk", "kind": "dashboard"}
    ids["channel_id"] = (await made(await admin.post("/api/alerts/channels", json=desk)))[
        "channel_id"
    ]
    ids["rule_id"] = (await made(await admin.get("/api/alerts/rules")))[0]["rule_id"]
    done = {"recommendation_id": f"incident:{ids['device_id']}:power"}
    taken = await admin.post(f"/api/ai/insights/{ids['site_id']}/actions", json=done)
    ids["action_id"] = (await made(taken))["action_id"]
    silence = await admin.post("/api/alerts/silences", json={"tag": "tide", "for_min": 60})
    ids["silence_id"] = (await made(silence))["silence_id"]


async def invite(town: Town, people: Any, db: Database) -> None:
    """Everybody who might ask."""
    askers = town.askers
    askers["nobody"] = Asker(people.anonymous())
    for role in Role:
        client = await people.client(await people.add(role))
        askers[f"a signed-in {role}"] = Asker(client, PERMISSIONS_OF[role], True, True)
    boss = await people.add(Role.ADMIN)
    everything = PERMISSIONS_OF[Role.ADMIN]
    askers["an admin's program"] = Asker(await people.program(boss), everything, True)
    askers["a program that reads"] = Asker(
        await people.program(boss, Permission.FLEET_READ), frozenset({Permission.FLEET_READ}), True
    )
    for what, options in {
        "revoked": {"is_revoked": True},
        "expired": {"expires_in": timedelta(seconds=-1)},
    }.items():
        token = await people.token(boss, **options)
        headers = {"Authorization": f"Bearer {token}"}
        askers[f"a program with a token that is {what}"] = Asker(people.anonymous(headers=headers))
    without = await people.client(boss)
    del without.headers["X-CSRF-Token"]
    askers["another page in the admin's browser"] = Asker(
        without, everything, True, True, changes_refused=True
    )
    new = await people.add(Role.ADMIN)
    gone = await people.add(Role.ADMIN)
    askers["a new admin with a one-time password"] = Asker(
        await people.client(new), everything, True, True, must_change_password=True
    )
    askers["a deactivated admin's browser"] = Asker(await people.client(gone))
    askers["a deactivated admin's program"] = Asker(await people.program(gone))
    old = await people.add(Role.ADMIN)
    askers["a browser whose session is over"] = Asker(await people.client(old))
    stranger = await people.add(Role.ADMIN, tenant="Orchard")
    askers["an admin of another tenant"] = Asker(
        await people.client(stranger), everything, True, True, is_stranger=True
    )
    async with db.system() as tx:
        for statement, user_id in (
            ("UPDATE users SET must_change_password = true WHERE id = :id", new.id),
            ("UPDATE users SET deactivated_at = now() WHERE id = :id", gone.id),
            ("UPDATE sessions SET expires_at = now() WHERE user_id = :id", old.id),
        ):
            await tx.execute(text(statement), {"id": user_id})


async def test_every_route_answers_everybody_as_it_should(
    app: FastAPI, town: Town, database_url: str
) -> None:
    forgetful = Forgetful(database_url)
    app.state.process = replace(app.state.process, database=forgetful)
    wrong: list[str] = []
    count = 0
    for key, mark, success in routes(app):
        method, path = key
        if mark is None and key not in PUBLIC:
            wrong.append(f"{method} {path}: without a guard, so say in PUBLIC what it answers")
            continue
        url = path.format_map(town.ids)
        body = filled(BODIES.get(key), town.ids)
        for who, asker in town.askers.items():
            count += 1
            answer = await ask(asker.client, method, url, body, address=f"10.0.{count}")
            right = expected(asker, key, mark, success)
            if answer.status_code != right:
                wrong.append(
                    f"{method} {path} as {who}: {answer.status_code}, not {right}:"
                    f" {answer.text[:200]}"
                )
    await forgetful.close()
    assert wrong == [], "\n".join(wrong)
    assert count > 1000, "the matrix has shrunk"


# Questions too long for an address, and what one says of the answer; a taste of one's own, which
# nobody else meets.
HARMLESS = {
    ("POST", "/api/ai/similar"),
    ("POST", "/api/ai/query"),
    ("POST", "/api/ai/questions/{question_id}/feedback"),
    ("PUT", "/api/ai/modes"),
}


def test_who_may_only_read_changes_nothing(app: FastAPI) -> None:
    """The matrix believes what a guard asks for; this much it must ask for."""
    reading = {Permission.FLEET_READ, Permission.AUDIT_READ}
    found = {
        key
        for key, mark, _ in routes(app)
        if mark is not None and mark.permission in reading and key[0] != "GET"
    }
    assert found == HARMLESS


async def ask(
    client: httpx.AsyncClient, method: str, url: str, body: Any, *, address: str
) -> httpx.Response:
    """One question, from an address of its own, which leaves the asker as before."""
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    transport.client = (address, 4711)
    cookies = dict(client.cookies)
    given = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = await client.request(method, url, **given)
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies.set(name, value, domain="homepot.test")
    return answer


async def test_the_live_socket_opens_for_whom_it_should(server: str, town: Town) -> None:
    """The one route that is no request: the close code ends in the status of the refusal."""
    for who, asker in town.askers.items():
        cookie = "; ".join(f"{name}={value}" for name, value in asker.client.cookies.items())
        headers = {
            name: value
            for name in ("Authorization", "X-Device-ID", "X-API-Key")
            if (value := asker.client.headers.get(name)) is not None
        }
        if cookie:
            headers["Cookie"] = cookie
        right = "open"
        if not asker.is_person:
            right = "4401"
        elif asker.must_change_password:
            right = "4403"
        assert await opened(server, headers) == right, who
    browser = town.askers["a signed-in viewer"].client
    cookie = f"homepot_session={browser.cookies['homepot_session']}"
    ours = {"Cookie": cookie, "Origin": server}
    elsewhere = {"Cookie": cookie, "Origin": "https://elsewhere.example"}
    assert await opened(server, ours) == "open"
    assert await opened(server, elsewhere) == "4403"


async def opened(server: str, headers: dict[str, str]) -> str:
    url = server.replace("http://", "ws://") + "/api/live"
    async with connect(url, additional_headers=headers, proxy=None) as socket:
        try:
            async with asyncio.timeout(10):
                await socket.recv()
        except ConnectionClosed as closed:
            return str(closed.rcvd.code) if closed.rcvd is not None else "broken"
        return "open"
