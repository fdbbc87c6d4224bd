"""Times of day: 8, 8am, 08:30, half past nine, noon, 8 in the morning."""

import re
from datetime import time

from homepot.ai.query.language.times.said import Point
from homepot.ai.query.language.times.words import NUMBERS, PART_PHRASES, PARTS
from homepot.ai.query.when import Hours

_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_AFTERNOON = {"afternoon", "evening"}


def clock_at(words: tuple[str, ...], at: int, bare: bool = False) -> Point | None:
    """A time of day that starts here; with `bare`, a number alone is one.

    >>> clock_at(("8", "pm"), 0).clock, clock_at(("half", "past", "nine"), 0).clock
    (datetime.time(20, 0), datetime.time(9, 30))
    >>> clock_at(("25:00",), 0).wrong, clock_at(("8",), 0)
    (True, None)
    """
    if at >= len(words):
        return None
    word = words[at]
    if word in _NAMED:
        return Point(1, clock=_NAMED[word])
    if word in {"half", "quarter"} and words[at + 1 : at + 2] in {("past",), ("to",)}:
        return _relative(words, at)
    if word == "a" and words[at + 1 : at + 2] == ("quarter",):
        found = clock_at(words, at + 1)
        return None if found is None else Point(found.words + 1, clock=found.clock)
    parsed = _figures(word)
    if parsed is None:
        return None
    taken, half = _half(words, at + 1)
    if not (parsed[2] or half or bare):
        return None
    return _point(parsed, half, taken + 1)


def _point(parsed: tuple[int, int, bool], half: str, taken: int) -> Point | None:
    hour, minute, marked = parsed
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour == 24 and minute == 0:
        return Point(taken, clock=time(0))
    if hour > 23 or minute > 59:
        return Point(taken, wrong=True) if marked or half else None
    return Point(taken, clock=time(hour, minute), bare=not half and not marked)


def _figures(word: str) -> tuple[int, int, bool] | None:
    if found := re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", word):
        return int(found[1]), int(found[2]), True
    if found := re.fullmatch(r"(\d{1,2})\.(\d{2})", word):
        return (int(found[1]), int(found[2]), False) if int(found[2]) < 60 else None
    if re.fullmatch(r"\d{1,2}", word):
        return int(word), 0, False
    if word in NUMBERS and 1 <= NUMBERS[word] <= 12:
        return int(NUMBERS[word]), 0, False
    return None


def _half(words: tuple[str, ...], at: int) -> tuple[int, str]:
    """am, pm, o'clock, in the morning: how many words, and which half of the day."""
    rest = words[at : at + 3]
    if rest[:1] in {("am",), ("pm",)}:
        return 1, rest[0]
    if rest[:2] in {("a", "m"), ("p", "m")}:
        return 2, rest[0] + "m"
    taken = 1 if rest[:1] in {("oclock",), ("uhr",)} else 0
    rest = words[at + taken : at + taken + 3]
    if rest[:2] == ("in", "the") and rest[2:] in {("morning",), ("afternoon",), ("evening",)}:
        return taken + 3, "pm" if rest[2] in _AFTERNOON else "am"
    if rest[:2] == ("at", "night"):
        return taken + 2, "pm"
    return taken, "oclock" if taken else ""


def _relative(words: tuple[str, ...], at: int) -> Point | None:
    base = clock_at(words, at + 2, bare=True)
    if base is None or base.clock is None:
        return None
    minutes = base.clock.hour * 60 + base.clock.minute
    by = 30 if words[at] == "half" else 15
    minutes = (minutes + (by if words[at + 1] == "past" else -by)) % 1440
    return Point(base.words + 2, clock=time(*divmod(minutes, 60)))


def part_at(words: tuple[str, ...], at: int) -> tuple[Hours, int] | None:
    """A part of the day, and how many words it is.

    >>> part_at(("in", "the", "early", "morning"), 0)[1]
    4
    """
    taken = 0
    while words[at + taken : at + taken + 1] and words[at + taken] in {
        "in", "during", "the", "at", "over", "within", "outside",
    }:  # fmt: skip
        if words[at + taken] == "outside" or taken == 3:
            return None
        taken += 1
    for length in (2, 1):
        phrase = words[at + taken : at + taken + length]
        if len(phrase) < length:
            continue
        hours = PART_PHRASES.get(phrase) or (PARTS.get(phrase[0]) if len(phrase) == 1 else None)
        if hours:
            start, end = hours
            return Hours(start=time(start), end=time(end)), taken + length
    return None
