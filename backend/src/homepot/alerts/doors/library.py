"""apprise, as it is used here: the one place that imports it."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

with warnings.catch_warnings():
    # It asks for a module that later Pythons no longer have, and does without.
    warnings.simplefilter("ignore", DeprecationWarning)
    from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyFormat, NotifyType
    from apprise.attachment.memory import AttachMemory
    from apprise.exception import AppriseException
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.email.smtp import AppriseSMTPController

__all__ = [
    "Apprise",
    "AppriseAsset",
    "AppriseAttachment",
    "AppriseException",
    "AppriseSMTPController",
    "AttachMemory",
    "NotifyEmail",
    "NotifyFormat",
    "NotifyType",
    "warnings_of",
]


_log = logging.getLogger("apprise")
# What these say can hold an address: it is read here, made safe, and goes no other way.
_log.propagate = False
_log.addHandler(logging.NullHandler())
logging.getLogger("urllib3").setLevel(logging.ERROR)


class _Said(logging.Handler):
    """What is logged in this thread: others send for other tenants at the same time."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.lines.append(record.getMessage().strip())


@contextmanager
def warnings_of() -> Iterator[list[str]]:
    """What the library complains of inside the block, in this thread."""
    said = _Said()
    _log.addHandler(said)
    try:
        yield said.lines
    finally:
        _log.removeHandler(said)
