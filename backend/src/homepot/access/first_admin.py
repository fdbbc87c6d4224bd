"""The way in on a fresh machine: there is no open sign-up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homepot.access.caller import system_caller
from homepot.access.password_desk import PasswordDesk
from homepot.access.people import service
from homepot.access.permissions import Role
from homepot.core.clock import now
from homepot.core.database import Connection, Database
from homepot.core.log import get_logger
from homepot.core.process import Process

log = get_logger(__name__)

FIRST_TENANT = "Main"
FIRST_USERNAME = "admin"


async def ensure_first_admin(database: Database) -> str | None:
    """A one-time password of the user `admin`, for as long as nobody has ever signed in with one.

    It is kept nowhere, so a start whose words were not read would otherwise shut its owner out.
    """
    async with database.system() as tx:
        if await service.nobody_is_there(tx):
            return await _make(tx)
        alone = await service.alone_and_never_signed_in(tx, FIRST_USERNAME)
        if alone is None:
            return None
        tenant_id, user_id = alone
        caller = system_caller(tx, tenant_id, "homepot, start")
        return await service.reset_password(caller, PasswordDesk(1), user_id, now())


async def _make(tx: Connection) -> str:
    tenant_id = await service.first_tenant(tx, FIRST_TENANT)
    _, password = await service.add_user(
        system_caller(tx, tenant_id, "homepot, first start"),
        PasswordDesk(1),
        username=FIRST_USERNAME,
        name=None,
        role=Role.ADMIN,
        # Whoever installs it today may come back in a month.
        password_expires_at=None,
    )
    return password


@asynccontextmanager
async def said_at_the_start(process: Process) -> AsyncIterator[None]:
    """Whoever starts the API by hand, not by `homepot up`, is told how the first person gets in."""
    async with process.database.system() as tx:
        if await service.nobody_is_there(tx):
            log.warning(
                "Nobody can sign in yet. Make the first person: homepot tenant add Main, then"
                f" homepot user add {FIRST_USERNAME} --role admin.",
                action="access.nobody_yet",
            )
    yield
