"""GET /api/audit."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.audit import service
from homepot.access.audit.schemas import ActorView, EntryPage, EntryView
from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.http.problems import documented

router = APIRouter(prefix="/api/audit", tags=["audit"])


@router.get("", responses=documented(401, 403, 422, 429))
async def audit_log(
    caller: Annotated[Caller, allow(Permission.AUDIT_READ)],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> EntryPage:
    """Who changed what, the newest first."""
    found = await service.entries(caller, limit=limit, before=before)
    items = [
        EntryView(
            number=one.number,
            at=one.at,
            actor=ActorView(kind=one.actor_kind, id=one.actor_id, name=one.actor_name),
            action=one.action,
            object=one.object,
            details=one.details,
            request_id=one.request_id,
            address=one.address,
            hash=one.hash.hex(),
        )
        for one in found
    ]
    last = items[-1].number if items else 1
    return EntryPage(items=items, next_before=last if last > 1 else None)
