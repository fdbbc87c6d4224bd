"""apprise, as it is used here: the one place that imports it."""

import warnings
from typing import Any

with warnings.catch_warnings():
    # It asks for a module that later Pythons no longer have, and does without.
    warnings.simplefilter("ignore", DeprecationWarning)
    from apprise import Apprise, AppriseAsset, LogCapture, NotifyFormat, NotifyType
    from apprise.exception import AppriseException
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.email.smtp import AppriseSMTPController

__all__ = [
    "Apprise",
    "AppriseAsset",
    "AppriseException",
    "AppriseSMTPController",
    "NotifyEmail",
    "NotifyFormat",
    "NotifyType",
    "warnings_of",
]


def warnings_of() -> Any:
    """A context that gives what the library logs inside it as text, and nothing of it further."""
    return LogCapture(level=30, fmt="%(message)s")  # type: ignore[no-untyped-call]
