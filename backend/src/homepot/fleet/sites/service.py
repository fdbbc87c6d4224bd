"""Use cases of sites."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.core import live
from homepot.core.database import Connection
from homepot.core.errors import Conflict, NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.changes import difference
from homepot.fleet.paging import list_mark, make_cursor, read_cursor
from homepot.fleet.sites import store
from homepot.fleet.sites.store import Hold, Site, SiteQuery
from homepot.fleet.text import search_terms, search_text, sort_key

__all__ = [
    "Site",
    "SitePage",
    "archive",
    "change",
    "create",
    "find",
    "find_for_change",
    "find_living",
    "page",
    "restore",
]


@dataclass(frozen=True)
class SitePage:
    items: list[Site]
    total: int
    next_cursor: str | None


async def page(
    tx: Connection, *, q: str | None, archived: bool, limit: int, cursor: str | None
) -> SitePage:
    """Sites by name."""
    terms = search_terms(q)
    mark = list_mark("sites", terms, archived)
    after = read_cursor(cursor, mark, [str, int]) if cursor else None
    query = SiteQuery(
        terms, archived, limit, (str(after[0]), int(str(after[1]))) if after else None
    )
    found, total = await store.page(tx, query)
    shown = found[:limit]
    more = len(found) > limit
    next_cursor = make_cursor(mark, [shown[-1].name_key, shown[-1].id]) if more else None
    return SitePage(shown, total, next_cursor)


async def find(tx: Connection, public_id: str) -> Site:
    return _found(await store.find(tx, public_id), public_id)


async def find_for_change(tx: Connection, public_id: str) -> Site:
    """The site; nobody else changes it, or takes a device in, until the transaction is over."""
    return _found(await store.find(tx, public_id, Hold.FOR_CHANGE), public_id)


async def find_living(tx: Connection, public_id: str) -> Site:
    """A site that can take a device; it stays one until the transaction is over."""
    site = _found(await store.find(tx, public_id, Hold.AS_IT_IS), public_id)
    if site.archived_at is not None:
        raise Conflict(f"The site {public_id} is archived; restore it first.")
    return site


def _found(site: Site | None, public_id: str) -> Site:
    if site is None:
        raise NotFound(f"There is no site {public_id[:64]!r}.")
    return site


async def create(caller: Caller, public_id: str | None, values: Mapping[str, Any]) -> Site:
    new_id = public_id or new_public_id("SITE", 2)
    site = await store.add(caller.tx, new_id, {**values, **_words(new_id, values)})
    if site is None:
        raise Conflict(f"There is a site {new_id} already; choose another id, or leave it out.")
    await _announce(caller, site, ["created"])
    await audit.record(
        caller, action="site.created", object_=f"site:{new_id}", details={"name": site.name}
    )
    return site


async def change(
    caller: Caller, public_id: str, values: Mapping[str, Any], version: int | None
) -> Site:
    """Change the given fields. What is the same already changes nothing and is not written down."""
    site = await find_for_change(caller.tx, public_id)
    if version is not None and version != site.version:
        raise Conflict(
            f"Somebody changed the site {public_id} meanwhile: it is at version {site.version},"
            f" you changed version {version}. Load it again and decide anew.",
            version=site.version,
        )
    different = difference(vars(site), values)
    if not different:
        return site
    words = _words(public_id, {**vars(site), **values})
    changed = await store.change(caller.tx, site.id, {**values, **words})
    await _announce(caller, changed, list(different))
    await audit.record(
        caller, action="site.changed", object_=f"site:{public_id}", details={"changed": different}
    )
    return changed


async def archive(caller: Caller, site: Site, now: datetime, details: Mapping[str, Any]) -> Site:
    """Put an empty site away; whoever calls has seen to its devices."""
    archived = await store.change(caller.tx, site.id, {"archived_at": now})
    await _announce(caller, archived, ["archived"])
    await audit.record(
        caller, action="site.archived", object_=f"site:{site.public_id}", details=details
    )
    return archived


async def restore(caller: Caller, public_id: str) -> Site:
    site = await find_for_change(caller.tx, public_id)
    if site.archived_at is None:
        raise Conflict(f"The site {public_id} is not archived.")
    restored = await store.change(caller.tx, site.id, {"archived_at": None})
    await _announce(caller, restored, ["restored"])
    await audit.record(caller, action="site.restored", object_=f"site:{public_id}")
    return restored


def _words(public_id: str, values: Mapping[str, Any]) -> dict[str, str]:
    name = values["name"]
    return {
        "name_key": sort_key(name),
        "search": search_text(name, public_id, values.get("address")),
    }


async def _announce(caller: Caller, site: Site, changed: list[str]) -> None:
    data = {"site_id": site.public_id, "archived": site.archived_at is not None, "changed": changed}
    await live.announce(caller.tx, caller.tenant_id, "site.changed", data)
