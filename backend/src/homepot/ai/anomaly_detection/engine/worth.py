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

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Columns, Doubles, Floats, Places
from homepot.ai.anomaly_detection.engine.meaning import Direction, Meaning
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.state import RECENT, Memories, Streams


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
    usual: Doubles  # in the metric's unit
    band: Floats  # half of what is usual around it, in the metric's unit
    z: Floats


def median_of_recent(memories: Memories, rows: Places, block: Streams, u: Floats) -> Floats:
    """The median of the last five readings: of the middle two of four, and the fifth."""
    memories.recent[rows, block.count % RECENT] = u
    a, b, c, d, e = np.ascontiguousarray(memories.recent[rows].T)
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    median: Floats = np.maximum(np.minimum(low, high), np.minimum(np.maximum(low, high), e))
    return median


def deviations_of(
    block: Streams, measures: Measures, u: Floats, median: Floats, smooth: Floats,
    before: Floats, news: Floats, hours: Floats, settling: Floats, p: Parameters,
) -> Deviating:  # fmt: skip
    """What each voice says; learns level, spread, ways and drifts.

    `before` is the reading before this one, `hours` the time since, `settling` how much faster
    than usual a level is learnt just now.
    """
    off = median - (smooth + block.level)
    _learn_level(block, u - smooth, off, hours, settling, p)
    scale = block.scale.astype(np.float32)
    usual = block.centre + block.scale * (smooth + block.level)
    size = off * scale
    noise = np.float32(1.25) * block.spread * scale
    need = np.maximum(measures.matters, measures.share * np.abs(usual).astype(np.float32))
    need = np.maximum(need, np.float32(p.step_spreads) * measures.spreads * noise)
    need = np.maximum(need, np.float32(1e-9))
    told = Deviating(
        strength=(measures.steps * _bad(size, measures) / need).astype(np.float32),
        voice=np.full(len(u), Voice.STEP, np.intp),
        size=size,
        usual=usual,
        band=need,
        z=off / np.maximum(np.float32(1.25) * block.spread, np.float32(1e-6)),
    )
    _louder(told, Voice.RAMP, _ramp(block, measures, u, before, hours, scale, p))
    _louder(told, Voice.DRIFT, _drift(block, measures, u, hours, scale, p))
    _louder(told, Voice.FROZEN, _frozen(block, measures, hours, p))
    held = block.centre.astype(np.float32) + median * scale
    over = (held > measures.above) | (held < measures.below)
    _louder(told, Voice.LIMIT, over.astype(np.float32))
    unknown = (1 - measures.known) * news / np.float32(p.surprise_bits)
    _louder(told, Voice.SURPRISE, unknown)
    return told


def _bad(size: Floats, measures: Measures) -> Floats:
    """The part of a size that goes the wrong way."""
    bad: Floats = np.maximum(size * measures.up, -size * measures.down)
    return bad


def _louder(told: Deviating, voice: Voice, strength: Floats) -> None:
    louder = strength > told.strength
    np.copyto(told.strength, strength, where=louder)
    told.voice[louder] = voice


def _learn_level(
    block: Streams, rest: Floats, off: Floats, hours: Floats, settling: Floats, p: Parameters
) -> None:
    fresh = 1 / np.maximum(block.count - 95, 1)
    rate = np.minimum(np.maximum(hours * settling / np.float32(24 * p.level_days), fresh), 0.2)
    bound = np.maximum(4 * block.spread, np.float32(0.2))
    block.level += (rate * np.clip(rest - block.level, -bound, bound)).astype(np.float32)
    rate = np.minimum(np.maximum(hours / np.float32(p.spread_hours), fresh), 0.2)
    most = np.where(fresh < 0.02, 5 * block.spread + np.float32(1e-3), np.float32(np.inf))
    wide = np.minimum(np.abs(off), most)
    block.spread += (rate * (wide - block.spread)).astype(np.float32)


def _ramp(
    block: Streams, measures: Measures, u: Floats, before: Floats, hours: Floats, scale: Floats,
    p: Parameters,
) -> Floats:  # fmt: skip
    step = u - before
    jumped = np.abs(step) * scale > measures.jump
    block.path += np.where(jumped, 0, step)
    # A jump the good way is the mending: what was gone before it is settled.
    mended = jumped & (_bad(-step, measures) > 0) & (measures.jump > 0)
    rate = np.minimum(np.maximum(hours / np.float32(p.ramp_hours), 1 / block.count), 1)
    rate = np.where(mended, 1, rate).astype(np.float32)
    gone = (block.path - block.path_usual) * scale
    block.path_usual += rate * (block.path - block.path_usual)
    sought = measures.ramp > 0
    return np.where(sought, _bad(gone, measures) / np.where(sought, measures.ramp, 1), 0)


def _drift(
    block: Streams, measures: Measures, u: Floats, hours: Floats, scale: Floats, p: Parameters
) -> Floats:
    near = np.clip(u, -100, 100)
    fast = np.minimum(np.maximum(hours / np.float32(p.drift_fast_hours), 1 / block.count), 1)
    slow = np.minimum(np.maximum(hours / np.float32(p.drift_slow_hours), 1 / block.count), 1)
    block.drift_fast += (fast * (near - block.drift_fast)).astype(np.float32)
    block.drift_slow += (slow * (near - block.drift_slow)).astype(np.float32)
    gone = (block.drift_fast - block.drift_slow) * scale
    sought = measures.drift > 0
    return np.where(sought, _bad(gone, measures) / np.where(sought, measures.drift, 1), 0)


def _frozen(block: Streams, measures: Measures, hours: Floats, p: Parameters) -> Floats:
    usual = np.float32(p.frozen_runs) * np.maximum(block.longest_run, 2)
    long = np.minimum(block.run / usual, block.run * hours / np.float32(p.frozen_hours))
    strength: Floats = (measures.freezes * long).astype(np.float32)
    return strength
