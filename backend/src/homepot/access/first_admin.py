"""The way in on a fresh machine: there is no open sign-up."""

from homepot.access.caller import system_caller
from homepot.access.password_desk import PasswordDesk
from homepot.access.people import service
from homepot.access.permissions import Role
from homepot.core.database import Database

FIRST_TENANT = "Main"
FIRST_USERNAME = "admin"


async def ensure_first_admin(database: Database) -> str | None:
    """The one-time password of the user `admin`, when there was nobody yet; None otherwise."""
    async with database.system() as tx:
        if not await service.nobody_is_there(tx):
            return None
        tenant_id = await service.first_tenant(tx, FIRST_TENANT)
        caller = system_caller(tx, tenant_id, "homepot, first start")
        _, password = await service.add_user(
            caller,
            PasswordDesk(1),
            username=FIRST_USERNAME,
            name=None,
            role=Role.ADMIN,
            # Whoever installs it today may come back in a month.
            password_expires_at=None,
        )
    return password
