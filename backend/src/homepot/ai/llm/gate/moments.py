"""Dates, times of day, days of the week, and words such as yesterday."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from homepot.ai.llm.gate.claims import PARTS, Moment, Phrase
from homepot.ai.llm.gate.facts import Facts
from homepot.ai.llm.gate.spans import Found, Sentence, any_of
from homepot.ai.llm.gate.words import MONTHS, WEEKDAYS

_MONTH = rf"(?P<month>{any_of([name.capitalize() for name in MONTHS])})\b\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ISO = re.compile(
    rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?P<zone>\s?Z|[+-]\d\d:?\d\d|\sUTC)?)?(?!\d)"
)
_WRITTEN = (
    re.compile(rf"\b{_DAY}(?:\sof)?\s{_MONTH}(?:,?\s{_YEAR})?\b"),
    re.compile(rf"\b{_MONTH}\s(?:the\s)?{_DAY}\b(?:,?\s{_YEAR}\b)?"),
    re.compile(rf"\b{_MONTH}\s{_YEAR}\b"),
    re.compile(rf"(?:(?<=\bin )|(?<=\bsince )|(?<=\bof )|(?<=\bby )|(?<=\blast )){_MONTH}"),
    re.compile(r"\bthe (?P<day>[0-3]?\d)(?:st|nd|rd|th)\b"),
    re.compile(rf"(?:(?<=\bin )|(?<=\bsince )|(?<=\bof )){_YEAR}\b(?!\s?[%°\w])"),
)
_DOTTED = re.compile(
    r"\b(?P<one>[0-3]?\d)(?P<mark>[./])(?P<two>[01]?\d)(?P=mark)(?P<year>(?:19|20)\d\d)\b"
)
_CLOCKS = (
    re.compile(
        r"\b(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
        r"(?:\s?(?P<half>am|pm|a\.m\.|p\.m\.))?(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<hour>1?\d)\s?(?P<half>am|pm|a\.m\.|p\.m\.)(?!\w)", re.IGNORECASE),
    re.compile(r"\b(?P<hour>1?\d)\so'clock\b", re.IGNORECASE),
    re.compile(r"\b(?P<spoken>noon|midday|midnight)\b", re.IGNORECASE),
)
_WEEKDAY = re.compile(rf"\b(?P<weekday>{any_of(list(WEEKDAYS))})\b", re.IGNORECASE)
_NEARBY = re.compile(r"\b(?P<word>today|yesterday|tomorrow)\b", re.IGNORECASE)
_LOOSE = re.compile(
    r"\b(?:(?:this|last|next|past|previous|coming)\s"
    r"(?:second|minute|hour|night|morning|afternoon|evening|day|week|weekend|month|quarter|year)"
    r"|tonight|overnight|nowadays|recent(?:ly)?)\b",
    re.IGNORECASE,
)
_DAYS_AWAY = {"today": 0, "yesterday": -1, "tomorrow": 1}
_LINK = re.compile(r"^(?:,?\s(?:at|on|the|of|around|about|from)?\s?|,\s|\s?\(|\s)?(?:the\s|at\s)?$")
_ZONE = re.compile(r"\s?(?:UTC|Z|GMT)\b")


def moments(sentence: Sentence, facts: Facts) -> list[Found]:
    found: list[Found] = []
    readers: list[tuple[re.Pattern[str], Callable[[re.Match[str], Facts], Moment | None]]] = [
        (_ISO, _iso), *((pattern, _written) for pattern in _WRITTEN), (_DOTTED, _dotted),
        *((pattern, _clock) for pattern in _CLOCKS), (_WEEKDAY, _weekday), (_NEARBY, _nearby),
    ]  # fmt: skip
    for pattern, read in readers:
        for match in list(sentence.matches(pattern)):
            moment = read(match, facts)
            if moment is not None and sentence.is_free(*match.span()):
                sentence.take(*match.span())
                found.append(Found(*match.span(), moment))
    for match in list(sentence.matches(_LOOSE)):
        sentence.take(*match.span())
        found.append(Found(*match.span(), Phrase(match[0].lower())))
    found.sort(key=lambda one: one.start)
    return list(_joined(sentence, found))


def _iso(match: re.Match[str], facts: Facts) -> Moment | None:
    parts = {
        name: int(value) for name, value in match.groupdict().items() if value and name != "zone"
    }
    try:
        # On whose clock is seen below.
        there = datetime(**parts)  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    if "hour" not in parts:
        return _of_day(there.date())
    shown = _of(there, seconds="second" in parts)
    if match["zone"] is None:
        return shown
    offset = match["zone"].strip()
    aware = datetime.fromisoformat(
        f"{there.isoformat()}{'+00:00' if offset in {'Z', 'UTC'} else offset}"
    )
    at_home = _of(aware.astimezone(facts.timezone), seconds="second" in parts)
    return replace(at_home, by_utc=_of(aware.astimezone(UTC), seconds="second" in parts))


def _of_day(day: date) -> Moment:
    return Moment(day.year, day.month, day.day, day.weekday())


def _of(at: datetime, *, seconds: bool) -> Moment:
    second = at.second if seconds else None
    return Moment(at.year, at.month, at.day, at.weekday(), at.hour, at.minute, second)


def _written(match: re.Match[str], _: Facts) -> Moment | None:
    given = match.groupdict()
    year = int(given["year"]) if given.get("year") else None
    month = MONTHS[given["month"].lower()] if given.get("month") else None
    day = int(given["day"]) if given.get("day") else None
    if day is not None and not 1 <= day <= 31:
        return None
    if year and month and day:
        try:
            return _of_day(date(year, month, day))
        except ValueError:
            return Moment(year, month, day)
    return Moment(year=year, month=month, day=day)


def _dotted(match: re.Match[str], _: Facts) -> Moment | None:
    """Day first; what cannot be one is taken for the month."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    for day, month in ((one, two), (two, one)):
        try:
            return _of_day(date(year, month, day))
        except ValueError:
            continue
    return None


def _clock(match: re.Match[str], _: Facts) -> Moment | None:
    given = match.groupdict()
    on_utc = _ZONE.match(match.string, match.end()) is not None
    if given.get("spoken"):
        return Moment(hour=0 if given["spoken"].lower() == "midnight" else 12, minute=0)
    hour = int(given["hour"])
    half = (given.get("half") or "").lower()[:1]
    if hour > (12 if half else 24):
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    second = int(given["second"]) if given.get("second") else None
    return Moment(
        hour=hour % 24, minute=int(given.get("minute") or 0), second=second, on_utc=on_utc
    )


def _weekday(match: re.Match[str], _: Facts) -> Moment:
    return Moment(weekday=WEEKDAYS[match["weekday"].lower()])


def _nearby(match: re.Match[str], facts: Facts) -> Moment | None:
    if facts.now is None:
        return None
    here = facts.now.astimezone(facts.timezone).date()
    return _of_day(here + timedelta(days=_DAYS_AWAY[match["word"].lower()]))


def _joined(sentence: Sentence, found: list[Found]) -> Iterator[Found]:
    """A day and a time of day beside it are one moment."""
    waiting: Found | None = None
    for one in found:
        joint = _joint(sentence, waiting, one) if waiting is not None else None
        if joint is not None:
            waiting = joint
            continue
        if waiting is not None:
            yield waiting
        waiting = one
    if waiting is not None:
        yield waiting


def _joint(sentence: Sentence, one: Found, other: Found) -> Found | None:
    first, second = one.what, other.what
    if not (isinstance(first, Moment) and isinstance(second, Moment)):
        return None
    if not _LINK.match(sentence.between(one, other)):
        return None
    mine, theirs = first.parts(), second.parts()
    if any(a is not None and b is not None and a != b for a, b in zip(mine, theirs, strict=True)):
        return None
    if first.hour is not None and second.hour is not None:
        return None
    sentence.take(one.start, other.end)
    stated = {
        name: getattr(second, name) if getattr(first, name) is None else getattr(first, name)
        for name in PARTS
    }
    on_utc = first.on_utc or second.on_utc
    return Found(one.start, other.end, Moment(**stated, on_utc=on_utc))
