"""What a metric is like that nobody knows the meaning of, learnt from nothing but itself.

    step      the usual size of a change from one reading to the next, where there is one
    moves     the usual way from one hour to the next
    noise     the usual distance of the mean of half a day from that of a week

A stream whose usual distance from its hour's mean is many times what it moves in an hour has no
home: it fills, empties or counts. Of that only the way counts, and only where it goes faster than
is usual, the way it usually goes; a jump is a clean-up, a new battery, a restart. So does one that
is nearer to its home, but mostly stands still, or goes at a steady pace.

Any other one may step and drift, in both directions: further than some of its spreads, some of its
own steps and many times its own noise. One of whole numbers, never below none and at times none,
counts what its site is busy with, until the site shows otherwise.
"""

from typing import NamedTuple

from homepot.ai.anomaly_detection.engine.columns import Row
from homepot.ai.anomaly_detection.engine.compiling import inlined
from homepot.ai.anomaly_detection.engine.state import FIRST_READINGS

_STILL = 1e-4  # of a scale; less is the rounding of what is kept


class Ways(NamedTuple):
    """How much of a way is worth telling, what a jump is, and which way is bad."""

    ramp: float
    jump: float
    up: float
    down: float


class Drifts(NamedTuple):
    """How much of a drift is worth telling, and which way is bad."""

    need: float
    up: float
    down: float


@inlined
def rate_of(hours: float, within: float, fresh: float, most: float) -> float:
    """How much of a mean over so many hours a reading is; the first ones count alike."""
    return min(max(hours / within, fresh), most)


@inlined
def learn_moves(s: Row, u: float, before: float, hours: float, into_hour: float, p: Row) -> None:
    if s.count == FIRST_READINGS + 1:
        s.hour_from = before
    if s.run == 0:
        size, step = abs(u - before), float(s.step)
        s.step = step + (min(size, 5 * step) - step) / p.step_readings if step > 0 else size
    if hours > into_hour:  # an hour of the clock began
        size, moves, since = abs(u - s.hour_from), float(s.moves), max(hours, 1.0)
        rate = rate_of(since, p.pace_hours, since / max(s.count * hours, 1.0), 1.0)
        s.hour_from = u
        size = size if size > _STILL else 0.0
        s.moves = moves + rate * (min(size, 5 * moves) - moves) if moves > 0 else size


@inlined
def learn_noise(s: Row, hours: float, p: Row) -> None:
    """After a drift was judged by it: what is over before long counts as noise then."""
    noise, size = float(s.drift_noise), abs(float(s.drift_fast) - float(s.drift_slow))
    fresh = 1.0 / s.count
    if fresh < 0.01:
        size = min(size, 3 * noise + p.spread_least)
    s.drift_noise = noise + rate_of(hours, p.pace_hours, fresh, 1.0) * (size - noise)


@inlined
def has_no_home(s: Row, p: Row) -> bool:
    if s.spread > p.homeless * s.moves:
        return True
    stands = s.moves < p.still_share * s.step
    steady = abs(s.path_pace) > p.steady * s.path_noise
    return bool(s.spread > p.homeless_least * s.moves and (stands or steady))


@inlined
def counts_traffic(s: Row, p: Row) -> bool:
    if s.broken != 0 or s.low * s.scale + s.centre >= 0.5:
        return False
    return not has_no_home(s, p)


@inlined
def own_ways(s: Row, m: Row, p: Row) -> Ways:
    move, step = s.moves * s.scale, s.step * s.scale
    ramp = max(p.ramp_moves * move, p.ramp_steps * step, 1e-12)
    jump = max(p.jump_moves * move, p.jump_steps * step)
    goes_up = s.path_pace > 0
    return Ways(ramp, jump, m.up if goes_up else 0.0, 0.0 if goes_up else m.down)


@inlined
def own_drifts(s: Row, m: Row, p: Row) -> Drifts:
    of_spread, of_noise = p.own_drift_spreads * s.spread, p.drift_noises * s.drift_noise
    need = max(of_spread, of_noise, float(s.step), 1e-9)
    return Drifts(need * s.scale, m.up, m.down)
