"""Days: yesterday, Monday, 14 September, 14/09/2026, the 14th, three days ago."""

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from homepot.ai.query.language.times.said import Point
from homepot.ai.query.language.times.words import (
    LAST,
    MONTHS,
    NEXT,
    ORDINALS,
    THIS,
    WEEKDAYS,
    number_of,
)


def day_at(words: tuple[str, ...], at: int, today: date, ahead: bool = False) -> Point | None:
    """One day that starts here. `ahead`: what is named without a year lies before us."""
    taken = 0
    while words[at + taken : at + taken + 1] in {("the",), ("on",), ("of",)} and taken < 2:
        taken += 1
    found = (
        _named(words, at + taken, today)
        or _weekday(words, at + taken, today, ahead)
        or date_at(words, at + taken, today, ahead)
    )
    return None if found is None else replace(found, words=found.words + taken)


def _named(words: tuple[str, ...], at: int, today: date) -> Point | None:
    rest = words[at : at + 4]
    if rest[:3] in {("day", "before", "yesterday"), ("day", "after", "tomorrow")}:
        by = -2 if rest[2] == "yesterday" else 2
        return Point(3, day=today + timedelta(days=by))
    offsets = {"yesterday": -1, "yday": -1, "today": 0, "tomorrow": 1, "tmrw": 1}
    if rest and rest[0] in offsets:
        return Point(1, day=today + timedelta(days=offsets[rest[0]]))
    number = number_of(words, at)
    if number:
        value, length = number
        after = words[at + length : at + length + 2]
        days = {"day": 1, "days": 1, "week": 7, "weeks": 7}.get(after[0] if after else "")
        if days and after[1:] == ("ago",) and value * days < 36_000:
            return Point(length + 2, day=today - timedelta(days=int(value * days)))
    return None


def _weekday(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Point | None:
    taken = 0
    which = ""
    if at < len(words) and words[at] in LAST | NEXT | THIS:
        which, taken = words[at], 1
    if at + taken >= len(words) or words[at + taken] not in WEEKDAYS:
        return None
    word = words[at + taken]
    if word in {"sat", "sun", "mon", "wed", "fri", "thu"} and not (which or at > 0):
        return None
    back = (today.weekday() - WEEKDAYS[word]) % 7
    if which in NEXT or (ahead and not which):
        return Point(taken + 1, day=today + timedelta(days=(7 - back) % 7 or 7))
    back = back or 7 if which not in THIS else back
    found = Point(taken + 1, day=today - timedelta(days=back))
    comma = words[at + taken + 1 : at + taken + 2] == (",",)
    following = date_at(words, at + taken + 1 + comma, today, ahead)
    if following and following.last is None:  # Monday, 14 September
        return replace(following, words=following.words + taken + 1 + comma)
    return found


def date_at(words: tuple[str, ...], at: int, today: date, ahead: bool = False) -> Point | None:
    """A date, or a whole month or year, that starts here."""
    if at >= len(words):
        return None
    word = words[at]
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:t.*)?", word):
        return _point(1, int(found[1]), int(found[2]), int(found[3]))
    found = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2})?)?", word)
    if found and ("/" in word or word.count(".") == 2):
        return _figures(found, today, ahead)
    return _written(words, at, today, ahead)


def _figures(found: re.Match[str], today: date, ahead: bool) -> Point:
    first, second = int(found[1]), int(found[2])
    day, month = (second, first) if second > 12 >= first else (first, second)
    if found[3]:
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return _point(1, year, month, day)
    return _nearest(1, month, day, today, ahead)


def _written(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Point | None:
    day = _day_number(words, at)
    if day:
        number, length = day
        of = 1 if words[at + length : at + length + 1] == ("of",) else 0
        name = words[at + length + of] if at + length + of < len(words) else ""
        if name in MONTHS:
            return _with_year(words, at, length + of + 1, MONTHS[name], number, today, ahead)
        ordinal = not words[at][0].isdigit() or words[at + 1 : at + 2] in _ENDINGS
        if ordinal and number <= 31 and at > 0 and words[at - 1] in {"the", "on"}:
            return _the(length, number, today, ahead) if words[at] not in ORDINALS else None
        return None
    if words[at] in MONTHS and words[at] not in {"mar", "sep", "may", "dec"}:
        return _month(words, at, today, ahead)
    if words[at] in MONTHS and at > 0:
        return _month(words, at, today, ahead)
    return None


_ENDINGS = {("st",), ("nd",), ("rd",), ("th",)}


def _day_number(words: tuple[str, ...], at: int) -> tuple[int, int] | None:
    word = words[at]
    if word.isdigit() and len(word) <= 2:
        return int(word), 2 if words[at + 1 : at + 2] in _ENDINGS else 1
    if word in {"twenty", "thirty"} and words[at + 1 : at + 2] and words[at + 1] in ORDINALS:
        return {"twenty": 20, "thirty": 30}[word] + ORDINALS[words[at + 1]], 2
    return (ORDINALS[word], 1) if word in ORDINALS else None


def _month(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Point | None:
    month = MONTHS[words[at]]
    day_place = at + 1 + (words[at + 1 : at + 2] == ("the",))
    day = _day_number(words, day_place) if day_place < len(words) else None
    after = words[day_place + day[1]] if day and day_place + day[1] < len(words) else ""
    is_year = bool(day and day[0] <= 31 and after not in {":", "am", "pm", "%"})
    if day and is_year:
        return _with_year(words, at, day_place + day[1] - at, month, day[0], today, ahead)
    if words[at] == "may" and not (
        at > 0
        and words[at - 1] in {"in", "since", "during", "of", "last", "until", "before", "after"}
    ):
        return None
    year, more = _year(words, at + 1)
    if year is None:
        passed = date(today.year, month, 1) <= today
        year = (
            today.year
            if passed != (ahead and month != today.month)
            else (today.year + 1 if ahead else today.year - 1)
        )
    last = calendar.monthrange(year, month)[1]
    return Point(1 + more, day=date(year, month, 1), last=date(year, month, last))


def _year(words: tuple[str, ...], at: int) -> tuple[int | None, int]:
    taken = 1 if words[at : at + 1] in {(",",), ("of",)} else 0
    if at + taken < len(words) and re.fullmatch(r"(19|20)\d\d", words[at + taken]):
        return int(words[at + taken]), taken + 1
    return None, 0


def _with_year(
    words: tuple[str, ...], at: int, taken: int, month: int, day: int, today: date, ahead: bool
) -> Point:
    year, more = _year(words, at + taken)
    if year is not None:
        return _point(taken + more, year, month, day)
    return _nearest(taken, month, day, today, ahead)


def _nearest(taken: int, month: int, day: int, today: date, ahead: bool) -> Point:
    """This day of a month, the last time it was (or, ahead, the next time it will be)."""
    steps = range(9) if ahead else range(0, -9, -1)
    for step in steps:
        found = _point(taken, today.year + step, month, day)
        if found.day and (found.day >= today if ahead else found.day <= today):
            return found
    return Point(taken, wrong=True)


def _the(taken: int, day: int, today: date, ahead: bool) -> Point:
    """The 14th: of this month, or the one before if it is yet to come."""
    year, month = today.year, today.month
    for _ in range(12):
        found = _point(taken, year, month, day)
        if found.day and (found.day >= today if ahead else found.day <= today):
            return found
        month += 1 if ahead else -1
        year, month = (
            (year + 1, 1)
            if month == 13
            else (year - 1, 12)
            if month == 0
            else (
                year,
                month,
            )
        )
    return Point(taken, wrong=True)


def _point(taken: int, year: int, month: int, day: int) -> Point:
    try:
        return Point(taken, day=date(year, month, day))
    except ValueError:
        return Point(taken, wrong=True)
