"""What records come to: how many there are, when, how long they lasted; and the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homepot.ai.query.answering import record_store
from homepot.ai.query.answering.inquiry import AlertSent, Found, Groups, Inquiry, Measured
from homepot.ai.query.answering.record_store import Filters, RecordRow
from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.answering.windows import EVER, Cells
from homepot.ai.query.plan import (
    By,
    NoAnswer,
    OfRecords,
    Record,
    RecordAggregate,
)
from homepot.fleet.text import folded, holding
from homepot.telemetry.totals.service import Span

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Tally:
    """What is said of some records of one kind."""

    count: int
    first: datetime
    newest: datetime
    average_s: float
    sum_s: float
    longest_s: float


async def of_records(
    inquiry: Inquiry, measure: OfRecords, groups: Groups, cells: Cells | None
) -> Measured:
    """By group and label; where there are none a count is 0, and all else is not known."""
    found = await tallies(inquiry, measure, groups, cells)
    names = cells.names if cells else [""]
    measured: Measured = {}
    for group in range(len(groups.members)):
        for label in range(len(names)):
            tally = found.get((group, label, ""))
            measured[group, label] = value_of(inquiry, measure.aggregate, tally)
    return measured


def value_of(inquiry: Inquiry, aggregate: RecordAggregate, tally: Tally | None) -> Found:
    if tally is None:
        is_sum = aggregate in (RecordAggregate.COUNT, RecordAggregate.DURATION_SUM)
        return Found(0.0 if is_sum else None, 0)
    match aggregate:
        case RecordAggregate.WHEN_NEWEST | RecordAggregate.NEWEST:
            value: Any = tally.newest
        case RecordAggregate.WHEN_FIRST | RecordAggregate.FIRST:
            value = tally.first
        case RecordAggregate.SECONDS_SINCE:
            value = (inquiry.as_of - tally.newest).total_seconds()
        case RecordAggregate.DURATION_AVERAGE:
            value = tally.average_s
        case RecordAggregate.DURATION_SUM:
            value = tally.sum_s
        case RecordAggregate.DURATION_LONGEST:
            value = tally.longest_s
        case _:
            value = float(tally.count)
    return Found(value, tally.count)


async def tallies(
    inquiry: Inquiry,
    measure: OfRecords,
    groups: Groups,
    cells: Cells | None,
    by: By | None = None,
) -> dict[tuple[int, int, str], Tally]:
    """By group, label, and, where wanted, category or severity."""
    if measure.record is Record.ALERT:
        return await _of_alerts(inquiry, measure, groups, cells, by)
    filters = _filters(inquiry, measure, groups, cells)
    if not filters.devices or not filters.firsts:
        return {}
    split = by.value if by in (By.CATEGORY, By.SEVERITY) else ""
    found = await record_store.counted(inquiry.tx, measure.record, filters, split)
    return {
        (one.group, one.label, one.key or ""): Tally(
            one.count, one.first, one.newest, one.average_s, one.sum_s, one.longest_s
        )
        for one in found
    }


async def rows_of(
    inquiry: Inquiry, measure: OfRecords, groups: Groups, cells: Cells | None, limit: int
) -> list[RecordRow]:
    """The newest first, or the first where that is asked."""
    newest_first = measure.aggregate not in (RecordAggregate.FIRST, RecordAggregate.WHEN_FIRST)
    if measure.record is Record.ALERT:
        sent = await _alerts(inquiry, measure, groups, cells)
        every = sorted({one.id: one for _, _, one in sent}.values(), key=lambda one: one.at)
        ordered = every[::-1] if newest_first else every
        return [_as_row(inquiry, one, len(every)) for one in ordered[:limit]]
    filters = _filters(inquiry, measure, groups, cells)
    if not filters.devices or not filters.firsts:
        return []
    return await record_store.rows(
        inquiry.tx, measure.record, filters, limit, newest_first=newest_first
    )


def _filters(inquiry: Inquiry, measure: OfRecords, groups: Groups, cells: Cells | None) -> Filters:
    ever = [Span(EVER, inquiry.as_of + _MOMENT)]
    zones = sorted({one.site.timezone for members in groups.members for one in members})
    spans = {zone: cells.by_zone[zone] if cells else ever for zone in zones}
    # Zones with the same spans are one: then most questions have one.
    parts: dict[tuple[Span, ...], int] = {}
    part_of = {zone: parts.setdefault(tuple(spans[zone]), len(parts)) for zone in zones}
    asked = [
        (one.row, number, part_of[one.site.timezone])
        for number, members in enumerate(groups.members)
        for one in members
    ]
    flat = [(number, span) for of_part, number in parts.items() for span in of_part]
    return Filters(
        devices=[row for row, _, _ in asked],
        groups=[number for _, number, _ in asked],
        parts=[part for _, _, part in asked],
        span_parts=[number for number, _ in flat],
        firsts=[span.start for _, span in flat],
        ends=[span.end for _, span in flat],
        labels=[span.label for _, span in flat],
        as_of=inquiry.as_of,
        categories=measure.categories,
        severities=measure.severities,
        kinds=[kind.lower() for kind in measure.event_kinds],
        source=measure.source.value,
        state=measure.state.value,
        worked=measure.effective,
        patterns=[holding(folded(word)) for word in measure.words],
    )


# -- alerts, which are told through a door ------------------------------------------------------


async def _alerts(
    inquiry: Inquiry, measure: OfRecords, groups: Groups, cells: Cells | None
) -> list[tuple[int, int, AlertSent]]:
    if inquiry.doors.alerts is None:
        raise NoResult(NoAnswer.UNAVAILABLE, "Nothing here tells which alerts were sent.")
    between = cells.between if cells else None
    start = between.start if between else EVER
    end = between.end if between else inquiry.as_of + _MOMENT
    if cells is not None and between is None:
        return []
    found = []
    for one in await inquiry.doors.alerts(inquiry.tx, start, end):
        if measure.categories and one.category not in measure.categories:
            continue
        if measure.severities and one.severity not in measure.severities:
            continue
        found += _places_of(one, groups, cells)
    return found


def _places_of(
    one: AlertSent, groups: Groups, cells: Cells | None
) -> list[tuple[int, int, AlertSent]]:
    found = []
    for number, members in enumerate(groups.members):
        mine = [
            device
            for device in members
            if device.id == one.device_id
            or (one.device_id is None and device.site.id == one.site_id)
        ]
        if not mine:
            continue
        if cells is None:
            found.append((number, 0, one))
            continue
        spans = cells.by_zone[mine[0].site.timezone]
        found += [
            (number, label, one)
            for label in {span.label for span in spans if span.start <= one.at < span.end}
        ]
    return found


async def _of_alerts(
    inquiry: Inquiry, measure: OfRecords, groups: Groups, cells: Cells | None, by: By | None
) -> dict[tuple[int, int, str], Tally]:
    by_cell: dict[tuple[int, int, str], list[datetime]] = {}
    for group, label, one in await _alerts(inquiry, measure, groups, cells):
        keys = {By.CATEGORY: one.category, By.SEVERITY: one.severity}
        by_cell.setdefault((group, label, keys.get(by, "") if by else ""), []).append(one.at)
    return {
        cell: Tally(len(sent), min(sent), max(sent), 0.0, 0.0, 0.0)
        for cell, sent in by_cell.items()
    }


def _as_row(inquiry: Inquiry, one: AlertSent, total: int) -> RecordRow:
    device = inquiry.fleet.by_id.get(one.device_id or "")
    site = inquiry.fleet.sites.get(one.site_id)
    return RecordRow(
        one.id,
        one.id,
        device.row if device else None,
        site.row if site else 0,
        one.at,
        one.at,
        one.category,
        one.severity,
        one.title,
        "",
        None,
        None,
        "",
        0.0,
        total,
    )


def sequence_of(rows: Sequence[RecordRow]) -> int:
    """How many there are, whether or not all of them are here."""
    return rows[0].total if rows else 0
