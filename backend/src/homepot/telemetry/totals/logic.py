"""Which days and hours of a window are read from sums, and what as it came. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from homepot.telemetry.reading.logic import Window, touched, whole
from homepot.telemetry.rollups.logic import DAY, FIVE_MINUTES, HOUR, QUARTER

Sums = Literal["rollups_1d", "rollups_6h", "rollups_1h", "rollups_5m"]
# The longest first: what whole days leave is read from quarters of them and hours, and what those
# leave as it came.
LENGTHS: Mapping[Sums, timedelta] = {
    "rollups_1d": DAY,
    "rollups_6h": QUARTER,
    "rollups_1h": HOUR,
    "rollups_5m": FIVE_MINUTES,
}
Made = Mapping[Sums, datetime | None]
"""When sums were last made; those that are not named are not read."""


@dataclass(frozen=True, order=True)
class Span:
    """From the first moment up to the second, which is not in it."""

    start: datetime
    end: datetime
    label: int = 0


@dataclass(frozen=True)
class Part:
    """Devices that are asked about the same spans: each with its group, and with which of the
    metrics is asked of it. Spans are in order and do not meet."""

    devices: Sequence[int]
    groups: Sequence[int]
    metrics: Sequence[int]
    spans: Sequence[Span]

    def of(self, wanted: set[int]) -> "Part":
        """The same of these devices alone."""
        places = [place for place, device in enumerate(self.devices) if device in wanted]
        return replace(
            self,
            devices=[self.devices[place] for place in places],
            groups=[self.groups[place] for place in places],
            metrics=[self.metrics[place] for place in places],
        )


@dataclass(frozen=True)
class Laid:
    """A part with the spans of it that are read from sums, and those that are read raw."""

    part: Part
    summed: Mapping[Sums, Sequence[Span]]
    raw: Sequence[Span]


@dataclass(frozen=True)
class Late:
    """A device and the first and last moment of a commit that rollups may lack."""

    device: int
    first: datetime
    last: datetime


def inside(spans: Sequence[Span], length: timedelta, made_at: datetime | None) -> list[Span]:
    """The whole hours or days of the spans that sums may be read for."""
    if made_at is None:
        return []
    found = []
    for span in spans:
        first, last = whole(span.start, span.end, length, made_at)
        if first < last:
            found.append(Span(first, last, span.label))
    return found


def laid(part: Part, made: Made, behind: Iterable[Late]) -> list[Laid]:
    """How a part is read: those devices apart of which something came late."""
    by_device: dict[int, list[Window]] = {}
    mine = set(part.devices)
    for one in behind:
        if one.device in mine:
            by_device.setdefault(one.device, []).append((one.first, one.last))
    commits = sorted({window for several in by_device.values() for window in several})
    whole_part, holed = _laid(part, made, []), _laid(part, made, commits)
    if holed.summed == whole_part.summed:
        return [whole_part]
    clean = part.of(mine - by_device.keys())
    found = [replace(holed, part=part.of(set(by_device)))]
    return [*found, replace(whole_part, part=clean)] if clean.devices else found


def _laid(part: Part, made: Made, commits: Sequence[Window]) -> Laid:
    left = part.spans
    summed: dict[Sums, Sequence[Span]] = {}
    for source, length in LENGTHS.items():
        if not (found := inside(left, length, made.get(source))):
            continue
        holes = [
            Span(first, end)
            for span in found
            for first, end in touched(commits, (span.start, span.end), length)
        ]
        summed[source] = _without(found, holes)
        left = _without(left, summed[source])
    return Laid(part, summed, left)


_LED_UP = timedelta(days=1)


def led_up_to(spans: Sequence[Span]) -> list[Span]:
    """The spans and, under a label below 0, what lies between them and a day before."""
    whole = Span(spans[0].start - _LED_UP, spans[-1].end, -1)
    return sorted([*spans, *_without([whole], spans)])


def _without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of the spans; both are in order."""
    left = []
    place = 0
    for span in spans:
        start = span.start
        while place < len(taken) and taken[place].end <= start:
            place += 1
        beyond = place
        while beyond < len(taken) and taken[beyond].start < span.end:
            if start < taken[beyond].start:
                left.append(Span(start, taken[beyond].start, span.label))
            start = taken[beyond].end
            beyond += 1
        if start < span.end:
            left.append(Span(start, span.end, span.label))
    return left


# Two ends of a long window are looked up each by itself; what lies between is not even read.
_NEAR = timedelta(hours=3)
_CLUSTERS_MAX = 4


def clusters(spans: Sequence[Span]) -> list[Sequence[Span]]:
    """Spans that lie near each other together; where that would be too many, all as one."""
    found: list[list[Span]] = []
    for span in spans:
        if found and span.start - found[-1][-1].end < _NEAR:
            found[-1].append(span)
        else:
            found.append([span])
    return list(found) if len(found) <= _CLUSTERS_MAX else [spans]


def edges(spans: Sequence[Span]) -> list[datetime]:
    """Start and end of each: a moment lies in one of them where an odd number are not after it."""
    return [moment for span in spans for moment in (span.start, span.end)]
