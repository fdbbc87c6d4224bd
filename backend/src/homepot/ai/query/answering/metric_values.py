"""What readings of a metric come to, by group and span."""

from collections.abc import Iterable, Sequence
from statistics import fmean

from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Cell, Found, Groups, Inquiry, Measured
from homepot.ai.query.answering.windows import Cells
from homepot.ai.query.plan import Aggregate, OfMetric
from homepot.telemetry.totals.service import Ends, Increase, Part, Reader, Span

_SUMMED = {
    Aggregate.AVERAGE,
    Aggregate.SUM,
    Aggregate.COUNT,
    Aggregate.MAXIMUM,
    Aggregate.MINIMUM,
    Aggregate.RANGE,
    Aggregate.RATE,
}
_ADDED_UP = {Aggregate.SUM, Aggregate.RATE}
_MIDDLES = {Aggregate.MEDIAN, Aggregate.PERCENTILE, Aggregate.SPREAD}
_BEYOND = {
    Aggregate.SECONDS_ABOVE,
    Aggregate.SECONDS_BELOW,
    Aggregate.TIMES_ABOVE,
    Aggregate.TIMES_BELOW,
}
_FALLS_TOLD_FROM = 3
_WHEN = {Aggregate.WHEN_HIGHEST, Aggregate.WHEN_LOWEST}


async def of_metric(
    inquiry: Inquiry, measure: OfMetric, groups: Groups, cells: Cells | None
) -> Measured:
    """Without cells the newest reading of each device, up to the moment of asking."""
    reader = Reader(inquiry.tx, inquiry.archive, measure.metrics, inquiry.now, inquiry.fine_since)
    if cells is None:
        return await _newest(inquiry, reader, measure, groups)
    parts = parts_of(inquiry, measure.metrics, groups, cells)
    if not parts:
        return {}
    aggregate = measure.aggregate
    if aggregate in _ADDED_UP and _may_be_counter(inquiry, measure.metrics):
        grown = await reader.increases(parts)
        if _is_counter(grown):
            inquiry.assume(f"{aggregate} = by how much the counter grew, through its restarts")
            return _grown(aggregate, grown, groups, cells)
        inquiry.assume(f"{aggregate} = of its readings, which fall too often for a counter")
    if aggregate in _SUMMED:
        return await _summed(reader, aggregate, parts, groups, cells)
    if aggregate in _MIDDLES:
        return await _middles(reader, measure, parts)
    if aggregate in _BEYOND:
        return await _beyond(reader, measure, parts)
    if aggregate in _WHEN:
        highest = aggregate is Aggregate.WHEN_HIGHEST
        found = await reader.extremes(parts, highest=highest)
        return {(one.group, one.label): Found(one.at, 1, 1, one.at) for one in found}
    return _of_ends(aggregate, await reader.ends(parts))


def parts_of(inquiry: Inquiry, metrics: Sequence[str], groups: Groups, cells: Cells) -> list[Part]:
    """Devices whose window is the same together, whatever the name of their zone."""
    by_spans: dict[tuple[Span, ...], list[tuple[int, Device]]] = {}
    spans_of = {zone: tuple(spans) for zone, spans in cells.by_zone.items()}
    for number, members in enumerate(groups.members):
        for one in members:
            by_spans.setdefault(spans_of[one.site.timezone], []).append((number, one))
    return [
        Part(
            [one.row for _, one in devices],
            [number for number, _ in devices],
            [metric_of(inquiry, metrics, one) for _, one in devices],
            spans,
        )
        for spans, devices in by_spans.items()
        if spans
    ]


def metric_of(inquiry: Inquiry, metrics: Sequence[str], device: Device) -> int:
    """Which of these it reports, by number: the first that it has ever sent."""
    if len(metrics) > 1:
        known = inquiry.fleet.vocabulary.by_device.get(device.id)
        for number, metric in enumerate(metrics):
            if known is not None and metric in known.metrics:
                return number
    return 0


async def _newest(inquiry: Inquiry, reader: Reader, measure: OfMetric, groups: Groups) -> Measured:
    devices = [one for members in groups.members for one in members]
    wanted = [metric_of(inquiry, measure.metrics, one) for one in devices]
    found = await reader.newest([one.row for one in devices], wanted, inquiry.as_of)
    measured: Measured = {}
    for number, members in enumerate(groups.members):
        known = [found[one.row] for one in members if one.row in found]
        if known:
            value = fmean(value for _, value in known)
            measured[number, 0] = Found(value, len(known), len(known), max(at for at, _ in known))
    return measured


async def _summed(
    reader: Reader, aggregate: Aggregate, parts: Sequence[Part], groups: Groups, cells: Cells
) -> Measured:
    measured: Measured = {}
    for one in await reader.sums(parts):
        match aggregate:
            case Aggregate.AVERAGE:
                # Rounded, a mean of equal values would lie beside them.
                value = min(max(one.total / one.count, one.low), one.high)
            case Aggregate.SUM:
                value = one.total
            case Aggregate.COUNT:
                value = float(one.count)
            case Aggregate.MAXIMUM:
                value = one.high
            case Aggregate.MINIMUM:
                value = one.low
            case Aggregate.RANGE:
                value = one.high - one.low
            case _:
                value = one.total * 3600 / _length_s(groups, cells, one.group, one.label)
        measured[one.group, one.label] = Found(value, one.count, one.devices)
    return measured


def _may_be_counter(inquiry: Inquiry, metrics: Sequence[str]) -> bool:
    """As the registry has it, or as Prometheus names those that nobody has described."""
    known = inquiry.fleet.vocabulary.by_metric
    return all(
        name.endswith("_total") or (name in known and known[name].kind == "counter")
        for name in metrics
    )


def _is_counter(found: Sequence[Increase]) -> bool:
    """It falls at a restart alone; what is counted anew each time falls as often as it rises."""
    rises, falls = sum(one.rises for one in found), sum(one.falls for one in found)
    return falls < _FALLS_TOLD_FROM or 2 * falls <= rises


def _grown(
    aggregate: Aggregate, found: Sequence[Increase], groups: Groups, cells: Cells
) -> Measured:
    measured: Measured = {}
    for one in found:
        place = (one.group, one.label)
        if one.steps == 0:
            why = "one reading of a counter does not tell by how much it grew"
            measured[place] = Found(None, one.count, one.devices, why=why)
        elif aggregate is Aggregate.SUM:
            measured[place] = Found(one.value, one.count, one.devices)
        else:
            per_hour = one.value * 3600 / _length_s(groups, cells, *place)
            measured[place] = Found(per_hour, one.count, one.devices)
    return measured


def _length_s(groups: Groups, cells: Cells, group: int, label: int) -> float:
    """How long the window is; of several zones, the longest."""
    zones = {one.site.timezone for one in groups.members[group]}
    return max(cells.length_s(zone, label) for zone in zones)


async def _middles(reader: Reader, measure: OfMetric, parts: Sequence[Part]) -> Measured:
    percent = 50.0 if measure.percentile is None else measure.percentile
    if measure.aggregate is not Aggregate.PERCENTILE:
        percent = 50.0
    spread = measure.aggregate is Aggregate.SPREAD
    return {
        (one.group, one.label): Found(one.spread if spread else one.value, one.count, one.devices)
        for one in await reader.middles(parts, percent)
    }


async def _beyond(reader: Reader, measure: OfMetric, parts: Sequence[Part]) -> Measured:
    above = measure.aggregate in (Aggregate.SECONDS_ABOVE, Aggregate.TIMES_ABOVE)
    lasts = measure.aggregate in (Aggregate.SECONDS_ABOVE, Aggregate.SECONDS_BELOW)
    found = await reader.beyond(parts, measure.limit or 0.0, above=above)
    return {
        (one.group, one.label): Found(
            one.seconds if lasts else float(one.times), one.count, one.devices
        )
        for one in found
    }


def _of_ends(aggregate: Aggregate, found: Iterable[Ends]) -> Measured:
    by_cell: dict[Cell, list[Ends]] = {}
    for one in found:
        by_cell.setdefault((one.group, one.label), []).append(one)
    return {cell: _ends(aggregate, ends) for cell, ends in by_cell.items()}


def _ends(aggregate: Aggregate, ends: Sequence[Ends]) -> Found:
    """Of several devices the mean of what it is for each."""
    count = sum(one.count for one in ends)
    first, last = fmean(one.first for one in ends), fmean(one.last for one in ends)
    match aggregate:
        case Aggregate.FIRST:
            return Found(first, count, len(ends), min(one.first_at for one in ends))
        case Aggregate.NEWEST:
            return Found(last, count, len(ends), max(one.last_at for one in ends))
        case Aggregate.CHANGE if count > len(ends):
            return Found(last - first, count, len(ends))
        case Aggregate.CHANGE_PERCENT if count > len(ends) and first != 0:
            return Found((last - first) / abs(first) * 100, count, len(ends))
        case Aggregate.CHANGE_PERCENT if count > len(ends):
            return Found(None, count, len(ends), why="it began at 0, and no change is a share of 0")
    return Found(None, count, len(ends), why="one reading is not enough to see a change")
