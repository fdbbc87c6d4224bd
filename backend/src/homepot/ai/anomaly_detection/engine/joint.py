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

Sixty metrics that follow one load are one, and t varies as one metric's does. That of n which know
nothing of each other varies by a share of 1 / 2n of its square, so

    n' = 1 / (2 mean((t / slow - 1)^2))      between a half and n

is how many they are, slow being the usual t of a longer while. What is told is beyond

    1 + c (1 + .46 (1 / n' - 1 / n)) / sqrt(n')

of both: few have longer tails, by Wilson and Hilferty's cube root of a chi-square (1931).
"""

import math

from homepot.ai.anomaly_detection.engine.columns import Row
from homepot.ai.anomaly_detection.engine.compiling import inlined
from homepot.ai.anomaly_detection.engine.state import FIRST_READINGS

FAR = 8.0
LEARN_CLIP = 5.0
VARIES_MOST = 4.0
TAIL = 0.46


@inlined
def square_of(s: Row, x: float, learning: bool, on: bool, p: Row) -> float:
    """e^2 of a stream; learns its mean and variance."""
    share = p.joint_open_share if on else p.joint_share
    if learning:
        share = 1.0 / s.count
    variance, rest = float(s.joint_variance), float(s.joint_rest)
    deviation = math.sqrt(variance) + 1e-6
    z = (x - s.joint_mean) / deviation
    off = min(max(z, -LEARN_CLIP), LEARN_CLIP) * deviation  # as far as one reading teaches
    rest += p.joint_weight * (min(max(z, -FAR), FAR) - rest)
    s.joint_rest = rest
    s.joint_mean += off * share
    s.joint_variance = variance + (off * off - variance) * share
    return float(rest * rest)


@inlined
def decide(d: Row, squares: float, size: int, learning: bool, p: Row) -> float:
    """A device's statistic over its usual one; keeps whether it is off, with hysteresis, and
    whether that is worth telling.
    """
    t, usual = math.sqrt(squares / size), float(d.joint_usual)
    ratio = t / max(usual, 1e-6)
    rate = 0.0 if d.joint_on else 1 / p.joint_usual_readings
    if learning:
        rate = 1.0 / max(d.reports - FIRST_READINGS, 1)
    d.joint_usual = usual + rate * (min(t, 3 * usual) - usual)
    pace, slow = (rate if learning else p.joint_share), float(d.joint_slow)
    lasting = t / max(slow, 1e-6)
    d.joint_slow = slow + pace * (min(t, 3 * slow) - slow)
    many = many_of(d, size)
    off, vary = min(lasting - 1, VARIES_MOST), float(d.joint_vary)
    d.joint_vary = vary + pace * (off * off - vary)
    needed = p.joint_off if d.joint_on else p.joint_on
    d.joint_on = (ratio - 1) * math.sqrt(size) > needed and not learning
    beyond = min(ratio, lasting) - 1
    loud = beyond * math.sqrt(many) > p.joint_on * (1 + TAIL * (1 / many - 1 / size))
    d.joint_loud = d.joint_on and (d.joint_loud or loud)
    return ratio


@inlined
def many_of(d: Row, size: int) -> float:
    """How many metrics that know nothing of each other would vary together as these do."""
    return float(min(max(0.5 / max(float(d.joint_vary), 1e-6), 0.5), size))
