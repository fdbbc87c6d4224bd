"""Wire shapes of connectivity."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from homepot.fleet.connectivity.logic import Gap, State, Uptime
from homepot.fleet.connectivity.service import History
from homepot.fleet.connectivity.store import Past


class ChangeOut(BaseModel):
    at: datetime
    state: State
    previous: State
    recorded_at: datetime

    @classmethod
    def of(cls, past: Past) -> "ChangeOut":
        return cls(**vars(past))


class UptimeOut(BaseModel):
    """Seconds of the window; the ratio is null where nothing is known."""

    online_s: float
    offline_s: float
    unknown_s: float
    online_ratio: float | None

    @classmethod
    def of(cls, found: Uptime) -> "UptimeOut":
        return cls(**vars(found), online_ratio=found.online_ratio)


class GapOut(BaseModel):
    """A time in which the server itself was away."""

    from_at: datetime
    to_at: datetime

    @classmethod
    def of(cls, gap: Gap) -> "GapOut":
        return cls(**vars(gap))


class ConnectivityOut(BaseModel):
    device_id: str
    connectivity: Literal["unknown", "online", "offline"]
    last_seen_at: datetime | None
    last_heartbeat_at: datetime | None
    silent_after: datetime | None
    silence_s: int
    clock_skew_s: float | None
    clock_is_wrong: bool
    start: datetime
    end: datetime
    uptime: UptimeOut
    server_gaps: list[GapOut]
    items: list[ChangeOut]

    @classmethod
    def of(cls, device_id: str, found: History) -> "ConnectivityOut":
        state = found.now_
        return cls(
            device_id=device_id,
            connectivity=state.connectivity,
            last_seen_at=state.last_seen_at,
            last_heartbeat_at=state.last_heartbeat_at,
            silent_after=state.silent_after,
            silence_s=state.silence_s,
            clock_skew_s=state.clock_skew_s,
            clock_is_wrong=state.clock_wrong_since is not None,
            start=found.start,
            end=found.end,
            uptime=UptimeOut.of(found.uptime),
            server_gaps=[GapOut.of(gap) for gap in found.gaps],
            items=[ChangeOut.of(one) for one in found.changes],
        )
