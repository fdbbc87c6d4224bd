"""How long something lasts is never below zero. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from homepot.fleet.types.logic import Metric
from homepot.telemetry.intake.batch import Batch
from homepot.telemetry.intake.units import spelled

UNITS = frozenset({"ns", "µs", "ms", "s", "min", "h", "d"})
NEGATIVE = "is a duration, and no duration is below zero"


@dataclass(frozen=True)
class Durations:
    """The metrics that are durations, and those that are differences of times: a person gave
    them a range that begins below zero."""

    known: frozenset[str] = frozenset()
    differences: frozenset[str] = frozenset()

    @classmethod
    def of(cls, registry: Iterable[Metric]) -> "Durations":
        timed = [metric for metric in registry if spelled(metric.unit) in UNITS]
        apart = {one.name for one in timed if one.range_low is not None and one.range_low < 0}
        return cls(frozenset({one.name for one in timed} - apart), frozenset(apart))

    def among(self, metrics: Iterable[str], units: Mapping[str, str]) -> list[int]:
        """The places of durations among these metrics; `units` is what their sender says."""
        return [
            place
            for place, name in enumerate(metrics)
            if name in self.known or (units.get(name) in UNITS and name not in self.differences)
        ]


def without_negative(batch: Batch, durations: Durations) -> Batch:
    """The same without rows in which a duration is below zero."""
    places = durations.among(batch.metrics, batch.units)
    if not any(np.any(batch.values[:, place] < 0) for place in places):
        return batch
    wrong = np.zeros(batch.values.shape, dtype=np.bool_)
    wrong[:, places] = batch.values[:, places] < 0
    return batch.rejecting_values(wrong, NEGATIVE)
