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

from dataclasses import dataclass

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats, Places
from homepot.ai.anomaly_detection.engine.histogram import Histograms, bins_of, log_bins_of
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.ruler import FIRST_READINGS
from homepot.ai.anomaly_detection.engine.season import CLIP
from homepot.ai.anomaly_detection.engine.state import SIGNS, Memories, Streams


@dataclass
class Reading:
    """One reading of each of some streams, measured."""

    u: Floats  # distance from the centre in the stream's scale
    left: Floats  # what the hour's usual value leaves of it
    previous: Floats  # distance of the reading before


def repeats(block: Streams, value: Doubles) -> None:
    """Counts equal readings. At first any standstill is usual; later one lengthens what is usual
    by little, and only when it is over.
    """
    same = value == block.last
    ended = block.longest_run * np.float32(2)
    ended += np.float32(3)
    np.minimum(ended, block.run, out=ended)
    block.run += np.float32(1)
    block.run *= same
    ended *= ~same
    early = block.count < FIRST_READINGS
    if early.any():
        np.copyto(ended, block.run, where=early)
    np.maximum(block.longest_run, ended, out=block.longest_run)


def surprise_of(
    memories: Memories, rows: Places, block: Streams, reading: Reading, p: Parameters
) -> Floats:
    """The surprise of each reading, before which nothing later was looked at."""
    bits = _rarities(memories, rows, block, reading, p)
    out = np.flatnonzero((reading.u > block.high) | (reading.u < block.low))
    if len(out):
        span = np.maximum(block.high[out] - block.low[out], np.float32(1e-6))
        known = np.minimum(block.count[out] / p.range_readings, 1)
        u = reading.u[out]
        beyond = np.maximum(u - block.high[out], block.low[out] - u)
        share = np.minimum(beyond / span, 3)
        bits[out] += (p.weight_range * known * np.log2(1 + 10 * share)).astype(np.float32)
        np.maximum(block.high, reading.u, out=block.high)
        np.minimum(block.low, reading.u, out=block.low)
    usual_run = np.maximum(block.longest_run, np.float32(p.flat_readings))
    flat = np.flatnonzero(block.run > usual_run)
    if len(flat):
        bits[flat] += np.float32(p.weight_flat) * np.log2(block.run[flat] / usual_run[flat])
    return bits


def _rarities(
    memories: Memories, rows: Places, block: Streams, reading: Reading, p: Parameters
) -> Floats:
    keep = np.float32(1 / p.smooth_readings)
    left = np.clip(reading.left, -CLIP, CLIP)
    left -= block.rest
    left *= keep
    block.rest += left
    step = np.subtract(reading.u, reading.previous, out=left)
    np.abs(step, out=step)
    np.minimum(step, np.float32(5), out=step)
    step -= block.change
    step *= keep
    block.change += step
    places = (
        bins_of(reading.left, p.bin_gain),
        bins_of(block.rest * np.float32(p.smooth_readings**0.5 / 2), p.bin_gain),
        log_bins_of(block.change, p.bin_gain),
    )
    weights = (p.weight_residual, p.weight_level, p.weight_change)
    counted = Histograms(memories.seen, memories.seen_total)
    bits = np.zeros(len(rows), np.float32)
    first = rows * SIGNS
    for sign, (place, weight) in enumerate(zip(places, weights, strict=True)):
        rare = counted.rarity_then_count(first + sign, place, p.bin_prior, p.fade_readings)
        rare -= np.float32(p.rare_bits)
        np.maximum(rare, 0, out=rare)
        rare *= np.float32(weight)
        bits += rare
    young = block.count <= p.history_readings
    if young.any():
        bits[young] = 0
    return bits


def worth_saying(block: Streams, bits: Floats, p: Parameters) -> Floats:
    """The part of the surprise that is news; 0 for nothing."""
    held = block.wait_peak * np.float32(p.wait_share)
    np.maximum(held, block.past_peak * np.float32(p.peak_share), out=held)
    news: Floats = np.subtract(bits, held, out=held)
    news *= news > p.speak_bits
    if news.any():
        np.maximum(block.wait_peak, bits, out=block.wait_peak, where=news > 0)
    block.wait_peak *= np.float32(np.exp(-1 / p.wait_readings))
    block.past_peak *= np.float32(np.exp(-1 / p.peak_readings))
    np.maximum(block.past_peak, bits, out=block.past_peak)
    return news
