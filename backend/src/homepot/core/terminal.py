"""What a command says, how it refuses, and with which settings it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from homepot.core.process import Process

Result = TypeVar("Result")
_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def say(words: str) -> None:
    # A terminal that is gone is no reason to stop in the middle of something.
    with suppress(OSError):
        _out.print(words, markup=False)


def show(table: Table) -> None:
    # As wide as the terminal is by now.
    with suppress(OSError):
        Console(highlight=False, soft_wrap=True).print(table)


def refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)


def settings_or_refuse(flags: dict[str, str] | None = None) -> Settings:
    """The settings, with what the command line says above them, and the log as they want it."""
    try:
        settings = load_settings(flags=flags)
    except SettingsError as error:
        refuse(str(error))
    configure_logging(settings.log_level, settings.log_format)
    return settings


def run(work: "Callable[[Process], Awaitable[Result]]") -> Result:
    """What a command does beside the running product, or alone; a refusal is said in words."""
    # It brings the database along, which the help of a command has no use for.
    from homepot.core.process import opened  # noqa: PLC0415

    async def with_process() -> Result:
        settings = load_settings()
        configure_logging("warning", settings.log_format)
        async with opened(settings) as process:
            return await work(process)

    try:
        return asyncio.run(with_process())
    except SettingsError as error:
        refuse(str(error))
    except HomepotError as error:
        refuse(error.detail)
