"""/api/users: for admins."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from homepot.access.guard import Caller, allow, desk_of
from homepot.access.people import service
from homepot.access.people.logic import UserChange
from homepot.access.people.schemas import (
    AddedUser,
    NewUser,
    ResetPassword,
    UserPage,
    UserPatch,
    UserView,
)
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/users", tags=["users"])

Manager = Annotated[Caller, allow(Permission.USERS_MANAGE)]
UserId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", responses=documented(401, 403, 422, 429))
async def list_users(
    caller: Manager,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> UserPage:
    """Everybody of this tenant, deactivated users too."""
    page = await service.list_users(caller, limit=limit, after=cursor)
    return UserPage(
        items=[UserView.model_validate(one) for one in page.users],
        total=page.total,
        next_cursor=page.next_cursor,
    )


@router.post("", status_code=201, responses=documented(401, 403, 409, 413, 422, 429))
async def add_user(request: Request, given: NewUser, caller: Manager) -> AddedUser:
    """Add a user, who signs in with the one-time password (shown once, good for a week) and then
    chooses a password."""
    user, password = await service.add_user(
        caller,
        desk_of(request),
        username=given.username,
        name=given.name,
        role=given.role,
        password_expires_at=now() + service.ONE_TIME_PASSWORD_LIFE,
    )
    return AddedUser(user=UserView.model_validate(user), one_time_password=password)


@router.patch("/{user_id}", responses=documented(401, 403, 404, 409, 413, 422, 429))
async def change_user(user_id: UserId, given: UserPatch, caller: Manager) -> UserView:
    """Change the name or the role, deactivate (`active: false`) or let in again."""
    change = UserChange(given.name, given.role, given.active)
    return UserView.model_validate(await service.change_user(caller, user_id, change, now()))


@router.post("/{user_id}/reset-password", responses=documented(401, 403, 404, 409, 413, 422, 429))
async def reset_password(request: Request, user_id: UserId, caller: Manager) -> ResetPassword:
    """A new one-time password, shown once; the user is signed out everywhere."""
    password = await service.reset_password(caller, desk_of(request), user_id, now())
    return ResetPassword(one_time_password=password)
