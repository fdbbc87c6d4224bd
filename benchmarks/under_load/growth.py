"""Does something grow? The slope of samples after a warm-up, so that single ones count little."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

# The first part of a soak fills caches and pools.
WARM_UP = 1 / 3
# Growth is said only of what rises steadily, and by more than it is worth to say.
STEADY_MIN = 0.5
PERCENT_AN_HOUR_MIN = 5.0
SAMPLES_MIN = 8


@dataclass(frozen=True)
class Growth:
    """Of one thing that was watched: at the start, after the warm-up and at the end."""

    start: float
    warm: float
    end: float
    an_hour: float
    steadiness: float
    grows: bool


def growth(samples: Sequence[tuple[float, float]], *, least_an_hour: float = 1.0) -> Growth:
    """The median of the slopes between any two samples after the warm-up (Theil and Sen), and how
    much more often a later one is higher than lower (Kendall): 1 is always.

    >>> leak = growth([(60.0 * n, 100.0 + n) for n in range(30)])
    >>> leak.an_hour, leak.grows
    (60.0, True)
    >>> growth([(60.0 * n, 100.0 + n % 3) for n in range(30)]).grows
    False
    """
    warm = samples[int(len(samples) * WARM_UP) :] or samples
    pairs = [(later - value, at - before) for (before, value), (at, later) in combinations(warm, 2)]
    slope_s = median(rise / length for rise, length in pairs if length) if pairs else 0.0
    signs = sum((rise > 0) - (rise < 0) for rise, _ in pairs)
    steadiness = signs / len(pairs) if pairs else 0.0
    an_hour = slope_s * 3_600
    usual = max(abs(median(value for _, value in warm)), 1e-9)
    is_much = an_hour >= least_an_hour and an_hour / usual * 100 >= PERCENT_AN_HOUR_MIN
    grows = len(warm) >= SAMPLES_MIN and is_much and steadiness >= STEADY_MIN
    return Growth(samples[0][1], warm[0][1], samples[-1][1], an_hour, steadiness, grows)
