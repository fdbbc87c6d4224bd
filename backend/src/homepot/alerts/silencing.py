"""What a silence is of, by the names people use."""

from collections.abc import Mapping
from typing import Any

from homepot.core.database import Connection
from homepot.core.errors import BadInput, NotFound
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.listing import DeviceQuery, Filters
from homepot.fleet.sites import service as sites
from homepot.fleet.text import search_terms
from homepot.fleet.types import service as types

OF_WHAT = ("device_id", "site_id", "type", "tag", "category")
_LISTED_MAX = 200
_SHOWN_MAX = 5


async def of_what(tx: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with ids for names."""
    found = dict(values)
    for name, find in (("device_id", device_of), ("site_id", site_of), ("type", type_of)):
        if values.get(name) is not None:
            found[name] = await find(tx, values[name])
    return found


async def type_of(tx: Connection, said: str) -> str:
    """The name of a device type that is given by its name or its label."""
    known = await types.device_types(tx)
    found = [one.name for one in known if _is(one.name, said) or _is(one.label, said)]
    if not found:
        listed = ", ".join(one.name for one in known)
        raise BadInput(f"There is no type {said[:64]!r}; there are {listed}.", at="body.type")
    return found[0]


async def device_of(tx: Connection, said: str) -> str:
    """The id of a device that is given by its id or its name."""
    try:
        return (await devices.find(tx, said)).public_id
    except NotFound:
        filters = Filters(terms=search_terms(said), archived=False)
        page = await devices.page(tx, DeviceQuery(filters, limit=_LISTED_MAX), None)
        found = [(one.public_id, one.site_name) for one in page.items if _is(one.name, said)]
        return _only(found, "device", said)


async def site_of(tx: Connection, said: str) -> str:
    """The id of a site that is given by its id or its name."""
    try:
        return (await sites.find(tx, said)).public_id
    except NotFound:
        known = await sites.page(tx, q=said, archived=False, limit=_LISTED_MAX, cursor=None)
        found = [(one.public_id, one.name) for one in known.items if _is(one.name, said)]
        return _only(found, "site", said)


def _is(name: str, said: str) -> bool:
    return name.casefold() == said.strip().casefold()


def _only(found: list[tuple[str, str]], what: str, said: str) -> str:
    at = f"body.{what}_id"
    if not found:
        raise BadInput(f"There is no {what} {said[:64]!r}.", at=at)
    if len(found) > 1:
        ids = ", ".join(f"{one} ({where})" for one, where in found[:_SHOWN_MAX])
        problem = f"There are {len(found)} {what}s called {said[:64]!r}; give the id: {ids}."
        raise BadInput(problem, at=at)
    return found[0][0]
