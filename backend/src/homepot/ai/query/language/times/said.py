"""What a reader of times found, and where in the words it stands."""

from dataclasses import dataclass, replace
from datetime import date, time

from homepot.ai.query.when import Hours, Window


@dataclass(frozen=True, slots=True)
class Said:
    """A whole window, or only a part of the day (`hours`) or a moment of it (`moment`), which
    belong to a day that stands elsewhere; or why no such time can be (`wrong`)."""

    words: int  # how many it took
    window: Window | None = None
    hours: Hours | None = None
    moment: time | None = None
    note: str = ""
    wrong: str = ""  # "impossible": no such time
    ahead: bool = False  # it lies before us
    single: date | None = None  # the window is this one day
    loose: bool = False  # it may just as well be an amount: "8 to 12"

    def longer(self, words: int) -> "Said":
        return replace(self, words=self.words + words)


@dataclass(frozen=True, slots=True)
class Point:
    """One end of a span: a day, a time of day, or both."""

    words: int
    day: date | None = None
    last: date | None = None  # where it is more than a day, as a month: the end of it
    clock: time | None = None
    bare: bool = False  # the time is only a number: 8
    plain: bool = False  # neither a month nor a sign of the clock: a number like any other
    wrong: bool = False
