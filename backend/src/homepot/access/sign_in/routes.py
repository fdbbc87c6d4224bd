"""/api/auth: signing in and out, who am I, choosing a password."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from homepot.access.errors import PlainHttp
from homepot.access.guard import (
    SESSION_COOKIE,
    Caller,
    client_address,
    desk_of,
    identified,
    process_of,
    request_id_of,
    signed_in,
)
from homepot.access.identity.service import Identity, csrf_token
from homepot.access.permissions import PERMISSIONS_OF, Role
from homepot.access.sign_in import service
from homepot.access.sign_in.profile import Profile
from homepot.access.sign_in.schemas import Me, MeUser, PasswordChange, SignIn, TenantView
from homepot.core.addresses import is_loopback
from homepot.core.clock import now
from homepot.core.http.problems import documented

BROWSER_COOKIE = "homepot_browser"
_COOKIE_PATH = "/api/auth"
_DAY_S = 24 * 60 * 60

router = APIRouter(prefix="/api/auth", tags=["signing in"])


@router.post("/login", responses=documented(401, 403, 413, 422, 429))
async def login(request: Request, response: Response, given: SignIn) -> Me:
    """Sign in; sets the session cookie."""
    _refuse_plain_http(request)
    session = await service.sign_in(
        _door(request),
        _visit(request),
        username=given.username,
        password=given.password,
        browser_secret=request.cookies.get(BROWSER_COOKIE),
        old_session_secret=request.cookies.get(SESSION_COOKIE),
    )
    _set_cookies(request, response, session)
    return _me(session.profile, csrf_token(session.secret))


@router.get("/me", responses=documented(401, 429))
async def me(request: Request, caller: Annotated[Caller, signed_in()]) -> Me:
    """Who am I? Also tells the csrf_token again, which a page that was loaded anew has lost."""
    profile = await service.profile_of(caller)
    is_session = caller.session_id is not None
    return _me(profile, csrf_token(request.cookies[SESSION_COOKIE]) if is_session else None)


@router.post("/logout", status_code=204, responses=documented(401, 403, 429))
async def logout(
    request: Request, response: Response, caller: Annotated[Caller, signed_in(session_only=True)]
) -> None:
    """End this session."""
    await service.sign_out(caller)
    response.delete_cookie(
        SESSION_COOKIE, secure=_is_secure(request), httponly=True, samesite="strict"
    )


@router.post("/password", status_code=204, responses=documented(401, 403, 413, 422, 429))
async def change_password(
    request: Request,
    response: Response,
    given: PasswordChange,
    identity: Annotated[Identity, identified(session_only=True)],
) -> None:
    """Choose a new password. Every other session ends; this one gets a new cookie, and its new
    csrf_token comes in the header X-CSRF-Token."""
    session = await service.change_password(
        _door(request),
        _visit(request),
        identity,
        current=given.current_password,
        new=given.new_password,
    )
    _set_cookies(request, response, session)
    response.headers["X-CSRF-Token"] = csrf_token(session.secret)


def _door(request: Request) -> service.Door:
    process = process_of(request)
    return service.Door(process.database, desk_of(request), process.settings)


def _visit(request: Request) -> service.Visit:
    return service.Visit(client_address(request), request_id_of(request), now())


def _is_secure(request: Request) -> bool:
    public_url = process_of(request).settings.public_url or ""
    return request.url.scheme == "https" or public_url.startswith("https://")


def _refuse_plain_http(request: Request) -> None:
    if _is_secure(request) or process_of(request).settings.sign_in_over_http:
        return
    if not is_loopback(client_address(request)):
        raise PlainHttp


def _set_cookies(request: Request, response: Response, session: service.NewSession) -> None:
    secure = _is_secure(request)
    response.set_cookie(
        SESSION_COOKIE,
        session.secret,
        max_age=process_of(request).settings.session_life_max_s,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    response.set_cookie(
        BROWSER_COOKIE,
        session.browser_secret,
        max_age=service.BROWSER_KEPT_DAYS * _DAY_S,
        path=_COOKIE_PATH,
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def _me(profile: Profile, token: str | None) -> Me:
    role = Role(profile.role)
    user = MeUser(
        id=profile.id,
        username=profile.username,
        name=profile.name,
        role=role,
        tenant=TenantView(id=profile.tenant_id, name=profile.tenant_name),
        must_change_password=profile.must_change_password,
        permissions=sorted(PERMISSIONS_OF[role]),
    )
    return Me(user=user, csrf_token=token)
