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


async def pauses_of(inquiry: Inquiry, rows: Sequence[int], between: Between) -> dict[int, Silences]:
    """Of each device that was heard before the window's end and whose usual step can be seen."""
    reader = Reader(inquiry.tx, inquiry.archive, [], inquiry.now)
    start = between.start - _AROUND
    end = min(between.end + _AROUND, inquiry.as_of + _MOMENT)
    known = {one.device: one for one in await reader.reports([Heard(rows, start, end)])}
    late = [row for row in rows if row not in known or known[row].first_at > between.start]
    before = await reader.heard(late, start - _MOMENT)
    # Where it did not speak often enough around the window, its step is that of the day before.
    seldom = {row: at for row, at in before.items() if row not in known}
    seldom |= {row: one.last_at for row, one in known.items() if one.step_s is None}
    steps = await steps_before(inquiry, seldom)
    found = {}
    for row in rows:
        one = known.get(row)
        step_s = one.step_s if one and one.step_s is not None else steps.get(row)
        if step_s is not None and (one is not None or row in before):
            found[row] = _silences(one, before.get(row), step_s, end)
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


async def steps_before(inquiry: Inquiry, heard: Mapping[int, datetime]) -> dict[int, float]:
    """How often each device reported, in the day up to a moment at which it did."""
    spans: dict[datetime, list[int]] = {}
    for row, at in heard.items():
        # Rounded, so that devices that fell silent on one day are looked at together.
        end = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        spans.setdefault(min(end, inquiry.as_of + _MOMENT), []).append(row)
    reader = Reader(inquiry.tx, inquiry.archive, [], inquiry.now)
    asked = [Heard(rows, end - _STEP_SEEN_OVER, end) for end, rows in sorted(spans.items())]
    found = await reader.reports(asked)
    return {one.device: one.step_s for one in found if one.step_s is not None}
