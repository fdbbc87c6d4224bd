"""apprise, as it is used here: the one place that imports it."""

import logging
import smtplib
import sys
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
    "refusal",
    "warnings_of",
]


_log = logging.getLogger("apprise")
# What these say can hold an address: it is read here, made safe, and goes no other way.
_log.propagate = False
_log.setLevel(logging.DEBUG)


def _without_debug(record: logging.LogRecord) -> bool:
    for one in tuple(_log.handlers):  # other threads come and go
        if isinstance(one, _Said):
            one.note(record)
    return record.levelno >= logging.WARNING


_log.addFilter(_without_debug)
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

    def note(self, record: logging.LogRecord) -> None:
        """Of the debug log, only what a mail server said."""
        is_debug = record.levelno < logging.WARNING and record.thread == self._thread
        if is_debug and (said := refusal(sys.exc_info()[1])):
            self.lines.append(said)


def refusal(error: BaseException | None) -> str:
    """What a mail server said when it refused; the library tells of it to its debug log alone.

    >>> refusal(smtplib.SMTPRecipientsRefused({"ada@pier.example": (550, b"no such user")}))
    '550 no such user'
    >>> refusal(smtplib.SMTPDataError(554, b"not from here"))
    '554 not from here'
    """
    answers: list[tuple[int, bytes | str]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers += error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        answers.append((error.smtp_code, error.smtp_error))
    return "; ".join(dict.fromkeys(f"{code} {_spelled(said)}" for code, said in answers))


def _spelled(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


@contextmanager
def warnings_of() -> Iterator[list[str]]:
    """What the library complains of inside the block, in this thread."""
    said = _Said()
    _log.addHandler(said)
    try:
        yield said.lines
    finally:
        _log.removeHandler(said)
