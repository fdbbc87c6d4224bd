"""When devices were silent, as their readings alone tell it: for those nobody watched."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from homepot.ai.query.answering.inquiry import Inquiry
from homepot.ai.query.answering.windows import Between
from homepot.telemetry.pauses.reading import Known, Pausing
from homepot.telemetry.totals.service import Heard, Reader

_MOMENT = timedelta(microseconds=1)
_STEP_SEEN_OVER = timedelta(days=1)


async def pauses_of(
    inquiry: Inquiry,
    rows: Sequence[int],
    between: Between,
    until: Mapping[int, datetime] | None = None,
) -> dict[int, Known]:
    """Of each device whose usual step is known; of those in `until` as it was at that moment,
    whatever was heard of them later."""
    pausing = Pausing(inquiry.tx, inquiry.archive, inquiry.now)
    ends = {row: min((until or {}).get(row, inquiry.as_of), inquiry.as_of) for row in rows}
    found = await pausing.of(ends, between.start, between.end)
    return {row: one for row, one in found.items() if one.first_at < between.end}


def by_moment(ends: Mapping[int, datetime]) -> dict[datetime, list[int]]:
    """The devices of each moment, the first moment first."""
    found: dict[datetime, list[int]] = {}
    for row, at in sorted(ends.items(), key=lambda one: (one[1], one[0])):
        found.setdefault(at, []).append(row)
    return found


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
