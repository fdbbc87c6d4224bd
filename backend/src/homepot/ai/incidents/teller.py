"""Who was told of an incident, and why nobody was: known above, shown with the incident."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.core.database import Connection
from homepot.core.process import Process


@dataclass(frozen=True)
class Decided:
    """What was decided of one thing that happened with it, and why."""

    at: datetime
    what: str
    outcome: str


@dataclass(frozen=True)
class TellingOf:
    """In one sentence, and each decision, the newest first."""

    words: str
    decisions: Sequence[Decided]
    # what was said of it before it began; empty where nothing was
    foreseen: str = ""


@dataclass
class Teller:
    """The door that whoever tells people fills in when the house is put together."""

    ask: Callable[[Connection, str, ZoneInfo], Awaitable[TellingOf]] | None = None

    async def of(self, tx: Connection, incident_id: str, zone: ZoneInfo) -> TellingOf | None:
        """`zone`: the clock by which it is told."""
        return await self.ask(tx, incident_id, zone) if self.ask else None


@asynccontextmanager
async def telling(_: Process) -> AsyncIterator[Teller]:
    yield Teller()
