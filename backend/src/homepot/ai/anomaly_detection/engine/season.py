"""What is usual at this hour: a mean for each hour of a working day and of a weekend, by the
site's own clock.

    season[h] += a (u - season[h])        a = min(0.2, w dt / 1 h)

so an hour counts as much against its past whether it had four readings or four hundred. An hour
that was never seen takes the other kind of day's value, and else is as the reading itself. For
sizes in a metric's own unit the mean is read between the middles of the hours.

Where a site has its traffic measured, the part of the season above its quietest hour grows with
it: usual = low + (season - low) (1 + b (f - 1)), with f the site's traffic of this hour against
its usual and b, between 0 and 1.5, how far this stream follows, learnt by least squares.
"""

from dataclasses import dataclass

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats, Places
from homepot.ai.anomaly_detection.engine.state import SLOTS, Memories, Streams

DAY = SLOTS // 2


@dataclass
class Hour:
    """Where readings lie in the week."""

    slot: Places
    nearer: Places  # the hour beside it that the reading is closer to
    share: Floats  # of the nearer hour in the mean between the two

    def of(self, places: Places) -> "Hour":
        return Hour(self.slot[places], self.nearer[places], self.share[places])


def hour_of(local_s: Doubles) -> Hour:
    """The place in the week of moments by the site's clock, in seconds since 1970.

    >>> hour_of(np.array([45 * 60.0])).slot, hour_of(np.array([3 * 86400.0])).slot
    (array([0]), array([0]))
    >>> hour_of(np.array([2 * 86400.0 + 7200])).slot  # the third day of 1970 was a Saturday
    array([26])
    """
    hours = local_s / 3600.0
    whole = np.floor(hours)
    part = (hours - whole - 0.5).astype(np.float32)
    hour = whole.astype(np.int64) % DAY
    side = np.where(part < 0, hour - 1, hour + 1) % DAY
    weekend = ((local_s // 86400).astype(np.int64) + 3) % 7 >= 5
    base = np.where(weekend, DAY, 0)
    return Hour((base + hour).astype(np.intp), (base + side).astype(np.intp), np.abs(part))


def read(memories: Memories, rows: Places, hour: Hour, u: Floats) -> tuple[Floats, Floats]:
    """The hour's mean, and the mean between the middles of the hours."""
    flat = memories.season.reshape(-1)
    start = rows * SLOTS
    own = flat[start + hour.slot].astype(np.float32)
    unseen = np.flatnonzero(np.isnan(own))
    if len(unseen):
        other = flat[start[unseen] + (hour.slot[unseen] + DAY) % SLOTS].astype(np.float32)
        own[unseen] = np.where(np.isnan(other), u[unseen], other)
    side = flat[start + hour.nearer].astype(np.float32)
    lost = np.flatnonzero(np.isnan(side))
    if len(lost):
        other = flat[start[lost] + (hour.nearer[lost] + DAY) % SLOTS].astype(np.float32)
        side[lost] = np.where(np.isnan(other), own[lost], other)
    return own, own + hour.share * (side - own)


def learn(
    memories: Memories, rows: Places, hour: Hour, own: Floats, left: Floats, weight: Floats
) -> None:
    new = own + weight * left
    np.clip(new, -6e4, 6e4, out=new)
    memories.season.reshape(-1)[rows * SLOTS + hour.slot] = new.astype(np.float16)


def with_traffic(
    memories: Memories, rows: Places, block: Streams, smooth: Floats, u: Floats, factor: Floats
) -> Floats:
    """What is usual where the site is busier or quieter than usual; learns how far that goes."""
    moved = np.flatnonzero(np.abs(factor - 1) > 0.02)
    if not len(moved):
        return smooth
    low = np.nanmin(memories.season[rows[moved]].astype(np.float32), axis=1, initial=np.inf)
    low = np.where(np.isfinite(low), low, smooth[moved])
    extra = (smooth[moved] - low) * (factor[moved] - 1)
    off = np.clip(u[moved] - smooth[moved], -4, 4)
    both = block.busy_with[moved] * np.float32(0.999) + extra * off
    own = block.busy_own[moved] * np.float32(0.999) + extra * extra
    follows = np.clip(both / (own + 10 * block.spread[moved] ** 2 + np.float32(1e-6)), 0, 1.5)
    block.busy_with[moved], block.busy_own[moved] = both, own
    usual = smooth.copy()
    usual[moved] += follows * extra
    return usual
