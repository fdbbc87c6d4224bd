"""When devices were silent, as their readings alone tell it: for those nobody watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homepot.ai.query.answering.inquiry import Inquiry
from homepot.ai.query.answering.windows import Between
from homepot.telemetry.totals.service import STEPS_MISSED, Heard, Reader, Reports

_MOMENT = timedelta(microseconds=1)
_STEP_SEEN_OVER = timedelta(days=1)
# A pause may have begun before the window, and may end after it.
_AROUND = timedelta(hours=6)


@dataclass(frozen=True)
class Silences:
    """Since when a device is known, its usual step, and its pauses."""

    since: datetime
    step_s: float
    pauses: Sequence[tuple[datetime, datetime]]


async def pauses_of(
    inquiry: Inquiry,
    rows: Sequence[int],
    between: Between,
    until: Mapping[int, datetime] | None = None,
) -> dict[int, Silences]:
    """Of each device that was heard before the window's end and whose usual step can be seen;
    of those in `until` as far as that moment, whatever is heard of them later."""
    reader = Reader(inquiry.tx, inquiry.archive, [], inquiry.now)
    start = between.start - _AROUND
    latest = min(between.end + _AROUND, inquiry.as_of + _MOMENT)
    ends = {row: (until or {}).get(row, latest) for row in rows}
    asked = [Heard(some, start, end) for end, some in by_moment(ends).items()]
    known = {one.device: one for one in await reader.reports(asked)}
    late = [row for row in rows if row not in known or known[row].first_at > between.start]
    before = await reader.heard(late, start - _MOMENT)
    # Where it did not speak often enough around the window, its step is that of the day before.
    seldom = {row: at for row, at in before.items() if row not in known}
    seldom |= {row: one.last_at for row, one in known.items() if one.step_s is None}
    steps = await steps_before(inquiry, seldom, ends)
    found = {}
    for row in rows:
        one = known.get(row)
        step_s = one.step_s if one and one.step_s is not None else steps.get(row)
        if step_s is not None and (one is not None or row in before):
            found[row] = _silences(one, before.get(row), step_s, ends[row])
    return found


def by_moment(ends: Mapping[int, datetime]) -> dict[datetime, list[int]]:
    """The devices of each moment, the first moment first."""
    found: dict[datetime, list[int]] = {}
    for row, at in sorted(ends.items(), key=lambda one: (one[1], one[0])):
        found.setdefault(at, []).append(row)
    return found


def _silences(
    one: Reports | None, before: datetime | None, step_s: float, end: datetime
) -> Silences:
    """`before` is when it was heard last before it was looked at, where that is of interest."""
    last = one.last_at if one is not None else before
    first = one.first_at if one is not None else before
    assert first is not None
    assert last is not None
    pairs = [(before or first, first), *(one.pauses if one is not None else ()), (last, end)]
    patience = timedelta(seconds=STEPS_MISSED * step_s)
    return Silences(before or first, step_s, [(a, b) for a, b in pairs if b - a > patience])


async def steps_before(
    inquiry: Inquiry, heard: Mapping[int, datetime], until: Mapping[int, datetime] | None = None
) -> dict[int, float]:
    """How often each device reported, in the day up to a moment at which it did."""
    latest = inquiry.as_of + _MOMENT
    ends: dict[int, datetime] = {}
    for row, at in heard.items():
        # Rounded, so that devices that fell silent on one day are looked at together.
        end = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        ends[row] = min(end, latest, (until or {}).get(row, latest))
    reader = Reader(inquiry.tx, inquiry.archive, [], inquiry.now)
    asked = [Heard(rows, end - _STEP_SEEN_OVER, end) for end, rows in by_moment(ends).items()]
    found = await reader.reports(asked)
    return {one.device: one.step_s for one in found if one.step_s is not None}
