"""How a metric was when it was first told, at worst, and now."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homepot.ai.incidents.course import (
    Course,
    Seen,
    course_of,
    with_newest,
    with_readings,
    with_stillness,
    words_of,
)
from homepot.core.wall_clock import WallClock
from homepot.fleet.types.naming import Called

AT = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
NOW = AT + timedelta(hours=2)


def minutes(count: float) -> datetime:
    return AT + timedelta(minutes=count)


def course(kind: str = "step", ended: datetime | None = None, **said: Any) -> Course:
    figures = {"value": 91.0, "usual": 30.0, "low": 20.0, "high": 40.0, "size": 61.0, "share": 1.0}
    metric = {"name": "cpu_percent", "kind": kind, "unit": "%", "since": AT.isoformat(), **figures}
    return course_of(("TILL", "Till 3"), metric | said, Called("Processor load"), ended)


def told(*courses: Course, is_over: bool = False) -> str:
    clock = WallClock(ZoneInfo("Europe/Berlin"), named=AT)
    return words_of(courses, clock, NOW, is_over=is_over)


def test_then_worst_and_now_are_three_figures() -> None:
    seen = [Seen(minutes(-5), 99.0, 99.0), Seen(minutes(3), 90.0, 97.5), Seen(minutes(9), 20, 60)]
    one = with_newest(with_readings(course(), seen), 45.0, minutes(119))
    assert (one.then, one.worst, one.worst_at, one.now) == (91.0, 97.5, minutes(3), 45.0)
    assert told(one) == (
        "At worst so far: Processor load 97.5 % at 10:03. Now, at 11:59: Processor load 45 %."
    )


def test_below_its_usual_the_lowest_is_the_worst() -> None:
    one = with_readings(course(size=-61.0, value=3.0), [Seen(minutes(3), 1.0, 80.0)])
    assert (one.worst, one.worst_at) == (1.0, minutes(3))


def test_what_was_measured_after_it_was_over_is_no_part_of_it() -> None:
    one = course(ended=minutes(30))
    assert with_readings(one, [Seen(minutes(31), 99.0, 99.0)]).worst == 91.0


def test_what_readings_do_not_know_any_more_the_anomaly_does() -> None:
    first = {"kind": "step", "value": 60.0, "usual": 30.0, "low": 20, "high": 40, "size": 30.0}
    one = with_readings(course(first=first), [Seen(minutes(3), 50.0, 70.0)])
    assert (one.then, one.worst, one.worst_at) == (60.0, 91.0, None)
    assert told(one) == "At worst so far: Processor load 91 %."


def test_an_old_reading_is_not_how_it_is_now() -> None:
    one = with_newest(course(), 45.0, minutes(20))
    assert told(one).endswith("Last measured at 10:20: Processor load 45 %.")
    assert "Now" not in told(one)


def test_what_is_over_has_a_worst_and_no_now() -> None:
    one = with_newest(course(ended=minutes(30)), 30.0, minutes(119))
    assert told(one, is_over=True) == "At worst: Processor load 91 %."


def test_a_part_of_one_is_said_in_percent() -> None:
    called = Called("Errors", is_ratio=True)
    figures = {"value": 0.2, "usual": 0.01, "low": 0, "high": 0.02, "size": 0.19, "share": 1}
    metric = {"name": "error_rate", "kind": "step", "unit": "", "since": AT.isoformat()} | figures
    one = course_of(("TILL", "Till"), metric, called, None)
    one = with_newest(with_readings(one, [Seen(minutes(1), 0.1, 0.25)]), 0.05, NOW)
    assert (one.unit, one.then, one.worst, one.now) == ("%", 20.0, 25.0, 5.0)


def test_a_frozen_sensor_says_since_when_and_how_it_usually_moves() -> None:
    frozen = course("frozen", value=4.21, unit="°C")
    hours = [Seen(AT - timedelta(hours=n), 4.0, 4.8) for n in range(30, 1, -1)]
    seen = [Seen(minutes(-80), 4.2, 4.5), *(Seen(minutes(n), 4.21, 4.21) for n in range(-70, 0))]
    one = with_stillness(frozen, seen, hours)
    assert one.same_since == minutes(-70)
    assert told(one) == (
        "Processor load: the same value, 4.21 °C, since 5 Nov 08:50; it usually moves by about"
        " 0.8 °C within an hour."
    )
    wet = with_stillness(course("frozen", value=65.4), seen, [Seen(s.at, 60, 66) for s in hours])
    assert "it usually moves by about 6 points within an hour" in told(wet)
    # Neither is made up where it is not known.
    bare = with_stillness(frozen, seen, hours[:3])
    assert bare.usually_moves is None
    assert told(bare) == "Processor load: the same value, 4.21 °C, since 5 Nov 08:50."


def test_of_several_devices_each_is_named() -> None:
    other = course_of(
        ("B", "Till 4"),
        {"name": "x", "kind": "step", "unit": "", "since": AT.isoformat(), "value": 2.0,
         "usual": 1.0, "low": 0.0, "high": 1.5, "size": 1.0, "share": 1.0},
        Called("queue length"),
        None,
    )  # fmt: skip
    words = told(course(), other)
    assert words == "At worst so far: Processor load of Till 3 91 %; queue length of Till 4 2."
