"""`homepot demo`: what an owner does about the simulated fleet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console

from homepot.access.people import service as people
from homepot.core.errors import HomepotError
from homepot.core.process import Process, opened
from homepot.core.settings import SettingsError, load_settings
from homepot.core.words import count
from homepot.demo import service
from homepot.demo.folder import DemoFolder
from homepot.telemetry.archive.service import Archive

demo_app = typer.Typer(help="The simulated fleet: take it away again.", no_args_is_help=True)

Result = TypeVar("Result")
_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


@demo_app.callback()
def about() -> None:
    """The simulated fleet."""


@demo_app.command("remove")
def remove(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Needed when there are several.")
    ] = None,
) -> None:
    """Remove every simulated device with all that is known of it, its sites, user and files.

    Real and imported devices stay as they are, and so does a site at which one of them stands.
    """

    async def look(process: Process) -> service.Left:
        async with process.database.system() as tx:
            found = await people.tenant_named(tx, tenant)
            return await service.left(tx, found.id)

    async def end(process: Process) -> int:
        async with process.database.system() as tx:
            found = await people.tenant_named(tx, tenant)
        folder = DemoFolder(process.settings.data_dir)
        archive = Archive.of(process.settings)
        return await service.remove(process.database, archive, found.id, folder)

    there = _run(look)
    if not there.devices and not there.sites:
        _say("There is no simulated device here: nothing is to be removed.")
        return
    sites = f", and the sites {', '.join(there.sites)}" if there.sites else ""
    devices = count(there.devices, "simulated device")
    _say(f"To be removed for good: {devices}, with the history{sites}.")
    if not yes and not typer.confirm("Remove them?"):
        _refuse("Nothing was removed.")
    readings = _run(end)
    _say(f"Removed, with {count(readings, 'reading')}. Start without them: make run DEMO=0")


def _run(work: Callable[[Process], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with opened(load_settings()) as process:
            return await work(process)

    try:
        return asyncio.run(run())
    except SettingsError as error:
        _refuse(str(error))
    except HomepotError as error:
        _refuse(error.detail)


def _say(words: str) -> None:
    _out.print(words, markup=False)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
