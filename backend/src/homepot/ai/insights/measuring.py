"""What came of actions: the rows of the time before and after each, together for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homepot.ai.analysis.facts import HOUR_S
from homepot.ai.insights import store
from homepot.ai.insights.effects import DAYS_MAX, Measured, by_count, by_level
from homepot.ai.insights.facts import Action, Effect, SiteDevice
from homepot.core.database import Connection
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.connectivity.record import Record
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.totals.service import Part, Reader, Span

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Around:
    """The whole days before and since an action, each counted from its moment."""

    taken_at: datetime
    days_before: int
    days_after: int
    # without those that are not over
    end: datetime

    @property
    def start(self) -> datetime:
        return self.taken_at - self.days_before * _DAY

    @property
    def before(self) -> list[tuple[datetime, datetime]]:
        return [
            (self.taken_at - (place + 1) * _DAY, self.taken_at - place * _DAY)
            for place in reversed(range(self.days_before))
        ]

    @property
    def after(self) -> list[tuple[datetime, datetime]]:
        return [
            (self.taken_at + place * _DAY, self.taken_at + (place + 1) * _DAY)
            for place in range(self.days_after)
        ]


def around(taken_at: datetime, known_since: datetime | None, now: datetime) -> Around:
    """At most so many days each way, and no day of which nothing can be known."""
    since = min(known_since or taken_at, taken_at)
    before = min(DAYS_MAX, (taken_at - since) // _DAY)
    after = min(DAYS_MAX, max(now - taken_at, timedelta()) // _DAY)
    return Around(taken_at, before, after, taken_at + after * _DAY)


async def effects(
    tx: Connection,
    archive: Archive,
    taken: Sequence[Action],
    devices: Sequence[SiteDevice],
    now: datetime,
) -> list[Effect]:
    """Of each action, in the order given."""
    if not taken:
        return []
    rows = sorted({row for one in taken for row in one.device_rows})
    first = min(one.taken_at for one in taken) - DAYS_MAX * _DAY
    known = await store.known_since(tx, rows)
    began = await store.began(tx, rows, first, now)
    record = await connectivity.record(tx, rows, first, now)
    ids = {one.row: one.id for one in devices}
    found = []
    for one in taken:
        since = min((known[row] for row in one.device_rows if row in known), default=None)
        about = around(one.taken_at, since, now)
        incidents = _incidents(one, about, began)
        offline = _offline(one, about, record)
        measures = [incidents, offline]
        if one.metric is not None:
            measures.append(await _level(tx, archive, one, about, now))
        found.append(
            Effect(
                one,
                [ids[row] for row in one.device_rows if row in ids],
                measures,
                _spared(incidents, about.days_after),
                _spared(offline, about.days_after),
            )
        )
    return found


def _incidents(one: Action, about: Around, began: Sequence[tuple[int, str, datetime]]) -> Measured:
    """Of the kind it was about, where it was about one."""
    mine = [
        at
        for row, category, at in began
        if row in one.device_rows and one.category in (None, category)
    ]
    before = sum(about.start <= at < about.taken_at for at in mine)
    after = sum(about.taken_at <= at < about.end for at in mine)
    what = f"{one.category} incident" if one.category else "incident"
    return by_count(what, before, about.days_before, after, about.days_after)


def _offline(one: Action, about: Around, record: Record) -> Measured:
    def hours(days: Sequence[tuple[datetime, datetime]]) -> list[float]:
        found = []
        for start, end in days:
            mine = [record.of(row, start, end).uptime for row in one.device_rows]
            if any(each.online_s + each.offline_s > 0 for each in mine):
                found.append(sum(each.offline_s for each in mine) / HOUR_S)
        return found

    return by_level("time offline", "h", hours(about.before), hours(about.after))


async def _level(
    tx: Connection, archive: Archive, one: Action, about: Around, now: datetime
) -> Measured:
    """The mean of the metric, day by day."""
    assert one.metric is not None
    days = [*about.before, *about.after]
    rows = list(one.device_rows)
    found: dict[int, float] = {}
    if days and rows:
        spans = [Span(start, end, label) for label, (start, end) in enumerate(days)]
        part = Part(rows, [0] * len(rows), [0] * len(rows), spans)
        sums = await Reader(tx, archive, [one.metric], now).sums([part])
        found = {each.label: each.total / each.count for each in sums}
    cut = len(about.before)
    before = [found[label] for label in range(cut) if label in found]
    after = [found[label] for label in range(cut, len(days)) if label in found]
    return by_level(f"mean {one.metric.replace('_', ' ')}", "", before, after)


def _spared(measured: Measured, days_after: int) -> float | None:
    """What did not come, where less came by more than chance."""
    if measured.verdict != "less" or measured.before is None or measured.after is None:
        return None
    return (measured.before - measured.after) * days_after
