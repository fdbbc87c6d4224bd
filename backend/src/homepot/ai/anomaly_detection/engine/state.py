"""What the engine remembers of each stream and of each device."""

from typing import ClassVar

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import (
    Bools,
    Bytes,
    Columns,
    Doubles,
    Floats,
    Ints,
    Longs,
    Shorts,
)

SLOTS = 48  # the hours of a working day, then those of a day of the weekend
SIGNS = 3  # histograms of a stream: what is left, its short mean, the change
BINS = 64
FIRST_READINGS = SIGNS * BINS // 2  # they wait where the histograms will be
NEVER = -np.inf


class Streams(Columns):
    """One metric of one device. Centre and scale are taken from the first readings and stay; all
    that is learnt later is a distance from the centre in that scale, where not said otherwise.
    A row fills whole lines of the processor's cache.
    """

    BEGIN: ClassVar = {
        "last_at": NEVER,
        "last": np.nan,
        "scale": 1,
        "told_at": NEVER,
        "season": np.float16(np.nan).view(np.uint16),
    }
    WIDE: ClassVar = {
        "season": (SLOTS,),
        "restless": (SLOTS,),
        "seen": (SIGNS, BINS),
        "seen_total": (SIGNS,),
    }
    AGAIN: ClassVar = {"first": ("seen", np.float32, FIRST_READINGS)}
    WHOLE_BYTES = 64

    last_at: Doubles
    last: Doubles  # in the metric's unit
    centre: Doubles  # in the metric's unit
    scale: Doubles  # in the metric's unit
    told_at: Doubles  # when it last deviated in a way worth telling
    count: Ints
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
    step: Floats  # of what nobody knows the meaning of, as in `habits`
    moves: Floats
    hour_from: Floats  # where it was when the hour began
    drift_fast: Floats
    drift_slow: Floats
    drift_noise: Floats
    busy_with: Floats  # how far the season follows the site's traffic: sum of products
    busy_own: Floats  # ... and of squares
    joint_mean: Floats
    joint_variance: Floats
    joint_rest: Floats
    season: Shorts  # two-byte floats, as in `halves`
    restless: Shorts
    seen: Shorts  # histograms; until the ruler is known, the first readings
    seen_total: Shorts
    broken: Bytes  # whether it was ever below none, or no whole number
    hot: Bytes  # the voice it deviates in, 0 for none


class Devices(Columns):
    BEGIN: ClassVar = {
        "first_at": np.nan,
        "last_at": NEVER,
        "event_at": NEVER,
        "hot_at": NEVER,
        "settling_until": NEVER,
        "lost": 0.005,
        "joint_usual": 1,
        "joint_slow": 1,
        "event_p": 1,
    }

    first_at: Doubles
    last_at: Doubles
    event_at: Doubles  # when its latest deviation began
    hot_at: Doubles  # when something was last worth telling
    settling_until: Doubles  # an announced change may move levels until then
    event: Longs  # number of the latest deviation, 0 for none
    silence: Longs  # number of the silence it is in, 0 for none
    interval_s: Floats  # between reports, a slow mean
    lost: Floats  # share of the reports that never come
    uneven: Floats  # how far from their moment reports come, as a share of the interval
    reports: Ints
    joint_usual: Floats
    joint_slow: Floats  # ... and over a longer while
    joint_vary: Floats  # mean square of how far it is from that, as a share of it
    event_p: Floats  # the least likely it has been
    joint_on: Bools
    joint_loud: Bools  # ... and worth telling
    event_open: Bools
    taught: Bools  # somebody said that what was seen is normal
