"""The life of a command as a pure machine, and what is kept of its result.

    pending ──ack──▶ sent ──report──▶ completed | failed
       │               │
       └──── 300 s ────┴──▶ expired

A device may report on a command it never acknowledged (it refuses one that its own owner did
not permit). A command that reached the device in time may be answered late, and the truth about
what was done is kept; one that expired on its way is not to be run any more, so no answer to
that is taken.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

Status = Literal["pending", "sent", "completed", "failed", "expired"]

LIVE_FOR = timedelta(seconds=300)
OPEN: frozenset[Status] = frozenset({"pending", "sent"})
FINISHED: frozenset[Status] = frozenset({"completed", "failed"})
OPEN_MAX = 100
RESULT_BYTES_MAX = 256 * 1024


@dataclass(frozen=True)
class Life:
    """Where a command stands."""

    status: Status
    expires_at: datetime
    sent_at: datetime | None

    def at(self, now: datetime) -> Status:
        """Its status at this moment, whether or not the sweep has been round."""
        overdue = self.status in OPEN and now >= self.expires_at
        return "expired" if overdue else self.status


@dataclass(frozen=True)
class Step:
    """What a report does: a new status, nothing (said before), or a refusal with its reason."""

    to: Status | None = None
    refusal: str | None = None


def report(life: Life, said: Status, now: datetime) -> Step:
    """What follows when the device says this of the command."""
    status = life.at(now)
    if said == status or (said == "sent" and status in FINISHED):
        return Step()
    if status in FINISHED:
        return Step(refusal=f"This command is {status}; that it {_was(said)} comes too late.")
    if said == "pending":
        return Step(refusal=f"This command is {status} and does not become pending again.")
    if status == "expired":
        if said in FINISHED and life.sent_at is not None:
            return Step(to=said)
        return Step(refusal="This command has expired and must not be run any more.")
    return Step(to=said)


def _was(said: Status) -> str:
    return {"completed": "completed", "failed": "failed"}.get(said, f"is {said}")


def kept_result(result: Any) -> Any:
    """What is stored of a result: all of it, or, beyond the limit, its beginning and its size.

    Output of programs holds anything; what PostgreSQL cannot keep becomes the replacement
    character instead of a refusal, which the device would only meet with another try.
    """
    clean = _storable(result)
    spelled = json.dumps(clean, ensure_ascii=False)
    size = len(spelled.encode())
    if size <= RESULT_BYTES_MAX:
        return clean
    beginning = spelled.encode()[:RESULT_BYTES_MAX].decode(errors="ignore")
    return {"truncated": True, "size_bytes": size, "beginning": beginning}


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return str(value)
    return value
