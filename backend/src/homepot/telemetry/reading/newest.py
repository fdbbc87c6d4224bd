"""The newest value of each metric, from the rows that are kept of each device. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class Newest:
    """The latest value of each metric of a device, and when the newest of them was measured."""

    device_id: str
    at: datetime
    values: dict[str, float]


Row = tuple[Any, ...]
"""Device, metric set, time, values, and the times of the values where they have their own."""


def newest_of(
    rows: Iterable[Row], sets: Mapping[int, Sequence[str]], wanted: set[str] | None
) -> list[Newest]:
    """The rows come device by device, by time, then by when they were written: at one moment
    what was written later stands. NaN is no value."""
    places = {
        number: [(n, name) for n, name in enumerate(names) if wanted is None or name in wanted]
        for number, names in sets.items()
    }
    found = []
    for device_id, group in groupby(rows, itemgetter(0)):
        of_device = list(group)
        has_own_times = any(row[4] for row in of_device)
        take = _by_own_times if has_own_times else _by_order
        if newest := take(device_id, of_device, places):
            found.append(newest)
    found.sort(key=attrgetter("device_id"))
    return found


Places = Mapping[int, Sequence[tuple[int, str]]]


def _by_order(device_id: str, rows: Sequence[Row], places: Places) -> Newest | None:
    """As nearly all are: each row is of one moment, and a later one lies over an earlier one."""
    values: dict[str, float] = {}
    at = None
    for _, number, moment, row, _ in rows:
        said = {name: row[place] for place, name in places[number] if row[place] == row[place]}
        if said:
            values |= said
            at = moment
    return Newest(device_id, at, values) if at is not None else None


def _by_own_times(device_id: str, rows: Sequence[Row], places: Places) -> Newest | None:
    values: dict[str, float] = {}
    moments: dict[str, datetime] = {}
    for _, number, at, row, times in rows:
        for place, name in places[number]:
            value, moment = row[place], times[place] if times else at
            if value == value and (name not in values or moments[name] <= moment):
                values[name], moments[name] = value, moment
    return Newest(device_id, max(moments.values()), values) if values else None
