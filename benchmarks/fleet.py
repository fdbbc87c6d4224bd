"""A fleet of pretend devices, written straight into the database, and a token to use it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, text

from homepot.access.permissions import Permission, Role
from homepot.access.tables import api_tokens, users
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.security import digest, new_secret
from homepot.core.tables import tenants
from homepot.fleet.devices.tables import device_state, devices
from homepot.fleet.sites.tables import sites
from homepot.fleet.text import search_text, sort_key

_PLACES = ("Counter", "Kitchen", "Cold Room", "Store Room", "Entrance", "Büro")
_TYPES = ("pos_terminal", "pos_terminal", "iot_sensor", "gateway", "server")


async def build(url: str, device_count: int, site_count: int) -> tuple[int, str]:
    """A tenant with so many devices; its id, and a token that may read and feed them and read
    the figures of operation."""
    database = Database(url)
    try:
        async with database.system() as tx:
            made = insert(tenants).values(name="Benchmark").returning(tenants.c.id)
            tenant_id: int = (await tx.execute(made)).scalar_one()
            rows = list(_sites(tenant_id, site_count))
            added = await tx.execute(insert(sites).returning(sites.c.id), rows)
            site_ids = list(added.scalars())
            added = await tx.execute(
                insert(devices).returning(devices.c.id),
                list(_devices(tenant_id, site_ids, device_count)),
            )
            states = list(_states(tenant_id, list(added.scalars())))
            await tx.execute(insert(device_state), states)
            token = await _token(tx, tenant_id)
        await _settle(database)
    finally:
        await database.close()
    return tenant_id, token


async def _settle(database: Database) -> None:
    """What the server does by itself a minute after such a change."""
    async with database.engine.connect() as bare:
        plain = await bare.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("sites", "devices", "device_state", "users", "api_tokens"):
            await plain.execute(text(f"VACUUM ANALYZE {table}"))


async def _token(tx: Any, tenant_id: int) -> str:
    person = {
        "tenant_id": tenant_id,
        "username": "program",
        "username_key": "program",
        "name": "Program",
        "role": Role.ADMIN.value,
        "password_hash": "none",
    }
    made = insert(users).values(person).returning(users.c.id)
    user_id = (await tx.execute(made)).scalar_one()
    token = new_secret("hp_benchmark")
    await tx.execute(
        insert(api_tokens).values(
            tenant_id=tenant_id,
            user_id=user_id,
            name="benchmark",
            public_part="benchmark",
            secret_digest=digest(token),
            scopes=[
                Permission.FLEET_READ.value,
                Permission.TELEMETRY_WRITE.value,
                Permission.OPERATION_READ.value,
            ],
            expires_at=now() + timedelta(days=1),
        )
    )
    return token


def _sites(tenant_id: int, count: int) -> Iterator[dict[str, Any]]:
    for n in range(count):
        name, public_id = f"Site {n}", f"site_{n}"
        yield {
            "tenant_id": tenant_id,
            "public_id": public_id,
            "name": name,
            "name_key": sort_key(name),
            "search": search_text(name, public_id),
            "timezone": "Europe/Berlin",
        }


def _devices(tenant_id: int, site_ids: list[int], count: int) -> Iterator[dict[str, Any]]:
    for n in range(count):
        place, serial = _PLACES[n % len(_PLACES)], f"SN-{n * 7919 % 1_000_003}"
        name, public_id = f"POS Terminal - {place} {n}", f"pos_{n}"
        yield {
            "tenant_id": tenant_id,
            "site_id": site_ids[n % len(site_ids)],
            "public_id": public_id,
            "name": name,
            "name_key": sort_key(name),
            "search": search_text(name, public_id, place, serial),
            "type": _TYPES[n % len(_TYPES)],
            "location": place,
            "firmware": "2.4.1",
            "serial": serial,
            "os_details": "Debian GNU/Linux 12",
            "tags": ["till", f"row {n % 10}"],
            "provenance": "simulated",
            "lifecycle": "active",
        }


def _states(tenant_id: int, device_ids: list[int]) -> Iterator[dict[str, Any]]:
    moment = now()
    for n, device_id in enumerate(device_ids):
        seen_at = moment - timedelta(seconds=n % 900)
        yield {
            "device_id": device_id,
            "tenant_id": tenant_id,
            "connectivity": "online" if n % 20 else "offline",
            "last_seen_at": seen_at,
            "silent_after": seen_at + timedelta(seconds=120),
            "health": "unknown",
        }
