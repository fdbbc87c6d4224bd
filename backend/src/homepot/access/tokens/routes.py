"""/api/tokens."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.access.tokens import service
from homepot.access.tokens.schemas import AddedToken, NewToken, TokenPage, TokenView
from homepot.core.clock import now
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/tokens", tags=["tokens"])

Owner = Annotated[Caller, allow(Permission.TOKENS_OWN)]
Person = Annotated[Caller, allow(Permission.TOKENS_OWN, session_only=True)]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("", responses=documented(401, 403, 422, 429))
async def list_tokens(
    caller: Owner,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> TokenPage:
    """Your tokens; an admin sees everybody's."""
    page = await service.list_tokens(caller, limit=limit, after=cursor)
    return TokenPage(
        items=[TokenView.model_validate(one) for one in page.tokens],
        total=page.total,
        next_cursor=page.next_cursor,
    )


@router.post("", status_code=201, responses=documented(401, 403, 409, 413, 422, 429))
async def add_token(request: Request, given: NewToken, caller: Person) -> AddedToken:
    """Make a token for a program. The answer holds it whole, this once."""
    added = await service.add_token(
        caller,
        name=given.name,
        scopes=given.scopes,
        expires_in_days=given.expires_in_days,
        life_max_days=process_of(request).settings.token_life_max_days,
        now=now(),
    )
    return AddedToken.model_validate(added, from_attributes=True)


@router.delete("/{token_id}", status_code=204, responses=documented(401, 403, 404, 422, 429))
async def revoke_token(token_id: Id, caller: Owner) -> None:
    """Revoke a token: from now on it is refused."""
    await service.revoke_token(caller, token_id, now())
