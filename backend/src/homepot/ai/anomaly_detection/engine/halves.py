"""Floats of two bytes, which are memory of what is usual: three digits, up to 65,504.

Their bits are those of a float of four bytes, with fewer of them and another zero of the exponent;
multiplying by 2 ^ 112 moves the one to the other, and what is too small for one is still right.
"""

import numpy as np

from homepot.ai.anomaly_detection.engine.compiling import inlined

NONE = 0x7E00  # no number
_UP = np.float32(2.0**112)
_DOWN = np.float32(2.0**-112)
_SIGN = 0x8000


@inlined
def is_none(half: int) -> bool:
    return (half & 0x7FFF) > 0x7C00


@inlined
def number_of(half: int) -> float:
    """
    >>> number_of(np.float16(-1.5).view(np.uint16))
    -1.5
    """
    size = float(np.uint32((int(half) & 0x7FFF) << 13).view(np.float32) * _UP)
    return -size if half & _SIGN else size


@inlined
def half_of(number: float) -> int:
    """The nearest; of two as near, the even one. Not for what is beyond 65,504.

    >>> int(half_of(0.1)) == int(np.float16(0.1).view(np.uint16))
    True
    """
    size = np.float32(np.float32(abs(number)) * _DOWN)
    bits = int(size.view(np.uint32))
    bits = (bits + 0x0FFF + ((bits >> 13) & 1)) >> 13
    return bits | _SIGN if number < 0 else bits
