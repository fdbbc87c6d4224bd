"""Deviations that matter to a person, in the metric's own unit.

Each voice gives a strength: 1 is worth telling, half of that keeps alive what was told.

    step     |median of five - usual| against the largest of: what matters in that unit, a share of
             the usual value, and some of the stream's own spreads. Usual is season and level; the
             level of the last two days is learnt anew. Five readings, so that no single one speaks.
    ramp     the way gone without jumps, against the same way's mean of the last day and a half:
             a disk that fills, a battery that empties, while copied files and clean-ups are jumps
    drift    the mean of half a day against that of a week: wear
    frozen   more equal readings, and for longer, than this sensor ever repeats
    limit    a guard-rail of the device's type
    surprise what is news to the stream's own history, where nothing is known of what a metric means
"""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Columns, Floats, Places
from homepot.ai.anomaly_detection.engine.meaning import Direction, Meaning
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.ruler import FIRST_READINGS
from homepot.ai.anomaly_detection.engine.season import Usual
from homepot.ai.anomaly_detection.engine.state import Streams


class Voice(IntEnum):
    NONE = 0
    STEP = 1
    RAMP = 2
    DRIFT = 3
    FROZEN = 4
    LIMIT = 5
    SURPRISE = 6


@dataclass
class Measures(Columns):
    """Meanings as columns, one place for each different one."""

    up: Floats
    down: Floats
    matters: Floats
    share: Floats
    spreads: Floats
    ramp: Floats
    jump: Floats
    drift: Floats
    freezes: Floats
    steps: Floats
    traffic: Floats
    known: Floats
    above: Floats
    below: Floats

    @classmethod
    def empty(cls, size: int) -> Self:
        return cls(*[np.zeros(size, np.float32) for _ in fields(cls)])

    @classmethod
    def of(cls, meanings: list[tuple[Meaning, float, float]]) -> "Measures":
        """Of meanings, each with the guard-rails above and below it (infinite for none)."""

        def column(values: list[float]) -> Floats:
            return np.array(values, np.float32)

        kinds = [one for one, _, _ in meanings]
        return cls(
            up=column([m.direction in (Direction.UP, Direction.BOTH) for m in kinds]),
            down=column([m.direction in (Direction.DOWN, Direction.BOTH) for m in kinds]),
            matters=column([m.matters for m in kinds]),
            share=column([m.matters_share for m in kinds]),
            spreads=column([m.spreads for m in kinds]),
            ramp=column([m.ramp for m in kinds]),
            jump=column([m.jump for m in kinds]),
            drift=column([m.drift for m in kinds]),
            freezes=column([m.freezes for m in kinds]),
            steps=column([m.steps for m in kinds]),
            traffic=column([m.traffic for m in kinds]),
            known=column([m.known for m in kinds]),
            above=column([above for _, above, _ in meanings]),
            below=column([below for _, _, below in meanings]),
        )


@dataclass
class Deviating:
    """What the voices say of each reading."""

    strength: Floats
    voice: Places
    size: Floats  # in the metric's unit, signed
    usual: Floats  # in the metric's unit
    band: Floats  # half of what is usual around it, in the metric's unit
    z: Floats


def median_of_recent(block: Streams, u: Floats) -> Floats:
    """The median of the last five readings: of the middle two of four, and the fifth."""
    block.back_4[:] = block.back_3
    block.back_3[:] = block.back_2
    block.back_2[:] = block.back_1
    block.back_1[:] = block.back_0
    block.back_0[:] = u
    a, b, c, d = block.back_1, block.back_2, block.back_3, block.back_4
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    median: Floats = np.maximum(np.minimum(low, high), np.minimum(np.maximum(low, high), u))
    return median


@dataclass
class Moved:
    """A reading with its surroundings, as distances from the stream's centre."""

    u: Floats
    median: Floats  # of the last five
    before: Floats  # the reading before
    usual: Usual
    restless: Floats  # how far off this hour of the week usually is
    news: Floats  # bits of surprise that are news
    hours: Floats  # since the reading before
    settling: Floats  # how much faster than usual a level is learnt just now


def off_usual(block: Streams, usual: Usual, median: Floats) -> Floats:
    """How far the median is outside of what this hour and those beside it are like."""
    base = median - block.level
    off: Floats = base - np.clip(base, usual.least, usual.most)
    return off


def deviations_of(
    block: Streams, measures: Measures, moved: Moved, off: Floats, p: Parameters
) -> Deviating:
    """What each voice says; learns level, spread, ways and drifts."""
    _learn_level(block, moved, p)
    scale, centre = block.scale.astype(np.float32), block.centre.astype(np.float32)
    usual = moved.usual.smooth + block.level
    usual *= scale
    usual += centre
    size = off * scale
    spread = np.maximum(block.spread, moved.restless)
    spread *= np.float32(1.25)
    need = np.abs(usual)
    need *= measures.share
    np.maximum(need, measures.matters, out=need)
    by_spread = spread * scale
    by_spread *= measures.spreads
    by_spread *= np.float32(p.step_spreads)
    np.maximum(need, by_spread, out=need)
    np.maximum(need, np.float32(1e-9), out=need)
    strength = _bad(size, measures.up, measures.down)
    strength *= measures.steps
    strength /= need
    np.maximum(spread, np.float32(1e-6), out=spread)
    told = Deviating(
        strength=strength,
        voice=np.full(len(off), Voice.STEP, np.int8),
        size=size,
        usual=usual,
        band=need,
        z=np.divide(off, spread, out=spread),
    )
    for sought, voice, way in (
        (measures.ramp, Voice.RAMP, _ramp),
        (measures.drift, Voice.DRIFT, _drift),
    ):
        places = np.flatnonzero(sought)
        if len(places):
            strength = np.zeros(len(off), np.float32)
            strength[places] = way(block, places, measures, moved, scale, p)
            _louder(told, voice, strength)
    _say_where_from(block, told, scale, p)
    _louder(told, Voice.FROZEN, _frozen(block, measures, moved.hours, p))
    held = moved.median * scale
    held += centre
    over = held > measures.above
    over |= held < measures.below
    if over.any():
        _louder(told, Voice.LIMIT, over.astype(np.float32))
    if moved.news.any():
        unknown = (1 - measures.known) * moved.news
        _louder(told, Voice.SURPRISE, unknown / np.float32(p.surprise_bits))
    return told


def _say_where_from(block: Streams, told: Deviating, scale: Floats, p: Parameters) -> None:
    """A ramp is told by the way: where it came from, and how far it went beyond its usual pace."""
    at = np.flatnonzero((told.voice == Voice.RAMP) & (told.strength >= p.keep_share))
    if len(at):
        gone = (block.path[at] - block.path_usual[at]) * scale[at]
        usual = block.path_pace[at] * scale[at]
        now = (block.path_from[at] * scale[at] + block.centre[at]).astype(np.float32)
        told.usual[at], told.size[at] = now - gone, gone - usual
        told.band[at] = np.abs(usual)


def _bad(size: Floats, up: Floats, down: Floats) -> Floats:
    """The part of a size that goes the wrong way."""
    bad: Floats = size * down
    np.negative(bad, out=bad)
    np.maximum(bad, size * up, out=bad)
    return bad


def _louder(told: Deviating, voice: Voice, strength: Floats) -> None:
    louder = strength > told.strength
    if louder.any():
        np.copyto(told.strength, strength, where=louder)
        told.voice[louder] = voice


def _rate(hours: Floats, within: float, fresh: Floats, most: float = 1.0) -> Floats:
    """How much of a mean over so many hours a reading is; the first ones count alike."""
    rate: Floats = hours * np.float32(1 / within)
    np.maximum(rate, fresh, out=rate)
    np.minimum(rate, np.float32(most), out=rate)
    return rate


def _share_of(count: NDArray[np.int32]) -> Floats:
    """What the latest of so many readings is of all of them."""
    share = np.maximum(count, 1).astype(np.float32)
    return np.reciprocal(share, out=share)


def _learn_level(block: Streams, moved: Moved, p: Parameters) -> None:
    fresh = _share_of(block.count - (FIRST_READINGS - 1))
    rate = _rate(moved.hours * moved.settling, 24 * p.level_days, fresh, 0.2)
    bound = block.spread * np.float32(4)
    np.maximum(bound, np.float32(0.2), out=bound)
    rest = moved.u - moved.usual.smooth
    rest -= block.level
    np.minimum(rest, bound, out=rest)
    np.negative(bound, out=bound)
    np.maximum(rest, bound, out=rest)
    rest *= rate
    block.level += rest
    rate = _rate(moved.hours, p.spread_hours, fresh, 0.2)
    wide = np.subtract(moved.median, moved.usual.smooth, out=rest)
    wide -= block.level
    np.abs(wide, out=wide)
    known = fresh < np.float32(0.02)
    most = np.multiply(block.spread, np.float32(5), out=bound)
    most += np.float32(1e-3)
    np.minimum(wide, most, out=wide, where=known)
    # What is far off is a deviation first, and only by its lasting a wider spread.
    np.multiply(block.spread, np.float32(3), out=most)
    far = wide > most
    far &= known
    np.multiply(rate, np.float32(0.2), out=rate, where=far)
    wide -= block.spread
    wide *= rate
    block.spread += wide


def _ramp(
    block: Streams, at: Places, measures: Measures, moved: Moved, scales: Floats, p: Parameters
) -> Floats:
    begins = block.count[at] == FIRST_READINGS + 1
    came_from = np.where(begins, moved.before[at], block.path_from[at])
    waited = block.path_hours[at] + moved.hours[at]
    block.path_from[at], block.path_hours[at] = came_from, waited
    long = np.flatnonzero(waited >= p.ramp_step_hours)
    if len(long):
        places = at[long]
        block.path_told[places] = _way(block, places, measures, moved, scales, p)
        block.path_from[places], block.path_hours[places] = moved.u[places], 0
    told: Floats = block.path_told[at]
    return told


def _way(
    block: Streams, at: Places, measures: Measures, moved: Moved, scales: Floats, p: Parameters
) -> Floats:
    up, down, scale = measures.up[at], measures.down[at], scales[at]
    step, hours = moved.u[at] - block.path_from[at], block.path_hours[at]
    fresh = _share_of(block.count[at])
    jumped = np.abs(step) * scale > measures.jump[at]
    path, usual = block.path[at] + np.where(jumped, 0, step), block.path_usual[at]
    # A jump the good way is the mending: what was gone before it is settled.
    mended = jumped & (_bad(-step, up, down) > 0)
    rate = np.where(mended, 1, _rate(hours, p.ramp_hours, fresh)).astype(np.float32)
    gone = path - usual
    block.path[at], block.path_usual[at] = path, usual + rate * gone
    pace, noise = block.path_pace[at], block.path_noise[at]
    excess = np.where(mended, 0, gone - pace).astype(np.float32)
    rate = _rate(hours, p.pace_hours, fresh)
    bound = np.maximum(3 * noise, 0.3 * measures.ramp[at] / scale)
    block.path_pace[at] = pace + rate * np.clip(excess, -bound, bound)
    noise = noise + rate * (np.minimum(np.abs(excess), bound) - noise)
    block.path_noise[at] = noise
    need = np.maximum(measures.ramp[at], np.float32(p.ramp_noises) * noise * scale)
    strength: Floats = _bad(excess * scale, up, down) / need
    return strength


def _drift(
    block: Streams, at: Places, measures: Measures, moved: Moved, scales: Floats, p: Parameters
) -> Floats:
    left = np.clip(moved.u[at] - moved.usual.smooth[at], -100, 100)
    hours, fresh = moved.hours[at], _share_of(block.count[at])
    fast, slow = block.drift_fast[at], block.drift_slow[at]
    fast = fast + _rate(hours, p.drift_fast_hours, fresh) * (left - fast)
    slow = slow + _rate(hours, p.drift_slow_hours, fresh) * (left - slow)
    block.drift_fast[at], block.drift_slow[at] = fast, slow
    need = np.maximum(
        measures.drift[at], np.float32(p.drift_spreads) * block.spread[at] * scales[at]
    )
    gone = (fast - slow) * scales[at]
    strength: Floats = _bad(gone, measures.up[at], measures.down[at]) / need
    return strength


def _frozen(block: Streams, measures: Measures, hours: Floats, p: Parameters) -> Floats:
    strength = np.zeros(len(hours), np.float32)
    at = np.flatnonzero(block.run > np.float32(p.keep_share * p.frozen_runs) * block.longest_run)
    if len(at):
        run, longest = block.run[at], block.longest_run[at]
        usual = np.float32(p.frozen_runs) * np.maximum(longest, 2)
        long = np.minimum(run / usual, run * hours[at] / np.float32(p.frozen_hours))
        lively = block.count[at] - run >= 4 * longest
        strength[at] = measures.freezes[at] * lively * long
    return strength
