"""From one end to another: between 8 and 12, from Monday to Wednesday noon, since, until."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from homepot.ai.query.language.times.clocks import clock_at, part_at
from homepot.ai.query.language.times.days import day_at
from homepot.ai.query.language.times.rolling import calendar_at, rolling_at
from homepot.ai.query.language.times.said import Point, Said
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.when import Calendar, Dates, Hours, Rolling, Unit

_TO = bag("to until till through thru and -")
_LINKS = bag("on at of in the , around about from")


def point_at(
    words: tuple[str, ...], at: int, today: date, ahead: bool, bare: bool = True
) -> Point | None:
    """A day, a time of day, or a day with a time, either first."""
    taken = 0
    while at + taken < len(words) and words[at + taken] in {"at", "on", "the", "about", "around"}:
        taken += 1
        if taken == 3:
            return None
    start = at + taken
    day = day_at(words, start, today, ahead)
    if day is not None:
        following, more = _skip(words, start + day.words)
        clock = clock_at(words, following, bare=more > 0 and words[following - 1] == "at")
        if clock is not None and day.last is None:
            return replace(
                day, words=taken + day.words + more + clock.words, clock=clock.clock,
                wrong=day.wrong or clock.wrong,
            )  # fmt: skip
        return replace(day, words=day.words + taken)
    clock = clock_at(words, start, bare)
    if clock is None:
        return None
    following, more = _skip(words, start + clock.words)
    day = day_at(words, following, today, ahead) if following < len(words) else None
    plain = clock.bare and clock.words == 1
    if day is not None and day.last is None and not (plain and words[following] in _TO):
        return Point(
            taken + clock.words + more + day.words, day=day.day, clock=clock.clock,
            wrong=day.wrong or clock.wrong, bare=clock.bare, plain=False,
        )  # fmt: skip
    return replace(clock, words=clock.words + taken, plain=plain)


def _skip(words: tuple[str, ...], at: int) -> tuple[int, int]:
    more = 0
    while at + more < len(words) and words[at + more] in _LINKS and more < 2:
        more += 1
    return at + more, more


def between_at(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Said | None:
    """From .. to .., between .. and .., or only .. to .., - as far as its ends are times."""
    opened = words[at : at + 1] in {("from",), ("between",)}
    first = _from(words, at + opened, today, ahead, opened)
    if first is None:
        return None
    middle = at + opened + first.words
    if middle >= len(words) or words[middle] not in _TO:
        return None
    if words[middle] == "and" and words[at] != "between":
        return None
    place = middle + 1
    last = point_at(words, place, today, ahead)
    if last is None:
        return None
    if first.day is None and first.clock and last.day and last.clock:
        # "from 8 to 12 yesterday": the day is read by itself, and narrowed by these hours
        place, _ = _skip(words, place)
        last = clock_at(words, place, bare=True) or last
    taken = place + last.words - at
    if first.wrong or last.wrong:
        return Said(taken, wrong="impossible")
    return _spanned(first, last, taken)


def _from(words: tuple[str, ...], at: int, today: date, ahead: bool, opened: bool) -> Point | None:
    """The near end; "10" of "10 to 14 September" takes its month from the far end."""
    if at >= len(words):
        return None
    found = point_at(words, at, today, ahead)
    near = words[at + 1 : at + 3] if words[at] == "the" else words[at : at + 2]
    offset = words[at] == "the"
    if near and near[0].isdigit() and len(near[0]) <= 2 and found and (found.plain or offset):
        skip = 2 if near[1:2] in {("st",), ("nd",), ("rd",), ("th",)} else 1
        place = at + offset + skip
        if place < len(words) and words[place] in _TO:
            far = point_at(words, place + 1, today, ahead)
            dated = bool(far and far.day and far.last is None and far.clock is None)
            if far and far.day and dated and _is_day(words[place + 1 : place + 4]):
                try:
                    return Point(offset + skip, day=far.day.replace(day=int(near[0])))
                except ValueError:
                    return Point(offset + skip, wrong=True)
    return found if opened or found is None or not found.plain or _marked(words, at) else None


def _marked(words: tuple[str, ...], at: int) -> bool:
    """8 to 12 pm, 10 - 11:30: a number alone is a time if the far end is one for certain."""
    far = clock_at(words, at + 2)
    return far is not None


def _is_day(after: tuple[str, ...]) -> bool:
    words = after[1:] if after[:1] == ("the",) else after
    following = words[1:2]
    return bool(words) and words[0].isdigit() and following not in {("am",), ("pm",), (":",)}


def _spanned(first: Point, last: Point, taken: int) -> Said:
    if first.day is None and last.day is None:
        return _hours(first, last, taken)
    if first.day is None:  # from 8 to 12 yesterday
        first = replace(first, day=last.day)
    if last.day is None:
        if last.clock is not None and first.clock is None:
            return Said(taken, wrong="impossible")
        last = replace(last, day=first.day)
    start, end = first.day, last.last or last.day
    if start is None or end is None:
        return Said(taken, wrong="impossible")
    if (start, first.clock or time.min) >= (end, last.clock or time.max):
        return Said(taken, wrong="impossible")
    return Said(
        taken, Dates(first=start, first_time=first.clock, last=end, last_time=last.clock),
        single=start if start == end else None,
    )  # fmt: skip


def _hours(first: Point, last: Point, taken: int) -> Said:
    start, end = first.clock or time(0), last.clock or time(0)
    note = ""
    if first.bare and not last.bare and last.clock and start.hour < 12 <= end.hour:
        moved = time(start.hour + 12, start.minute)
        if moved < end and end.hour - start.hour > 12 - 1:
            start = moved
    if last.bare and first.bare and end <= start and 0 < end.hour <= 12 and start.hour <= 12:
        end = time((end.hour + 12) % 24, end.minute)
        note = f"{first.clock:%H:%M} to {last.clock:%H:%M} = {start:%H:%M} to {end:%H:%M}"
    if start == end:
        return Said(taken, wrong="impossible")
    return Said(
        taken, hours=Hours(start=start, end=end), note=note, loose=first.plain and last.plain
    )


def edge_at(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Said | None:
    """Since .., until .., before .., after ..: open to one side."""
    word = words[at] if at < len(words) else ""
    starts, ends = {"since", "after", "from"}, {"until", "till", "before", "by", "upto"}
    if word not in starts | ends:
        return None
    found = _edge_point(words, at + 1, today, ahead)
    if found is None:
        return None
    taken = found.words + 1
    if found.wrong:
        return Said(taken, wrong="impossible")
    if word == "from" and found.clock is None:
        if words[at + taken : at + taken + 1] not in {("on",), ("onwards",), ("onward",)}:
            return None  # "the incidents from Monday" is that day
        taken += 1
    if word in starts:
        return _since(word, found, taken, today)
    return _until(word, found, taken, today, ahead)


def _edge_point(words: tuple[str, ...], at: int, today: date, ahead: bool) -> Point | None:
    point = point_at(words, at, today, ahead, bare=True)
    if point is not None:
        return None if point.plain and not point.day else point
    part = part_at(words, at)
    if part and words[at] in {"this", "the"}:
        return Point(part[1], clock=part[0].start)
    said = calendar_at(words, at, today) or rolling_at(words, at, ahead)
    if said is None or said.window is None:
        return None
    first = _first_day(said, today)
    return None if first is None else Point(said.words, day=first)


def _first_day(said: Said, today: date) -> date | None:
    if said.single:
        return said.single
    window = said.window
    if isinstance(window, Rolling) and window.length_s % 86_400 == 0:
        return today - timedelta(days=window.length_s // 86_400)
    if not isinstance(window, Calendar):
        return None
    if window.unit is Unit.WEEK:
        return today - timedelta(days=today.weekday() - 7 * window.offset)
    if window.unit is Unit.MONTH:
        months = today.year * 12 + today.month - 1 + window.offset
        return date(months // 12, months % 12 + 1, 1)
    if window.unit is Unit.YEAR:
        return date(today.year + window.offset, 1, 1)
    if window.unit is Unit.WEEKEND:
        return today - timedelta(days=(today.weekday() - 5) % 7)
    return None


def _since(word: str, found: Point, taken: int, today: date) -> Said:
    day = found.day
    if day is None and found.clock is not None:
        day = today
    if word == "after" and found.day and found.clock is None:
        day = (found.last or found.day) + timedelta(days=1)
    return Said(taken, Dates(first=day, first_time=found.clock))


def _until(word: str, found: Point, taken: int, today: date, ahead: bool) -> Said:
    day = found.day or today
    last, clock = (found.last or day), found.clock
    if word == "before" and clock is None:
        last = day - timedelta(days=1)
    first = today if ahead else None
    return Said(taken, Dates(first=first, last=last, last_time=clock), ahead=ahead)


def moment_of(day: date, clock: time) -> Dates:
    """The hour up to a moment, and with it: the newest reading in it is the one at that time."""
    end = datetime.combine(day, clock)
    start = end - timedelta(hours=1)
    after = end + timedelta(seconds=1)
    return Dates(
        first=start.date(), first_time=start.time(), last=after.date(), last_time=after.time()
    )
