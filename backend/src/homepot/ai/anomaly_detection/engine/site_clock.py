"""A site's own clock, for whole arrays of moments."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles, Places

_QUARTER_S = 900  # zones change at whole quarters of an hour
_FORTNIGHT_S = 14 * 86400  # no zone changes there and back within it


@lru_cache(maxsize=4096)
def _offset_s(zone: str, quarter: int) -> float:
    moment = datetime.fromtimestamp(quarter * _QUARTER_S, UTC).astimezone(ZoneInfo(zone))
    offset = moment.utcoffset()
    return offset.total_seconds() if offset else 0.0


def local_seconds(zones: list[str], zone: Places, at: Doubles) -> Doubles:
    """Seconds since 1970 as the clocks on the walls show them.

    >>> local_seconds(["Europe/Berlin"], np.array([0]), np.array([1751371200.0])) - 1751371200.0
    array([7200.])
    """
    if not len(at):
        return at.copy()
    earliest, latest = float(at.min()), float(at.max())
    if earliest >= 0 and latest - earliest < _FORTNIGHT_S:
        before, after = (
            np.array([_offset_s(one, int(moment // _QUARTER_S)) for one in zones])
            for moment in (earliest, latest)
        )
        if (before == after).all():
            shifted: Doubles = at + before[zone]
            return shifted
    return _one_by_one(zones, zone, at)


def _one_by_one(zones: list[str], zone: Places, at: Doubles) -> Doubles:
    local = at.copy()
    for place in np.flatnonzero(np.bincount(zone)):
        here = np.flatnonzero(zone == place)
        quarters = (at[here] // _QUARTER_S).astype(np.int64)
        least, most = int(quarters.min()), int(quarters.max())
        first = _offset_s(zones[place], least)
        if (most - least) * _QUARTER_S < _FORTNIGHT_S and first == _offset_s(zones[place], most):
            local[here] += first
            continue
        known, which = np.unique(quarters, return_inverse=True)
        local[here] += np.array([_offset_s(zones[place], int(q)) for q in known])[which]
    return local
