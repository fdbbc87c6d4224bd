"""What the inner step is fed, works on and writes down: arrays alone, for machine code."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Bools, Doubles, Floats, Ints, Places
from homepot.ai.anomaly_detection.engine.shapes import Stage

STAGES = list(Stage)

# What is written down of a device.
BACK, TOLD, TOGETHER, OVER = range(4)

NOTE = np.dtype(
    [
        ("what", np.int64),
        ("number", np.int64),
        ("device", np.int64),
        ("stage", np.int64),
        ("at", np.float64),
        ("start", np.float64),
        ("end", np.float64),
        ("strongest", np.float64),
        ("first", np.int64),  # its metrics: where they begin, and how many
        ("metrics", np.int64),
    ]
)

# What is written down of a metric of it.
SPOKEN = np.dtype(
    [
        ("stream", np.int64),
        ("voice", np.int64),
        ("value", np.float64),
        ("strength", np.float64),  # of a metric off with others its part in that
        ("off", np.float64),
        ("usual", np.float64),
        ("band", np.float64),
        ("chance", np.float64),
    ]
)

BUSY = np.dtype([("report", np.int64), ("seen", np.float32), ("usual", np.float32)])

TALLY = np.dtype(
    [
        ("late", np.int64),
        ("notes", np.int64),
        ("spoken", np.int64),
        ("busy", np.int64),
        ("numbers", np.int64),  # of deviations, given so far
        # of the report at hand
        ("judged", np.int64),  # its values past their first readings
        ("said", np.int64),  # those that deviate
        ("squares", np.float64),
        ("news", np.float64),
        ("least", np.float64),
        ("strongest", np.float64),
        ("fresh", np.bool_),
        ("unknown", np.bool_),
    ]
)


class Fed(NamedTuple):
    device: Places
    at: Doubles
    local: Doubles  # the same moments by the site's clock
    traffic: Floats  # empty where it is as usual everywhere
    row: Places
    stream: Places
    value: Doubles


class Kept(NamedTuple):
    devices: NDArray[Any]
    streams: NDArray[Any]
    meaning: Ints
    measures: NDArray[Any]


class Written(NamedTuple):
    score: Floats
    joint: Floats
    together: Bools
    notes: NDArray[Any]
    spoken: NDArray[Any]
    busy: NDArray[Any]
    tally: NDArray[Any]

    @classmethod
    def empty(cls, reports: int, values: int, numbers: int) -> "Written":
        """With room for all that so many reports can bring."""
        tally = np.zeros(1, TALLY)
        tally["numbers"] = numbers
        return cls(
            np.zeros(reports, np.float32),
            np.zeros(reports, np.float32),
            np.zeros(reports, np.bool_),
            np.empty(4 * reports, NOTE).view(np.recarray),
            np.empty(2 * values + 1, SPOKEN).view(np.recarray),
            np.empty(values + 1, BUSY).view(np.recarray),
            tally.view(np.recarray),
        )
