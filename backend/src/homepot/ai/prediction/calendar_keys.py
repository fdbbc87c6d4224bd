"""Use cases of the calendar of upkeep: keys that open it and nothing else, and reading it.

A calendar program cannot sign in and keeps its address for years. So the address holds a secret of
its own, which can be taken back, and which no other door accepts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homepot.access import audit
from homepot.access.caller import Caller
from homepot.ai.prediction import calendar_store as keys
from homepot.ai.prediction import store
from homepot.ai.prediction.ical import calendar
from homepot.ai.prediction.records import CalendarKey
from homepot.core.database import Connection, enter_tenant
from homepot.core.errors import Conflict, NotFound, NotSignedIn
from homepot.core.security import digest, new_secret

KEYS_MAX = 20
PAST = timedelta(days=92)
TERMS_MAX = 2_000


class KeyNotGood(NotSignedIn):
    """This calendar address is unknown or was taken back; make a new one."""


@dataclass(frozen=True)
class AddedKey:
    id: int
    name: str
    key: str
    created_at: datetime


async def own_keys(caller: Caller) -> Sequence[CalendarKey]:
    assert caller.user_id is not None, "the guard lets in people alone"
    return await keys.own(caller.tx, caller.user_id)


async def add_key(caller: Caller, name: str, now: datetime) -> AddedKey:
    """The key is in the answer, and never again anywhere."""
    if len(await own_keys(caller)) >= KEYS_MAX:
        raise Conflict(f"You have {KEYS_MAX} calendar addresses already; take one back first.")
    secret = new_secret("hpcal")
    values = {"tenant_id": caller.tenant_id, "user_id": caller.user_id, "name": name}
    number = await keys.add(caller.tx, values | {"secret_digest": digest(secret), "now": now})
    await audit.record(
        caller, action="calendar.added", object_=f"calendar:{number}", details={"name": name}
    )
    return AddedKey(number, name, secret, now)


async def remove_key(caller: Caller, key_id: int) -> None:
    assert caller.user_id is not None, "the guard lets in people alone"
    name = await keys.remove(caller.tx, key_id, caller.user_id)
    if name is None:
        raise NotFound("You have no such calendar address.")
    await audit.record(
        caller, action="calendar.removed", object_=f"calendar:{key_id}", details={"name": name}
    )


async def read(tx: Connection, secret: str, now: datetime, devices_at: str | None) -> str:
    """The schedule of whose key it is; the transaction sees no other tenant from there on."""
    found = await keys.by_secret(tx, digest(secret))
    if found is None:
        raise KeyNotGood
    key_id, tenant_id = found
    await keys.was_read(tx, key_id, now)
    await enter_tenant(tx, tenant_id)
    return calendar(await store.terms_since(tx, now - PAST, TERMS_MAX), devices_at)
