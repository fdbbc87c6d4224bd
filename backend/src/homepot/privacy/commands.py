"""What `homepot privacy` does, and what it says of it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError

from homepot.access.people import service as people
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import Process, opened
from homepot.core.terminal import refuse, say, settings_or_refuse
from homepot.core.words import count
from homepot.privacy import service
from homepot.telemetry.archive.service import Archive
from homepot.transfer import commands as transfer
from homepot.transfer.formats import Format

Result = TypeVar("Result")


def give_out(kind: str, name: str, folder: Path, tenant: str | None) -> None:
    devices = [name] if kind == "device" else []

    async def work(process: Process) -> int:
        tenant_id = await _tenant(process, kind, name, tenant)
        if kind == "tenant":
            devices.extend(await service.device_ids(process.database, tenant_id))
            return await service.give_out_tenant(process.database, tenant_id, folder)
        if kind == "device":
            return await service.give_out_device(process.database, tenant_id, name, folder)
        return await service.give_out_user(process.database, tenant_id, name, folder)

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        refuse(f"{folder} is not empty: name a folder that is, or a new one.")
    rows = _run(work)
    if kind != "user":
        of = name if kind == "tenant" else tenant
        wanted = transfer.Wanted(folder / "readings", Format.CSV, devices, None, None, False, of)
        transfer.give_out(wanted)
    say(f"All that is kept of the {kind} {name} is in {folder}: {count(rows, 'row')}.")


def erase(kind: str, name: str, tenant: str | None, *, yes: bool) -> None:
    if not yes:
        say(f"To be erased for good: the {kind} {name}, with all that is kept of it.")
        if not typer.confirm("Erase it?"):
            refuse("Nothing was erased.")

    async def work(process: Process) -> str:
        database, archive = process.database, Archive.of(process.settings)
        tenant_id = await _tenant(process, kind, name, tenant)
        if kind == "user":
            await service.erase_user(database, tenant_id, name)
            return ""
        if kind == "device":
            erased = await service.erase_device(database, archive, tenant_id, name)
        else:
            erased = await service.erase_tenant(database, archive, tenant_id)
        return (
            f", {count(erased.devices, 'device')}, {count(erased.readings, 'report')} and"
            f" {count(erased.archive_files, 'archive file')} (gone or written anew)"
        )

    told = _run(work)
    say(f"Erased: the {kind} {name}{told}. Backups that were made before still hold it.")


async def _tenant(process: Process, kind: str, name: str, tenant: str | None) -> int:
    async with process.database.system() as tx:
        wanted = name if kind == "tenant" else tenant
        return (await people.tenant_named(tx, wanted)).id


def _run(work: Callable[[Process], Awaitable[Result]]) -> Result:
    settings = settings_or_refuse()
    configure_logging("warning", settings.log_format)

    async def run() -> Result:
        async with opened(settings) as process:
            return await work(process)

    try:
        return asyncio.run(run())
    except HomepotError as error:
        refuse(error.detail)
    except (SQLAlchemyError, OSError) as error:
        refuse(f"It was broken off: {str(error).strip()}. It can be said again.")
