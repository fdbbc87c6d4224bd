"""What `homepot archive` does, and what it says of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
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
from homepot.core.words import count
from homepot.telemetry.archive import health, store
from homepot.telemetry.archive.archiving import QUIET, Archiver, Postponed
from homepot.telemetry.archive.service import Archive

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def run_now(*, at_once: bool) -> None:
    _run(lambda process: _archive(process, at_once=at_once))


def show() -> None:
    _run(_tell)


def verify() -> None:
    _run(_verify)


async def _archive(process: Process, *, at_once: bool) -> None:
    kept_days = process.settings.readings_kept_days
    if not kept_days:
        _refuse("readings_kept_days is 0: readings stay in the database.")
    archiver = Archiver(process.database.url, Archive.of(process.settings), kept_days)
    done = 0
    waiting: dict[str, list[Postponed]] = {}
    async with aclosing(archiver.run(now(), quiet=timedelta(0) if at_once else None)) as days:
        async for one in days:
            if isinstance(one, Postponed):
                waiting.setdefault(one.reason, []).append(one)
            elif one.files:
                done += 1
                _say(
                    f"{one.day}: {count(one.values, 'value')} in {count(one.files, 'file')},"
                    f" {count(one.size_bytes, 'byte')}."
                )
    for reason, ones in waiting.items():
        _say(_waits(reason, ones))
    _say(f"{count(done, 'day')} archived." if done else "No day was archived.")
    if archiver.is_elsewhere:
        _say("HOMEPOT archives just now, by itself: `homepot archive show` tells how far it is.")
    elif not waiting and (later := await archiver.next_due(now())):
        day, at = later
        _say(
            f"Readings stay in the database for {count(kept_days, 'day')} (readings_kept_days):"
            f" {day} is due on {_local(at)}."
        )


def _waits(reason: str, ones: Sequence[Postponed]) -> str:
    which = f"{ones[0].day}" if len(ones) == 1 else f"{len(ones):,} days"
    if len(ones) > 1:
        which += f" from {ones[0].day} to {ones[-1].day}"
    stays = "stays" if len(ones) == 1 else "stay"
    said = f"{which} {stays} in the database for now: {reason}."
    until = max((one.until for one in ones if one.until), default=None)
    if until is not None:
        minutes = QUIET // timedelta(minutes=1)
        said += (
            f" When nothing more came for {minutes} minutes, at {_local(until)} at the earliest,"
            " HOMEPOT archives by itself if it runs, as does this command; with --now it does not"
            " wait."
        )
    return said


def _local(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


async def _tell(process: Process) -> None:
    async with process.database.system() as tx:
        total = await store.total(tx)
    _say(f"The archive is {Archive.of(process.settings).folder}.")
    if not total.files:
        _say("It is empty.")
        return
    _say(
        f"{count(total.days, 'day')} from {total.first} to {total.last} in"
        f" {count(total.files, 'file')}: {count(total.rows, 'report')},"
        f" {count(total.values, 'value')}, {count(total.size_bytes, 'byte')},"
        f" {total.size_bytes / max(total.values, 1):.2f} a value."
    )


async def _verify(process: Process) -> None:
    archive = Archive.of(process.settings)
    found = await health.examine(process.database, archive, to_the_bit=True)
    for fault in found.faults:
        _errors.print(fault, markup=False)
    if found.faults:
        _refuse(f"{len(found.faults):,} of {count(found.files, 'file')} not whole.")
    _say(f"{count(found.files, 'file')}, all whole." if found.files else "The archive is empty.")


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
