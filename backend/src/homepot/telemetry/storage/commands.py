"""What `homepot db timescaledb` and `homepot db native` do, and what they say of it."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NoReturn

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from homepot.core.database_home import database_lease
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.embedded_postgres.home import make_data_dir
from homepot.core.errors import HomepotError
from homepot.core.locks import FileLock
from homepot.core.log import configure_logging
from homepot.core.migrate import upgrade
from homepot.core.settings import Settings, SettingsError, load_settings
from homepot.core.words import count
from homepot.telemetry.storage.moving import Advance, Moved, move
from homepot.telemetry.storage.stores import (
    NativeStore,
    NoTimescale,
    TimescaleStore,
    add_extension,
    drop_extension,
)

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_AGAIN = "The readings stay where they are, whole; the same command goes on from there."


def to_timescaledb() -> None:
    with _alone() as settings:
        _run(lambda: _to_timescaledb(settings))


def to_native() -> None:
    with _alone() as settings:
        _run(lambda: _to_native(settings))


def _to_timescaledb(settings: Settings) -> None:
    if settings.database_url is None:
        embedded = EmbeddedPostgres(settings.data_dir)
        if not embedded.offers_timescaledb():
            raise NoTimescale(
                "TimescaleDB has not been built for the PostgreSQL that HOMEPOT brings along:"
                " type `make timescaledb`, which builds it and calls this command."
            )
        embedded.load_timescaledb(True)
    with database_lease(settings) as url:
        upgrade(url)
        version = asyncio.run(add_extension(url))
        moved = _shown(lambda advance: move(url, NativeStore(), TimescaleStore(), advance))
    _tell(moved, f"TimescaleDB {version}")


def _to_native(settings: Settings) -> None:
    with database_lease(settings) as url:
        upgrade(url)
        moved = _shown(lambda advance: move(url, TimescaleStore(), NativeStore(), advance))
        if settings.database_url is None:
            asyncio.run(drop_extension(url))
    if settings.database_url is None:
        EmbeddedPostgres(settings.data_dir).load_timescaledb(False)
    _tell(moved, "PostgreSQL's own partitions")


def _shown(work: Callable[[Advance], Coroutine[Any, Any, Moved | None]]) -> Moved | None:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_errors, transient=True) as progress:
        task = progress.add_task("Looking", total=None)

        def advance(day: date, number: int, total: int) -> None:
            progress.update(task, description=f"Moving {day}", completed=number, total=total)

        return asyncio.run(work(advance))


def _tell(moved: Moved | None, where: str) -> None:
    if moved is None:
        _say(f"The readings are kept in {where} already.")
        return
    _say(
        f"The readings are kept in {where} now: {count(moved.rows, 'row')} of"
        f" {count(moved.days, 'day')},"
        " verified by counts and sums before the old ones were dropped."
    )


@contextmanager
def _alone() -> Iterator[Settings]:
    """The settings, and nobody brings the product up on this data folder meanwhile."""
    try:
        settings = load_settings()
    except SettingsError as error:
        _refuse(str(error))
    configure_logging("warning", settings.log_format)
    make_data_dir(settings.data_dir, traversable=os.geteuid() == 0)
    lock = FileLock(settings.data_dir / "up.lock")
    if not lock.take():
        _refuse("HOMEPOT is running: stop it first, then type the command again.")
    try:
        yield settings
    finally:
        lock.release()


def _run(work: Callable[[], None]) -> None:
    try:
        work()
    except HomepotError as error:
        _refuse(error.detail)
    except (psycopg.Error, OSError) as error:
        _refuse(f"The move was broken off: {str(error).strip()}. {_AGAIN}")


def _say(words: str) -> None:
    _out.print(words, markup=False)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
