"""What the readings of a device did while something was wrong, in numbers that can be compared.

For each metric: how far it was from what is usual for it at that time of day, in the metric's
own measure of what matters to a person; whether it got there at once or little by little;
whether it stood still; and when it began, beside the others. For the device: whether it was
silent, and whether its neighbours were too; how long it lasted; what kind of device in what kind
of room. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.meaning import Direction, Meaning, meaning_of

Doubles = NDArray[np.float64]
Span = tuple[float, float]  # seconds since 1970

BASELINE_DAYS = 14
SILENT = 0.3  # share of the reports; as many are lost now and then without any trouble
_DAY_S = 86_400.0
_READINGS_MIN = 12  # fewer before it say nothing about what is usual
_RECENT_S = 2 * _DAY_S  # the level of the last days counts, not that of a fortnight ago
_RECENT_MIN = 24
_TROUBLED_SHARE = 0.1  # what is usual is told by the nine tenths that are least unusual
_COLD_CELSIUS = 10.0
_CELSIUS = re.compile(r"temp|celsius", re.IGNORECASE)
_PARTS = 8  # a long time is smoothed to about so many parts: a day's ups and downs are none of it
_PLAIN_BELOW = 0.2  # of the largest: less is no part of the picture


@dataclass(frozen=True)
class MetricSign:
    """One metric; sizes in what matters of it (1 is just worth a person's while)."""

    height: float = 0.0  # signed, against the usual
    ramp: float = 0.0  # 0 all at once, 1 little by little
    flat: float = 0.0  # share of the time in which it repeated one value, beyond its habit
    onset: float = 0.0  # when it began, as a share of the whole time


@dataclass(frozen=True)
class Signature:
    device_type: str
    hours: float
    silent: float = 0.0  # share of the reports that did not come
    around: float = 0.0  # share of the site's other devices that were silent as well
    is_cold: bool = False  # in a room kept cold
    metrics: Mapping[str, MetricSign] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether the readings showed anything at all; what shows nothing is like nothing."""
        return bool(self.metrics) or self.silent > SILENT

    def as_json(self) -> dict[str, Any]:
        whole = asdict(self)
        whole["metrics"] = {
            name: {key: round(value, 3) for key, value in asdict(sign).items()}
            for name, sign in self.metrics.items()
        }
        return whole | {name: round(whole[name], 3) for name in ("hours", "silent", "around")}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Signature":
        signs = {name: MetricSign(**sign) for name, sign in given["metrics"].items()}
        return cls(**{**given, "metrics": signs})


@dataclass(frozen=True)
class Readings:
    """What one device reported, ascending in time; NaN where a report lacked a metric."""

    at: Doubles  # seconds since 1970
    values: Mapping[str, Doubles]

    def between(self, start: float, end: float) -> "Readings":
        """From `start` on, up to and with `end`."""
        first, last = np.searchsorted(self.at, [start, end], side="left").tolist()
        last += int(last < len(self.at) and self.at[last] == end)
        part = slice(first, last)
        return Readings(self.at[part], {name: one[part] for name, one in self.values.items()})


def signature_of(
    readings: Readings,
    start: float,
    end: float,
    device_type: str,
    *,
    around: float = 0.0,
    meanings: Mapping[str, Meaning] | None = None,
    troubled: Sequence[Span] = (),
) -> Signature:
    """The signature of [start, end] from readings that reach `BASELINE_DAYS` before it.

    A metric without enough history, or that did nothing unusual, is not in it. `troubled`: the
    times of other incidents of the device; what it did then is no measure of what is usual.
    """
    whole = readings.between(start - BASELINE_DAYS * _DAY_S, np.nextafter(start, 0))
    before = _calm(whole, troubled)
    during = readings.between(start, end)
    signs: dict[str, MetricSign] = {}
    is_cold = False
    for name in readings.values:
        meaning = (meanings or {}).get(name) or meaning_of(name)
        if meaning.direction is Direction.NONE and not meaning.traffic:
            continue  # the time since the start, a counter: neither way is worse
        known = np.isfinite(before.values[name])
        if int(known.sum()) < _READINGS_MIN:
            continue
        past = before.values[name][known]
        is_cold |= bool(_CELSIUS.search(name)) and float(np.median(past)) < _COLD_CELSIUS
        there = np.isfinite(during.values[name])
        if there.any():
            signs[name] = _sign_of(
                (before.at[known], past), (during.at[there], during.values[name][there]), meaning
            )
    return Signature(
        device_type,
        hours=max(end - start, 60.0) / 3600,
        silent=_silent(whole.at, during.at, start, end),
        around=around,
        is_cold=is_cold,
        metrics=_plain(signs),
    )


def _calm(readings: Readings, troubled: Sequence[Span]) -> Readings:
    """Without the times of trouble, where they would show: lately, or in much of the readings."""
    is_troubled = np.zeros(len(readings.at), np.bool_)
    for start, end in troubled:
        is_troubled |= (readings.at >= start) & (readings.at <= end)
    if not is_troubled.any():
        return readings
    lately = readings.at >= readings.at[-1] - _RECENT_S
    shows = is_troubled[lately].any() or is_troubled.mean() > _TROUBLED_SHARE
    if not shows or int((~is_troubled).sum()) < _RECENT_MIN:
        return readings
    values = {name: one[~is_troubled] for name, one in readings.values.items()}
    return Readings(readings.at[~is_troubled], values)


def _plain(signs: Mapping[str, MetricSign]) -> dict[str, MetricSign]:
    """Without what is lost beside the rest."""
    most = max((abs(held(sign.height)) for sign in signs.values()), default=0.0)
    return {
        name: sign
        for name, sign in signs.items()
        if sign.flat > 0 or abs(held(sign.height)) > max(_PLAIN_BELOW * most, 0.05)
    }


def held(height: float) -> float:
    """Twice what matters and ten times are much the same; a hair's breadth is not.

    >>> held(1.0), held(-4.0)
    (0.5, -0.8)
    """
    return height / (1 + abs(height))


def silent_share(at: Doubles, start: float, end: float) -> float:
    """Share of the reports that did not come in [start, end], by the pace of those before."""
    before = at[(at >= start - BASELINE_DAYS * _DAY_S) & (at < start)]
    return _silent(before, at[(at >= start) & (at <= end)], start, end)


def _silent(before: Doubles, during: Doubles, start: float, end: float) -> float:
    if len(before) < 3:
        return 0.0
    pace = float(np.median(np.diff(before)))
    expected = (end - start) / max(pace, 1e-3) + 1
    return float(np.clip(1 - len(during) / expected, 0, 1)) if expected >= 2 else 0.0


def _sign_of(
    past: tuple[Doubles, Doubles], now: tuple[Doubles, Doubles], meaning: Meaning
) -> MetricSign:
    usual = _Usual(*past)
    flat = _flat(past[1], now[1]) if meaning.freezes else 0.0
    if flat > 0:  # what stands still measures nothing, so its distance says nothing either
        return MetricSign(flat=flat)
    width = int(np.clip(len(now[0]) // _PARTS, 1, usual.per_day))
    rest = _smooth(usual.rest(*now), width)
    high, low = np.quantile(rest, [0.85, 0.15]).tolist()
    far = high if high >= -low else low
    height = np.sign(far) * max(abs(far) - usual.noise(width), 0.0) / _unit(meaning, usual.level)
    if height == 0:
        return MetricSign()
    third = max(len(rest) // 3, 1)
    rise = float(np.median(rest[-third:]) - np.median(rest[:third])) / far
    begun = int(np.argmax(rest / far >= 0.5))
    return MetricSign(
        height=float(height),
        ramp=float(np.clip(rise, 0, 1)),
        onset=begun / max(len(rest) - 1, 1),
    )


class _Usual:
    """What is usual at each hour of the day, on the level of the last days."""

    def __init__(self, at: Doubles, value: Doubles) -> None:
        self.level = float(np.quantile(np.abs(value), 0.9))
        hour, kind = _hour(at), _kind_of_day(at)
        every = _by_hour(hour, value, np.full(24, np.median(value)))
        self._hours = np.stack(
            [_by_hour(hour[kind == one], value[kind == one], every) for one in (0, 1)]
        )
        rest = value - self._hours[kind, hour]
        recent = rest[at >= at[-1] - _RECENT_S]
        self._shift = float(np.median(recent)) if len(recent) >= _RECENT_MIN else 0.0
        self._past = rest - self._shift
        self.per_day = max(int(len(at) * _DAY_S / max(at[-1] - at[0], 1.0)), 1)

    def noise(self, width: int) -> float:
        """How far from the usual it commonly is, smoothed as the time in question is."""
        return float(np.quantile(np.abs(_smooth(self._past, width)), 0.9))

    def rest(self, at: Doubles, value: Doubles) -> Doubles:
        found: Doubles = value - self._hours[_kind_of_day(at), _hour(at)] - self._shift
        return found


def _by_hour(hour: NDArray[np.intp], value: Doubles, otherwise: Doubles) -> Doubles:
    """The median of each hour with those beside it; `otherwise` where there are too few."""
    found = otherwise.copy()
    for one in range(24):
        near = np.minimum((hour - one) % 24, (one - hour) % 24) <= 1
        if int(near.sum()) >= 6:
            found[one] = np.median(value[near])
    return found


def _kind_of_day(at: Doubles) -> NDArray[np.intp]:
    """1 at the weekend; 1 January 1970 was a Thursday."""
    return ((at // _DAY_S + 3) % 7 >= 5).astype(np.intp)


def _hour(at: Doubles) -> NDArray[np.intp]:
    return ((at % _DAY_S) // 3600).astype(np.intp)


def _unit(meaning: Meaning, level: float) -> float:
    """What is just worth a person's while, in the metric's own unit."""
    sizes = (meaning.matters, meaning.matters_share * abs(level), 5 * meaning.ramp)
    return max(*sizes, 1e-9) if any(sizes) else max(0.35 * abs(level), 1e-9)


def _median_of_five(value: Doubles) -> Doubles:
    if len(value) < 3:
        return value
    padded = np.pad(value, 2, mode="edge")
    found: Doubles = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    return found


def _smooth(value: Doubles, width: int) -> Doubles:
    """The median of five takes out single readings, the mean of `width` what comes and goes."""
    calm = _median_of_five(value)
    if width <= 5:
        return calm
    padded = np.pad(calm, (width // 2, width - 1 - width // 2), mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    found: Doubles = (total[width:] - total[:-width]) / width
    return found


def _flat(past: Doubles, now: Doubles) -> float:
    """Share of the time it repeated one value, where it is not its habit to."""
    longest = int(_runs(now).max())
    runs = np.sort(_runs(past))
    habit = int(runs[-3:][0])  # it may have stood still before, once or twice
    return longest / len(now) if longest >= 6 and longest > 1.5 * habit + 2 else 0.0


def _runs(value: Doubles) -> NDArray[np.intp]:
    """How long each value was repeated without a break.

    >>> _runs(np.array([1.0, 1.0, 2.0])).tolist()
    [2, 1]
    """
    edges = np.flatnonzero(np.diff(value) != 0) + 1
    return np.diff(np.concatenate([[0], edges, [len(value)]]))
