"""Every way of saying a time, tried at one place of a question; the longest wins."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from homepot.ai.query.language.times.clocks import clock_at, part_at
from homepot.ai.query.language.times.rolling import calendar_at, counted_at, rolling_at
from homepot.ai.query.language.times.said import Point, Said
from homepot.ai.query.language.times.spans import between_at, edge_at, moment_of, point_at
from homepot.ai.query.language.times.words import (
    LAST,
    MONTHS,
    NEXT,
    NUMBERS,
    ORDINALS,
    PARTS,
    THIS,
    WEEKDAYS,
)
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.when import Calendar, Dates, Hours, Moments, Rolling, Unit

_BEFORE = bag("in on during over throughout for at within of from across around")
# No time starts with any other word, but with a figure.
_STARTS = (
    _BEFORE
    | LAST
    | NEXT
    | THIS
    | frozenset({*MONTHS, *WEEKDAYS, *PARTS, *NUMBERS, *ORDINALS})
    | bag(
        "the a an since until till before after by upto between from yesterday yday today tomorrow "
        "tmrw tonight overnight earlier later ever all so to month week year quarter mtd ytd wtd "
        "weekend beginning start end day noon midday midnight quarter half at early late working "
        "office business small lunch couple few"
    )
)
_EVER = {
    ("ever",), ("all", "time"), ("of", "all", "time"), ("since", "the", "beginning"),
    ("since", "ever"), ("so", "far"), ("to", "date"), ("since", "day", "one"),
    ("in", "history"), ("since", "records", "began"),
}  # fmt: skip


def time_at(words: tuple[str, ...], at: int, today: date, ahead: bool = False) -> Said | None:
    """The longest time that starts here.

    >>> time_at(("in", "the", "last", "24", "hours"), 0, date(2026, 10, 1)).window.length_s
    86400
    >>> time_at(("yesterday", "between", "8", "and", "12"), 0, date(2026, 10, 1)).window.hours
    Hours(start=datetime.time(8, 0), end=datetime.time(12, 0))
    """
    found = _plain_at(words, at, today, ahead)
    if at + 1 < len(words) and words[at] in _BEFORE:
        place = at + 1
        if words[at + 1] == "the" and not _plain_at(words, place, today, ahead):
            place += 1
        inner = _plain_at(words, place, today, ahead) if place < len(words) else None
        if inner and inner.words + place - at > (found.words if found else 0):
            found = inner.longer(place - at)
    return found


def _plain_at(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Said | None:
    if at >= len(words) or not (words[at] in _STARTS or words[at][0].isdigit()):
        return None
    tries = (
        _stamp(words, at),
        _ever(words, at),
        between_at(words, at, today, ahead),
        edge_at(words, at, today, ahead),
        rolling_at(words, at, ahead),
        counted_at(words, at, ahead),
        calendar_at(words, at, today),
        _night(words, at, today),
        _day(words, at, today, ahead),
        _moment(words, at),
        _part(words, at),
    )
    found = [one for one in tries if one is not None]
    best = max(found, key=lambda one: one.words, default=None)
    return best and _with_hours(words, at, best, today)


def _with_hours(words: tuple[str, ...], at: int, said: Said, today: date) -> Said:
    """What follows a window at once and narrows it: yesterday morning, last week at night."""
    if said.wrong or isinstance(said.window, Moments):
        return said
    if said.window is None:
        return _of_day(words, at, said, today)
    if words[at + said.words : at + said.words + 2] == ("so", "far"):
        said = said.longer(2)
    place = at + said.words
    if place < len(words) and words[place] == ",":
        place += 1
    narrowed = between_at(words, place, today, False) or _bare_hours(words, place, said, today)
    if narrowed and narrowed.window is None:
        taken = place + narrowed.words - at
        if narrowed.wrong:
            return Said(taken, wrong=narrowed.wrong)
        return combined(replace(said, words=taken), narrowed)
    edge = _edge_of_day(words, place)
    if edge is not None and (said.single is not None or _is_day(said)):
        return combined(replace(said, words=place + edge.words - at), replace(edge, words=0))
    part = part_at(words, place)
    if part and said.ahead is False:
        return combined(replace(said, words=place + part[1] - at), Said(0, hours=part[0]))
    return said


def _bare_hours(words: tuple[str, ...], at: int, said: Said, today: date) -> Said | None:
    """Yesterday 8-12, yesterday 8 to 12: hours of the day that was named; not 8 to 12 degrees."""
    if said.single is None and not _is_day(said):
        return None
    found = between_at(("from", *words[at : at + 6]), 0, today, False)
    if found is None or found.window is not None or found.words < 4:
        return None
    after = words[at + found.words - 1 : at + found.words]
    return None if after and after[0] in _AMOUNTS else found.longer(-1)


_AMOUNTS = bag("% percent degrees degree ms c f celsius watts volts ppm ° °c °f per")


def _is_day(said: Said) -> bool:
    window = said.window
    return isinstance(window, Calendar) and window.unit is Unit.DAY and window.count == 1


def _edge_of_day(words: tuple[str, ...], at: int) -> Said | None:
    """After 7 am, before noon, from 14:00 on: of the day that was named before."""
    word = words[at] if at < len(words) else ""
    starts, ends = {"after", "since", "from"}, {"before", "until", "till", "by"}
    clock = clock_at(words, at + 1, False) if word in starts | ends else None
    if clock is None or clock.clock is None or clock.wrong:
        return None
    hours = (
        Hours(start=clock.clock, end=time(0, 0))
        if word in starts
        else Hours(start=time(0, 0), end=clock.clock)
    )
    more = words[at + 1 + clock.words : at + 2 + clock.words] in {("on",), ("onwards",)}
    return Said(1 + clock.words + more, hours=hours)


def _of_day(words: tuple[str, ...], at: int, narrower: Said, today: date) -> Said:
    """8 to 12 yesterday, the afternoon of the 14th: hours, and then whose they are."""
    place = at + narrower.words
    while place < len(words) and words[place] in {"on", "of", "in", ",", "over", "during"}:
        place += 1
    tries = (
        _day(words, place, today, False) if place < len(words) else None,
        calendar_at(words, place, today),
        rolling_at(words, place, False),
    )
    day = next((one for one in tries if one and one.window and not one.wrong), None)
    if day is None or day.moment is not None:
        return narrower
    return combined(replace(day, words=place + day.words - at), narrower)


def combined(said: Said, narrower: Said) -> Said:
    """A window, of which only some hours, or one moment, are meant."""
    window = said.window
    if narrower.moment is not None:
        day = said.single
        if day is None:
            return Said(said.words, wrong="unclear")
        return replace(said, window=moment_of(day, narrower.moment), moment=narrower.moment)
    if narrower.hours is None or not isinstance(window, Rolling | Calendar | Dates):
        return said
    note = said.note or narrower.note
    return replace(
        said, window=window.model_copy(update={"hours": narrower.hours}), note=note, loose=False
    )


def _stamp(words: tuple[str, ...], at: int) -> Said | None:
    """2026-09-14T10:00:00Z, alone or to another."""
    first = _instant(words[at])
    if first is None:
        return None
    if isinstance(first, str):
        return Said(1, wrong="impossible")
    place = at + 1
    if words[place : place + 1] in {("to",), ("until",), ("-",), ("and",), ("till",)}:
        last = _instant(words[place + 1]) if place + 1 < len(words) else None
        if isinstance(last, datetime) and (first.tzinfo is None) == (last.tzinfo is None):
            if last <= first:
                return Said(3, wrong="impossible")
            return Said(3, _moments(first, last))
    end = first + timedelta(seconds=1)
    return Said(1, _moments(first - timedelta(hours=1), end), moment=first.time())


def _moments(first: datetime, last: datetime) -> Moments | Dates:
    if first.tzinfo:
        return Moments(start=first, end=last)
    return Dates(
        first=first.date(), first_time=first.time(), last=last.date(), last_time=last.time()
    )


def _instant(word: str) -> datetime | str | None:
    if not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}t[\d:.]+(z|[+-]\d\d:?\d\d)?", word):
        return None
    try:
        return datetime.fromisoformat(word.upper())
    except ValueError:
        return "impossible"


def _ever(words: tuple[str, ...], at: int) -> Said | None:
    for phrase in _EVER:
        if words[at : at + len(phrase)] == phrase:
            return Said(len(phrase), Dates())
    return None


def _night(words: tuple[str, ...], at: int, today: date) -> Said | None:
    """This morning, last night, tonight, earlier today, overnight."""
    rest = words[at : at + 2]
    if rest == ("last", "night") or rest[:1] == ("overnight",):
        before = today - timedelta(days=1)
        window = Dates(first=before, first_time=time(22), last=today, last_time=time(6))
        return Said(2 if rest[0] == "last" else 1, window, note="last night = 22:00 to 06:00")
    if rest[:1] == ("tonight",):
        window = Dates(first=today, first_time=time(18), last=today)
        return Said(1, window, single=today)
    if rest == ("earlier", "today") or rest == ("later", "today"):
        return Said(2, Calendar(unit=Unit.DAY, offset=0), single=today)
    if rest[:1] == ("this",) and (part := part_at(words, at + 1)) and part[1] <= 2:
        return Said(1 + part[1], Calendar(unit=Unit.DAY, offset=0, hours=part[0]), single=today)
    return None


def _day(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Said | None:
    """A day, a month or a year; with a time of day, that moment."""
    if re.fullmatch(r"(19|20)\d\d", words[at]) and at > 0 and words[at - 1] in {"in", "during"}:
        year = int(words[at])
        return Said(1, Dates(first=date(year, 1, 1), last=date(year, 12, 31)))
    point = point_at(words, at, today, ahead, bare=False)
    if point is None:
        return None
    if point.wrong:
        return Said(point.words, wrong="impossible")
    if point.day is None:
        return None
    if point.clock is not None:
        window = moment_of(point.day, point.clock)
        return Said(point.words, window, moment=point.clock, single=point.day)
    whole = _calendar_day(words, at, point, today)
    return Said(point.words, whole, single=None if point.last else point.day)


def _calendar_day(words: tuple[str, ...], at: int, point: Point, today: date) -> Calendar | Dates:
    """A day that was said by how far away it is stays so: it is another at each site's clock."""
    said = words[at : at + point.words]
    far = {"yesterday", "today", "tomorrow", "ago"} & set(said) and not set(said) & set(WEEKDAYS)
    if point.day and not point.last and far:
        return Calendar(unit=Unit.DAY, offset=(point.day - today).days)
    return Dates(first=point.day, last=point.last or point.day)


def _moment(words: tuple[str, ...], at: int) -> Said | None:
    is_at = words[at] == "at"
    clock = clock_at(words, at + is_at, bare=False)
    if clock is None and is_at:
        clock = clock_at(words, at + 1, bare=True)
        if clock and words[at + 1 + clock.words : at + 2 + clock.words] in {
            ("%",), ("percent",), ("°",), ("degrees",), ("ms",), ("°c",), ("c",), ("-",),
        }:  # fmt: skip
            return None
    if clock is None:
        return None
    if clock.wrong:
        return Said(clock.words + is_at, wrong="impossible")
    return Said(clock.words + is_at, moment=clock.clock, loose=clock.bare)


def _part(words: tuple[str, ...], at: int) -> Said | None:
    part = part_at(words, at)
    return part and Said(part[1], hours=part[0])
