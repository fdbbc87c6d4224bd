"""Who may send by remote write: a program with its token (or a person)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request

from homepot.access.caller import Caller
from homepot.access.guard import client_address, identify, process_of, request_id_of
from homepot.access.identity.service import Identity
from homepot.access.marks import Mark, marked
from homepot.access.permissions import Permission
from homepot.core.database import Database

_MARK = Mark("person", Permission.TELEMETRY_WRITE)


@dataclass(frozen=True)
class Collector:
    identity: Identity
    database: Database
    request_id: str | None
    address: str

    @property
    def tenant_id(self) -> int:
        return self.identity.tenant_id

    @asynccontextmanager
    async def caller(self) -> AsyncIterator[Caller]:
        who = self.identity
        async with self.database.tenant(who.tenant_id) as tx:
            yield Caller(
                tx,
                who.tenant_id,
                who.actor,
                who.role,
                who.permissions,
                self.request_id,
                self.address,
                who.user_id,
                who.session_id,
            )


@marked(_MARK)
async def _collector(request: Request) -> Collector:
    """No transaction is held while samples wait to be stored."""
    identity = await identify(request, _MARK)
    database = process_of(request).database
    return Collector(identity, database, request_id_of(request), client_address(request))


def collector() -> Any:
    return Depends(_collector, scope="function")
