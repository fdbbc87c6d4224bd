"""What the engine remembers of each stream and of each device."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Columns, Doubles, Floats
from homepot.ai.anomaly_detection.engine.histogram import BINS

SLOTS = 48  # the hours of a working day, then those of a day of the weekend
SIGNS = 3  # histograms of a stream: what is left, its short mean, the change


@dataclass
class Streams(Columns):
    """One metric of one device. Centre and scale are taken from the first readings and stay; all
    that is learnt later is a distance from the centre in that scale, where not said otherwise.
    """

    count: NDArray[np.int32]
    last_at: Doubles
    last: Doubles  # in the metric's unit
    centre: Doubles  # in the metric's unit
    scale: Doubles  # in the metric's unit
    back_0: Floats  # the latest reading
    back_1: Floats  # the one before, and so on
    back_2: Floats
    back_3: Floats
    back_4: Floats
    low: Floats
    high: Floats
    run: Floats  # readings since the value last changed
    longest_run: Floats
    level: Floats
    rest: Floats  # short mean of what season and level leave
    change: Floats  # short mean of the steps from reading to reading
    spread: Floats  # mean distance of the median of five from the usual
    reach: Floats  # mean distance of what the season leaves, over a day
    held: Floats  # hours for which a step has lasted, times how strong it was
    wait_peak: Floats
    past_peak: Floats
    path: Floats  # the way gone, jumps left out
    path_usual: Floats
    path_pace: Floats  # how far the way usually is beyond its mean
    path_noise: Floats
    path_from: Floats  # where the latest step of the way ended
    path_hours: Floats  # ... and how long ago
    path_told: Floats  # what the way was worth then
    drift_fast: Floats
    drift_slow: Floats
    busy_with: Floats  # how far the season follows the site's traffic: sum of products
    busy_own: Floats  # ... and of squares
    joint_mean: Floats
    joint_variance: Floats
    joint_rest: Floats
    told_at: Doubles  # when it last deviated in a way worth telling
    hot: NDArray[np.uint8]  # the deviation it is in, 0 for none

    @classmethod
    def empty(cls, size: int) -> Self:
        new = {name: np.zeros(size, np.float32) for name in cls.__dataclass_fields__}
        exact = {
            "count": np.zeros(size, np.int32),
            "last_at": np.full(size, -np.inf),
            "last": np.full(size, np.nan),
            "centre": np.zeros(size),
            "scale": np.ones(size),
            "told_at": np.full(size, -np.inf),
            "hot": np.zeros(size, np.uint8),
        }
        return cls(**(new | exact))


@dataclass
class Memories(Columns):
    """The broad part of a stream's state, read and written in place."""

    season: NDArray[np.float16]
    restless: NDArray[np.float16]
    seen: NDArray[np.uint16]  # histograms; until the ruler is known, the first readings
    seen_total: NDArray[np.uint16]

    @classmethod
    def empty(cls, size: int) -> Self:
        return cls(
            season=np.full((size, SLOTS), np.nan, np.float16),
            restless=np.zeros((size, SLOTS), np.float16),
            seen=np.zeros((size, SIGNS, BINS), np.uint16),
            seen_total=np.zeros((size, SIGNS), np.uint16),
        )


@dataclass
class Devices(Columns):
    first_at: Doubles
    last_at: Doubles
    interval_s: Floats  # between reports, a slow mean
    lost: Floats  # share of the reports that never come
    reports: NDArray[np.int32]
    joint_usual: Floats
    joint_on: NDArray[np.bool_]
    event: NDArray[np.int64]  # number of the latest deviation, 0 for none
    event_at: Doubles  # when it began
    event_p: Floats  # the least likely it has been
    event_open: NDArray[np.bool_]
    hot_at: Doubles  # when something was last worth telling
    silence: NDArray[np.int64]  # number of the silence it is in, 0 for none
    settling_until: Doubles  # an announced change may move levels until then
    taught: NDArray[np.bool_]  # somebody said that what was seen is normal

    @classmethod
    def empty(cls, size: int) -> Self:
        never = np.full(size, -np.inf)
        return cls(
            first_at=np.full(size, np.nan),
            last_at=never.copy(),
            interval_s=np.zeros(size, np.float32),
            lost=np.full(size, 0.005, np.float32),
            reports=np.zeros(size, np.int32),
            joint_usual=np.ones(size, np.float32),
            joint_on=np.zeros(size, np.bool_),
            event=np.zeros(size, np.int64),
            event_at=never.copy(),
            event_p=np.ones(size, np.float32),
            event_open=np.zeros(size, np.bool_),
            hot_at=never.copy(),
            silence=np.zeros(size, np.int64),
            settling_until=never,
            taught=np.zeros(size, np.bool_),
        )
