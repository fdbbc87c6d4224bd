"""What the audit log looks like on the wire."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel


class ActorView(BaseModel):
    kind: Literal["user", "token", "device", "system"]
    id: str | None
    name: str


class EntryView(BaseModel):
    number: int
    at: datetime
    actor: ActorView
    action: str
    object: str
    details: dict[str, Any]
    request_id: str | None
    address: str | None
    hash: str


class EntryPage(BaseModel):
    items: list[EntryView]
    # For `before`, to read on into the past; None at the beginning of the log.
    next_before: int | None
