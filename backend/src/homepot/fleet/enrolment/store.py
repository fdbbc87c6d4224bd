"""Every SQL statement on credentials of devices and of those who enrol them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, false, func, insert, or_, select, text, update

from homepot.core.database import Connection
from homepot.fleet.devices.tables import devices
from homepot.fleet.enrolment.tables import bootstrap_keys, device_keys, enrolment_intents
from homepot.fleet.sites.tables import sites

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


@dataclass(frozen=True)
class KeyHolder:
    """The device a good key belongs to; `paired` while the pairing it was made for lasts."""

    tenant_id: int
    device_id: int
    public_id: str
    lifecycle: str
    paired: bool


@dataclass(frozen=True)
class BootstrapKey:
    id: int
    label: str | None
    uses: int
    uses_max: int | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class Intent:
    tenant_id: int
    public_id: str
    site_public_id: str
    device_name: str | None
    device_type: str | None
    expected_device_identity: str | None
    provenance: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    claimed_at: datetime | None
    revoked_at: datetime | None
    digest: bytes


# -- keys of devices


async def holder_of(tx: Connection, digest: bytes, now: datetime) -> KeyHolder | None:
    """Whose key this is; the transaction is the system's, for the key says the tenant."""
    found = await tx.execute(
        select(
            devices.c.tenant_id,
            devices.c.id,
            devices.c.public_id,
            devices.c.lifecycle,
            func.coalesce(devices.c.epoch_id == device_keys.c.epoch_id, false()),
        )
        .join_from(device_keys, devices, device_keys.c.device_id == devices.c.id)
        .where(
            device_keys.c.digest == digest,
            device_keys.c.revoked_at.is_(None),
            or_(device_keys.c.expires_at.is_(None), device_keys.c.expires_at > now),
        )
    )
    row = found.one_or_none()
    return KeyHolder(*row) if row else None


async def add_key(
    tx: Connection, device_id: int, epoch_id: str, digest: bytes, now: datetime
) -> None:
    await tx.execute(
        insert(device_keys).values(
            tenant_id=_TENANT,
            device_id=device_id,
            epoch_id=epoch_id,
            digest=digest,
            created_at=now,
        )
    )


async def end_keys(tx: Connection, device_id: int, at: datetime) -> None:
    """Let the keys there are live until then, and none of them longer than it would have."""
    await tx.execute(
        update(device_keys)
        .where(device_keys.c.device_id == device_id, device_keys.c.revoked_at.is_(None))
        .values(expires_at=func.least(device_keys.c.expires_at, at))
    )


async def revoke_keys(tx: Connection, device_id: int, now: datetime) -> int:
    """Revoke every key that still opens; how many those were."""
    gone = await tx.execute(
        update(device_keys)
        .where(
            device_keys.c.device_id == device_id,
            device_keys.c.revoked_at.is_(None),
            or_(device_keys.c.expires_at.is_(None), device_keys.c.expires_at > now),
        )
        .values(revoked_at=now)
    )
    return gone.rowcount


# -- bootstrap keys


# One statement decides and counts, so that a key with a limit is never used once too often.
_USE = text(
    """
    update bootstrap_keys as k set uses = k.uses + 1, last_used_at = :now
    from sites as s
    where k.digest = :digest and s.id = k.site_id and s.public_id = :site_id
        and k.revoked_at is null and (k.expires_at is null or k.expires_at > :now)
        and (k.uses_max is null or k.uses < k.uses_max)
    returning k.tenant_id, k.id
    """
)


async def use_bootstrap_key(
    tx: Connection, digest: bytes, site_id: str, now: datetime
) -> tuple[int, int] | None:
    """Tenant and id of the key, which has then been used; None where it does not open."""
    found = await tx.execute(_USE, {"digest": digest, "site_id": site_id, "now": now})
    row = found.one_or_none()
    return (row.tenant_id, row.id) if row else None


_KEY_COLUMNS = [bootstrap_keys.c[name] for name in BootstrapKey.__dataclass_fields__]


async def add_bootstrap_key(tx: Connection, values: dict[str, Any]) -> BootstrapKey:
    statement = insert(bootstrap_keys).values(tenant_id=_TENANT, **values).returning(*_KEY_COLUMNS)
    return BootstrapKey(*(await tx.execute(statement)).one())


async def bootstrap_keys_of(tx: Connection, site_id: int, limit: int) -> list[BootstrapKey]:
    """The newest first."""
    found = await tx.execute(
        select(*_KEY_COLUMNS)
        .where(bootstrap_keys.c.site_id == site_id)
        .order_by(bootstrap_keys.c.id.desc())
        .limit(limit)
    )
    return [BootstrapKey(*row) for row in found]


async def count_open_bootstrap_keys(tx: Connection, site_id: int) -> int:
    found = await tx.execute(
        select(func.count())
        .select_from(bootstrap_keys)
        .where(bootstrap_keys.c.site_id == site_id, bootstrap_keys.c.revoked_at.is_(None))
    )
    return found.scalar_one()


async def revoke_bootstrap_key(
    tx: Connection, site_id: int, key_id: int, now: datetime
) -> bool | None:
    """True: it has ended now; False: it had before; None: there is none."""
    found = await tx.execute(
        update(bootstrap_keys)
        .where(bootstrap_keys.c.id == key_id, bootstrap_keys.c.site_id == site_id)
        .where(bootstrap_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if found.rowcount:
        return True
    known = await tx.execute(
        select(bootstrap_keys.c.id).where(
            bootstrap_keys.c.id == key_id, bootstrap_keys.c.site_id == site_id
        )
    )
    return False if known.one_or_none() else None


# -- enrolment intents


_INTENT_COLUMNS = [
    sites.c.public_id.label("site_public_id")
    if name == "site_public_id"
    else enrolment_intents.c[name]
    for name in Intent.__dataclass_fields__
]


async def add_intent(tx: Connection, values: dict[str, Any]) -> None:
    await tx.execute(insert(enrolment_intents).values(tenant_id=_TENANT, **values))


async def find_intent(tx: Connection, public_id: str, *, held: bool = False) -> Intent | None:
    """The intent; `held` makes other claims of it wait until this transaction is over."""
    statement = (
        select(*_INTENT_COLUMNS)
        .join_from(enrolment_intents, sites, enrolment_intents.c.site_id == sites.c.id)
        .where(enrolment_intents.c.public_id == public_id)
    )
    if held:
        statement = statement.with_for_update(of=enrolment_intents)
    row = (await tx.execute(statement)).one_or_none()
    return Intent(*row) if row else None


async def intents(tx: Connection, limit: int) -> Sequence[Intent]:
    """The newest first."""
    found = await tx.execute(
        select(*_INTENT_COLUMNS)
        .join_from(enrolment_intents, sites, enrolment_intents.c.site_id == sites.c.id)
        .order_by(enrolment_intents.c.id.desc())
        .limit(limit)
    )
    return [Intent(*row) for row in found]


async def save_claim(tx: Connection, public_id: str, device_id: int, now: datetime) -> None:
    await tx.execute(
        update(enrolment_intents)
        .where(enrolment_intents.c.public_id == public_id)
        .values(claimed_at=now, device_id=device_id)
    )


async def revoke_intent(tx: Connection, public_id: str, now: datetime) -> None:
    await tx.execute(
        update(enrolment_intents)
        .where(enrolment_intents.c.public_id == public_id)
        .values(revoked_at=now)
    )
