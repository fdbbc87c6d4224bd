"""The metrics of a device together: many small oddities at once are a large one.

Each stream keeps a mean m and a variance v of its readings and a short mean of its standardised
distance,

    e += l ((x - m) / sqrt(v) - e)            clipped at 8

and the device's statistic is t = sqrt(mean of e^2) over its n metrics, against its own usual t:
it is off when t / usual > 1 + c / sqrt(n), because the fewer metrics, the more t varies. A share
e_i^2 / sum(e^2) says how much of it is which metric. The distance is short of all that is quick,
so t answers to what stays; what stays for long becomes the new normal, because m and v go on
learning, a little faster while the device is off: a bench that does not return to where it was is
somewhere else, not broken for ever.
"""

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Floats, Places
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.ruler import FIRST_READINGS
from homepot.ai.anomaly_detection.engine.state import Devices, Streams

FAR = 8.0
LEARN_CLIP = 5.0


def squares_of(
    block: Streams, x: Floats, learning: NDArray[np.bool_], on: NDArray[np.bool_], p: Parameters
) -> Floats:
    """e^2 of each stream; learns its mean and variance."""
    rate = np.full(len(x), 1 / p.joint_readings, np.float32)
    if on.any():
        rate[on] = 1 / p.joint_open_readings
    if learning.any():
        rate[learning] = 1 / block.count[learning]
    off = x - block.joint_mean
    deviation = np.sqrt(block.joint_variance)
    deviation += np.float32(1e-6)
    z = np.divide(off, deviation)
    np.clip(z, -LEARN_CLIP, LEARN_CLIP, out=off)
    off *= deviation  # as far as one reading teaches
    np.clip(z, -FAR, FAR, out=z)
    z -= block.joint_rest
    z *= np.float32(p.joint_weight)
    block.joint_rest += z
    np.multiply(off, rate, out=z)
    block.joint_mean += z
    off *= off
    off -= block.joint_variance
    off *= rate
    block.joint_variance += off
    return block.joint_rest * block.joint_rest


def decide(
    devices: Devices, squares: Floats, first: Places, sizes: Floats, learning: NDArray[np.bool_],
    p: Parameters,
) -> Floats:  # fmt: skip
    """Each device's statistic over its usual one; keeps whether it is off, with hysteresis."""
    t: Floats = np.sqrt(np.add.reduceat(squares, first) / sizes)
    ratio = t / np.maximum(devices.joint_usual, np.float32(1e-6))
    young = 1 / np.maximum(devices.reports - FIRST_READINGS, 1)
    rate = np.where(learning, young, np.where(devices.joint_on, 0, 1 / p.joint_usual_readings))
    bounded = np.minimum(t, 3 * devices.joint_usual)
    devices.joint_usual += (rate * (bounded - devices.joint_usual)).astype(np.float32)
    root = np.sqrt(sizes)
    beyond = (ratio - 1) * root
    on = np.where(devices.joint_on, beyond > p.joint_off, beyond > p.joint_on)
    devices.joint_on[:] = on & ~learning
    return ratio.astype(np.float32)
