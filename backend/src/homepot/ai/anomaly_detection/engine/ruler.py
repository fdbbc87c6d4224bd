"""The centre and scale a stream is measured with, from its first readings.

    centre = median      scale = max((q75 - q25) / 1.35, 0.3 sd, |centre| / 1000)

The quartiles are blind to spikes, the standard deviation keeps a stream that mostly stands still
from getting a scale of nothing. Until they are known the readings wait, as distances from the very
first one, in the memory that the histograms will need afterwards.
"""

import math

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles, Row
from homepot.ai.anomaly_detection.engine.compiling import inlined, seldom
from homepot.ai.anomaly_detection.engine.halves import NONE
from homepot.ai.anomaly_detection.engine.state import FIRST_READINGS

_FAR = 1e38


@seldom
def keep_first(s: Row, value: float) -> None:
    if s.count == 1:
        s.centre = value
    s.first[s.count - 1] = min(max(value - s.centre, -_FAR), _FAR)
    if s.count == FIRST_READINGS:
        settle(s)


@seldom
def forget(s: Row) -> None:
    """It was measured while it stood still, which is no measure: first readings begin anew."""
    s.count, s.centre, s.scale, s.reach = 1, 0, 1, 0
    s.first[:] = 0
    s.seen_total[:] = 0
    s.season[:] = NONE
    s.restless[:] = 0
    s.level, s.spread, s.rest, s.change, s.held = 0, 0, 0, 0, 0
    s.wait_peak, s.past_peak, s.hot = 0, 0, 0
    s.path, s.path_usual, s.path_pace, s.path_noise, s.path_hours, s.path_told = 0, 0, 0, 0, 0, 0
    s.step, s.moves, s.drift_fast, s.drift_slow, s.drift_noise = 0, 0, 0, 0, 0
    s.busy_with, s.busy_own, s.joint_rest = 0, 0, 0


@inlined
def quantile(ascending: Doubles, share: float) -> float:
    at = share * (len(ascending) - 1)
    low = int(at)
    return float(ascending[low] + (ascending[low + 1] - ascending[low]) * (at - low))


@seldom
def settle(s: Row) -> None:
    """These were the first readings: measure."""
    values = s.first.astype(np.float64)
    mean = values.sum() / FIRST_READINGS
    variance = ((values - mean) ** 2).sum() / FIRST_READINGS
    latest = values[-5:].copy()
    values.sort()
    quarter, middle, three = quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)
    centre = s.centre + middle
    wide = max((three - quarter) / 1.35, 0.3 * math.sqrt(variance), 1e-9)
    scale = max(wide, abs(centre) * 1e-3)
    s.first[:] = 0
    s.back_0 = (latest[4] - middle) / scale
    s.back_1 = (latest[3] - middle) / scale
    s.back_2 = (latest[2] - middle) / scale
    s.back_3 = (latest[1] - middle) / scale
    s.back_4 = (latest[0] - middle) / scale
    s.joint_mean = (mean - middle) / scale
    s.joint_variance = variance / scale / scale
    s.low = (values[0] - middle) / scale
    s.high = (values[FIRST_READINGS - 1] - middle) / scale
    s.centre, s.scale = centre, scale
