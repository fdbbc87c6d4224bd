"""Use cases of existing agents: keep what a device measured, give its latest values back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.core.errors import BadInput
from homepot.fleet.enrolment.speaker import Speaker
from homepot.telemetry.intake.clocks import Clocks
from homepot.telemetry.intake.rows import from_rows
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.logic import latest_metrics, metrics_of, times
from homepot.telemetry.storage import store

__all__ = ["Kept", "Measured", "keep", "latest", "tell_the_time"]

# Enough to find each metric, also of a device that sends them in turn.
_ROWS_LOOKED_AT = 20


@dataclass(frozen=True)
class Measured:
    """One report of a device, whole, and when it says it measured that."""

    body: dict[str, Any]
    at: datetime | None
    collection_interval_s: float | None


@dataclass(frozen=True)
class Kept:
    saved: int
    known: int


def tell_the_time(clocks: Clocks, speaker: Speaker, measured: Sequence[Measured]) -> None:
    """What the reports tell of the device's clock, also where they are refused for it."""
    said = max((one.at for one in measured if one.at is not None), default=None)
    if said is not None:
        clocks.heard(speaker.caller.tenant_id, speaker.device_id, said, speaker.at)


async def keep(intake: Intake, speaker: Speaker, measured: Sequence[Measured]) -> Kept:
    """Keep every report, each device and time once."""
    moments = times([one.at for one in measured], speaker.at)
    batch = from_rows(
        [
            {"timestamp": at, "metrics": metrics_of(one.body)}
            for at, one in zip(moments, measured, strict=True)
        ],
        speaker.device_id,
    )
    receipt = await intake.take(speaker.caller.tenant_id, batch, speaker.at)
    if receipt.rejected:
        first = receipt.rejected[0]
        raise BadInput(f"Report {first.index}: {first.reason}.", at=f"body.{first.index}")
    interval_s = next(
        (one.collection_interval_s for one in reversed(measured) if one.collection_interval_s),
        None,
    )
    await speaker.heard(collection_interval_s=int(interval_s) if interval_s else None)
    known = receipt.outcome.repeated
    return Kept(len(measured) - known, known)


async def latest(speaker: Speaker) -> tuple[datetime | None, dict[str, float | None]]:
    """When the device last measured, and the newest value of each metric of the wire."""
    rows = await store.newest_rows(speaker.caller.tx, speaker.device_row, _ROWS_LOOKED_AT)
    return (rows[0][0] if rows else None), latest_metrics(rows)
