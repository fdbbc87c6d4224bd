"""What is usual at this hour: a mean for each hour of a working day and of a weekend, by the
site's own clock; and how restless that hour is.

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

from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats, Places, spread_over
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.state import SLOTS, Memories, Streams

DAY = SLOTS // 2
CLIP = 4.0  # a residual moves what is learnt by no more than this


@dataclass
class Hour:
    """Where readings lie in the week."""

    slot: Places
    before: Places
    after: Places
    part: Floats  # of the way from the middle of this hour to that of the next, from -0.5 on

    def of(self, places: Places) -> "Hour":
        return Hour(*[spread_over(one, places) for one in vars(self).values()])


def hour_of(local_s: Doubles) -> Hour:
    """The place in the week of moments by the site's clock, in seconds since 1970.

    >>> hour_of(np.array([45 * 60.0])).slot, hour_of(np.array([3 * 86400.0])).slot
    (array([0]), array([24]))
    """
    hours = local_s / 3600.0
    whole = np.floor(hours)
    hour = whole.astype(np.int64) % DAY
    # 1970 began on a Thursday.
    weekend = ((local_s // 86400).astype(np.int64) + 3) % 7 >= 5
    base = np.where(weekend, DAY, 0)
    return Hour(
        slot=(base + hour).astype(np.intp),
        before=(base + (hour - 1) % DAY).astype(np.intp),
        after=(base + (hour + 1) % DAY).astype(np.intp),
        part=(hours - whole - 0.5).astype(np.float32),
    )


@dataclass
class Usual:
    """What is usual at a moment, as distances from the stream's centre."""

    own: Floats  # the hour's mean
    smooth: Floats  # the mean between the middles of the hours
    least: Floats  # of the hour and its neighbours: what begins a little early is no news
    most: Floats

    def moved(self, by: Floats) -> None:
        self.smooth += by
        self.least += by
        self.most += by


def read(memories: Memories, rows: Places, hour: Hour, u: Floats) -> Usual:
    own = _mean(memories, rows, hour.slot, u)
    before = _mean(memories, rows, hour.before, own)
    after = _mean(memories, rows, hour.after, own)
    side = np.where(hour.part < 0, before, after)
    side -= own
    side *= np.abs(hour.part)
    side += own
    least, most = np.minimum(before, after), np.maximum(before, after, out=after)
    return Usual(
        own=own,
        smooth=side,
        least=np.minimum(least, own, out=least),
        most=np.maximum(most, own, out=most),
    )


def _mean(memories: Memories, rows: Places, slot: Places, unseen: Floats) -> Floats:
    flat = memories.season.reshape(-1)
    start = rows * SLOTS
    mean: Floats = flat.take(start + slot).astype(np.float32)
    unknown = np.isnan(mean)
    if unknown.any():
        lost = np.flatnonzero(unknown)
        other = flat[start[lost] + (slot[lost] + DAY) % SLOTS].astype(np.float32)
        mean[lost] = np.where(np.isnan(other), unseen[lost], other)
    return mean


def bounded(block: Streams, left: Floats, hours: Floats, known: Floats, p: Parameters) -> Floats:
    """A single reading moves what is usual by little; but where readings lie far off day after day,
    because the first ones were all of one night or of a few minutes, by as much as they do. Not
    where nobody knows what a metric means: there rarity speaks.
    """
    rate = np.minimum(hours / np.float32(p.reach_hours), np.float32(0.2))
    block.reach += rate * (np.minimum(np.abs(left), np.float32(1e4)) - block.reach)
    off: Floats = np.clip(left, -CLIP, CLIP)
    far = np.flatnonzero((block.reach > p.reach_far) & (known > 0))
    if len(far):
        most = block.reach[far] * np.float32(p.reach_share)
        off[far] = np.clip(left[far], -most, most)
    return off


def learn(
    memories: Memories, rows: Places, hour: Hour, own: Floats, left: Floats, weight: Floats
) -> None:
    new = weight * left
    new += own
    np.clip(new, -6e4, 6e4, out=new)
    memories.season.reshape(-1)[rows * SLOTS + hour.slot] = new.astype(np.float16)


def with_traffic(
    memories: Memories, rows: Places, block: Streams, usual: Usual, u: Floats, factor: Floats
) -> None:
    """Moves what is usual where the site is busier or quieter; learns how far that goes."""
    moved = np.flatnonzero(np.abs(factor - 1) > 0.02)
    if not len(moved):
        return
    smooth = usual.smooth
    low = np.nanmin(memories.season[rows[moved]].astype(np.float32), axis=1, initial=np.inf)
    low = np.where(np.isfinite(low), low, smooth[moved])
    extra = (smooth[moved] - low) * (factor[moved] - 1)
    off = np.clip(u[moved] - smooth[moved], -4, 4)
    both = block.busy_with[moved] * np.float32(0.999) + extra * off
    own = block.busy_own[moved] * np.float32(0.999) + extra * extra
    follows = np.clip(both / (own + 10 * block.spread[moved] ** 2 + np.float32(1e-6)), 0, 1.5)
    block.busy_with[moved], block.busy_own[moved] = both, own
    by = np.zeros(len(u), np.float32)
    by[moved] = follows * extra
    usual.moved(by)


def restless(
    memories: Memories, rows: Places, hour: Hour, off: Floats, weight: Floats, fade: Floats
) -> Floats:
    """The mean distance from the usual in this hour of the week, before this reading; learns it.

    A job of twenty minutes each night does not move the hour's mean enough to be usual; it makes
    the hour restless. That is forgotten more slowly than it is learnt: what was there one night of
    the week is no news in the next.
    """
    flat, place = memories.restless.reshape(-1), rows * SLOTS + hour.slot
    known: Floats = flat.take(place).astype(np.float32)
    more = off - known
    rate = np.where(more > 0, weight, fade)
    rate *= more
    rate += known
    flat[place] = rate.astype(np.float16)
    return known
