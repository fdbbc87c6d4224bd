"""Comparisons, and when a device was away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from homepot.ai.query.answering.conditions import compared
from homepot.ai.query.answering.outages import (
    Away,
    away,
    away_by_pauses,
    before,
    fell_silent,
    known_in_part,
    record_begins,
    since,
)
from homepot.ai.query.plan import Compare
from homepot.fleet.connectivity.logic import Change, Gap
from homepot.telemetry.pauses.reading import Pause
from homepot.telemetry.totals.service import Span

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "how", "other", "high", "holds"),
    [
        (61.0, Compare.ABOVE, 60.0, None, True),
        (60.0, Compare.ABOVE, 60.0, None, False),
        (60.0, Compare.AT_LEAST, 60.0, None, True),
        (5.0, Compare.BETWEEN, 1.0, 5.0, True),
        (6.0, Compare.BETWEEN, 1.0, 5.0, False),
        ("2.3.9", Compare.IS, "2.3.9", None, True),
        ("2.10", Compare.ABOVE, "2.9.1", None, True),
        ("2.4.0", Compare.IS, "2.4", None, True),
        ("Kitchen", Compare.IS, "kitchen", None, True),
        (date(2026, 3, 1), Compare.BELOW, "2026-03-02", None, True),
        (date(2026, 3, 1), Compare.BELOW, "soon", None, False),
        (("till", "row 1"), Compare.IS, "Row 1", None, True),
        (True, Compare.IS, True, None, True),
        (1.0, Compare.IS, "one", None, False),
    ],
)
def test_a_value_is_compared_with_what_is_of_its_kind(
    value: Any, how: Compare, other: Any, high: float | None, holds: bool
) -> None:
    assert compared(value, how, other, high) is holds


def test_time_away_leaves_out_what_nobody_knows() -> None:
    changes = [
        Change(START, "online"),
        Change(START + 2 * HOUR, "offline"),
        Change(START + 5 * HOUR, "online"),
        Change(START + 9 * HOUR, "offline"),
    ]
    gaps = [Gap(START + 3 * HOUR, START + 4 * HOUR)]
    found = away(changes, gaps, [Span(START, START + 10 * HOUR)])
    assert (found.online_s, found.offline_s) == (6 * 3600, 3 * 3600)
    assert (found.outages, found.longest_s) == (2, 3 * 3600)
    assert found.uptime_percent == pytest.approx(100 * 6 / 9)


def test_of_a_device_of_which_only_readings_are_known_its_pauses_count() -> None:
    pauses = [
        (START - 9 * HOUR, START + 1 * HOUR),
        (START + 3 * HOUR, START + 4 * HOUR),
        (START + 8 * HOUR, START + 20 * HOUR),
    ]
    known = [Pause(first, last, 600.0) for first, last in pauses]
    found = away_by_pauses(START - 90 * HOUR, known, [Span(START, START + 10 * HOUR)])
    assert (found.outages, found.longest_s) == (3, 7_200.0)
    assert found.offline_s == 3_600 + 3_000 + 7_200 - 600
    assert found.online_s + found.offline_s == 36_000


def test_before_a_device_was_first_heard_nobody_knows() -> None:
    span = Span(START, START + 10 * HOUR)
    found = away_by_pauses(START + 8 * HOUR, [], [span])
    assert (found.online_s, found.offline_s, found.outages) == (7_200, 0, 0)
    assert away_by_pauses(START + 12 * HOUR, [], [span]).uptime_percent is None


def test_the_readings_tell_what_lies_before_the_record_as_far_as_that_begins() -> None:
    begins = record_begins([Change(START, "unknown"), Change(START + 7 * HOUR, "online")])
    assert begins == START + 7 * HOUR
    assert record_begins([Change(START, "unknown")]) is None
    spans = [Span(START, START + 6 * HOUR), Span(START + 6 * HOUR, START + 9 * HOUR, 1)]
    assert before(spans, begins) == [spans[0], Span(START + 6 * HOUR, begins, 1)]
    assert since(spans, begins) == [Span(begins, START + 9 * HOUR, 1)]
    earlier, later = Away(60.0, 30.0, 1, 30.0), Away(10.0, 0.0, 0, 0.0)
    assert earlier + later == Away(70.0, 30.0, 1, 30.0)


def test_how_much_is_known_is_said_where_it_is_not_all() -> None:
    assert known_in_part([("a", 86_000.0, 86_400.0)]) == ""
    assert known_in_part([("a", 0.0, 600.0)]) == "known = nothing of 10 min"
    two = [("a", 420.0, 86_400.0), ("b", 430.0, 86_400.0)]
    assert known_in_part(two) == "known = only 7 min of 24 h for each device"
    five = [(name, 60.0 * place, 600.0) for place, name in enumerate("abcde")]
    assert known_in_part([*five, ("f", 600.0, 600.0)]) == (
        "known = only in part: of a nothing of 10 min, of b 1 min of 10 min,"
        " of c 2 min of 10 min, and of 2 more"
    )


def test_silence_counts_by_the_devices_own_step() -> None:
    assert not fell_silent(600, 600, 120)
    assert fell_silent(1_600, 600, 120)
    assert fell_silent(121, None, 120)
