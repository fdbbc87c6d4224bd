"""How devices were heard from, by group and span."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from homepot.ai.query.answering import state_store
from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Found, Groups, Inquiry, Measured
from homepot.ai.query.answering.outages import (
    Away,
    away,
    away_by_pauses,
    before,
    fell_silent,
    known_in_part,
    record_begins,
    since,
)
from homepot.ai.query.answering.silences import pauses_of, steps_before
from homepot.ai.query.answering.windows import Cells
from homepot.ai.query.plan import Link, OfLink
from homepot.fleet.connectivity.logic import Change, Gap
from homepot.fleet.connectivity.logic import as_of as state_as_of
from homepot.telemetry.totals.service import Reader, Span

BY_READINGS = "offline = silent for more than two and a half of its usual steps"
_NOW = {Link.IS_OFFLINE, Link.IS_ONLINE, Link.SECONDS_SILENT, Link.LAST_HEARD}
_BY_PAUSES = {Link.GAPS, Link.LONGEST_GAP}


async def of_link(
    inquiry: Inquiry, measure: OfLink, groups: Groups, cells: Cells | None
) -> Measured:
    if measure.aspect in _NOW:
        devices = [one for members in groups.members for one in members]
        with_state = measure.aspect in (Link.IS_OFFLINE, Link.IS_ONLINE)
        standing = await state_of(inquiry, devices, with_state=with_state)
        return _now(inquiry, measure.aspect, groups, standing)
    assert cells is not None
    found = await _aways(inquiry, groups, cells, by_pauses=measure.aspect in _BY_PAUSES)
    measured: Measured = {}
    for number, members in enumerate(groups.members):
        for label in range(len(cells.names)):
            known = [found[one.row, label] for one in members if (one.row, label) in found]
            if known:
                measured[number, label] = _together(measure.aspect, known)
    return measured


# -- as it is at the moment -------------------------------------------------------------------


class Standing:
    """When a device was last heard of, and whether it counts as offline; None: nobody knows."""

    __slots__ = ("heard_at", "is_offline")

    def __init__(self, heard_at: datetime | None, is_offline: bool | None) -> None:
        self.heard_at = heard_at
        self.is_offline = is_offline


async def state_of(
    inquiry: Inquiry, devices: Sequence[Device], *, with_state: bool = True
) -> dict[int, Standing]:
    """Of each device, by its row, at the moment asked of."""
    rows = [one.row for one in devices]
    is_live = inquiry.is_live
    shown = await state_store.shown(inquiry.tx, rows)
    reader = Reader(inquiry.tx, inquiry.archive, [], inquiry.now)
    heard = await reader.heard(rows, inquiry.as_of)
    then: dict[int, str] = {}
    if not is_live:
        changes = await state_store.changes(inquiry.tx, rows, inquiry.as_of, inquiry.as_of)
        then = {row: found[-1].state for row, found in changes.items()}
    steps = await _steps(inquiry, devices, heard, shown) if with_state else {}
    found = {}
    as_of = inquiry.as_of
    for row in rows:
        one = shown.get(row)
        last = heard.get(row)
        seen_at = one.last_seen_at if one else None
        if seen_at and seen_at <= as_of and (last is None or last < seen_at):
            last = seen_at
        if is_live and one and one.connectivity != "unknown":
            now = state_as_of(one.connectivity, one.silent_after, as_of)
            found[row] = Standing(last, now == "offline")
        elif row in then and then[row] != "unknown":
            found[row] = Standing(last, then[row] == "offline")
        elif last is not None:
            silent_s = (as_of - last).total_seconds()
            patience_s = one.silence_s if one else 120
            found[row] = Standing(last, fell_silent(silent_s, steps.get(row), patience_s))
            if with_state:
                inquiry.assume(BY_READINGS)
        else:
            found[row] = Standing(None, None)
    return found


async def _steps(
    inquiry: Inquiry,
    devices: Sequence[Device],
    heard: Mapping[int, datetime],
    shown: Mapping[int, state_store.Shown],
) -> dict[int, float]:
    """How often devices report of which no connectivity is known: imported ones."""
    wanted = {
        one.row: heard[one.row]
        for one in devices
        if one.row in heard
        and (not inquiry.is_live or shown[one.row].connectivity == "unknown")
        and (inquiry.as_of - heard[one.row]).total_seconds() > 120
    }
    return await steps_before(inquiry, wanted)


def _now(
    inquiry: Inquiry, aspect: Link, groups: Groups, standing: Mapping[int, Standing]
) -> Measured:
    measured: Measured = {}
    for number, members in enumerate(groups.members):
        if not members:
            continue
        known = [standing[one.row] for one in members]
        last = known[0].heard_at
        if len(known) > 1:
            last = max((one.heard_at for one in known if one.heard_at), default=None)
        if aspect is Link.LAST_HEARD:
            value: object = last
        elif aspect is Link.SECONDS_SILENT:
            silent_s = (inquiry.as_of - last).total_seconds() if last else math.inf
            value = silent_s if silent_s > 0 else 0.0
        else:
            said = [one.is_offline for one in known if one.is_offline is not None]
            value = (any(said) if aspect is Link.IS_OFFLINE else not all(said)) if said else None
        measured[number, 0] = Found(value, 1, len(known), last)
    return measured


# -- over a window ----------------------------------------------------------------------------


async def _aways(
    inquiry: Inquiry, groups: Groups, cells: Cells, *, by_pauses: bool
) -> dict[tuple[int, int], Away]:
    """By device and label: as the record has it, and as the readings tell it before that begins."""
    between = cells.between
    if between is None:
        return {}
    devices = {one.row: one for members in groups.members for one in members}
    if by_pauses:
        return await _by_readings(inquiry, devices, cells, {})
    changes = await state_store.changes(inquiry.tx, sorted(devices), between.start, between.end)
    gaps = await state_store.server_gaps(inquiry.tx, between.start, between.end)
    begins = {row: at for row, known in changes.items() if (at := record_begins(known))}
    until = {row: at for row, at in begins.items() if at > between.start}
    untold = {row: one for row, one in devices.items() if row not in begins or row in until}
    found = await _by_readings(inquiry, untold, cells, until) if untold else {}
    if found:
        inquiry.assume(BY_READINGS)
    for (row, label), told in _recorded(devices, changes, begins, gaps, cells).items():
        earlier = found.get((row, label))
        found[row, label] = earlier + told if earlier else told
    _say_how_much(inquiry, list(devices.values()), cells, found)
    return found


def _recorded(
    devices: Mapping[int, Device],
    changes: Mapping[int, Sequence[Change]],
    begins: Mapping[int, datetime],
    gaps: Sequence[Gap],
    cells: Cells,
) -> dict[tuple[int, int], Away]:
    """As the record of connectivity has it. Nearly every device of a large fleet stood the same all
    the time: that is worked out once."""
    by_label = _by_label(cells)
    alike: dict[tuple[str, Change], dict[int, Away]] = {}
    found: dict[tuple[int, int], Away] = {}
    for row, at in begins.items():
        zone, known = devices[row].site.timezone, changes[row]
        key = (zone, known[0])
        told = alike.get(key) if len(known) == 1 else None
        if told is None:
            told = {
                label: away(known, gaps, recorded)
                for label, spans in by_label[zone].items()
                if (recorded := since(spans, at))
            }
            if len(known) == 1:
                alike[key] = told
        for label, one in told.items():
            found[row, label] = one
    return found


def _say_how_much(
    inquiry: Inquiry,
    devices: Sequence[Device],
    cells: Cells,
    found: Mapping[tuple[int, int], Away],
) -> None:
    """Of whom less is known than was asked for."""
    labels = range(len(cells.names))
    heard = Counter[int]()
    for (row, _), told in found.items():
        heard[row] += round(told.known_s)
    asked = {zone: sum(cells.length_s(zone, label) for label in labels) for zone in cells.by_zone}
    each = [(one.id, heard[one.row], asked[one.site.timezone]) for one in devices]
    if said := known_in_part(each):
        inquiry.assume(said)


async def _by_readings(
    inquiry: Inquiry,
    devices: Mapping[int, Device],
    cells: Cells,
    until: Mapping[int, datetime],
) -> dict[tuple[int, int], Away]:
    """Of some only as far as a moment: from there on it is better known."""
    between = cells.between
    assert between is not None
    silences = await pauses_of(inquiry, sorted(devices), between, until)
    found: dict[tuple[int, int], Away] = {}
    by_label = _by_label(cells)
    # Of nearly every device of a large fleet: never away.
    steady = {
        zone: {label: away_by_pauses(between.start, (), spans) for label, spans in labels.items()}
        for zone, labels in by_label.items()
    }
    for row, one in devices.items():
        if (known := silences.get(row)) is None:
            continue
        zone = one.site.timezone
        if not known.pauses and known.first_at <= between.start and row not in until:
            for label, told in steady[zone].items():
                found[row, label] = told
            continue
        for label, spans in by_label[zone].items():
            asked = before(spans, until[row]) if row in until else spans
            told = away_by_pauses(known.first_at, known.pauses, asked)
            if told.known_s > 0:
                found[row, label] = told
    return found


def _by_label(cells: Cells) -> dict[str, dict[int, list[Span]]]:
    """The spans of each zone."""
    found: dict[str, dict[int, list[Span]]] = {}
    for zone, spans in cells.by_zone.items():
        for span in spans:
            found.setdefault(zone, {}).setdefault(span.label, []).append(span)
    return {zone: found.get(zone, {}) for zone in cells.by_zone}


def _together(aspect: Link, known: Sequence[Away]) -> Found:
    match aspect:
        case Link.UPTIME_PERCENT:
            online = sum(one.online_s for one in known)
            whole = online + sum(one.offline_s for one in known)
            value = 100 * online / whole if whole > 0 else None
        case Link.SECONDS_OFFLINE:
            value = sum(one.offline_s for one in known)
        case Link.OUTAGES | Link.GAPS:
            value = float(sum(one.outages for one in known))
        case _:
            value = max(one.longest_s for one in known)
    return Found(value, len(known), len(known))
