"""How numbers, durations, moments, windows and devices are said. Pure.

>>> number(33.59819), number(8369.0), number(0.004), number(1234567.8)
('33.6', '8,369', '0.004', '1,234,568')
>>> duration(219_600), duration(90), duration(0.4)
('2 d 13 h', '1 min 30 s', '0.4 s')
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.query.answering.result import Answer

LISTED_MAX = 8
_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_DURATIONS = {"s": 1.0, "min": 60.0, "h": 3_600.0, "days": 86_400.0}


def number(value: float) -> str:
    """As many places as say something: three figures, whole numbers whole."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    size = abs(value)
    places = 0 if size >= 1_000 else 1 if size >= 10 else 2 if size >= 1 else 3
    said = f"{value:,.{places}f}"
    if float(said.replace(",", "")) == 0:
        return f"{value:.2g}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def duration(seconds: float) -> str:
    """The two largest parts of it."""
    if seconds < 1:
        return f"{number(seconds)} s"
    left, said = round(seconds), []
    for length, name in _STEPS:
        count, left = divmod(left, length)
        if count:
            said.append(f"{count} {name}")
        elif said:
            break
    return " ".join(said[:2])


def quantity(value: Any, unit: str | None) -> str:
    """A value with its unit, a duration in its own words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if unit in _DURATIONS:
            told = duration(abs(value) * _DURATIONS[unit])
            return told if unit == "s" else f"{number(value)} {_counted(unit, value)}"
        return f"{number(value)} {unit}" if unit else number(value)
    if isinstance(value, list | tuple):
        return listed([str(one) for one in value]) or "nothing"
    return "not known" if value is None else str(value)


def _counted(unit: str, value: float) -> str:
    return "day" if unit == "days" and value == 1 else unit


def listed(names: Sequence[str], total: int | None = None) -> str:
    """
    >>> listed(["a", "b", "c"]), listed([str(n) for n in range(9)], 20)
    ('a, b and c', '0, 1, 2, 3, 4, 5, 6, 7 and 12 more')
    """
    shown = list(names[:LISTED_MAX])
    more = (total if total is not None else len(names)) - len(shown)
    if more > 0:
        return f"{', '.join(shown)} and {more:,} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def either(names: Sequence[str]) -> str:
    """
    >>> either(["a"]), either(["a", "b", "c"])
    ('a', 'a, b or c')
    """
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y}, {local:%H:%M}"


def day(at: date) -> str:
    return f"{at.day} {at:%B %Y}"


def said_moment(given: str, zone: ZoneInfo) -> str:
    """A moment or a day in ISO, as people say it."""
    if len(given) <= 10:
        return day(date.fromisoformat(given))
    return moment(datetime.fromisoformat(given), zone)


def window(answer: Answer) -> str:
    """
    "from 24 September 2026, 01:00 to 1 October 2026, 01:00", whole days without their hours; ""
    where there is none, or where it is another one at each site.
    """
    if answer.start is None or answer.end is None or answer.details.get("by_each_clock"):
        return ""
    return between(answer.start, answer.end, ZoneInfo(answer.zone))


def between(first: datetime, last_moment: datetime, zone: ZoneInfo) -> str:
    start, end = first.astimezone(zone), last_moment.astimezone(zone)
    if start.year <= 2000:
        return f"up to {moment(last_moment, zone)}"
    midnight = timedelta()
    if _since_midnight(start) == midnight == _since_midnight(end):
        last = end - timedelta(days=1)
        if last.date() == start.date():
            return f"on {day(start.date())}"
        return f"from {day(start.date())} to {day(last.date())}"
    if start.date() == end.date():
        return f"on {day(start.date())} from {start:%H:%M} to {end:%H:%M}"
    return f"from {moment(first, zone)} to {moment(last_moment, zone)}"


def _since_midnight(at: datetime) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )


def who(row: Any) -> str:
    """A device by name and id."""
    name, device = row.get("name"), row.get("device_id")
    if name and name != device:
        return f"{name} ({device})"
    return str(device or row.get("label") or row.get("key"))


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
