"""Spans counted from now, and whole units of the calendar: last 7 days, this month, 3 weeks ago."""

from datetime import date, timedelta

from homepot.ai.query.language.times.said import Said
from homepot.ai.query.language.times.words import LAST, NEXT, SECONDS, THIS, UNITS, number_of
from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.when import Calendar, Coming, Dates, Rolling, Unit

LENGTH_MAX_S = 3660 * 86_400
_DAY = 86_400
_SMALL = frozenset({Unit.HOUR, Unit.DAY})


def rolling_at(words: tuple[str, ...], at: int, ahead: bool) -> Said | None:
    """The last 24 hours, past 90 minutes, the previous week, the next 60 days."""
    the = words[at : at + 1] == ("the",)
    place = at + the
    if place >= len(words) or words[place] not in LAST | NEXT:
        return None
    which, place = words[place], place + 1
    if which in {"latest", "recent", "trailing"} and not the and which != "trailing":
        return None
    amount = _amount(words, place)
    if amount is None:
        return None
    seconds, length, counted = amount
    taken = place + length - at
    unit = words[place + length - 1]
    if seconds <= 0 or seconds > LENGTH_MAX_S:
        return Said(taken, wrong="impossible")
    if which in NEXT:
        if the or counted or ahead or UNITS.get(unit) is None:
            return Said(taken, Coming(kind="coming", length_s=seconds), ahead=True)
        return Said(taken, Calendar(unit=UNITS[unit], offset=1), ahead=True)
    return _back(which, seconds, unit, the or counted, taken)


def _back(which: str, seconds: int, unit: str, whole: bool, taken: int) -> Said:
    kind = UNITS.get(unit)
    if not whole and kind is not None and kind not in _SMALL and which != "past":
        if kind is Unit.WEEK and which in {"last", "lst"}:
            return Said(taken, Rolling(length_s=seconds), note="last week = the last 7 days")
        return Said(taken, Calendar(unit=kind, offset=-1))
    if which in {"previous", "preceding", "prior"} and kind and unit == kind.value:
        return Said(taken, Calendar(unit=kind, offset=-1))
    note = {
        "month": "month = the last 30 days", "year": "year = the last 365 days",
        "quarter": "quarter = the last 91 days",
    }.get(unit, "")  # fmt: skip
    return Said(taken, Rolling(length_s=seconds), note=note)


def _amount(words: tuple[str, ...], at: int) -> tuple[int, int, bool] | None:
    """Seconds, words, and whether a number was said: 7 days, week, half an hour."""
    number = number_of(words, at)
    if number is None and words[at : at + 1] in {("a",), ("an",)} and words[at + 1 : at + 2]:
        if words[at + 1] in SECONDS:
            return _more(words, at + 1, SECONDS[words[at + 1]], 2)
        return None
    if number is None:
        if at < len(words) and words[at] in SECONDS and len(words[at]) > 1:
            return _more(words, at, SECONDS[words[at]], 1, counted=False)
        return None
    value, length = number
    if words[at] == "half" and words[at + 1 : at + 2] in {("a",), ("an",)}:
        length = 2
    if words[at : at + 4][1:] == ("and", "a", "half"):
        value, length = value + 0.5, 4
    unit = words[at + length] if at + length < len(words) else ""
    if unit not in SECONDS or value > 1e9:
        return None
    seconds = value * SECONDS[unit]
    return _more(words, at + length, round(seconds), length + 1, counted=True)


def _more(
    words: tuple[str, ...], at: int, seconds: int, length: int, counted: bool = True
) -> tuple[int, int, bool]:
    """And a half; and 30 minutes."""
    if words[at + 1 : at + 4] == ("and", "a", "half"):
        return seconds + SECONDS[words[at]] // 2, length + 3, counted
    if words[at + 1 : at + 2] == ("and",) and (number := number_of(words, at + 2)):
        unit = words[at + 2 + number[1]] if at + 2 + number[1] < len(words) else ""
        if unit in SECONDS and SECONDS[unit] < SECONDS[words[at]]:
            return seconds + round(number[0] * SECONDS[unit]), length + 2 + number[1], counted
    return seconds, length, counted


def amount_at(words: tuple[str, ...], at: int) -> tuple[int, int] | None:
    """A length of time that was counted: seconds and words.

    >>> amount_at(("an", "hour", "and", "a", "half"), 0), amount_at(("90", "min"), 0)
    ((5400, 5), (5400, 2))
    """
    found = _amount(words, at)
    return (found[0], found[1]) if found and found[2] else None


_OVER = bag("over in within during throughout across")


def counted_at(words: tuple[str, ...], at: int, ahead: bool) -> Said | None:
    """Over 7 days, within 60 days, 3 hours ago, in 2 hours."""
    preposition = words[at] if at < len(words) and words[at] in _OVER else ""
    start = at + bool(preposition) + (words[at + 1 : at + 2] == ("the",) and bool(preposition))
    found = _amount(words, start)
    if found is None or not found[2]:
        return None
    seconds, length, _ = found
    after = words[start + length : start + length + 3]
    taken = start + length - at
    if seconds <= 0:
        return None
    if seconds > LENGTH_MAX_S:
        return Said(taken, wrong="impossible")
    if after[:1] == ("before",) and _ends_before(after[1:], words[start + length + 1 :]):
        more = 1 + (after[1:2] in {("that",), ("then",), ("those",), ("this",)})
        return Said(taken + more, Rolling(length_s=seconds, before_s=seconds))
    if after[:1] == ("ago",):
        return _ago(seconds, UNITS.get(words[start + length - 1]), taken + 1)
    if after[:2] == ("from", "now") or (after[:1] == ("ahead",)):
        return Said(taken + len(after[:2]), Coming(length_s=seconds), ahead=True)
    if preposition in {"in", "within"} and ahead:
        return Said(taken, Coming(length_s=seconds), ahead=True)
    if preposition in _OVER - {"over"} or (preposition == "over" and seconds >= 3_600):
        return Said(taken, Rolling(length_s=seconds), loose=preposition in {"over", "in"})
    return None


def _ends_before(after: tuple[str, ...], rest: tuple[str, ...]) -> bool:
    """Before, before that: not "before noon"."""
    return not rest or after[:1] in {("that",), ("then",), ("those",), ("this",), ("?",), (",",)}


def _ago(seconds: int, unit: Unit | None, taken: int) -> Said:
    if unit in {Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR} and unit is not None:
        each = {Unit.DAY: _DAY, Unit.WEEK: 7 * _DAY, Unit.MONTH: 30 * _DAY, Unit.YEAR: 365 * _DAY}
        if seconds % each[unit] == 0:
            return Said(taken, Calendar(unit=unit, offset=-(seconds // each[unit])))
    return Said(taken, Rolling(length_s=600, before_s=seconds), note="the 10 minutes up to then")


def calendar_at(words: tuple[str, ...], at: int, today: date) -> Said | None:
    """This week, month to date, the week before last, the weekend."""
    rest = words[at : at + 5]
    if rest[:1] == ("the",):
        found = calendar_at(words, at + 1, today)
        return found.longer(1) if found else None
    phrases = {
        ("month", "to", "date"): Unit.MONTH, ("week", "to", "date"): Unit.WEEK,
        ("year", "to", "date"): Unit.YEAR, ("quarter", "to", "date"): Unit.QUARTER,
        ("mtd",): Unit.MONTH, ("ytd",): Unit.YEAR, ("wtd",): Unit.WEEK,
    }  # fmt: skip
    for phrase, unit in phrases.items():
        if rest[: len(phrase)] == phrase:
            return Said(len(phrase), Calendar(unit=unit, offset=0))
    if rest[1:3] == ("before", "last") and rest[0] in UNITS:
        return Said(3, Calendar(unit=UNITS[rest[0]], offset=-2))
    if rest[:3] == ("so", "far", "today"):
        return Said(3, Calendar(unit=Unit.DAY, offset=0), single=today)
    if rest[:2] == ("so", "far") and len(rest) > 2:
        found = calendar_at(words, at + 2, today)
        return found.longer(2) if found else None
    if rest and rest[0] in THIS and rest[1:2] and rest[1] in UNITS:
        return Said(2, Calendar(unit=UNITS[rest[1]], offset=0))
    return _weekend(rest, today) or _edge(words, at, today)


def _weekend(rest: tuple[str, ...], today: date) -> Said | None:
    if rest[:2] in {("past", "weekend"), ("last", "weekend"), ("previous", "weekend")}:
        return Said(2, Calendar(unit=Unit.WEEKEND, offset=-1))
    if rest[:2] == ("next", "weekend"):
        return Said(2, Calendar(unit=Unit.WEEKEND, offset=1), ahead=True)
    if rest[:1] == ("weekend",):
        inside = today.weekday() >= 5
        return Said(1, Calendar(unit=Unit.WEEKEND, offset=0 if inside else -1))
    return None


def _edge(words: tuple[str, ...], at: int, today: date) -> Said | None:
    """The beginning (or end) of the week, month, year: a day."""
    rest = words[at : at + 4]
    if len(rest) < 3 or rest[0] not in {"beginning", "start", "end"} or rest[1] != "of":
        return None
    place = at + 2 + (words[at + 2] in {"the", *THIS, *LAST})
    back = words[at + 2] in LAST
    unit = UNITS.get(words[place]) if place < len(words) else None
    if unit not in {Unit.WEEK, Unit.MONTH, Unit.YEAR} or rest[0] == "end":
        return None
    first = {
        Unit.WEEK: today - timedelta(days=today.weekday()), Unit.MONTH: today.replace(day=1),
        Unit.YEAR: today.replace(month=1, day=1),
    }[unit]  # fmt: skip
    if back:
        before = first - timedelta(days=1)
        first = {
            Unit.WEEK: first - timedelta(days=7), Unit.MONTH: before.replace(day=1),
            Unit.YEAR: before.replace(month=1, day=1),
        }[unit]  # fmt: skip
    return Said(place + 1 - at, Dates(first=first, last=first), single=first)
