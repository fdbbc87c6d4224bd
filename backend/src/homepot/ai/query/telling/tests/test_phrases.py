"""Numbers, durations and windows as they are said."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from homepot.ai.query.answering.result import Answer, Kind, Result
from homepot.ai.query.telling.phrases import (
    duration,
    either,
    listed,
    number,
    quantity,
    said_moment,
    window,
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (33.59819, "33.6"), (8369.0, "8,369"), (0.004, "0.004"), (1234567.8, "1,234,568"),
        (-2.0, "-2"), (0.0, "0"), (0.00012, "0.00012"), (5.999, "6"), (2.504, "2.5"),
    ],
)  # fmt: skip
def test_a_number_has_the_places_that_say_something(value: float, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0.4 s"), (90, "1 min 30 s"), (3_600, "1 h"), (219_600, "2 d 13 h")]
)
def test_a_duration_has_its_two_largest_parts(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_quantity_has_its_unit() -> None:
    assert quantity(57.1, "%") == "57.1 %"
    assert quantity(7_200.0, "s") == "2 h"
    assert quantity(1.0, "days") == "1 day"
    assert quantity(2.5, "h") == "2.5 h"
    assert quantity(None, None) == "not known"
    assert quantity(["a", "b"], None) == "a and b"


def test_a_list_ends_with_how_many_more() -> None:
    assert listed([str(n) for n in range(9)], 20).endswith("7 and 12 more")
    assert listed([]) == ""
    assert either(["a", "b", "c"]) == "a, b or c"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-09-24T00:00", "2026-10-01T00:00", "from 24 September 2026 to 30 September 2026"),
        ("2026-09-30T00:00", "2026-10-01T00:00", "on 30 September 2026"),
        ("2026-09-30T08:00", "2026-09-30T12:00", "on 30 September 2026 from 08:00 to 12:00"),
        ("2000-01-01T00:00", "2026-09-30T12:00", "up to 30 September 2026, 12:00"),
    ],
)
def test_a_window_is_said_by_days_where_it_is_whole_days(start: str, end: str, said: str) -> None:
    moments = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)]
    answer = Answer(Result(Kind.NUMBER, 1.0), start=moments[0], end=moments[1])
    assert window(answer) == said


def test_a_moment_is_said_by_the_clock_of_the_place() -> None:
    assert said_moment("2026-09-30T23:30:00+00:00", ZoneInfo("Europe/Berlin")) == (
        "1 October 2026, 01:30"
    )
    assert said_moment("2026-09-30", ZoneInfo("UTC")) == "30 September 2026"
