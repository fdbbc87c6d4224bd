"""`homepot llm serve` at work."""

import os
from typing import NoReturn

from rich.console import Console

from homepot.ai.llm.server.serving import CannotServe
from homepot.ai.llm.server.serving import serve as serve_now
from homepot.core.log import configure_logging
from homepot.core.settings import SettingsError, load_settings

_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def serve() -> None:
    try:
        settings = load_settings(os.environ)
        configure_logging(settings.log_level, settings.log_format)
        serve_now(settings)
    except (SettingsError, CannotServe) as error:
        _refuse(str(error))


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    # Also a program of its own ends here: its last line is to be the reason, not a traceback.
    raise SystemExit(1)
