"""Use cases of devices: what others build on, and what people change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.core import live
from homepot.core.database import Connection
from homepot.core.errors import BadInput, Conflict, NotFound
from homepot.core.ids import new_public_id
from homepot.fleet.changes import difference
from homepot.fleet.devices import list_store, store
from homepot.fleet.devices.lifecycle import (
    ENDS_PAIRING,
    Lifecycle,
    Move,
    State,
    WrongState,
    after,
    state_of,
)
from homepot.fleet.devices.list_store import ListedDevice
from homepot.fleet.devices.listing import KEYS, DeviceQuery
from homepot.fleet.devices.store import Counts, Device, Tally
from homepot.fleet.devices.words import Provenance
from homepot.fleet.paging import Key, make_cursor, read_cursor
from homepot.fleet.sites import service as sites
from homepot.fleet.sites.service import Site
from homepot.fleet.text import search_text, sort_key
from homepot.fleet.types import service as types

__all__ = [
    "Counts",
    "Device",
    "DevicePage",
    "Provenance",
    "Tally",
    "archive_at",
    "change",
    "counts",
    "create",
    "enrol",
    "find",
    "find_for_change",
    "learn",
    "move",
    "move_silently",
    "page",
    "pair",
    "rows_after",
    "tallies",
    "transfer",
]

_SEARCHED = {"name", "location", "serial"}


@dataclass(frozen=True)
class DevicePage:
    items: list[ListedDevice]
    total: int
    next_cursor: str | None


# -- reading ----------------------------------------------------------------------------------


async def page(tx: Connection, query: DeviceQuery, cursor: str | None) -> DevicePage:
    """One page of the list; `query.after` is taken from the cursor."""
    keys = KEYS[query.sort.by]
    after_keys = read_cursor(cursor, query.mark, list(keys.values())) if cursor else None
    asked = DeviceQuery(query.filters, query.sort, query.limit, after_keys)
    found, total = await list_store.page(tx, asked)
    shown = found[: query.limit]
    more = len(found) > query.limit
    ended = [_key(shown[-1], name) for name in keys] if more else []
    return DevicePage(shown, total, make_cursor(query.mark, ended) if more else None)


def _key(device: ListedDevice, name: str) -> Key:
    value: Key = getattr(device, name)
    return value


async def find(tx: Connection, public_id: str) -> Device:
    return _found(await store.find(tx, public_id), public_id)


async def find_for_change(tx: Connection, public_id: str) -> Device:
    """The device; nobody else changes what it is until the transaction is over."""
    return _found(await store.find_for_change(tx, public_id), public_id)


async def at_work(tx: Connection, public_ids: Collection[str]) -> dict[str, int]:
    """The rows of those of these devices that may speak; the others are absent."""
    return await store.at_work(tx, public_ids)


async def rows_after(tx: Connection, after: int, limit: int) -> list[int]:
    """For work that goes through all devices, archived ones too, some at a time."""
    return await store.rows_after(tx, after, limit)


def _found(device: Device | None, public_id: str) -> Device:
    if device is None:
        raise NotFound(f"There is no device {public_id[:64]!r}.")
    return device


async def counts(tx: Connection, site_rows: Sequence[int]) -> dict[int, Counts]:
    """By the row of a site: its devices that are not archived; a site without any is absent."""
    return await store.counts(tx, site_rows)


async def tallies(tx: Connection) -> list[Tally]:
    """How all devices that are not archived are, site by site."""
    return await store.tallies(tx)


# -- what enrolment stands on: no audit and no announcement of its own --------------------------


async def enrol(
    tx: Connection,
    site: Site,
    *,
    public_id: str | None = None,
    name: str | None = None,
    type_: str = types.UNKNOWN_TYPE,
    provenance: Provenance,
    lifecycle: Lifecycle = Lifecycle.ACTIVE,
    epoch_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Device:
    """A new device and its state. Its provenance is what is said here, for good.

    `site` comes from `sites.service.find_living`. A type we do not know is the type `unknown`;
    without a name the device is called by its id.
    """
    new_id = public_id or new_public_id("DEVICE", 3)
    values = {
        **(facts or {}),
        "name": name or new_id,
        "type": await types.type_or_unknown(tx, type_),
        "provenance": provenance,
        "lifecycle": lifecycle.value,
        "epoch_id": epoch_id,
    }
    device = await store.add(tx, new_id, site.id, values | _words(new_id, values))
    if device is None:
        raise Conflict(f"There is a device {new_id} already; choose another id, or leave it out.")
    return device


async def pair(tx: Connection, device: Device, epoch_id: str) -> Device:
    """A device that is there already gets a new pairing; WrongState where it may not."""
    reached = after(Move.PAIR, _state(device))
    values = {"lifecycle": reached.lifecycle.value, "epoch_id": epoch_id}
    return await store.change(tx, device, values)


async def learn(tx: Connection, device: Device, facts: Mapping[str, Any]) -> Device:
    """Keep what an agent says its device is (addresses, firmware, peripherals, ...)."""
    different = difference(_values(device), facts)
    if not different:
        return device
    return await store.change(tx, device, _with_words(device, facts))


async def move_silently(tx: Connection, device: Device, move: Move, now: datetime) -> Device:
    """A move in a device's life, for a use case that tells of it itself."""
    state = _state(device)
    return await store.change(tx, device, _moved(move, after(move, state), now))


# -- what people change ---------------------------------------------------------------------------


async def create(
    caller: Caller,
    *,
    site_id: str,
    public_id: str | None,
    provenance: Provenance,
    values: Mapping[str, Any],
) -> Device:
    """A device that waits for its agent: pending until it is enrolled or activated."""
    await types.require_type(caller.tx, values["type"])
    site = await _site_for(caller.tx, site_id)
    device = await enrol(
        caller.tx,
        site,
        public_id=public_id,
        name=values["name"],
        type_=values["type"],
        provenance=provenance,
        lifecycle=Lifecycle.PENDING,
        facts=values,
    )
    await _announce(caller, device, ["created"])
    details = {"name": device.name, "site_id": site_id, "provenance": provenance}
    await _record(caller, "device.created", device, details)
    return device


async def change(
    caller: Caller, public_id: str, values: Mapping[str, Any], version: int | None
) -> Device:
    """Change the given fields. What is the same already changes nothing and is not written down."""
    device = await find_for_change(caller.tx, public_id)
    if version is not None and version != device.version:
        raise Conflict(
            f"Somebody changed the device {public_id} meanwhile: it is at version"
            f" {device.version}, you changed version {version}. Load it again and decide anew.",
            version=device.version,
        )
    if "type" in values:
        await types.require_type(caller.tx, values["type"])
    different = difference(_values(device), values)
    if not different:
        return device
    changed = await store.change(caller.tx, device, _with_words(device, values))
    await _announce(caller, changed, list(different))
    await _record(caller, "device.changed", changed, {"changed": different})
    return changed


async def move(caller: Caller, public_id: str, move_: Move, now: datetime) -> Device:
    """Suspend, activate, archive, restore, unpair; WrongState where it leads nowhere."""
    if move_ is Move.RESTORE:
        # The site first, then the device: the order in which archiving a site holds them.
        await sites.find_living(caller.tx, (await find(caller.tx, public_id)).site_id)
    device = await find_for_change(caller.tx, public_id)
    moved = await move_silently(caller.tx, device, move_, now)
    await _announce(caller, moved, ["lifecycle"])
    was_and_is = {"from": str(_state(device)), "to": str(_state(moved))}
    await _record(caller, f"device.{_PAST[move_]}", moved, {"lifecycle": was_and_is})
    return moved


_PAST = {
    Move.PAIR: "paired",
    Move.UNPAIR: "unpaired",
    Move.ACTIVATE: "activated",
    Move.SUSPEND: "suspended",
    Move.ARCHIVE: "archived",
    Move.RESTORE: "restored",
}


async def transfer(caller: Caller, public_id: str, site_id: str) -> Device:
    """The device goes to another site and stays what it is."""
    site = await _site_for(caller.tx, site_id)
    device = await find_for_change(caller.tx, public_id)
    if _state(device) is State.ARCHIVED:
        raise WrongState(
            "A device that is archived cannot be transferred; from here one can restore.",
            state=str(State.ARCHIVED),
            allowed=[str(Move.RESTORE)],
        )
    if device.site_row == site.id:
        return device
    moved = await store.change(caller.tx, device, {"site_row": site.id})
    await _announce(caller, moved, ["site_id"])
    details = {"from": device.site_id, "to": site_id}
    await _record(caller, "device.transferred", moved, details)
    return moved


async def archive_at(caller: Caller, site: Site, now: datetime) -> list[str]:
    """Archive every device of a site that is being archived; the ids, for its audit entry."""
    gone = await store.archive_at(caller.tx, site.id, now)
    data = {
        "site_id": site.public_id,
        "lifecycle": Lifecycle.UNPAIRED.value,
        "archived": True,
        "changed": ["lifecycle"],
    }
    events = [(caller.tenant_id, "device.changed", {"device_id": one, **data}) for one in gone]
    await live.announce_many(caller.tx, events)
    return gone


# -- small parts -----------------------------------------------------------------------------------


async def _site_for(tx: Connection, site_id: str) -> Site:
    """The site a body names: one that is not there is the body's fault, not the address's."""
    try:
        return await sites.find_living(tx, site_id)
    except NotFound as missing:
        raise BadInput(missing.detail, at="body.site_id") from missing


def _state(device: Device) -> State:
    return state_of(device.lifecycle, archived=device.archived_at is not None)


def _moved(move_: Move, reached: State, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "lifecycle": reached.lifecycle.value,
        "archived_at": now if reached is State.ARCHIVED else None,
    }
    return values | {"epoch_id": None} if move_ in ENDS_PAIRING else values


def _values(device: Device) -> dict[str, Any]:
    return {name: getattr(device, name) for name in Device.__dataclass_fields__}


def _with_words(device: Device, values: Mapping[str, Any]) -> dict[str, Any]:
    if not _SEARCHED & values.keys():
        return dict(values)
    return {**values, **_words(device.public_id, {**_values(device), **values})}


def _words(public_id: str, values: Mapping[str, Any]) -> dict[str, str]:
    name = values["name"]
    parts = (name, public_id, values.get("location"), values.get("serial"))
    return {"name_key": sort_key(name), "search": search_text(*parts)}


async def _announce(caller: Caller, device: Device, changed: list[str]) -> None:
    data = {
        "device_id": device.public_id,
        "site_id": device.site_id,
        "lifecycle": device.lifecycle,
        "archived": device.archived_at is not None,
        "changed": changed,
    }
    await live.announce(caller.tx, caller.tenant_id, "device.changed", data)


async def _record(caller: Caller, action: str, device: Device, details: Mapping[str, Any]) -> None:
    object_ = f"device:{device.public_id}"
    await audit.record(caller, action=action, object_=object_, details=details)
