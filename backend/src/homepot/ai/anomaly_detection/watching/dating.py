"""What stored readings say of what was found: since when it has been going on, and what else is off
with it. The transaction is the system's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from homepot.ai.anomaly_detection.engine import Deviation, Kind, MetricDeviation, Stage
from homepot.ai.anomaly_detection.watching.beginning import (
    LOOK_BACK,
    Seen,
    also_off,
    began,
    expected,
)
from homepot.ai.anomaly_detection.watching.fleet import learn_sets
from homepot.ai.anomaly_detection.watching.mind import Mind
from homepot.core.database import Connection
from homepot.telemetry.following import service as following
from homepot.telemetry.following.service import Row, Window

# Of one deviation; what else is off with it began about when they did.
_METRICS_MAX = 8
_LATEST = 3  # of five readings, that a median of them is off
_SUDDEN = {Kind.STEP, Kind.LIMIT, Kind.SURPRISE}
# A moment as a number is not as exact as a stored one.
_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Dated:
    """A deviation with what is off with it, and when each metric began, as far as it is known."""

    deviation: Deviation
    began: Mapping[str, float] = field(default_factory=dict)


async def dated(
    tx: Connection, mind: Mind, row: int, one: Deviation, known: Collection[str] = ()
) -> Dated:
    """`known` are the metrics of which it has been said before."""
    new = [m for m in one.metrics[:_METRICS_MAX] if m.kind in LOOK_BACK and m.name not in known]
    if one.stage is Stage.OVER or not new:
        return Dated(one)
    back = max(LOOK_BACK[m.kind] for m in new)
    rows = await _rows(tx, mind, row, one.detected_at, back)
    if one.kind in _SUDDEN:
        others = _others(mind, row, one, rows)
        new += [m for m in others if m.name not in known]
        one = _with(one, others)
    found = {}
    for metric in new:
        spec = mind.fleet.metric(row, metric.name)
        seen = _seen(mind, metric.name, rows, one.detected_at, LOOK_BACK[metric.kind])
        band = expected(mind.engine, str(row), metric.name, seen.at)
        begun = began(metric, spec, seen, band)
        if begun is not None:
            found[metric.name] = begun
    # Where readings say of all of it when it began, they say it better than how often they come.
    # A pause just before makes that a long time: it began within the last readings all the same.
    latest = [rows[-_LATEST][1]] if len(rows) >= _LATEST else []
    undated = [max([one.start, *latest])] if len(found) < len(new) else []
    return Dated(replace(one, start=min([*undated, *found.values()])), found)


def _others(mind: Mind, row: int, one: Deviation, rows: list[Row]) -> list[MetricDeviation]:
    if not rows:
        return []
    told = {m.name for m in one.metrics}
    found = []
    for name in mind.sets[rows[-1][2]]:
        if name not in told:
            seen = _seen(mind, name, rows[-_METRICS_MAX:], one.detected_at, LOOK_BACK[Kind.STEP])
            band = expected(mind.engine, str(row), name, seen.at)
            off = also_off(name, mind.fleet.metric(row, name), seen, band)
            found += [off] if off is not None else []
    return found


def _with(one: Deviation, others: list[MetricDeviation]) -> Deviation:
    """The same with more metrics, each with its share of all of them."""
    metrics = [*one.metrics, *others]
    whole = sum(m.strength for m in metrics) or 1.0
    shared = (replace(m, share=m.strength / whole) for m in metrics)
    return replace(one, metrics=tuple(sorted(shared, key=lambda m: -m.share))) if others else one


def _seen(mind: Mind, name: str, rows: list[Row], told_at: float, back: timedelta) -> Seen:
    since = told_at - back.total_seconds()
    at, value = [], []
    for _, moment, number, values in rows:
        names = mind.sets[number]
        if moment >= since and name in names:
            measured = values[names.index(name)]
            if np.isfinite(measured):
                at.append(moment)
                value.append(measured)
    return Seen(np.array(at, np.float64), np.array(value, np.float64))


async def _rows(tx: Connection, mind: Mind, row: int, told_at: float, back: timedelta) -> list[Row]:
    last = datetime.fromtimestamp(told_at, UTC) + _MOMENT
    found: dict[float, Row] = {}
    for window in following.within([row], last - back, last):
        left: Window | None = window
        while left is not None:
            some, left = await following.read(tx, left)
            found |= {one[1]: one for one in some if one[0] == row}
    rows = [found[at] for at in sorted(found)]
    await learn_sets(tx, mind, rows)
    return rows
