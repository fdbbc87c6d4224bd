"""What `homepot archive` does, and what it says of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import NoReturn

import psycopg
import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from homepot.core.clock import now
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import Process, opened
from homepot.core.settings import SettingsError, load_settings
from homepot.telemetry.archive import health, store
from homepot.telemetry.archive.archiving import Archived, Archiver
from homepot.telemetry.archive.service import Archive

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def run_now() -> None:
    _run(_archive)


def show() -> None:
    _run(_tell)


def verify() -> None:
    _run(_verify)


async def _archive(process: Process) -> None:
    kept_days = process.settings.readings_kept_days
    if not kept_days:
        _refuse("readings_kept_days is 0: readings stay in the database.")
    archiver = Archiver(process.database.url, Archive.of(process.settings), kept_days)
    done = 0
    async with aclosing(archiver.run(now())) as days:
        async for one in days:
            if isinstance(one, Archived):
                done += 1
                _say(
                    f"{one.day}: {one.values:,} values in {one.files:,} files,"
                    f" {one.size_bytes:,} bytes."
                )
            else:
                _say(f"{one.day} stays in the database for now: {one.reason}.")
    _say(f"{done:,} days archived." if done else "No day was archived.")


async def _tell(process: Process) -> None:
    async with process.database.system() as tx:
        total = await store.total(tx)
    _say(f"The archive is {Archive.of(process.settings).folder}.")
    if not total.files:
        _say("It is empty.")
        return
    _say(
        f"{total.days:,} days from {total.first} to {total.last} in {total.files:,} files:"
        f" {total.rows:,} reports, {total.values:,} values, {total.size_bytes:,} bytes,"
        f" {total.size_bytes / max(total.values, 1):.2f} a value."
    )


async def _verify(process: Process) -> None:
    archive = Archive.of(process.settings)
    found = await health.examine(process.database, archive, to_the_bit=True)
    for fault in found.faults:
        _errors.print(fault, markup=False)
    if found.faults:
        _refuse(f"{len(found.faults):,} of {found.files:,} files are not whole.")
    _say(f"{found.files:,} files, all whole.")


def _run(work: Callable[[Process], Awaitable[None]]) -> None:
    async def run() -> None:
        settings = load_settings()
        configure_logging("warning", settings.log_format)
        async with opened(settings) as process:
            await work(process)

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        _refuse("Interrupted; the day that was under way stays in the database.")
    except SettingsError as error:
        _refuse(str(error))
    except HomepotError as error:
        _refuse(error.detail)
    except (SQLAlchemyError, psycopg.Error) as error:
        _refuse(f"The database does not answer: {error}")
    except OSError as error:
        _refuse(f"{error.filename or 'the archive'}: {error.strerror}")


def _say(words: str) -> None:
    _out.print(words, markup=False)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
