"""Wire shapes of MQTT."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from homepot.telemetry.mqtt.status import State, Status

REASONS_SHOWN_MAX = 20


class RefusalOut(BaseModel):
    at: datetime
    topic: str
    reason: str


class ReasonOut(BaseModel):
    reason: str
    count: int


class MqttOut(BaseModel):
    state: State = Field(
        description="off: no broker is set, or it feeds another tenant; away: see problem; "
        "standing_by: another process subscribes"
    )
    problem: str | None = Field(description="why there is no connection just now")
    withheld: str | None = Field(
        description="why nothing can be stored just now; the broker keeps the messages"
    )
    broker: str | None
    protocol: str | None
    client_id: str | None
    subscriptions: list[str]
    subscriptions_refused: list[str] = Field(description="what the broker does not let us read")
    connected_since: datetime | None
    last_message_at: datetime | None
    messages: int = Field(description="that came since this process started, repeats too")
    acknowledged: int = Field(description="messages, after their readings were committed")
    stored: int = Field(description="readings that are new")
    repeated: int
    corrected: int
    passed_over: int = Field(
        description="messages with nothing to store in them: signs of life, old retained states"
        " that say no time, topics that a map ignores"
    )
    refused: int = Field(description="messages and readings that could not be taken")
    reasons: list[ReasonOut] = Field(description="the most frequent reasons")
    last_refused: list[RefusalOut] = Field(description="the newest first")

    @classmethod
    def of(cls, status: Status) -> Self:
        same = {name: getattr(status, name) for name in cls.model_fields if name in _SAME}
        common = status.reasons.most_common(REASONS_SHOWN_MAX)
        return cls(
            **same,
            reasons=[ReasonOut(reason=reason, count=count) for reason, count in common],
            last_refused=[RefusalOut(**vars(one)) for one in reversed(status.refusals)],
        )


_SAME = set(MqttOut.model_fields) - {"reasons", "last_refused"}
