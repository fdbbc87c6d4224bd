"""A fleet's deviations against its truth, as somebody on call would count.

A fault is found when one of its devices (or its site) was named between its start and an hour after
its end, with one of its metrics; a silent device has none. What was told near no fault of its
device, from an hour before until six after, or after the start of a slow wear, is false. Counted
from the ninth day; information wakes nobody and does not count.
"""

from dataclasses import dataclass
from statistics import median_high
from typing import Any

from homepot.ai.anomaly_detection.evaluation.fleets import FleetFile, wakes
from homepot.ai.anomaly_detection.evaluation.reading import lines_of, seconds

LEARNING_DAYS = 8
_HOUR_S = 3600.0


@dataclass
class Fault:
    kind: str
    site: str | None
    devices: set[str]
    metrics: set[str]
    start: float
    end: float

    def names(self, row: dict[str, Any]) -> bool:
        if row.get("device_id"):
            return row["device_id"] in self.devices
        return self.site is not None and row.get("site_id") == self.site

    def near(self, row: dict[str, Any]) -> bool:
        at = seconds(row["detected_at"])
        return self.names(row) and self.start - _HOUR_S <= at <= self.end + 6 * _HOUR_S

    def found_by(self, row: dict[str, Any]) -> bool:
        at = seconds(row["detected_at"])
        timely = self.start <= at <= self.end + _HOUR_S
        return (
            timely
            and self.names(row)
            and (not self.metrics or not self.metrics.isdisjoint(row["metrics"]))
        )


def faults_of(fleet: FleetFile) -> tuple[list[Fault], list[Fault]]:
    """The faults, and the slow wears that are not over; none where nobody wrote the truth down."""
    faults = [
        Fault(
            one["fault"], one.get("site_id"), set(one.get("members") or [one["device_id"]]),
            set(one["metrics"]), seconds(one["start"]), seconds(one["end"]),
        )
        for one in lines_of(fleet.folder / "labels.jsonl")
    ]  # fmt: skip
    wears = [
        Fault(one["fault"], None, {one["device_id"]}, set(), seconds(one["start"]), fleet.end)
        for one in lines_of(fleet.folder / "future.jsonl")
    ]
    return faults, wears


def figures(fleet: FleetFile, rows: list[dict[str, Any]]) -> dict[str, Any]:
    faults, wears = faults_of(fleet)
    begin = fleet.begin + LEARNING_DAYS * 86400
    counted = [r for r in rows if wakes(r) and begin <= seconds(r["detected_at"]) < fleet.end]
    met: set[int] = set()
    false = near = 0
    for row in counted:
        around = [k for k, fault in enumerate(faults + wears) if fault.near(row)]
        met.update(around[:1])
        near += bool(around)
        false += not around
    delays: dict[str, list[float | None]] = {}
    for fault in faults:
        if fault.start < begin:
            continue
        hours = [
            (seconds(row["detected_at"]) - fault.start) / _HOUR_S
            for row in counted
            if fault.found_by(row)
        ]
        delays.setdefault(fault.kind, []).append(min(hours, default=None))
    asked = sum(len(one) for one in delays.values())
    found = sum(hours is not None for one in delays.values() for hours in one)
    months = len(fleet.devices) * (fleet.end - begin) / 86400 / 30.4
    return {
        "faults": asked,
        "found": found,
        "false": false,
        "precision": round(found / max(found + false, 1), 3),
        "recall": round(found / max(asked, 1), 3),
        "false_per_device_month": round(false / months, 3),
        "alerts_per_fault": round(near / max(len(met), 1), 2),
        "by_kind": {kind: _of_kind(hours) for kind, hours in sorted(delays.items())},
    }


def _of_kind(hours: list[float | None]) -> dict[str, Any]:
    found = [one for one in hours if one is not None]
    delay = round(median_high(found), 2) if found else None
    return {"found": len(found), "of": len(hours), "delay_hours": delay}
