"""What the subscriber can say of itself. Bounded, and without a secret."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SHOWN_MAX = 50
REASONS_MAX = 200
TOPIC_SHOWN_MAX = 200

State = Literal["off", "starting", "connected", "away", "standing_by"]


@dataclass(frozen=True)
class Refusal:
    at: datetime
    topic: str
    reason: str


@dataclass
class Status:
    """Counts are those of this process since it started."""

    state: State = "off"
    problem: str | None = None
    broker: str | None = None
    protocol: str | None = None
    client_id: str | None = None
    tenant_id: int | None = None
    subscriptions: list[str] = field(default_factory=list)
    subscriptions_refused: list[str] = field(default_factory=list)
    connected_since: datetime | None = None
    last_message_at: datetime | None = None
    messages: int = 0
    acknowledged: int = 0
    stored: int = 0
    repeated: int = 0
    corrected: int = 0
    passed_over: int = 0
    refused: int = 0
    withheld: str | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: deque[Refusal] = field(default_factory=lambda: deque(maxlen=SHOWN_MAX))

    def refuse(self, at: datetime, found: Iterable[tuple[str, str]]) -> None:
        """Topics and reasons of what could not be taken."""
        for topic, reason in found:
            self.refused += 1
            self.refusals.append(Refusal(at, topic[:TOPIC_SHOWN_MAX], reason))
            if reason in self.reasons or len(self.reasons) < REASONS_MAX:
                self.reasons[reason] += 1
