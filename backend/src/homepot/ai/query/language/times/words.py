"""The words of time and number. Data, and the smallest readers of them."""

from homepot.ai.query.language.words.reading import bag
from homepot.ai.query.when import Unit

NUMBERS = {
    "zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0,
    "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0, "seventeen": 17.0,
    "eighteen": 18.0, "nineteen": 19.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0,
    "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
    "hundred": 100.0, "thousand": 1000.0, "dozen": 12.0, "half": 0.5,
    "twice": 2.0, "thrice": 3.0,
}  # fmt: skip
TENS = frozenset(word for word, value in NUMBERS.items() if 20 <= value < 100)
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip

SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 604_800),
    **dict.fromkeys(("fortnight", "fortnights"), 1_209_600),
    **dict.fromkeys(("month", "months", "mth", "mths"), 30 * 86_400),
    **dict.fromkeys(("quarter", "quarters"), 91 * 86_400),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 365 * 86_400),
}
UNITS = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), Unit.HOUR),
    **dict.fromkeys(("d", "day", "days"), Unit.DAY),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), Unit.WEEK),
    **dict.fromkeys(("weekend", "weekends"), Unit.WEEKEND),
    **dict.fromkeys(("month", "months", "mth", "mths"), Unit.MONTH),
    **dict.fromkeys(("quarter", "quarters"), Unit.QUARTER),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), Unit.YEAR),
}
_MONTHS = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
    "august aug", "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
MONTHS = {word: place for place, line in enumerate(_MONTHS, 1) for word in line.split()}
_WEEKDAYS = (
    "monday mon mondays", "tuesday tue tues tuesdays", "wednesday wed weds wednesdays",
    "thursday thu thur thurs thursdays", "friday fri fridays", "saturday sat saturdays",
    "sunday sun sundays",
)  # fmt: skip
WEEKDAYS = {word: place for place, line in enumerate(_WEEKDAYS) for word in line.split()}

PARTS = {
    "morning": (6, 12), "mornings": (6, 12), "forenoon": (6, 12), "afternoon": (12, 18),
    "afternoons": (12, 18), "evening": (18, 22), "evenings": (18, 22), "night": (22, 6),
    "nights": (22, 6), "overnight": (22, 6), "nighttime": (22, 6), "lunchtime": (12, 14),
    "daytime": (8, 20),
}  # fmt: skip
PART_PHRASES = {
    ("early", "morning"): (5, 8), ("late", "morning"): (10, 12), ("early", "afternoon"): (12, 15),
    ("late", "afternoon"): (15, 18), ("late", "evening"): (20, 23), ("lunch", "time"): (12, 14),
    ("working", "hours"): (9, 17), ("office", "hours"): (9, 17), ("business", "hours"): (9, 17),
    ("small", "hours"): (0, 5), ("lunch",): (12, 14), ("night", "time"): (22, 6),
}  # fmt: skip
LAST = bag("last lst prev past previous preceding latest trailing recent prior")
NEXT = bag("next coming following upcoming")
THIS = bag("this current present")


def number_of(words: tuple[str, ...], at: int) -> tuple[float, int] | None:
    """A number in digits or words, and how many words it is.

    >>> number_of(("twenty", "four"), 0), number_of(("1.5", "k"), 0), number_of(("a",), 0)
    ((24.0, 2), (1500.0, 2), None)
    """
    if at >= len(words):
        return None
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word[0].isdigit():
        return _in_figures(word, following)
    if word in {"couple", "few"}:
        return (2.0 if word == "couple" else 3.0), 2 if following == "of" else 1
    if word == "a" and following in {"couple", "few", "dozen", "hundred", "thousand"}:
        found = number_of(words, at + 1)
        return (found[0], found[1] + 1) if found else None
    if word not in NUMBERS:
        return None
    value = NUMBERS[word]
    if word in TENS and following in NUMBERS and NUMBERS[following] < 10 and following != "half":
        return value + NUMBERS[following], 2
    if following in {"hundred", "thousand"} and value < 100 and word != "half":
        return value * NUMBERS[following], 2
    return value, 1


_TIMES = {"k": 1e3, "million": 1e6, "thousand": 1e3, "hundred": 1e2}


def _in_figures(word: str, following: str) -> tuple[float, int] | None:
    try:
        value = float(word.replace(",", ".") if word.count(",") == 1 else word)
    except ValueError:
        return None
    if following in _TIMES:
        return value * _TIMES[following], 2
    return (value, 1) if value < 1e15 else None
