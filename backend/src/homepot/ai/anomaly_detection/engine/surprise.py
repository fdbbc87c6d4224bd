"""How surprising a reading is for its stream, in bits, and when that is worth saying.

Signs, each 0 where nothing is odd:

    residual   rarity of what the hour's usual value leaves
    level      rarity of the short mean of that: a shift too small to show in one reading
    change     rarity of the short mean of steps: restless, or suddenly calm
    range      log2(1 + 10 x), x the way beyond every value before, as a share of their range
    flat       log2(run / longest run) of equal readings

A rarity counts beyond a threshold of a few bits; the sum is the surprise. What is said is

    surprise - max(a w, b p)

with w the surprise of what was last said, fading, and p the highest surprise of late, fading more
slowly: after an alarm only something stronger is news, and a stream that is often odd has to be
odder than itself.
"""

import math

from homepot.ai.anomaly_detection.engine.columns import Row
from homepot.ai.anomaly_detection.engine.compiling import inlined
from homepot.ai.anomaly_detection.engine.rarity import bin_of, log_bin_of, rarity_then_count
from homepot.ai.anomaly_detection.engine.season import CLIP
from homepot.ai.anomaly_detection.engine.state import FIRST_READINGS

_RESIDUAL, _LEVEL, _CHANGE = range(3)  # the histograms
_STEP_MOST = 5.0
_SPANS_MOST = 3.0


@inlined
def repeats(s: Row, value: float) -> None:
    """Counts equal readings. At first any standstill is usual; later one lengthens what is usual
    by little, and only when it is over.
    """
    ended = 0.0
    if value == s.last:
        s.run += 1
    else:
        ended = min(2 * s.longest_run + 3, s.run)
        s.run = 0
    if s.count < FIRST_READINGS:
        ended = s.run
    s.longest_run = max(s.longest_run, ended)


@inlined
def surprise_of(s: Row, u: float, left: float, before: float, p: Row) -> float:
    """The surprise of a reading, before which nothing later was looked at."""
    bits = _rarities(s, u, left, before, p)
    low, high = float(s.low), float(s.high)
    if u > high or u < low:
        share = min(max(u - high, low - u) / max(high - low, 1e-6), _SPANS_MOST)
        known = min(s.count / p.range_readings, 1.0)
        bits += p.weight_range * known * math.log2(1 + 10 * share)
        s.low, s.high = min(low, u), max(high, u)
    usual_run = max(s.longest_run, p.flat_readings)
    if s.run > usual_run:
        bits += p.weight_flat * math.log2(s.run / usual_run)
    return bits


@inlined
def _rarities(s: Row, u: float, left: float, before: float, p: Row) -> float:
    rest, change = float(s.rest), float(s.change)
    rest += (min(max(left, -CLIP), CLIP) - rest) * p.smooth_share
    change += (min(abs(u - before), _STEP_MOST) - change) * p.smooth_share
    s.rest, s.change = rest, change
    residual = rarity_then_count(s, _RESIDUAL, bin_of(left, p), p)
    level = rarity_then_count(s, _LEVEL, bin_of(rest * p.smooth_gain, p), p)
    moves = rarity_then_count(s, _CHANGE, log_bin_of(change, p), p)
    if s.count <= p.history_readings:
        return 0.0
    return float(p.weight_residual * residual + p.weight_level * level + p.weight_change * moves)


@inlined
def news_of(s: Row, bits: float, p: Row) -> float:
    """The part of the surprise that is news; 0 for nothing."""
    wait, past = float(s.wait_peak), float(s.past_peak)
    news = bits - max(wait * p.wait_share, past * p.peak_share)
    if news > p.speak_bits:
        wait = max(wait, bits)
    else:
        news = 0.0
    s.wait_peak = wait * p.wait_fade
    s.past_peak = max(past * p.peak_fade, bits)
    return float(news)
