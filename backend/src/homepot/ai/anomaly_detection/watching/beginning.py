"""Since when what was found has been going on: detection is sure some readings later. Pure.

    step, surprise   the first reading outside of what was to be expected, of those that led to it
    limit            ... beyond the limit
    frozen           the first reading of the value at which it stands
    ramp             where the way of the last day and a half bends (the bend of least squares)

What drifts, and what is off together with others, has no first reading: it is dated by when it was
seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine import Engine, Kind, MetricDeviation, MetricSpec
from homepot.ai.anomaly_detection.engine.columns import Doubles
from homepot.ai.anomaly_detection.engine.expected import Band, Expectations
from homepot.ai.anomaly_detection.engine.meaning import Direction, meaning_of

# How far back it is looked for.
_SOON, _LONG = timedelta(hours=6), timedelta(hours=36)
LOOK_BACK: Mapping[Kind, timedelta] = {
    Kind.STEP: _SOON,
    Kind.SURPRISE: _SOON,
    Kind.LIMIT: _SOON,
    Kind.FROZEN: _LONG,
    Kind.RAMP: _LONG,
}
# So many readings in a row as expected are no part of it any more: of five, two may be.
_CALM_READINGS = 3
_UP = (Direction.UP, Direction.BOTH)
_DOWN = (Direction.DOWN, Direction.BOTH)
_BENDS, _POINTS_MAX, _POINTS_MIN = 60, 600, 12


@dataclass(frozen=True)
class Seen:
    """The readings of one metric up to when its deviation was told, in the order of time."""

    at: Doubles
    value: Doubles


def expected(engine: Engine, device_id: str, metric: str, at: Doubles) -> Band | None:
    """What the engine at hand expects of one stream."""
    place = engine.stream_places.get((device_id, metric))
    if place is None:
        return None
    device = engine.device_places[device_id]
    known = engine.streams.columns().items()
    one = Expectations(
        {(device_id, metric): 0},
        engine.zones,
        engine.zone[device : device + 1].astype(np.intp),
        engine.meaning[place : place + 1],
        engine.measures,
        engine.parameters,
        {name: column[place : place + 1] for name, column in known},
    )
    return one.band(device_id, metric, at)


def also_off(name: str, spec: MetricSpec, seen: Seen, band: Band | None) -> MetricDeviation | None:
    """A metric that is as far off as would be told, and that has only not lasted long enough yet:
    where another is told, it is told with it."""
    meaning = meaning_of(name, spec.unit, spec.direction)
    if band is None or not (meaning.known and meaning.steps) or len(seen.at) < _CALM_READINGS:
        return None
    last = slice(-_CALM_READINGS, None)
    above = meaning.direction in _UP and bool((seen.value[last] > band.high[last]).all())
    below = meaning.direction in _DOWN and bool((seen.value[last] < band.low[last]).all())
    if not (above or below):
        return None
    value = float(np.median(seen.value[last]))
    low, usual, high = (float(one[-1]) for one in (band.low, band.usual, band.high))
    half = max(high - usual if above else usual - low, 1e-9)
    return MetricDeviation(
        name, Kind.STEP, 0.0, value - usual, value, usual, low, high, 1.0,
        abs(value - usual) / half,
    )  # fmt: skip


def began(one: MetricDeviation, spec: MetricSpec, seen: Seen, band: Band | None) -> float | None:
    """None where no reading says it."""
    if not len(seen.at):
        return None
    if one.kind is Kind.RAMP:
        return _bend(_way(seen, spec), up=one.size >= 0)
    if one.kind is Kind.FROZEN:
        off = seen.value != seen.value[-1]
        return float(seen.at[_run(off, 1)])
    up = one.size >= 0
    if one.kind is Kind.LIMIT:
        up = one.value > spec.above
        edge: Any = spec.above if up else spec.below
    elif band is None:
        edge = (one.usual + one.value) / 2
    else:
        # What is off by less than half of it, where much is expected, is on its way already.
        most = np.abs((band.high if up else band.low) - band.usual)
        room = np.minimum(most, abs(one.size) / 2)
        edge = band.usual + room if up else band.usual - room
    inside = seen.value <= edge if up else seen.value >= edge
    if inside.all():
        return None
    return float(seen.at[_run(np.asarray(inside), _CALM_READINGS)])


def _run(ended: NDArray[np.bool_], calm: int) -> int:
    """Where the run that reaches the end begins; so many in a row that are none of it end it.

    >>> _run(np.array([False, True, True, True, False, True, False]), 3)
    4
    """
    first, quiet = len(ended) - 1, 0
    for place in range(len(ended) - 1, -1, -1):
        quiet = quiet + 1 if ended[place] else 0
        if quiet >= calm:
            break
        if not ended[place]:
            first = place
    return first


def _way(seen: Seen, spec: MetricSpec) -> Seen:
    """The way gone, jumps left out: copied files and clean-ups are no part of a steady move."""
    jump = meaning_of(spec.name, spec.unit, spec.direction).jump
    steps = np.diff(seen.value, prepend=seen.value[0])
    if jump:
        steps = np.where(np.abs(steps) > jump, 0.0, steps)
    every = len(seen.at) // _POINTS_MAX + 1
    return Seen(seen.at[::every], np.cumsum(steps)[::every])


def _bend(way: Seen, *, up: bool) -> float | None:
    """value = a + b t + c max(0, t - bend), for the bend that leaves the least; where the way is
    steeper in the right direction after it than before."""
    if len(way.at) < _POINTS_MIN:
        return None
    whole = way.at[-1] - way.at[0]
    t = (way.at - way.at[0]) / whole
    best: tuple[float, float] | None = None
    for bend in np.linspace(0.02, 0.98, _BENDS):
        shape = np.column_stack([np.ones_like(t), t, np.maximum(0.0, t - bend)])
        found, *_ = np.linalg.lstsq(shape, way.value, rcond=None)
        left = float(np.square(shape @ found - way.value).sum())
        turns = found[2] > 0 if up else found[2] < 0
        if turns and (best is None or left < best[0]):
            best = left, float(bend)
    return None if best is None else float(way.at[0] + best[1] * whole)
