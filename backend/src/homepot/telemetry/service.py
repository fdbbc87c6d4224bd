"""Use cases of telemetry: keep what a device measured, give its latest values back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homepot.fleet.enrolment.speaker import Speaker
from homepot.telemetry import store
from homepot.telemetry.logic import latest_metrics, times
from homepot.telemetry.store import Report

__all__ = ["Kept", "Measured", "keep", "latest"]


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


async def keep(speaker: Speaker, measured: Sequence[Measured]) -> Kept:
    """Keep every report, each device and time once."""
    moments = times([one.at for one in measured], speaker.at)
    reports = [Report(at, one.body) for at, one in zip(moments, measured, strict=True)]
    saved = await store.add(speaker.caller.tx, speaker.device_row, reports, speaker.at)
    said = [one.at for one in measured if one.at is not None]
    interval_s = next(
        (one.collection_interval_s for one in reversed(measured) if one.collection_interval_s),
        None,
    )
    await speaker.heard(
        said=max(said, default=None),
        collection_interval_s=int(interval_s) if interval_s else None,
    )
    return Kept(saved, len(measured) - saved)


async def latest(speaker: Speaker) -> tuple[datetime | None, dict[str, float | None]]:
    """When the device last measured, and what."""
    report = await store.latest(speaker.caller.tx, speaker.device_row)
    return (report.ts, latest_metrics(report.body)) if report else (None, latest_metrics(None))
