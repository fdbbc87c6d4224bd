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

import math
from typing import NamedTuple

from homepot.ai.anomaly_detection.engine.columns import Row
from homepot.ai.anomaly_detection.engine.compiling import inlined, seldom
from homepot.ai.anomaly_detection.engine.halves import half_of, is_none, number_of
from homepot.ai.anomaly_detection.engine.state import SLOTS

DAY = SLOTS // 2
CLIP = 4.0  # a residual moves what is learnt by no more than this
_FAR = 6e4
_LIE = 10.0


class Hour(NamedTuple):
    """Where a reading lies in the week."""

    slot: int
    before: int
    after: int
    part: float  # of the way from the middle of this hour to that of the next, from -0.5 on


class Usual(NamedTuple):
    """What is usual at a moment, as distances from the stream's centre."""

    own: float  # the hour's mean
    smooth: float  # the mean between the middles of the hours
    least: float  # of the hour and its neighbours: what begins a little early is no news
    most: float


@inlined
def hour_of(local_s: float) -> Hour:
    """The place in the week of a moment by the site's clock, in seconds since 1970.

    >>> hour_of(45 * 60.0).slot, hour_of(3 * 86400.0).slot, hour_of(2 * 86400.0).slot
    (0, 24, 24)
    """
    hours = local_s / 3600.0
    whole = math.floor(hours)
    hour = int(whole) % DAY
    # 1970 began on a Thursday.
    weekend = (math.floor(local_s / 86400.0) + 3) % 7 >= 5
    base = DAY if weekend else 0
    return Hour(
        base + hour, base + (hour + DAY - 1) % DAY, base + (hour + 1) % DAY, hours - whole - 0.5
    )


@inlined
def mean_of(s: Row, slot: int, unseen: float) -> float:
    mean = s.season[slot]
    if is_none(mean):
        mean = s.season[(slot + DAY) % SLOTS]
        if is_none(mean):
            return unseen
    return number_of(mean)


@inlined
def usual_of(s: Row, hour: Hour, u: float) -> Usual:
    own = mean_of(s, hour.slot, u)
    before, after = mean_of(s, hour.before, own), mean_of(s, hour.after, own)
    side = before if hour.part < 0 else after
    smooth = own + (side - own) * abs(hour.part)
    return Usual(own, smooth, min(before, after, own), max(before, after, own))


@seldom
def beyond_all_hours(s: Row, base: float) -> float:
    """How far something is outside of what it is like at any hour of the week."""
    least, most = math.inf, -math.inf
    for slot in range(SLOTS):
        if not is_none(s.season[slot]):
            mean = number_of(s.season[slot])
            least, most = min(least, mean), max(most, mean)
    return 0.0 if least > most else base - min(max(base, least), most)


@inlined
def learn(s: Row, hour: Hour, own: float, left: float, hours: float, p: Row) -> None:
    weight = min(hours * p.season_weight, 0.2)
    s.season[hour.slot] = half_of(min(max(own + weight * left, -_FAR), _FAR))


@inlined
def bounded(s: Row, left: float, hours: float, known: float, p: Row) -> float:
    """A single reading moves what is usual by little; but where readings lie far off day after day,
    because the first ones were all of one night or of a few minutes, by as much as they do. Not
    where nobody knows what a metric means: there rarity speaks.
    """
    # One reading that lies is no day.
    far = min(abs(left), _LIE * max(float(s.reach), p.reach_far))
    reach = s.reach + min(hours / p.reach_hours, 0.2) * (far - s.reach)
    s.reach = reach
    most = CLIP
    if reach > p.reach_far and known > 0:
        most = reach * p.reach_share
    return min(max(left, -most), most)


@seldom
def with_traffic(s: Row, usual: Usual, u: float, factor: float) -> Usual:
    """What is usual where the site is busier or quieter; learns how far that goes."""
    if abs(factor - 1) <= 0.02:
        return usual
    low = math.inf
    for slot in range(SLOTS):
        if not is_none(s.season[slot]):
            low = min(low, number_of(s.season[slot]))
    if low == math.inf:
        low = usual.smooth
    extra = (usual.smooth - low) * (factor - 1)
    off = min(max(u - usual.smooth, -CLIP), CLIP)
    s.busy_with = s.busy_with * 0.999 + extra * off
    s.busy_own = s.busy_own * 0.999 + extra * extra
    follows = s.busy_with / (s.busy_own + 10 * s.spread * s.spread + 1e-6)
    by = min(max(follows, 0.0), 1.5) * extra
    return Usual(usual.own, usual.smooth + by, usual.least + by, usual.most + by)


@inlined
def restless(s: Row, hour: Hour, off: float, hours: float, p: Row) -> float:
    """The mean distance from the usual in this hour of the week, before this reading; learns it.

    A job of twenty minutes each night does not move the hour's mean enough to be usual; it makes
    the hour restless. That is forgotten more slowly than it is learnt: what was there one night of
    the week is no news in the next.
    """
    known = number_of(s.restless[hour.slot])
    more = min(abs(off), 10 * s.spread + 1e-3) - known
    rate = min(hours * (p.restless_weight if more > 0 else p.restless_fade), 0.2)
    s.restless[hour.slot] = half_of(min(known + rate * more, _FAR))
    return known
