"""People for the tests: tenants, users of every role, and clients that are signed in as them."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from homepot.access.guard import SESSION_COOKIE
from homepot.access.identity.service import csrf_token
from homepot.access.permissions import Permission, Role
from homepot.access.sign_in import store
from homepot.access.tables import api_tokens, users
from homepot.ai.reports.printer import Printer
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.security import digest, hash_password, new_secret
from homepot.core.settings import Settings
from homepot.core.tables import tenants
from homepot.telemetry.archive.service import Archive

PASSWORD = "seven rusty kettles"
_numbers = itertools.count(1)
_hashed: list[str] = []


@dataclass(frozen=True)
class Person:
    id: int
    tenant_id: int
    username: str
    role: Role
    password: str = PASSWORD


class People:
    """Makes what a test needs to be there, without going through the front door each time."""

    def __init__(self, database: Database, app: FastAPI, stack: AsyncExitStack) -> None:
        self.database = database
        self._app = app
        self._stack = stack
        self._tenants: dict[str, int] = {}

    async def tenant(self, name: str = "Harbour") -> int:
        """The tenant of this name, made at the first asking."""
        if name not in self._tenants:
            async with self.database.system() as tx:
                made = insert(tenants).values(name=name).returning(tenants.c.id)
                self._tenants[name] = (await tx.execute(made)).scalar_one()
        return self._tenants[name]

    async def add(
        self, role: Role | str = Role.ADMIN, *, tenant: str = "Harbour", username: str | None = None
    ) -> Person:
        if not _hashed:
            _hashed.append(hash_password(PASSWORD))
        tenant_id = await self.tenant(tenant)
        username = username or f"person{next(_numbers)}"
        async with self.database.system() as tx:
            made = (
                insert(users)
                .values(
                    tenant_id=tenant_id,
                    username=username,
                    username_key=username,
                    name=username.title(),
                    role=Role(role).value,
                    password_hash=_hashed[0],
                )
                .returning(users.c.id)
            )
            user_id = (await tx.execute(made)).scalar_one()
        return Person(user_id, tenant_id, username, Role(role))

    async def session(self, person: Person) -> str:
        """The secret of a fresh session."""
        secret = new_secret("hs")
        async with self.database.system() as tx:
            await store.add_session(
                tx,
                tenant_id=person.tenant_id,
                user_id=person.id,
                secret_digest=digest(secret),
                now=now(),
                expires_at=now() + timedelta(hours=1),
            )
        return secret

    async def token(
        self,
        person: Person,
        *scopes: Permission,
        expires_in: timedelta = timedelta(hours=1),
        is_revoked: bool = False,
    ) -> str:
        """A token with these scopes, all of them where none is named."""
        public_part = f"test{next(_numbers)}"
        token = new_secret(f"hp_{public_part}")
        async with self.database.system() as tx:
            await tx.execute(
                insert(api_tokens).values(
                    tenant_id=person.tenant_id,
                    user_id=person.id,
                    name="a program",
                    public_part=public_part,
                    secret_digest=digest(token),
                    scopes=[scope.value for scope in scopes or Permission],
                    expires_at=now() + expires_in,
                    revoked_at=now() if is_revoked else None,
                )
            )
        return token

    def anonymous(self, **options: object) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://homepot.test", **options)
        self._stack.push_async_callback(client.aclose)
        return client

    async def client(self, person: Person) -> httpx.AsyncClient:
        """A browser in which this person has signed in."""
        secret = await self.session(person)
        client = self.anonymous(headers={"X-CSRF-Token": csrf_token(secret)})
        client.cookies.set(SESSION_COOKIE, secret, domain="homepot.test")
        return client

    async def sign_in(
        self, client: httpx.AsyncClient, username: str, password: str = PASSWORD
    ) -> httpx.Response:
        """Through the front door, as the page does it."""
        client.headers.pop("X-CSRF-Token", None)
        given = {"username": username, "password": password}
        answer = await client.post("/api/auth/login", json=given)
        if answer.status_code == 200:
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return answer

    async def program(self, person: Person, *scopes: Permission) -> httpx.AsyncClient:
        """A program that holds a token of this person's."""
        token = await self.token(person, *scopes)
        return self.anonymous(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def people(db: Database, app: FastAPI) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(db, app, stack)


@pytest.fixture
async def admin(people: People) -> httpx.AsyncClient:
    """The browser of an admin of the tenant Harbour."""
    return await people.client(await people.add(Role.ADMIN))


@pytest.fixture
async def operator(people: People) -> httpx.AsyncClient:
    return await people.client(await people.add(Role.OPERATOR))


@pytest.fixture
async def installer(people: People) -> httpx.AsyncClient:
    return await people.client(await people.add(Role.INSTALLER))


@pytest.fixture
async def viewer(people: People) -> httpx.AsyncClient:
    return await people.client(await people.add(Role.VIEWER))


@pytest.fixture
async def stranger(people: People) -> httpx.AsyncClient:
    """The browser of an admin of another tenant, Orchard."""
    return await people.client(await people.add(Role.ADMIN, tenant="Orchard"))


@pytest.fixture(scope="session")
def printer() -> Iterator[Printer]:
    """One for all tests that have something printed: loading what it takes is most of the work."""
    found = Printer(idle_s=600)
    yield found
    found.close()


@pytest.fixture
def one_printer(app: FastAPI, printer: Printer) -> None:
    """The application prints with the one of all tests."""
    app.state.process.parts[Printer] = printer


@pytest.fixture
def archive(settings: Settings) -> Archive:
    """The folder into which the application's old readings go."""
    return Archive.of(settings)


# -- devices ----------------------------------------------------------------------------------


class StockAgent:
    """An agent of the field, as far as the server can tell: it knows its headers and the paths."""

    def __init__(self, client: httpx.AsyncClient, device_id: str, api_key: str) -> None:
        self.client = client
        self.device_id = device_id
        self.api_key = api_key

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Device-ID": self.device_id, "X-API-Key": self.api_key}

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", headers=self.headers)

    async def send(self, method: str, path: str, json: object = None) -> httpx.Response:
        return await self.client.request(method, f"/api/v1{path}", headers=self.headers, json=json)

    async def tell(self, path: str, **fields: object) -> httpx.Response:
        """POST a body that names this device."""
        return await self.send("POST", path, {"device_id": self.device_id, **fields})


class Estate:
    """Makes sites and devices through the front door."""

    def __init__(self, admin: httpx.AsyncClient, people: People) -> None:
        self.admin = admin
        self._people = people

    async def site(self, **fields: object) -> str:
        body = {"name": "Harbour shop", "timezone": "Europe/Lisbon", **fields}
        answer = await self.admin.post("/api/sites", json=body)
        assert answer.status_code == 201, answer.text
        site_id: str = answer.json()["site_id"]
        return site_id

    async def bootstrap_key(self, site_id: str, **limits: object) -> str:
        answer = await self.admin.post(f"/api/sites/{site_id}/bootstrap-keys", json=limits)
        assert answer.status_code == 201, answer.text
        key: str = answer.json()["bootstrap_key"]
        return key

    async def agent(self, site_id: str | None = None, **fields: object) -> StockAgent:
        """A device that has just enrolled."""
        site_id = site_id or await self.site()
        client = self._people.anonymous()
        body = {"site_id": site_id, "bootstrap_key": await self.bootstrap_key(site_id), **fields}
        answer = await client.post("/api/v1/devices/bootstrap-provision", json=body)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        return StockAgent(client, data["device_id"], data["api_key"])


@pytest.fixture
def estate(admin: httpx.AsyncClient, people: People) -> Estate:
    return Estate(admin, people)


@pytest.fixture
async def agent(estate: Estate) -> StockAgent:
    """A device of the tenant Harbour that has just enrolled."""
    return await estate.agent()
