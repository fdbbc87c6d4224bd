"""Which devices something holds of."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from homepot.ai.query.answering.fleet import Device
from homepot.ai.query.answering.inquiry import Found, Groups, Inquiry
from homepot.ai.query.answering.measures import measured
from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.answering.windows import whole
from homepot.ai.query.plan import Compare, Condition, NoAnswer, OfHealth, OfLink, OfMetric, Value
from homepot.ai.query.when import Calendar, Coming, Dates, Rolling, Window
from homepot.fleet.text import folded

_NUMBERS = re.compile(r"\d+")


async def holding(
    inquiry: Inquiry,
    devices: Sequence[Device],
    conditions: Sequence[Condition],
    *,
    any_of: bool,
    window: Window | None = None,
) -> list[Device]:
    """Those of which all of the conditions hold, or one of them; in the order they came in."""
    if not conditions:
        return list(devices)
    kept = {one.row for one in devices} if not any_of else set[int]()
    for condition in conditions:
        asked = devices if any_of else [one for one in devices if one.row in kept]
        found = await _of_which(inquiry, asked, condition, window)
        kept = kept | found if any_of else found
    return [one for one in devices if one.row in kept]


async def _of_which(
    inquiry: Inquiry, devices: Sequence[Device], condition: Condition, window: Window | None
) -> set[int]:
    if not devices:
        return set()
    groups = Groups.each(devices)
    values, _ = await measured(inquiry, condition.measure, groups, condition.window or window)
    nothing = Found(None)
    by_row = {one.row: values.get((number, 0), nothing).value for number, one in enumerate(devices)}
    must_be_known = isinstance(condition.measure, OfMetric | OfHealth | OfLink)
    looks_for_none = condition.compare in (Compare.KNOWN, Compare.UNKNOWN)
    if must_be_known and not looks_for_none and all(one is None for one in by_row.values()):
        raise NoResult(
            NoAnswer.NO_DATA, "Nothing of that kind is known of any of these devices at that time."
        )
    kept: set[int] = set()
    plainly, limit = _PLAINLY.get(condition.compare), condition.value
    if plainly is not None and type(limit) in (int, float):
        numbers = {row: value for row, value in by_row.items() if type(value) is float}
        kept = {row for row, value in numbers.items() if plainly(value, limit)}
        devices = [one for one in devices if one.row not in numbers]
    return kept | {one.row for one in devices if holds(inquiry, condition, by_row[one.row], one)}


# What is compared with a number, of each of ten thousand devices.
_PLAINLY: Mapping[Compare, Callable[[Any, Any], bool]] = {
    Compare.ABOVE: operator.gt,
    Compare.AT_LEAST: operator.ge,
    Compare.BELOW: operator.lt,
    Compare.AT_MOST: operator.le,
}


def holds(inquiry: Inquiry, condition: Condition, value: Any, device: Device) -> bool:
    if condition.compare is Compare.KNOWN:
        return value is not None
    if condition.compare is Compare.UNKNOWN:
        return value is None
    if value is None:
        return False
    if condition.compare is Compare.WITHIN:
        return condition.within is not None and _within(inquiry, condition.within, value, device)
    return compared(value, condition.compare, condition.value, condition.high)


def _within(inquiry: Inquiry, window: Window, value: Any, device: Device) -> bool:
    between = whole(window, device.zone, inquiry.as_of)
    if isinstance(value, datetime):
        return between.start <= value < between.end
    if not isinstance(value, date):
        return False
    first = between.start.astimezone(device.zone)
    end = between.end.astimezone(device.zone)
    ends_with_its_day = isinstance(window, Rolling | Coming) or bool(end.hour or end.minute)
    last_is_in = value <= end.date() if ends_with_its_day else value < end.date()
    first_is_in = value >= first.date()
    if isinstance(window, Calendar | Dates) and window.hours is not None:
        return False  # a day has no hours
    return first_is_in and last_is_in


def compared(value: Any, how: Compare, other: Value | None, high: float | None = None) -> bool:
    """A value and what it is compared with, brought to the same kind.

    >>> compared(61.5, Compare.ABOVE, 60.0), compared("2.10.0", Compare.BELOW, "2.9")
    (True, False)
    >>> compared(("till", "row 1"), Compare.IS, "Till")
    True
    """
    if isinstance(value, tuple):
        is_in = folded(str(other)) in {folded(str(one)) for one in value}
        return is_in if how is Compare.IS else not is_in
    both_are_plain = type(value) is float and type(other) is float
    left, right = (value, other) if both_are_plain else _alike(value, other)
    if left is None or right is None:
        return False
    match how:
        case Compare.ABOVE:
            return bool(left > right)
        case Compare.AT_LEAST:
            return bool(left >= right)
        case Compare.BELOW:
            return bool(left < right)
        case Compare.AT_MOST:
            return bool(left <= right)
        case Compare.BETWEEN:
            return high is not None and bool(right <= left <= high)
        case Compare.IS:
            return bool(left == right)
        case Compare.IS_NOT:
            return bool(left != right)
    return False


def _alike(value: Any, other: Value | None) -> tuple[Any, Any]:
    """Both as numbers, as moments, or as versions; None where they cannot be compared."""
    if isinstance(value, bool) or isinstance(other, bool):
        return bool(value), bool(other)
    if isinstance(value, datetime):
        moment = _day_of(other)
        return value.date(), moment
    if isinstance(value, date):
        return value, _day_of(other)
    if isinstance(value, int | float):
        return (value, float(other)) if isinstance(other, int | float) else (None, None)
    left, right = str(value), str(other)
    if _NUMBERS.match(left) and _NUMBERS.match(right):
        return _version(left), _version(right)
    return folded(left), folded(right)


def _version(words: str) -> tuple[int, ...]:
    numbers = [int(found) for found in _NUMBERS.findall(words)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _day_of(given: Value | None) -> date | None:
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given)[:10])
    except ValueError:
        return None
