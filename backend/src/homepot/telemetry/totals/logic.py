"""Which hours of a window are read from sums, and which moments as they came. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from homepot.telemetry.reading.logic import Source, Window, late, split

HOURS: Source = "rollups_1h"


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
    """A part with the spans of it that are read from hours, and those that are read raw."""

    part: Part
    hours: Sequence[Span]
    raw: Sequence[Span]


@dataclass(frozen=True)
class Late:
    """A device and the first and last moment of a commit that rollups may lack."""

    device: int
    first: datetime
    last: datetime


def inside(part: Part, made_at: datetime | None) -> list[Span]:
    """The whole hours of the spans that rollups may be read for."""
    found = []
    for span in part.spans:
        first, last = split(span.start, span.end, HOURS, made_at)
        if first < last:
            found.append(Span(first, last, span.label))
    return found


def laid(part: Part, made_at: datetime | None, behind: Iterable[Late]) -> list[Laid]:
    """How a part is read: those devices apart of which something came late."""
    hours = inside(part, made_at)
    by_device: dict[int, list[Window]] = {}
    for one in behind:
        by_device.setdefault(one.device, []).append((one.first, one.last))
    mine = by_device.keys() & set(part.devices)
    commits = [window for device in mine for window in by_device[device]]
    holes = [hole for span in hours for hole in late(commits, (span.start, span.end), HOURS)]
    if not holes:
        return [Laid(part, hours, _without(part.spans, hours))]
    touched = _without(hours, [Span(first, end) for first, end in holes])
    clean = part.of(set(part.devices) - mine)
    found = [Laid(part.of(mine), touched, _without(part.spans, touched))]
    if clean.devices:
        found.append(Laid(clean, hours, _without(part.spans, hours)))
    return found


_LED_UP = timedelta(days=1)


def led_up_to(spans: Sequence[Span]) -> list[Span]:
    """The spans and, under a label below 0, what lies between them and a day before."""
    whole = Span(spans[0].start - _LED_UP, spans[-1].end, -1)
    return sorted([*spans, *_without([whole], spans)])


def _without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of the spans; both are in order."""
    left = []
    for span in spans:
        start = span.start
        for hole in taken:
            if hole.end <= start or hole.start >= span.end:
                continue
            if start < hole.start:
                left.append(Span(start, hole.start, span.label))
            start = hole.end
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
