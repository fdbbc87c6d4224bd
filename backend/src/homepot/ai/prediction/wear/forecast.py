"""When each stream reaches its limit: the courses that fit, weighed by how well they do."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from homepot.ai.prediction.wear.arrays import Grid, grid_of
from homepot.ai.prediction.wear.courses import (
    Courses,
    Doubles,
    Fit,
    Flags,
    Places,
    courses_over,
    fit,
    prior,
)
from homepot.ai.prediction.wear.noise import excursions, greatest_excursion, lasting, wandering
from homepot.ai.prediction.wear.parameters import Parameters
from homepot.ai.prediction.wear.season import without_season
from homepot.ai.prediction.wear.steps import without_steps

HOURS_MIN = 24  # below this nothing is said
SAMPLES = 40
STREAMS_AT_ONCE = 1000
_NEVER_H = 1e6
_TINY = 1e-9
_MIDDLES = (np.arange(SAMPLES) + 0.5) / SAMPLES
_NORMAL = np.array([NormalDist().inv_cdf(float(one)) for one in _MIDDLES])
_TENTHS = [NormalDist().inv_cdf((k + 0.5) / 10) for k in range(10)]


@dataclass(frozen=True)
class Forecasts:
    """One row for each stream; the last five have a column for each of its limits.

    Hours are from now; not a number where nothing is told.
    """

    known: Places  # hours of history
    enough: Flags  # whether that is enough to say anything
    wears: Flags  # whether there is a wear that still goes on
    gain: Doubles  # by how many nats a wear is likelier than none
    held: Doubles  # the same gain without the last hours
    ongoing: Doubles  # how probable it is that it still goes on
    wander: Doubles  # the growth, in spreads of how far the level wandered before
    stands_out: Doubles  # what was seen to grow, in the greatest excursion before the onset
    level: Doubles  # now, without the season
    growth: Doubles  # since the onset
    onset: Doubles  # hours before now
    rate: Doubles  # per day, now
    far: Doubles  # how often what was seen to grow fits between the level and the limit
    crosses: Doubles
    lower: Doubles  # with `upper`, the middle nine tenths
    upper: Doubles
    samples: NDArray[np.float32]  # when the limit is reached: evenly likely moments, ascending

    def told(self, p: Parameters) -> Flags:
        """Which limits a wear will reach, as far as its course may be drawn on."""
        seen = np.minimum(self.onset, self.known)[:, None]
        near = np.nan_to_num(self.crosses, nan=np.inf) <= p.reach * seen
        near &= np.nan_to_num(self.far, nan=np.inf) <= p.reach_growth
        return np.asarray(self.wears[:, None] & near)


def forecast(
    values: Doubles, slots: NDArray[np.int64], limits: Doubles, p: Parameters
) -> Forecasts:
    """`values` are hourly means, streams as rows, up to now; `limits` lie above what is well, a
    column for each that a stream may have, not a number where it has none.

    A limit that lies below is told by the negative of both.
    """
    starts = range(0, max(len(values), 1), STREAMS_AT_ONCE)
    parts = [
        _some(values[at : at + STREAMS_AT_ONCE], slots, limits[at : at + STREAMS_AT_ONCE], p)
        for at in starts
    ]
    return Forecasts(
        *[np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])]
    )


def _some(values: Doubles, slots: NDArray[np.int64], limits: Doubles, p: Parameters) -> Forecasts:
    raw = grid_of(values)
    calm = without_season(raw, slots, p.season_clip, p.season_prior_days)
    level, begin, eased = without_steps(calm, p.step_spreads, p.mended_spreads)
    hours = level.values.shape[1]
    grid = Grid(level.values, level.known & (np.arange(hours) >= begin[:, None]))
    known = grid.known.sum(axis=1)
    out = _Out.empty(limits.shape, known)
    if hours < HOURS_MIN:
        return out.told(p)
    coarse = courses_over(hours, few=True)
    rough = _Fitted.of(grid, coarse, np.full(len(values), np.inf), p)
    rows = np.flatnonzero((rough.gain > p.gain_nats / 2) & (known >= HOURS_MIN))
    for at in range(0, len(rows), STREAMS_AT_ONCE // 4):
        some = rows[at : at + STREAMS_AT_ONCE // 4]
        onset = (hours - coarse.onset[rough.course[some]]).astype(np.float64)
        some_grid = grid.take(some)
        daily = wandering(level.take(some), onset)
        ridge = rough.noise[some] / (p.drift_share * daily / 24) ** 2
        fine = courses_over(hours, few=False)
        found = _Fitted.of(some_grid, fine, ridge, p)
        season = raw.values[some] - calm.values[some]
        usual, more = excursions(
            found.left + season, onset, round(p.excursion_hours), 1 - p.excursion_above
        )
        out.columns["held"][some] = _held(some_grid, found.gain, fine, ridge, p)
        out.put(
            some, found, fine, _Aim(some_grid, limits[some], usual, more, eased[some]), daily, p
        )
    return out.told(p)


def _held(grid: Grid, gain: Doubles, courses: Courses, ridge: Doubles, p: Parameters) -> Doubles:
    """What a wear gains where the last hours are not known: a moment that stands out at the end
    looks like the steep end of a course, and is over as fast as it came.
    """
    held = np.zeros(len(gain))
    rows = np.flatnonzero(gain > p.gain_nats)
    if len(rows):
        known = grid.known[rows]
        known[:, known.shape[1] - round(p.held_hours) :] = False
        values = np.where(known, grid.values[rows], 0).astype(np.float32)
        held[rows] = _Fitted.of(Grid(values, known), courses, ridge[rows], p).gain
    return held


@dataclass(frozen=True)
class _Fitted:
    """All courses fitted, the best one of each stream, and the noise it leaves."""

    fit: Fit
    course: Places
    noise: Doubles  # the variance that counts against one hour
    gain: Doubles
    log: Doubles
    left: Doubles  # what the best course leaves; not a number where nothing is known
    hours: int

    @classmethod
    def of(cls, grid: Grid, courses: Courses, ridge: Doubles, p: Parameters) -> "_Fitted":
        fitted = fit(grid, courses, ridge)
        hours = grid.values.shape[1]
        possible = fitted.growth > 0
        course = np.where(possible, fitted.error, np.inf).argmin(axis=1)
        rows = np.arange(len(course))
        growth, level = fitted.growth[rows, course], fitted.level[rows, course]
        drift = fitted.drift[rows, course][:, None] * (np.arange(hours) + 0.5 - hours)
        shape = courses.shapes[course] - 1
        left = np.where(
            grid.known, grid.values - level[:, None] - growth[:, None] * shape - drift, np.nan
        )
        noise = lasting(left, round(p.block_hours)) + _TINY
        log = prior(courses, p) - np.where(possible, fitted.error, np.inf) / (2 * noise[:, None])
        top = log.max(axis=1)
        gain = np.where(np.isfinite(top), top + fitted.flat / (2 * noise), 0)
        return cls(fitted, course, noise, gain, log, left, hours)


@dataclass(frozen=True)
class _Aim:
    """What was seen, the limits, and how far the highest hours lie above a course."""

    grid: Grid
    limits: Doubles  # of each stream, a column for each
    usual: Doubles
    more: Doubles  # what the wear has added to that so far
    eased: Doubles  # by how much an hour clean-ups and their like keep it down

    def room(self, place: int, level: Doubles, growth: Doubles) -> Doubles:
        """How much further a level may grow until its highest hours reach this limit."""
        limit = np.nan_to_num(self.limits[:, place] - self.usual)
        room = np.maximum(limit[:, None] - level, 0)
        worn = np.maximum(growth, _TINY)
        # more (growth + room left) / growth is what the wear will have added by then
        share = np.minimum(self.more[:, None] / worn, 1)
        return np.asarray(np.maximum(room - share * worn, 0) / (1 + share))


@dataclass(frozen=True)
class _Out:
    known: Places
    columns: dict[str, Doubles]
    far: Doubles
    samples: NDArray[np.float32]

    @classmethod
    def empty(cls, shape: tuple[int, ...], known: Places) -> "_Out":
        names = ("held", "ongoing", "wander", "stands_out", "level", "growth", "onset", "rate")
        columns = {name: np.full(shape[0], np.nan) for name in names}
        columns["gain"] = np.zeros(shape[0])
        far = np.full(shape, np.nan)
        return cls(known, columns, far, np.full((*shape, SAMPLES), np.nan, np.float32))

    def put(
        self, rows: Places, found: _Fitted, courses: Courses, aim: "_Aim", daily: Doubles,
        p: Parameters,
    ) -> None:  # fmt: skip
        weight = np.exp(found.log - found.log.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        of = np.flatnonzero(~courses.stood)
        share = weight[:, of].sum(axis=1)
        going = weight[:, of] / np.maximum(share, _TINY)[:, None]
        long = (found.hours - courses.onset[of]).astype(np.float64)
        bend = courses.bend[of]
        growth = np.maximum(found.fit.growth[:, of], 0)

        def mean(what: Doubles) -> Doubles:
            return np.asarray((going * what).sum(axis=1))

        grown, onset = mean(growth), mean(np.broadcast_to(long, growth.shape))
        self.columns["gain"][rows] = found.gain
        self.columns["ongoing"][rows] = share
        self.columns["level"][rows] = mean(found.fit.level[:, of])
        self.columns["growth"][rows] = grown
        self.columns["onset"][rows] = onset
        self.columns["rate"][rows] = mean(growth * bend / long + found.fit.drift[:, of]) * 24
        self.columns["wander"][rows] = grown / (daily * np.sqrt(np.maximum(onset / 24, 1)))
        seen = grown * np.minimum(1, self.known[rows] / np.maximum(onset, 1))
        start = self.columns["level"][rows] - seen
        before = greatest_excursion(aim.grid, onset, start, round(p.block_hours / 2))
        self.columns["stands_out"][rows] = seen / np.maximum(before, _TINY)
        unsure = np.sqrt(found.noise[:, None] / found.fit.weight[:, of])
        drift = found.fit.drift[:, of] - aim.eased[:, None]
        pace = np.maximum(self.columns["rate"][rows] / 24, _TINY)
        blur = np.minimum(np.sqrt(found.noise) / pace, 24) + p.blur_hours
        chance = np.tile(going / len(_TENTHS), (1, len(_TENTHS)))
        wears = self._wears(p)[rows]
        for place in range(aim.limits.shape[1]):
            some = np.flatnonzero(wears & np.isfinite(aim.limits[:, place]))
            if not len(some):
                continue
            room = aim.room(place, found.fit.level[:, of], growth)[some]
            off = (going[some] * room).sum(axis=1)
            self.far[rows[some], place] = off / np.maximum(seen[some], _TINY)
            when = [
                _crossing(room, (growth + z * unsure)[some], drift[some], long, bend)
                for z in _TENTHS
            ]
            self.samples[rows[some], place] = _evenly(
                np.concatenate(when, axis=1), chance[some], p.doubt, blur[some]
            )

    def _wears(self, p: Parameters) -> Flags:
        columns = {name: np.nan_to_num(one) for name, one in self.columns.items()}
        return np.asarray(
            (self.known >= HOURS_MIN)
            & (columns["gain"] > p.gain_nats)
            & (columns["wander"] > p.wander_spreads)
            & (columns["ongoing"] > p.ongoing)
            & (columns["held"] > p.gain_nats)
            & (columns["stands_out"] > p.past_excursions)
            & (columns["onset"] >= p.seen_hours)
        )

    def told(self, p: Parameters) -> Forecasts:
        samples = self.samples.astype(np.float64)
        low, middle = round(0.05 * SAMPLES), SAMPLES // 2
        return Forecasts(
            known=self.known, enough=self.known >= HOURS_MIN, wears=self._wears(p),
            far=self.far, samples=self.samples,
            crosses=samples[..., middle - 1 : middle + 1].mean(axis=-1),
            lower=samples[..., low - 1 : low + 1].mean(axis=-1),
            upper=samples[..., SAMPLES - low - 1 : SAMPLES - low + 1].mean(axis=-1),
            **self.columns,
        )  # fmt: skip


def _crossing(
    room: Doubles, growth: Doubles, drift: Doubles, long: Doubles, bend: Doubles
) -> Doubles:
    """Hours until level + growth (x ** bend - 1) + drift hours reaches the limit."""
    when = np.zeros(room.shape)
    growth = np.maximum(growth, _TINY)
    for _ in range(2):  # the drift is small: once without it, once with what it does until then
        left = np.maximum(room - drift * np.minimum(when, 720), 0)
        part = np.minimum(1 + left / growth, 1e9) ** (1 / bend)
        when = np.minimum((part - 1) * long, _NEVER_H)
    return when


def _evenly(when: Doubles, chance: Doubles, doubt: float, blur: Doubles) -> NDArray[np.float32]:
    """Moments between which the crossing is evenly likely to lie: each course doubted a little,
    and no moment sharper than the noise about it.
    """
    order = np.argsort(when, axis=1)
    when = np.take_along_axis(when, order, axis=1)
    sums = np.take_along_axis(chance, order, axis=1).cumsum(axis=1)
    found = np.array([np.interp(_MIDDLES, sums[row], when[row]) for row in range(len(when))])
    middle = np.median(found, axis=1, keepdims=True)
    # two doubts that have nothing to do with each other: their squares add
    own, more, unsharp = found - middle, doubt * middle * _NORMAL, blur[:, None] * _NORMAL
    both = middle + np.sign(_NORMAL) * np.sqrt(own**2 + more**2 + unsharp**2)
    return np.asarray(np.maximum(both, 0), np.float32)
