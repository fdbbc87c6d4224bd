"""HTTP of sites."""

from typing import Annotated

from fastapi import APIRouter, Query

from homepot.access.guard import Caller, allow
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet import fields
from homepot.fleet.estate import service
from homepot.fleet.estate.schemas import Archiving, SiteOut, SitePage
from homepot.fleet.fields import PublicId
from homepot.fleet.sites.schemas import SiteChange, SiteNew, site_values

router = APIRouter(prefix="/api/sites", tags=["sites"])

LIMIT_MAX = 200

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Writer = Annotated[Caller, allow(Permission.FLEET_WRITE)]
_READING = documented(401, 403, 422)
_ONE = documented(401, 403, 404, 422)
_CHANGING = documented(401, 403, 404, 409, 422)


@router.get("", responses=_READING)
async def list_sites(
    caller: Reader,
    q: Annotated[fields.Query, Query(description="words of the name, id or address")] = "",
    archived: bool = False,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
    cursor: Annotated[str | None, Query(max_length=4_000)] = None,
) -> SitePage:
    """Sites by name, a page at a time; `next_cursor` leads on."""
    found = await service.page(caller.tx, q=q, archived=archived, limit=limit, cursor=cursor)
    at = now()
    items = [SiteOut.of(one, at) for one in found.items]
    return SitePage(items=items, total=found.total, next_cursor=found.next_cursor)


@router.post("", status_code=201, responses=_CHANGING)
async def create_site(caller: Writer, body: SiteNew) -> SiteOut:
    return SiteOut.of(await service.create(caller, body.site_id, site_values(body)), now())


@router.get("/{site_id}", responses=_ONE)
async def get_site(caller: Reader, site_id: PublicId) -> SiteOut:
    return SiteOut.of(await service.find(caller.tx, site_id), now())


@router.patch("/{site_id}", responses=_CHANGING)
async def change_site(caller: Writer, site_id: PublicId, body: SiteChange) -> SiteOut:
    changed = await service.change(caller, site_id, site_values(body), body.version)
    return SiteOut.of(changed, now())


@router.post("/{site_id}/archive", responses=_CHANGING)
async def archive_site(caller: Writer, site_id: PublicId, body: Archiving | None = None) -> SiteOut:
    """Put the site away; refused while devices stand there, unless they go with it."""
    with_devices = body.with_devices if body else False
    at = now()
    gone = await service.archive(caller, site_id, with_devices=with_devices, now=at)
    return SiteOut.of(gone, at)


@router.post("/{site_id}/restore", responses=_CHANGING)
async def restore_site(caller: Writer, site_id: PublicId) -> SiteOut:
    """Bring the site back, without its devices: each is restored and enrolled by itself."""
    return SiteOut.of(await service.restore(caller, site_id), now())
