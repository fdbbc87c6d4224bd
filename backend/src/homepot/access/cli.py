"""`homepot user`, `homepot tenant` and `homepot audit`: what an owner does on the server itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from homepot.access.audit import service as audit
from homepot.access.caller import Caller, system_caller
from homepot.access.fields import Name
from homepot.access.password_desk import PasswordDesk
from homepot.access.people import service as people
from homepot.access.people.schemas import NewUser
from homepot.access.permissions import Role
from homepot.core.clock import now
from homepot.core.database import Connection, enter_tenant
from homepot.core.errors import HomepotError
from homepot.core.process import opened
from homepot.core.settings import SettingsError, load_settings
from homepot.core.words import count, words_of

user_app = typer.Typer(help="Users: add, list, reset a password.", no_args_is_help=True)
tenant_app = typer.Typer(help="Tenants: add, list.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit log: verify that it is whole.", no_args_is_help=True)

Result = TypeVar("Result")
TenantName = Annotated[str | None, typer.Option("--tenant", help="Needed when there are several.")]

_SHOWN_MAX = 10_000
_console = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def _in_database(work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """One transaction of the system; a refusal becomes a line and an exit code."""

    async def run() -> Result:
        async with opened(load_settings()) as process, process.database.system() as tx:
            return await work(tx)

    try:
        return asyncio.run(run())
    except SettingsError as error:
        _errors.print(str(error), markup=False)
    except HomepotError as error:
        _errors.print(error.detail, markup=False)
    except ValidationError as error:
        for one in error.errors():
            where = ".".join(str(part) for part in one["loc"])
            _errors.print(f"{where or 'name'}: {words_of(one)}", markup=False)
    raise typer.Exit(1)


async def _acting_in(tx: Connection, tenant_id: int) -> Caller:
    """From here on the transaction sees this tenant alone, like everybody's."""
    await enter_tenant(tx, tenant_id)
    return system_caller(tx, tenant_id, "homepot, on the server")


@user_app.command("add")
def add_user(
    username: str,
    name: Annotated[str | None, typer.Option(help="What the person is called.")] = None,
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.VIEWER,
    tenant: TenantName = None,
) -> None:
    """Add a user and show the one-time password."""

    async def work(tx: Connection) -> str:
        found = await people.tenant_named(tx, tenant)
        given = NewUser(username=username, name=name, role=role)
        _, password = await people.add_user(
            await _acting_in(tx, found.id),
            PasswordDesk(1),
            username=given.username,
            name=given.name,
            role=given.role,
            password_expires_at=now() + people.ONE_TIME_PASSWORD_LIFE,
        )
        return password

    _console.print(f"One-time password, good for 7 days: {_in_database(work)}", markup=False)


@user_app.command("list")
def list_users(tenant: TenantName = None) -> None:
    """List the users of a tenant."""

    async def work(tx: Connection) -> Table:
        found = await people.tenant_named(tx, tenant)
        table = Table("username", "name", "role", "active", "last sign-in", title=found.name)
        page = await people.list_users(await _acting_in(tx, found.id), limit=_SHOWN_MAX, after=0)
        for one in page.users:
            last = f"{one.last_sign_in_at:%Y-%m-%d %H:%M} UTC" if one.last_sign_in_at else "never"
            table.add_row(one.username, one.name, one.role.value, _yes(one.active), last)
        return table

    _console.print(_in_database(work), markup=False)


@user_app.command("reset-password")
def reset_password(username: str) -> None:
    """Make a one-time password; the user is signed out everywhere."""

    async def work(tx: Connection) -> str:
        tenant_id, user_id = await people.user_named(tx, username)
        caller = await _acting_in(tx, tenant_id)
        return await people.reset_password(caller, PasswordDesk(1), user_id, now())

    _console.print(f"One-time password, good for 7 days: {_in_database(work)}", markup=False)


@tenant_app.command("add")
def add_tenant(name: str) -> None:
    """Add a tenant: users and devices that nobody else's users see."""

    async def work(tx: Connection) -> int:
        return await people.add_tenant(tx, TypeAdapter(Name).validate_python(name))

    _in_database(work)
    _console.print(
        f"Added. Its first admin: homepot user add NAME --role admin --tenant '{name}'",
        markup=False,
    )


@tenant_app.command("list")
def list_tenants() -> None:
    """List the tenants."""

    async def work(tx: Connection) -> Table:
        table = Table("tenant", "since")
        for one in await people.list_tenants(tx):
            table.add_row(one.name, f"{one.created_at:%Y-%m-%d}")
        return table

    _console.print(_in_database(work), markup=False)


@audit_app.command("verify")
def verify(
    tenant: TenantName = None,
    expect: Annotated[
        str | None,
        typer.Option(help="A hash that an earlier run printed; it must be in the chain."),
    ] = None,
) -> None:
    """Compute the whole chain anew and print the number of entries and the hash it ends in."""

    async def work(tx: Connection) -> audit.Verdict:
        found = await people.tenant_named(tx, tenant)
        return await audit.verify(tx, found.id, expect)

    verdict = _in_database(work)
    _console.print(
        f"{count(verdict.entries, 'entry', 'entries')}, ending in {verdict.head or '-'}",
        markup=False,
    )
    if verdict.fault is not None:
        _errors.print(verdict.fault, markup=False)
        raise typer.Exit(1)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
