"""Deviations that matter to a person, in the metric's own unit.

Each voice gives a strength: 1 is worth telling, half of that keeps alive what was told.

    step     |median of five - usual| against the largest of: what matters in that unit, a share of
             the usual value, and some of the stream's own spreads. Usual is season and level; the
             level of the last two days is learnt anew. Five readings, so that no single one speaks.
    ramp     the way gone without jumps, against the same way's mean of the last day and a half:
             a disk that fills, a battery that empties, while copied files and clean-ups are jumps.
             A ramp is steady: no step of it makes more than a third of what is told
    drift    the mean of half a day against that of a week: wear
    frozen   more equal readings, and for longer, than this sensor ever repeats
    limit    a guard-rail of the device's type
    surprise what is news to the stream's own history, where nothing is known of what a metric means

What nobody knows the meaning of has no size in its own unit: see `habits`.
"""

from typing import NamedTuple

from homepot.ai.anomaly_detection.engine.columns import Row
from homepot.ai.anomaly_detection.engine.compiling import inlined, seldom
from homepot.ai.anomaly_detection.engine.habits import (
    Drifts,
    Ways,
    has_no_home,
    learn_moves,
    learn_noise,
    own_drifts,
    own_ways,
    rate_of,
)
from homepot.ai.anomaly_detection.engine.measures import Voice
from homepot.ai.anomaly_detection.engine.season import Usual, beyond_all_hours
from homepot.ai.anomaly_detection.engine.state import FIRST_READINGS

_STEP, _RAMP, _DRIFT = int(Voice.STEP), int(Voice.RAMP), int(Voice.DRIFT)
_GOING = 0.99  # the strength of what is not worth telling just now
_FROZEN, _LIMIT, _SURPRISE = int(Voice.FROZEN), int(Voice.LIMIT), int(Voice.SURPRISE)


class Moved(NamedTuple):
    """A reading with its surroundings, as distances from the stream's centre."""

    u: float
    median: float  # of the last five
    before: float  # the reading before
    smooth: float  # what is usual
    off: float  # how far the median is outside of what this hour and those beside it are like
    latest: float  # ... and the reading itself
    restless: float  # how far off this hour of the week usually is
    news: float  # bits of surprise that are news
    hours: float  # since the reading before
    into_hour: float  # hours since this hour of the clock began
    settling: float  # how much faster than usual a level is learnt just now


class Told(NamedTuple):
    """What the voices say of a reading."""

    strength: float
    voice: int
    size: float  # in the metric's unit, signed
    usual: float  # in the metric's unit
    band: float  # half of what is usual around it, in the metric's unit
    z: float


@inlined
def median_of_recent(s: Row, u: float) -> float:
    """The median of the last five readings: of the middle two of four, and the fifth."""
    a, b, c, d = float(s.back_0), float(s.back_1), float(s.back_2), float(s.back_3)
    s.back_4, s.back_3, s.back_2, s.back_1, s.back_0 = d, c, b, a, u
    low = max(min(a, b), min(c, d))
    high = min(max(a, b), max(c, d))
    return max(min(low, high), min(max(low, high), u))


@inlined
def off_usual(s: Row, m: Row, usual: Usual, u: float) -> float:
    """Whether a machine is at work is its people's business: what it is like at some hour of the
    week is no deviation at another.
    """
    base = u - s.level
    off = base - min(max(base, usual.least), usual.most)
    if m.rests and off != 0:
        off = beyond_all_hours(s, base)
    return float(off)


@inlined
def voices(s: Row, m: Row, moved: Moved, p: Row) -> Told:
    """The loudest voice; learns level, spread, ways and drifts."""
    _learn_level(s, p.spread_least * (1 - m.known) + 1e-3 * m.known, moved, p)
    scale, centre = s.scale, s.centre
    usual = (moved.smooth + s.level) * scale + centre
    size = moved.off * scale
    spread = 1.25 * max(float(s.spread), moved.restless)
    by_spread = spread * scale * m.spreads * p.step_spreads
    own = (1 - m.known) * p.own_steps * s.step * scale
    band = max(abs(usual) * m.share, m.matters, by_spread, own, 1e-9)
    strength, voice = _bad(size, m) * m.steps / band, _STEP
    z = moved.off / max(spread, 1e-6)
    if strength >= 1:
        strength = _lasting(s, moved, strength, p)
    strength, voice, housed = (
        _by_meaning(s, m, strength, moved, p) if m.known else _by_habit(s, m, strength, moved, p)
    )
    if voice == _RAMP and strength >= p.keep_share:
        # A ramp is told by the way: where it came from, and how far beyond its usual pace.
        gone, pace = (s.path - s.path_usual) * scale, s.path_pace * scale
        usual, size, band = s.path_from * scale + centre - gone, gone - pace, abs(pace)
    other = housed * _frozen(s, m, moved.hours, p)
    if other > strength:
        strength, voice = other, _FROZEN
    held = moved.median * scale + centre
    if strength < 1 and (held > m.above or held < m.below):
        strength, voice = 1.0, _LIMIT
    other = housed * (1 - m.known) * moved.news / p.surprise_bits
    if other > strength:
        strength, voice = other, _SURPRISE
    return Told(strength, voice, size, usual, band, z)


@inlined
def _by_meaning(s: Row, m: Row, step: float, moved: Moved, p: Row) -> tuple[float, int, float]:
    """The strength of what is known, and its voice."""
    strength, voice = step, _STEP
    if m.ramp != 0:
        other = _ramp(s, Ways(m.ramp, m.jump, m.up, m.down), moved, p)
        if other > strength:
            strength, voice = other, _RAMP
    if m.drift != 0:
        need = max(m.drift, p.drift_spreads * s.spread * s.scale)
        other = _drift(s, Drifts(need, m.up, m.down), moved.u - moved.smooth, moved.hours, p)
        if other > strength:
            strength, voice = other, _DRIFT
    return strength, voice, 1.0


@inlined
def _by_habit(s: Row, m: Row, step: float, moved: Moved, p: Row) -> tuple[float, int, float]:
    """The strength of what nobody knows the meaning of, its voice, and 0 if it has no home."""
    learn_moves(s, moved.u, moved.before, moved.hours, moved.into_hour, p)
    ramp = _ramp(s, own_ways(s, m, p), moved, p)
    # Of five readings, so that no single one is a drift.
    drift = _drift(s, own_drifts(s, m, p), moved.median - moved.smooth, moved.hours, p)
    learn_noise(s, moved.hours, p)
    if has_no_home(s, p):
        return ramp, _RAMP, 0.0
    if drift > step:
        return drift, _DRIFT, 1.0
    return step, _STEP, 1.0


@seldom
def _lasting(s: Row, moved: Moved, strength: float, p: Row) -> float:
    """What is on its way back already is not worth telling, unless it was told or is critical."""
    latest = moved.latest / moved.off * strength
    goes_back = s.hot == 0 and strength < p.critical and latest < p.lasting_share
    return _GOING if goes_back else strength


@inlined
def _bad(size: float, m: Row | Ways | Drifts) -> float:
    """The part of a size that goes the wrong way."""
    return float(max(-size * m.down, size * m.up))


@inlined
def _learn_level(s: Row, least: float, moved: Moved, p: Row) -> None:
    fresh = 1.0 / max(s.count - (FIRST_READINGS - 1), 1)
    spread, level = float(s.spread), float(s.level)
    rest = moved.u - moved.smooth - level
    bound = max(4 * spread, 0.2)
    rate = rate_of(moved.hours * moved.settling, p.level_hours, fresh, 0.2)
    level += rate * min(max(rest, -bound), bound)
    s.level = level
    wide = abs(moved.median - moved.smooth - level)
    rate = rate_of(moved.hours, p.spread_hours, fresh, 0.2)
    if fresh < 0.02:
        wide = min(wide, 5 * spread + least)
        # What is far off is a deviation first, and only by its lasting a wider spread.
        if wide > 3 * spread:
            rate *= 0.2
    s.spread = spread + rate * (wide - spread)


@inlined
def _ramp(s: Row, m: Ways, moved: Moved, p: Row) -> float:
    if s.count == FIRST_READINGS + 1:
        s.path_from = moved.before
    s.path_hours += moved.hours
    if s.path_hours >= p.ramp_step_hours:
        s.path_told = _way(s, m, moved.u, p)
        s.path_from, s.path_hours = moved.u, 0
    return float(s.path_told)


@seldom
def _way(s: Row, m: Ways, u: float, p: Row) -> float:
    scale, hours = s.scale, float(s.path_hours)
    step, fresh = u - s.path_from, 1.0 / s.count
    jumped = abs(step) * scale > m.jump
    # A jump the good way is the mending: what was gone before it is settled.
    mended = jumped and _bad(-step, m) > 0
    most = p.ramp_step_share * m.ramp / scale
    path = s.path + (0.0 if jumped else min(max(step, -most), most))
    gone = path - s.path_usual
    rate = 1.0 if mended else rate_of(hours, p.ramp_hours, fresh, 1.0)
    s.path, s.path_usual = path, s.path_usual + rate * gone
    excess = 0.0 if mended else gone - s.path_pace
    noise = float(s.path_noise)
    rate, bound = rate_of(hours, p.pace_hours, fresh, 1.0), max(3 * noise, 0.3 * m.ramp / scale)
    s.path_pace += rate * min(max(excess, -bound), bound)
    noise += rate * (min(abs(excess), bound) - noise)
    s.path_noise = noise
    return float(_bad(excess * scale, m) / max(m.ramp, p.ramp_noises * noise * scale))


@inlined
def _drift(s: Row, m: Drifts, off: float, hours: float, p: Row) -> float:
    left, fresh = min(max(off, -100.0), 100.0), 1.0 / s.count
    fast, slow = float(s.drift_fast), float(s.drift_slow)
    fast += rate_of(hours, p.drift_fast_hours, fresh, 1.0) * (left - fast)
    slow += rate_of(hours, p.drift_slow_hours, fresh, 1.0) * (left - slow)
    s.drift_fast, s.drift_slow = fast, slow
    return float(_bad((fast - slow) * s.scale, m) / m.need)


@inlined
def _frozen(s: Row, m: Row, hours: float, p: Row) -> float:
    run, longest = float(s.run), float(s.longest_run)
    if run <= p.keep_share * p.frozen_runs * longest or s.count - run < 4 * longest:
        return 0.0
    if s.back_0 <= s.low or s.back_0 >= s.high:
        return 0.0  # it stands at the end of what it can show
    usual = p.frozen_runs * max(longest, 2.0)
    return float(m.freezes * min(run / usual, run * hours / p.frozen_hours))
