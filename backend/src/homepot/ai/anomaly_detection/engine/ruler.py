"""The centre and scale a stream is measured with, from its first readings.

    centre = median      scale = max((q75 - q25) / 1.35, 0.3 sd, |centre| / 1000)

The quartiles are blind to spikes, the standard deviation keeps a stream that mostly stands still
from getting a scale of nothing. Until they are known the readings wait, as distances from the very
first one, in the memory that the histograms will need afterwards.
"""

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats, Places
from homepot.ai.anomaly_detection.engine.state import Memories, Streams

FIRST_READINGS = 96


def waiting(memories: Memories) -> Floats:
    """The place where first readings wait, a row for each stream."""
    return memories.seen.reshape(len(memories.seen), -1).view(np.float32)


def keep_first(memories: Memories, rows: Places, block: Streams, value: Doubles) -> None:
    fresh = block.count == 1
    block.centre[fresh] = value[fresh]
    early = np.flatnonzero(block.count <= FIRST_READINGS)
    if len(early):
        distance = (value[early] - block.centre[early]).clip(-1e38, 1e38)
        place = block.count[early] - 1
        waiting(memories)[rows[early], place] = distance.astype(np.float32)


def settle(memories: Memories, rows: Places, block: Streams) -> None:
    """Where this was the last of the first readings: measure."""
    ready = np.flatnonzero(block.count == FIRST_READINGS)
    if not len(ready):
        return
    at = rows[ready]
    first = waiting(memories)[at, :FIRST_READINGS].astype(np.float64)
    quarter, middle, three = np.percentile(first, [25, 50, 75], axis=1)
    deviation = first.std(axis=1)
    centre = block.centre[ready] + middle
    least = np.maximum(np.abs(centre) * 1e-3, 1e-9)
    scale = np.maximum(np.maximum((three - quarter) / 1.35, 0.3 * deviation), least)
    memories.seen[at] = 0
    backs = (block.back_0, block.back_1, block.back_2, block.back_3, block.back_4)
    for k, back in enumerate(backs):
        back[ready] = ((first[:, -1 - k] - middle) / scale).astype(np.float32)
    block.joint_mean[ready] = ((first.mean(axis=1) - middle) / scale).astype(np.float32)
    block.joint_variance[ready] = ((deviation / scale) ** 2).astype(np.float32)
    block.low[ready] = ((first.min(axis=1) - middle) / scale).astype(np.float32)
    block.high[ready] = ((first.max(axis=1) - middle) / scale).astype(np.float32)
    block.centre[ready], block.scale[ready] = centre, scale
