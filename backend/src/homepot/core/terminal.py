"""What a command says, how it refuses, and with which settings it runs."""

from contextlib import suppress
from typing import NoReturn

import typer
from rich.console import Console

from homepot.core.log import configure_logging
from homepot.core.settings import Settings, SettingsError, load_settings

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def say(words: str) -> None:
    # A terminal that is gone is no reason to stop in the middle of something.
    with suppress(OSError):
        _out.print(words, markup=False)


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
