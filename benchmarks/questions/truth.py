"""What is right: each question's truth is an expression over the raw rows of the fleet's files.

Plain Python, reading by reading; nothing of the product is used. A truth that hangs on a hair
(two devices nearly alike, a reading next to the limit) is refused: the question would be unfair.
"""

import itertools
import math
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from questions.rows import Rows, Times, Window, moment

Expect = dict[str, Any]
_HAIR = 0.002  # two figures nearer to each other than this share are one


class Unfair(Exception):
    """The truth depends on something that nobody could be sure of."""


@dataclass(frozen=True)
class Truth:
    rows: Rows
    as_of: datetime

    # -- who ----------------------------------------------------------------------------------

    def devs(
        self, of: str = "", site: str = "", place: str = "", tag: str = "", firmware: str = ""
    ) -> list[str]:
        return [
            name
            for name, one in self.rows.devices.items()
            if (not of or one["type"] in of.split())
            and (not site or one["site_id"] in site.split())
            and (not place or one["location"] == place)
            and (not tag or tag in one.get("tags", []))
            and (not firmware or one["firmware"] == firmware)
        ]

    def card(self, device: str, field: str) -> Any:
        return self.rows.devices[device][field]

    def by_card(self, field: str, test: Callable[[str], bool], **who: str) -> list[str]:
        return [one for one in self.devs(**who) if test(self.card(one, field))]

    def groups(self, field: str, **who: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.devs(**who):
            found[self.card(one, field)] = found.get(self.card(one, field), 0) + 1
        return found

    def ahead(self, days: int) -> str:
        return (self.as_of + timedelta(days=days)).date().isoformat()

    def zone(self, device: str) -> ZoneInfo:
        return ZoneInfo(self.rows.sites[self.card(device, "site_id")]["timezone"])

    # -- readings -----------------------------------------------------------------------------

    def readings(
        self, who: str | list[str], metric: str, window: Window
    ) -> list[tuple[datetime, float]]:
        found: list[tuple[datetime, float]] = []
        for one in [who] if isinstance(who, str) else who:
            start, end = window(self.zone(one))
            found += self.rows.series[one].between(metric, start, min(end, self.as_of))
        return found

    def values(self, who: str | list[str], metric: str, window: Window) -> list[float]:
        found = [value for _, value in self.readings(who, metric, window)]
        if not found:
            raise Unfair(f"no {metric} of {who}")
        return found

    def avg(self, who: str | list[str], metric: str, window: Window) -> float:
        return statistics.fmean(self.values(who, metric, window))

    def top(self, who: str | list[str], metric: str, window: Window) -> float:
        return max(self.values(who, metric, window))

    def low(self, who: str | list[str], metric: str, window: Window) -> float:
        return min(self.values(who, metric, window))

    def total(self, who: str | list[str], metric: str, window: Window) -> float:
        return math.fsum(self.values(who, metric, window))

    def median(self, who: str | list[str], metric: str, window: Window) -> float:
        return statistics.median(self.values(who, metric, window))

    def spread(self, who: str | list[str], metric: str, window: Window) -> float:
        return statistics.pstdev(self.values(who, metric, window))

    def percentile(self, who: str | list[str], metric: str, window: Window, share: float) -> float:
        values = sorted(self.values(who, metric, window))
        place = share / 100 * (len(values) - 1)
        low = math.floor(place)
        high = min(low + 1, len(values) - 1)
        return values[low] + (values[high] - values[low]) * (place - low)

    def latest(self, who: str, metric: str) -> float:
        return self.readings(
            who, metric, lambda _: (self.rows.as_of.replace(year=2000), self.as_of)
        )[-1][1]

    def end_less_begin(self, who: str, metric: str, window: Window) -> float:
        values = self.values(who, metric, window)
        return values[-1] - values[0]

    def rise(self, who: str, metric: str, window: Window, parts: int = 7) -> float:
        """The last part of the window against its first, each averaged."""
        values = self.values(who, metric, window)
        size = max(len(values) // parts, 1)
        return statistics.fmean(values[-size:]) - statistics.fmean(values[:size])

    def seconds(
        self, who: str, metric: str, window: Window, test: Callable[[float], bool]
    ) -> float:
        """How long it was so: each reading stands for the time up to the next, a step at most."""
        found = self.readings(who, metric, window)
        gaps = [(b[0] - a[0]).total_seconds() for a, b in itertools.pairwise(found)]
        step = statistics.median(gaps)
        held = [*(min(gap, step) for gap in gaps), step]
        return math.fsum(s for (_, value), s in zip(found, held, strict=True) if test(value))

    def when(self, who: str, metric: str, window: Window, lowest: bool = False) -> datetime:
        found = self.readings(who, metric, window)
        best = (min if lowest else max)(value for _, value in found)
        at = [at for at, value in found if value == best]
        if len(at) > 1:
            raise Unfair(f"{who} {metric}: {len(at)} times {best}")
        return at[0]

    # -- several devices ----------------------------------------------------------------------

    def rank(
        self, who: Iterable[str], figure: Callable[[str], float], n: int = 1, low: bool = False
    ) -> list[str]:
        found = sorted(((figure(one), one) for one in who), reverse=not low)
        for (a, x), (b, y) in itertools.pairwise(found[: n + 1]):
            if abs(a - b) <= _HAIR * max(abs(a), abs(b), 1e-9):
                raise Unfair(f"{x} and {y} are alike: {a} {b}")
        return [one for _, one in found[:n]]

    def those(
        self, who: Iterable[str], figure: Callable[[str], float], limit: float, below: bool = False
    ) -> list[str]:
        found = {one: figure(one) for one in who}
        for one, value in found.items():
            if value != limit and abs(value - limit) <= _HAIR * abs(limit):
                raise Unfair(f"{one}: {value} is at the limit")
            if value == limit:
                raise Unfair(f"{one} is just at the limit {limit}")
        return sorted(
            o for o, value in found.items() if (value < limit if below else value > limit)
        )

    def reporting(self, metric: str, **who: str) -> list[str]:
        return [one for one in self.devs(**who) if metric in self.rows.series[one].columns]

    def more(self, one: float, other: float) -> bool:
        if abs(one - other) <= _HAIR * max(abs(one), abs(other)):
            raise Unfair(f"{one} and {other} are alike")
        return one > other

    # -- being heard --------------------------------------------------------------------------

    def silent_s(self, who: str) -> float:
        heard = [at for at in self.rows.series[who].at if at <= self.as_of]
        return (self.as_of - heard[-1]).total_seconds()

    def heard(self, who: str) -> datetime:
        return [at for at in self.rows.series[who].at if at <= self.as_of][-1]

    def gaps(self, who: str, window: Window, longer_s: float) -> list[float]:
        """Pauses between two readings as far as they lie in the window, and the one at its end."""
        start, end = window(self.zone(who))
        end = min(end, self.as_of)
        heard = [at for at in self.rows.series[who].at if at <= self.as_of]
        pairs = itertools.pairwise([*heard, self.as_of])
        inside = [(max(a, start), min(b, end)) for a, b in pairs if (b - a).total_seconds() > 1800]
        found = [(b - a).total_seconds() for a, b in inside if a < b]
        return [gap for gap in found if gap > longer_s]

    def uptime(self, who: str, window: Window) -> float:
        start, end = window(self.zone(who))
        away = math.fsum(self.gaps(who, window, 1800))
        return 100 - 100 * away / (min(end, self.as_of) - start).total_seconds()

    def downtime_cost(self, site: str, window: Window) -> list[Expect]:
        """Hours without a reading by the site's tariff, of pauses of more than two and a half usual
        steps; from the last reading on, or from when the next one should have come."""
        rate = float(self.rows.sites[site]["downtime_cost_per_hour"])
        away = [pause for one in self.devs(site=site) for pause in self._pauses(one, window)]
        whole = math.fsum(length for length, _ in away)
        late = math.fsum(length - step for length, step in away)
        return [num(rate * length / 3600) for length in (whole, late)]

    def _pauses(self, who: str, window: Window) -> list[tuple[float, float]]:
        """How long each is as far as it lies in the window, and the usual step."""
        start, end = window(self.zone(who))
        end = min(end, self.as_of)
        heard = [at for at in self.rows.series[who].at if at <= self.as_of]
        step = statistics.median((b - a).total_seconds() for a, b in itertools.pairwise(heard))
        pairs = itertools.pairwise([*heard, self.as_of])
        long = [(a, b) for a, b in pairs if (b - a).total_seconds() > 2.5 * step]
        inside = [(max(a, start), min(b, end)) for a, b in long]
        return [((b - a).total_seconds(), step) for a, b in inside if a < b]

    # -- what was written down ----------------------------------------------------------------

    def incidents(
        self,
        who: list[str] | None = None,
        window: Window | None = None,
        began: bool = False,
        **is_: Any,
    ) -> list[dict[str, Any]]:
        """Those that began in the window. One that only reaches into it makes the truth unfair,
        where the question does not say that it is about their beginning."""
        found = []
        for one in self.rows.incidents:
            start, end = moment(one["started_at"]), moment(one["ended_at"])
            if start >= self.as_of or (who is not None and one["device_id"] not in who):
                continue
            if any(one[field] != value for field, value in is_.items()):
                continue
            if window:
                first, last = window(self.zone(one["device_id"]))
                if start < first < end and not began:
                    raise Unfair(f"{one['id']} reaches into the window")
                if not first <= start < last:
                    continue
            found.append(one)
        return found

    def is_open(self, one: dict[str, Any]) -> bool:
        return moment(one["ended_at"]) > self.as_of

    def open(self, who: list[str] | None = None, **is_: Any) -> list[dict[str, Any]]:
        return [one for one in self.incidents(who, None, **is_) if self.is_open(one)]

    def hours_of(self, one: dict[str, Any]) -> float:
        return (moment(one["ended_at"]) - moment(one["started_at"])).total_seconds() / 3600

    def map_hours(self, found: list[dict[str, Any]]) -> list[float]:
        return [self.hours_of(one) for one in found]

    def newest(self, found: list[dict[str, Any]]) -> dict[str, Any]:
        return max(found, key=lambda one: moment(one["started_at"]))

    def events(
        self, kind: str, who: list[str] | None = None, window: Window | None = None
    ) -> list[dict[str, Any]]:
        found = []
        for one in self.rows.events:
            at = moment(one["timestamp"])
            if one["event"] != kind or at >= self.as_of:
                continue
            if who is not None and one["device_id"] not in who:
                continue
            if window:
                first, last = window(self.zone(one["device_id"]))
                if not first <= at < last:
                    continue
            found.append(one)
        return found

    def whose(self, found: list[dict[str, Any]]) -> list[str]:
        return sorted({one["device_id"] for one in found})

    def sites_of(self, figure: Callable[[str], float], n: int = 1, low: bool = False) -> list[str]:
        return self.rank(self.rows.sites, figure, n, low)


# -- what is expected -------------------------------------------------------------------------


def num(value: float, tolerance: float | None = None) -> Expect:
    """Counts are exact, anything else to within a hundredth."""
    if tolerance is None:
        tolerance = 0 if isinstance(value, int) else max(abs(value) * 0.01, 0.01)
    return {"kind": "number", "value": value, "tolerance": tolerance}


def lasting(seconds: float, tolerance_s: float) -> list[Expect]:
    """A time, in whichever unit it is told."""
    units = (1, 60, 3600, 86400)
    return [num(seconds / unit, tolerance_s / unit) for unit in units]


def dev(found: Iterable[str]) -> Expect:
    return {"kind": "devices", "value": sorted(found), "ordered": False}


def first(found: Iterable[str]) -> Expect:
    return {"kind": "devices", "value": list(found), "ordered": True}


def yes(value: bool) -> Expect:
    return {"kind": "boolean", "value": bool(value)}


def any_of(found: Iterable[str]) -> list[Expect]:
    """To "are there any": yes or no, or those that are, or how many."""
    found = list(found)
    return [yes(bool(found)), dev(found), num(len(found))]


def inc(one: dict[str, Any]) -> Expect:
    return {"kind": "incident", "value": one["id"]}


def incs(found: Iterable[dict[str, Any]]) -> Expect:
    return {"kind": "incidents", "value": sorted(one["id"] for one in found)}


def listed(count: int) -> Expect:
    """A table of so many, where it does not matter how each is named."""
    return {"kind": "listed", "value": count}


def pairs(found: dict[str, float]) -> Expect:
    """A table with a figure for each of these."""
    return {"kind": "pairs", "value": {name: num(one) for name, one in found.items()}}


def at(value: datetime, tolerance_s: float = 61) -> Expect:
    return {
        "kind": "timestamp",
        "value": value.astimezone(UTC).isoformat(),
        "tolerance": tolerance_s,
    }


def site(*found: str) -> Expect:
    return {"kind": "sites", "value": list(found)}


def text(value: str) -> Expect:
    return {"kind": "text", "value": value}


def none() -> Expect:
    return {"kind": "none", "value": None}


def either(*alternatives: Expect | list[Expect]) -> list[Expect]:
    found: list[Expect] = []
    for one in alternatives:
        found += one if isinstance(one, list) else [one]
    return found


_SAYING = (
    num, lasting, dev, first, yes, any_of, inc, incs, listed, pairs, at, site, text, none, either,
)  # fmt: skip


def expected(rows: Rows, expression: str, as_of: datetime | None = None) -> list[Expect]:
    """All the answers that count as right."""
    known = Truth(rows, as_of or rows.as_of)
    times = Times(known.as_of)
    names: dict[str, Any] = {one.__name__: one for one in _SAYING}
    for source in (known, times):
        names |= {name: getattr(source, name) for name in dir(source) if not name.startswith("_")}
    names |= {"moment": moment, "H": 3600, "M": 60}
    found = eval(expression, {"__builtins__": _PLAIN, **names})  # noqa: S307  our own file
    return found if isinstance(found, list) else [found]


# fmt: off
_PLAIN = {
    one.__name__: one for one in (
        len, bool, sum, min, max, abs, round, set, sorted, list, int, float, any, all, str, dict,
    )
}
# fmt: on
