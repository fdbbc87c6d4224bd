"""The words devices use, in ours; and when two reports are one. No I/O."""

import hashlib
import json
from datetime import datetime
from typing import Any, Literal

Severity = Literal["info", "warning", "critical"]
JobStatus = Literal["pending", "running", "completed", "failed", "cancelled"]

_SEVERITIES: dict[str, Severity] = {
    "critical": "critical",
    "fatal": "critical",
    "emergency": "critical",
    "high": "critical",
    "error": "critical",
    "warning": "warning",
    "warn": "warning",
    "medium": "warning",
    "info": "info",
    "information": "info",
    "notice": "info",
    "low": "info",
    "debug": "info",
    "trace": "info",
}
_JOB_STATUSES: dict[str, JobStatus] = {
    "pending": "pending",
    "queued": "pending",
    "running": "running",
    "in_progress": "running",
    "started": "running",
    "completed": "completed",
    "success": "completed",
    "succeeded": "completed",
    "done": "completed",
    "failed": "failed",
    "error": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
SEVERITY_WORDS = tuple(_SEVERITIES)
JOB_STATUS_WORDS = tuple(_JOB_STATUSES)


def severity_of(word: str) -> Severity | None:
    """Our word for theirs; None where it is none.

    >>> severity_of("HIGH"), severity_of("error"), severity_of("low"), severity_of("purple")
    ('critical', 'critical', 'info', None)
    """
    return _SEVERITIES.get(word.strip().lower())


def job_status_of(word: str) -> JobStatus | None:
    return _JOB_STATUSES.get(word.strip().lower().replace(" ", "_").replace("-", "_"))


def fingerprint(kind: str, at: datetime | None, content: dict[str, Any]) -> bytes | None:
    """By which a report that is sent again is known; None for one that names no time of its own.

    A device that repeats a sentence later says it at another time, so that is another report.
    """
    if at is None:
        return None
    spelled = json.dumps([kind, at.isoformat(), content], sort_keys=True, default=str)
    return hashlib.sha256(spelled.encode()).digest()
