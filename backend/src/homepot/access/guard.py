"""The lock on every route: who asks, may they, and one transaction for the whole request.

The dependencies have the scope "function": the transaction commits before the answer leaves,
so what was answered has been stored, and a commit that fails becomes a refusal.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request, WebSocket
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection
from starlette.routing import Mount, WebSocketRoute

from homepot.access.caller import Actor, Caller
from homepot.access.errors import CsrfTokenNeeded, SessionNeeded, WrongOrigin
from homepot.access.identity.service import Identity, by_session, by_token, csrf_token
from homepot.access.marks import Mark, mark_of, marked
from homepot.access.password_desk import PasswordDesk
from homepot.access.permissions import Permission
from homepot.access.public_routes import PUBLIC_ROUTES
from homepot.core.clock import now
from homepot.core.database import Connection, enter_tenant
from homepot.core.errors import HomepotError, NotAllowed, NotSignedIn, PasswordChangeNeeded
from homepot.core.process import Process
from homepot.core.security import same

__all__ = [
    "SESSION_COOKIE",
    "Actor",
    "Caller",
    "allow",
    "client_address",
    "desk_of",
    "identified",
    "identify",
    "process_of",
    "refuse_unguarded_routes",
    "request_id_of",
    "signed_in",
    "websocket_refusal",
    "websocket_tenant",
]

SESSION_COOKIE = "homepot_session"
_CSRF_HEADER = "X-CSRF-Token"
_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})


def client_address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def request_id_of(connection: HTTPConnection) -> str | None:
    found = connection.scope.get("state", {}).get("request_id")
    return found if isinstance(found, str) else None


def process_of(connection: HTTPConnection) -> Process:
    process: Process = connection.app.state.process
    return process


def desk_of(connection: HTTPConnection) -> PasswordDesk:
    """One for the whole process: the bound is on the machine, not on a request."""
    state = connection.app.state
    if not hasattr(state, "password_desk"):
        at_once_max = process_of(connection).settings.password_checks_at_once_max
        state.password_desk = PasswordDesk(at_once_max)
    desk: PasswordDesk = state.password_desk
    return desk


async def _identify(
    connection: HTTPConnection, tx: Connection, *, counts_as_use: bool = True
) -> Identity:
    """A header somebody wrote on purpose wins over a cookie a browser sends by itself."""
    authorization = connection.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn("Authorization: only Bearer and an API token are understood.")
        return await by_token(tx, token.strip(), now(), counts_as_use=counts_as_use)
    secret = connection.cookies.get(SESSION_COOKIE)
    if secret is None:
        raise NotSignedIn
    idle_max_s = process_of(connection).settings.session_idle_max_s
    return await by_session(tx, secret, now(), idle_max_s, counts_as_use=counts_as_use)


def _check_csrf(request: Request) -> None:
    given = request.headers.get(_CSRF_HEADER, "")
    if not same(given, csrf_token(request.cookies[SESSION_COOKIE])):
        raise CsrfTokenNeeded


async def _identified(request: Request) -> AsyncIterator[tuple[Identity, Caller]]:
    """The transaction of this request: opened by the system to look, then narrowed for good."""
    async with process_of(request).database.system() as tx:
        identity = await _identify(request, tx)
        if identity.session_id is not None and request.method not in _CHANGES_NOTHING:
            _check_csrf(request)
        await enter_tenant(tx, identity.tenant_id)
        yield (
            identity,
            Caller(
                tx=tx,
                tenant_id=identity.tenant_id,
                actor=identity.actor,
                role=identity.role,
                permissions=identity.permissions,
                request_id=request_id_of(request),
                address=client_address(request),
                user_id=identity.user_id,
                session_id=identity.session_id,
            ),
        )


_Identified = Annotated[tuple[Identity, Caller], Depends(_identified, scope="function")]


def _guard(mark: Mark) -> Any:
    @marked(mark)
    async def check(found: _Identified) -> Caller:
        identity, caller = found
        _refuse(identity, mark)
        return caller

    return Depends(check, scope="function")


def identified(*, session_only: bool = False) -> Any:
    """Who asks, without a transaction: for the few use cases that open their own because they
    take long in between. The route is given an `Identity`."""
    mark = Mark("person", None, session_only, before_password_change=True)

    @marked(mark)
    async def check(request: Request) -> Identity:
        return await identify(request, mark)

    return Depends(check, scope="function")


async def identify(request: Request, mark: Mark) -> Identity:
    """Who asks, and may they, in a transaction that is over when this returns."""
    database = process_of(request).database
    # A program comes many times a second: one statement answers for it.
    is_program = "authorization" in request.headers
    async with database.glance() if is_program else database.system() as tx:
        identity = await _identify(request, tx)
        if identity.session_id is not None and request.method not in _CHANGES_NOTHING:
            _check_csrf(request)
    _refuse(identity, mark)
    return identity


def _refuse(identity: Identity, mark: Mark) -> None:
    if identity.must_change_password and not mark.before_password_change:
        raise PasswordChangeNeeded
    if mark.permission is not None and mark.permission not in identity.permissions:
        what = "token" if identity.session_id is None else "role"
        raise NotAllowed(f"Your {what} does not allow this: it needs {mark.permission.value}.")
    if mark.session_only and identity.session_id is None:
        raise SessionNeeded


def allow(permission: Permission, *, session_only: bool = False) -> Any:
    """For people and programs that have this permission."""
    return _guard(Mark("person", permission, session_only=session_only))


def signed_in(*, session_only: bool = False) -> Any:
    """For anybody who is known, even before they chose a password of their own."""
    return _guard(Mark("person", None, session_only, before_password_change=True))


async def websocket_tenant(socket: WebSocket) -> int:
    """The tenant whose changes this socket may hear; a refusal otherwise."""
    process = process_of(socket)
    async with process.database.system() as tx:
        identity = await _identify(socket, tx)
    if identity.session_id is not None:
        _check_origin(socket, process.settings.public_url)
    _refuse(identity, Mark("person", Permission.FLEET_READ))
    return identity.tenant_id


async def websocket_refusal(socket: WebSocket) -> HomepotError | None:
    """Why an open socket must be closed: its session ended, its owner may no longer.

    Asking again is no use of the session, or a forgotten page would keep it for ever; and a
    database that is away for a moment is no reason to close.
    """
    try:
        async with process_of(socket).database.system() as tx:
            identity = await _identify(socket, tx, counts_as_use=False)
        _refuse(identity, Mark("person", Permission.FLEET_READ))
    except HomepotError as refusal:
        return refusal
    except (SQLAlchemyError, OSError):
        return None
    return None


def _check_origin(socket: WebSocket, public_url: str | None) -> None:
    """Browsers let any page open a socket, and send our cookie along; but they say which page."""
    origin = socket.headers.get("origin")
    if origin is None:
        return
    ours = {socket.headers.get("host", "").lower()}
    if public_url is not None:
        ours.add(urlsplit(public_url).netloc)
    if urlsplit(origin).netloc.lower() not in ours:
        raise WrongOrigin


# -- the proof that every route has a lock --------------------------------------------------


def keys_of(route: RouteContext) -> set[tuple[str, str]]:
    """How a route is written in the public list: (method, path)."""
    path = route.path or ""
    if isinstance(route.original_route, Mount):
        return {("MOUNT", path)}
    if isinstance(route.original_route, WebSocketRoute):
        return {("WEBSOCKET", path)}
    return {(method, path) for method in (route.methods or {"ANY"}) - {"HEAD"}}


def mark_on(route: RouteContext) -> Mark | None:
    """What the route's guard asks for; None where it has no guard."""
    dependant = getattr(route, "dependant", None)
    return _first_mark(dependant) if isinstance(dependant, Dependant) else None


def _first_mark(dependant: Dependant) -> Mark | None:
    for one in dependant.dependencies:
        found = mark_of(one.call) or _first_mark(one)
        if found is not None:
            return found
    return None


def refuse_unguarded_routes(app: FastAPI) -> None:
    """The application does not start with a door that somebody forgot to lock."""
    open_doors = sorted(
        f"{method} {path}"
        for route in iter_route_contexts(app.routes)
        if mark_on(route) is None
        for method, path in keys_of(route) - PUBLIC_ROUTES
    )
    if open_doors:
        raise RuntimeError(
            "These routes have no guard and are not in access/public_routes.py: "
            + ", ".join(open_doors)
        )
