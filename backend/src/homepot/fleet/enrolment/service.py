"""Use cases of enrolment: a device comes in, its keys are changed, and who may bring one in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from homepot.access import audit
from homepot.access.caller import Actor, Caller
from homepot.core import live
from homepot.core.database import Connection, enter_tenant
from homepot.core.errors import BadInput, Conflict, NotFound
from homepot.core.ids import new_public_id
from homepot.core.security import digest, new_secret
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.service import Device, Provenance
from homepot.fleet.enrolment import store
from homepot.fleet.enrolment.errors import (
    ClaimedAlready,
    DeviceNotAtWork,
    OtherDevice,
    WrongBootstrapKey,
    WrongClaim,
    WrongDeviceKey,
)
from homepot.fleet.enrolment.store import BootstrapKey, Intent, KeyHolder
from homepot.fleet.sites import service as sites

__all__ = [
    "BootstrapKey",
    "Enrolled",
    "Intent",
    "KeyHolder",
    "NewIntent",
    "Newcomer",
    "Provenance",
    "claim",
    "provision",
]

ROTATION_GRACE = timedelta(hours=24)
INTENT_LIFE = timedelta(hours=24)
BOOTSTRAP_KEYS_MAX = 100
SHOWN_MAX = 200


@dataclass(frozen=True)
class Newcomer:
    """What a device says of itself when it comes in."""

    name: str | None
    type_: str
    os_details: str | None
    identity: str | None = None
    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Enrolled:
    """A device with the key it was just given; the only time the key is in clear."""

    device: Device
    api_key: str


@dataclass(frozen=True)
class NewIntent:
    site_id: str
    device_name: str | None
    device_type: str | None
    expected_device_identity: str | None
    provenance: Provenance
    life: timedelta


@dataclass(frozen=True)
class Rotated:
    device: Device
    api_key: str
    old_keys_end_at: datetime


# -- who speaks


async def recognise(tx: Connection, device_id: str, key: str, now: datetime) -> KeyHolder:
    """The device these headers belong to. The transaction is the system's: the key says the
    tenant, for an id may be in use in several. Afterwards it is that tenant's."""
    holder = await store.holder_of(tx, digest(key), now)
    if holder is None or holder.public_id != device_id:
        raise WrongDeviceKey
    if holder.lifecycle in {"suspended", "unpaired"}:
        raise DeviceNotAtWork
    if not holder.paired:
        raise WrongDeviceKey
    await enter_tenant(tx, holder.tenant_id)
    return holder


# -- a device comes in


async def provision(
    tx: Connection,
    site_id: str,
    bootstrap_key: str,
    provenance: Provenance,
    newcomer: Newcomer,
    now: datetime,
) -> Enrolled:
    """By the site's bootstrap key. The transaction is the system's, then the tenant's."""
    used = await store.use_bootstrap_key(tx, digest(bootstrap_key), site_id, now)
    if used is None:
        raise WrongBootstrapKey
    tenant_id, key_id = used
    await enter_tenant(tx, tenant_id)
    how = {"by": "bootstrap key", "bootstrap_key_id": key_id}
    return await _enrol(tx, tenant_id, site_id, provenance, newcomer, how, now)


async def claim(
    tx: Connection, intent_id: str, claim_token: str, newcomer: Newcomer, now: datetime
) -> Enrolled:
    """By a one-time claim. Holding the intent makes a second claim wait and then see it taken."""
    intent = await store.find_intent(tx, intent_id, held=True)
    if intent is None or intent.digest != digest(claim_token):
        raise WrongClaim
    if intent.claimed_at is not None:
        raise ClaimedAlready
    if intent.revoked_at is not None or intent.expires_at <= now:
        raise WrongClaim
    expected = intent.expected_device_identity
    if expected is not None and newcomer.identity != expected:
        raise OtherDevice
    await enter_tenant(tx, intent.tenant_id)
    meant = replace(
        newcomer,
        name=intent.device_name or newcomer.name,
        type_=intent.device_type or newcomer.type_,
    )
    how = {"by": "claim", "intent_id": intent_id, "intent_of": intent.created_by}
    provenance: Provenance = "simulated" if intent.provenance == "simulated" else "real"
    enrolled = await _enrol(
        tx, intent.tenant_id, intent.site_public_id, provenance, meant, how, now
    )
    await store.save_claim(tx, intent_id, enrolled.device.id, now)
    return enrolled


async def _enrol(
    tx: Connection,
    tenant_id: int,
    site_id: str,
    provenance: Provenance,
    newcomer: Newcomer,
    how: Mapping[str, Any],
    now: datetime,
) -> Enrolled:
    site = await sites.find_living(tx, site_id)
    epoch_id = new_public_id("EPOCH", 3)
    device = await devices.enrol(
        tx,
        site,
        name=newcomer.name,
        type_=newcomer.type_,
        provenance=provenance,
        epoch_id=epoch_id,
        facts={"os_details": newcomer.os_details},
    )
    api_key = new_secret("hpd")
    await store.add_key(tx, device.id, epoch_id, digest(api_key), now)
    told = {"device_id": device.public_id, "site_id": site_id, "provenance": provenance}
    await live.announce(tx, tenant_id, "device.enrolled", {**told, "name": device.name})
    caller = Caller(
        tx,
        tenant_id,
        Actor("device", device.public_id, device.name),
        None,
        frozenset(),
        newcomer.request_id,
        newcomer.address,
    )
    details: dict[str, Any] = {**told, **how, "type": device.type}
    if newcomer.type_ != device.type:
        details["type_given"] = newcomer.type_
    await audit.record(
        caller, action="device.enrolled", object_=f"device:{device.public_id}", details=details
    )
    return Enrolled(device, api_key)


# -- keys of devices


async def rotate_key(caller: Caller, device_id: str, grace: timedelta, now: datetime) -> Rotated:
    """A new key; those there are live on for the grace. A device without a pairing gets one."""
    device = await devices.find_for_change(caller.tx, device_id)
    epoch_id = device.epoch_id
    if epoch_id is None:
        epoch_id = new_public_id("EPOCH", 3)
        device = await devices.pair(caller.tx, device, epoch_id)
    end = now + grace
    await store.end_keys(caller.tx, device.id, end)
    api_key = new_secret("hpd")
    await store.add_key(caller.tx, device.id, epoch_id, digest(api_key), now)
    await _announce_keys(caller, device)
    await audit.record(
        caller,
        action="device.key_rotated",
        object_=f"device:{device_id}",
        details={"old_keys_end_at": end.isoformat()},
    )
    return Rotated(device, api_key, end)


async def revoke_keys(caller: Caller, device_id: str, now: datetime) -> int:
    """Every key of the device ends at once; how many those were."""
    device = await devices.find_for_change(caller.tx, device_id)
    revoked = await store.revoke_keys(caller.tx, device.id, now)
    await _announce_keys(caller, device)
    await audit.record(
        caller,
        action="device.keys_revoked",
        object_=f"device:{device_id}",
        details={"keys": revoked},
    )
    return revoked


async def _announce_keys(caller: Caller, device: Device) -> None:
    data = {"device_id": device.public_id, "lifecycle": device.lifecycle, "changed": ["keys"]}
    await live.announce(caller.tx, caller.tenant_id, "device.changed", data)


# -- bootstrap keys


async def create_bootstrap_key(
    caller: Caller,
    site_id: str,
    *,
    label: str | None,
    life: timedelta | None,
    uses_max: int | None,
    now: datetime,
) -> tuple[BootstrapKey, str]:
    """A key that enrols devices at one site, and the only sight of it in clear."""
    site = await sites.find_living(caller.tx, site_id)
    if await store.count_open_bootstrap_keys(caller.tx, site.id) >= BOOTSTRAP_KEYS_MAX:
        raise Conflict(
            f"The site {site_id} has {BOOTSTRAP_KEYS_MAX} bootstrap keys, the most there can be;"
            " revoke one first."
        )
    secret = new_secret("hpb")
    key = await store.add_bootstrap_key(
        caller.tx,
        {
            "site_id": site.id,
            "digest": digest(secret),
            "label": label,
            "uses_max": uses_max,
            "created_by": caller.actor.name,
            "created_at": now,
            "expires_at": now + life if life else None,
        },
    )
    await audit.record(
        caller,
        action="bootstrap_key.created",
        object_=f"site:{site_id}",
        details={"bootstrap_key_id": key.id, "label": label, "uses_max": uses_max},
    )
    return key, secret


async def bootstrap_keys(tx: Connection, site_id: str) -> Sequence[BootstrapKey]:
    site = await sites.find(tx, site_id)
    return await store.bootstrap_keys_of(tx, site.id, SHOWN_MAX)


async def revoke_bootstrap_key(caller: Caller, site_id: str, key_id: int, now: datetime) -> None:
    """End a key; the devices it enrolled stay. Revoked again, it stays revoked."""
    site = await sites.find(caller.tx, site_id)
    ended = await store.revoke_bootstrap_key(caller.tx, site.id, key_id, now)
    if ended is None:
        raise NotFound(f"The site {site_id} has no bootstrap key {key_id}.")
    if ended:
        await audit.record(
            caller,
            action="bootstrap_key.revoked",
            object_=f"site:{site_id}",
            details={"bootstrap_key_id": key_id},
        )


# -- enrolment intents


async def create_intent(caller: Caller, new: NewIntent, now: datetime) -> tuple[Intent, str]:
    """Let one device come in, once; the intent, and the only sight of its token in clear."""
    try:
        site = await sites.find_living(caller.tx, new.site_id)
    except NotFound as missing:
        raise BadInput(missing.detail, at="body.site_id") from missing
    token = new_secret("hpc")
    public_id = new_public_id("INTENT", 3)
    await store.add_intent(
        caller.tx,
        {
            "site_id": site.id,
            "public_id": public_id,
            "digest": digest(token),
            "device_name": new.device_name,
            "device_type": new.device_type,
            "expected_device_identity": new.expected_device_identity,
            "provenance": new.provenance,
            "created_by": caller.actor.name,
            "created_at": now,
            "expires_at": now + new.life,
        },
    )
    intent = await store.find_intent(caller.tx, public_id)
    assert intent is not None
    await audit.record(
        caller,
        action="enrolment_intent.created",
        object_=f"site:{new.site_id}",
        details={"intent_id": public_id, "expires_at": intent.expires_at.isoformat()},
    )
    return intent, token


async def intents(tx: Connection) -> Sequence[Intent]:
    return await store.intents(tx, SHOWN_MAX)


async def revoke_intent(caller: Caller, intent_id: str, now: datetime) -> None:
    """End an intent that nobody has claimed. Revoked again, it stays revoked."""
    intent = await store.find_intent(caller.tx, intent_id, held=True)
    if intent is None:
        raise NotFound(f"There is no enrolment intent {intent_id[:64]!r}.")
    if intent.claimed_at is not None:
        raise ClaimedAlready("This enrolment has been claimed: archive the device instead.")
    if intent.revoked_at is None:
        await store.revoke_intent(caller.tx, intent_id, now)
        await audit.record(
            caller,
            action="enrolment_intent.revoked",
            object_=f"site:{intent.site_public_id}",
            details={"intent_id": intent_id},
        )
