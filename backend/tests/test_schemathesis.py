"""Every address of the API under generated requests: no 5xx, nothing the description does not say.

Each address gets a tenant of its own with an admin, a device and something of everything, so that
what one does (signing out, archiving, revoking) does not spoil the next.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from psycopg.conninfo import make_conninfo
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import insert, make_url

from homepot.access.caller import system_caller
from homepot.access.guard import SESSION_COOKIE
from homepot.access.identity.service import csrf_token
from homepot.access.sign_in import store as sessions
from homepot.access.tables import users
from homepot.alerts import service as alerts
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.security import digest, hash_password, new_secret
from homepot.core.settings import Settings
from homepot.core.tables import tenants
from homepot.fleet.commands import service as commands
from homepot.fleet.enrolment import service as enrolment
from homepot.fleet.enrolment.service import Newcomer, NewIntent
from homepot.fleet.sites import service as sites
from homepot.main import create_app

EXAMPLES = 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
UNHURRIED = {"requests_per_second_max": 10_000, "requests_burst_max": 100_000}

# Bytes are bytes: what is no message of remote write has to be refused well.
schemathesis.serializer.alias("application/x-protobuf", "application/octet-stream")
DOCUMENT = create_app(Settings()).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = sorted((path, method) for path, ways in DOCUMENT["paths"].items() for method in ways)
_PASSWORD = hash_password("seven rusty kettles")


@dataclass
class World:
    """A tenant with something of everything."""

    headers: dict[str, str] = field(default_factory=dict)
    device_headers: dict[str, str] = field(default_factory=dict)
    # what a path or a body may call by these names
    known: dict[str, Any] = field(default_factory=dict)


async def make_world(url: str) -> World:
    database = Database(url)
    try:
        async with database.system() as tx:
            named = insert(tenants).values(name=new_secret("t")).returning(tenants.c.id)
            tenant_id = (await tx.execute(named)).scalar_one()
            name = new_secret("u").lower()[:30]
            added = insert(users).values(
                tenant_id=tenant_id,
                username=name,
                username_key=name,
                name=name,
                role="admin",
                password_hash=_PASSWORD,
            )
            user_id = (await tx.execute(added.returning(users.c.id))).scalar_one()
            secret = new_secret("hs")
            await sessions.add_session(
                tx,
                tenant_id=tenant_id,
                user_id=user_id,
                secret_digest=digest(secret),
                now=now(),
                expires_at=now() + timedelta(hours=1),
            )
        async with database.tenant(tenant_id) as tx:
            world = await _furnished(system_caller(tx, tenant_id, "test"))
        async with database.system() as tx:
            world = await _inhabited(tx, world)
        async with database.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, "test")
            device_id = world.known["device_id"]
            command = await commands.issue(caller, device_id, "ping", None, now())
        world.known |= {"command_id": command.public_id, "user_id": user_id, "username": name}
        world.headers = {
            "Cookie": f"{SESSION_COOKIE}={secret}",
            "X-CSRF-Token": csrf_token(secret),
        }
        return world
    finally:
        await database.close()


async def _furnished(caller: Any) -> World:
    site = await sites.create(
        caller,
        None,
        {
            "name": "Harbour",
            "timezone": "UTC",
            "address": None,
            "schedule": [],
            "maintenance_windows": [],
            "closed_on": [],
        },
    )
    key, bootstrap_key = await enrolment.create_bootstrap_key(
        caller, site.public_id, label=None, life=None, uses_max=None, now=now()
    )
    new = NewIntent(site.public_id, None, None, None, "real", timedelta(hours=1))
    intent, token = await enrolment.create_intent(caller, new, now())
    desk = {"name": "Desk", "kind": "dashboard", "enabled": True}
    channel = await alerts.create_channel(caller, desk, now(), has_broker=False)
    quiet = dict.fromkeys(("device_id", "site_id", "category", "reason"))
    silence = await alerts.create_silence(
        caller, {**quiet, "tag": "till", "until": now() + timedelta(hours=1)}, now()
    )
    known = {
        "channel_id": channel.public_id,
        "rule_id": (await alerts.rules(caller.tx))[0].public_id,
        "silence_id": silence.public_id,
        "site_id": site.public_id,
        "key_id": key.id,
        "bootstrap_key": bootstrap_key,
        "intent_id": intent.public_id,
        "claim_token": token,
        "name": "cpu_percent",
        "type": "pos_terminal",
        "command_type": "ping",
        "timezone": "Europe/Lisbon",
        "status": "completed",
    }
    return World(known=known)


async def _inhabited(tx: Any, world: World) -> World:
    known = world.known
    newcomer = Newcomer("Till", "pos_terminal", None)
    enrolled = await enrolment.provision(
        tx, known["site_id"], known["bootstrap_key"], "real", newcomer, now()
    )
    device_id = enrolled.device.public_id
    world.device_headers = {"X-Device-ID": device_id, "X-API-Key": enrolled.api_key}
    known["device_id"] = device_id
    return world


@dataclass(frozen=True)
class Live:
    base_url: str
    database_url: str


@pytest.fixture(scope="module")
def live(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The real application behind a real socket, in a thread of its own."""
    name = "schemathesis"
    url = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(make_conninfo(postgres), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    with _serving(url, tmp_path_factory.mktemp("var")) as base_url:
        yield Live(base_url, url)
    with psycopg.connect(make_conninfo(postgres), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def _serving(url: str, folder: Path) -> Iterator[str]:
    chosen = Settings.model_validate({"database_url": url, "data_dir": folder, **UNHURRIED})
    config = uvicorn.Config(create_app(chosen), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        tick = threading.Event()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            tick.wait(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def furnish(case: Any, world: World, depth: int) -> None:
    """Let a generated request name things that are there, so that it gets past the door.

    With depth 0 it stays as it was generated.
    """
    if depth == 0:
        return
    for name in case.path_parameters or {}:
        if name in world.known:
            case.path_parameters[name] = world.known[name]
    bodies = case.body if isinstance(case.body, list) else [case.body]
    for body in bodies:
        if isinstance(body, dict):
            for name in world.known.keys() & body.keys() & _NAMED_IN_BODIES:
                body[name] = world.known[name]


_NAMED_IN_BODIES = {
    "device_id",
    "site_id",
    "bootstrap_key",
    "claim_token",
    "type",
    "command_type",
    "timezone",
    "status",
}


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_an_address_keeps_to_its_description(live: Live, path: str, method: str) -> None:
    world = asyncio.run(make_world(live.database_url))
    is_wire = "wire" in DOCUMENT["paths"][path][method].get("tags", [])
    headers = world.device_headers if is_wire else world.headers
    operation = SCHEMA[path][method.upper()]
    with requests.Session() as session:

        def ask(case: Any, depth: int) -> None:
            furnish(case, world, depth)
            answer = case.call(base_url=live.base_url, session=session, headers=headers)
            session.cookies.clear()
            case.validate_response(answer, checks=CHECKS)

        _tried(operation.as_strategy(GenerationMode.POSITIVE), ask)
        # Where nothing is asked for, nothing can be asked wrongly.
        with contextlib.suppress(Unsatisfiable):
            _tried(operation.as_strategy(GenerationMode.NEGATIVE), ask)


def _tried(cases: st.SearchStrategy[Any], ask: Callable[[Any, int], None]) -> None:
    bounded = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    bounded(given(case=cases, depth=st.integers(0, 3))(ask))()
