"""Lines of CSV as readings, and back."""

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.intake.batch import moment
from homepot.transfer.lines import Line
from homepot.transfer.series import (
    BATCH_ROWS_MAX,
    Piece,
    WrongLine,
    line_of,
    microseconds_of,
    number_of,
    number_text,
    pieces,
    time_text,
)


def read(*texts: str | None) -> list[Piece]:
    return list(pieces(Line(place, text, "odd") for place, text in enumerate(texts, 1)))


def wrong_in(*texts: str | None) -> dict[int, str]:
    return {number: reason for piece in read(*texts) for number, reason in piece.wrong}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_the_same_after_a_round_trip(value: float) -> None:
    again = number_of(number_text(value), "x")
    assert struct.pack("<d", again) == struct.pack("<d", value)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_time_is_the_same_after_a_round_trip(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    assert moment(microseconds_of(time_text(at))) == at


@pytest.mark.parametrize(
    "cell", ["nan", "inf", "-Infinity", "1e999", "warm", "1_000", "0x10", "٣a"]
)
def test_what_is_no_finite_number_is_refused(cell: str) -> None:
    with pytest.raises(WrongLine, match=r"x: .* is not a finite number"):
        number_of(cell, "x")


def test_each_wrong_line_has_its_number_and_reason_and_the_good_ones_stay() -> None:
    (piece,) = read(
        "timestamp,x,y",
        "2026-09-01T00:00:00Z,1,",
        "yesterday,1,2",
        "2026-09-01T00:10:00Z,1",
        '2026-09-01T00:20:00Z,"1,2',
        None,
        "2026-09-01T00:30:00Z,warm,2",
        "",
        "2026-09-01T00:40:00Z,,",
        '2026-09-01T02:50:00+02:00,"3",4',
    )
    assert dict(piece.wrong) == {
        3: "timestamp 'yesterday' is not like 2026-01-31T12:00:00Z",
        4: "2 cells where the first line names 3 columns",
        5: "the line is not CSV: unexpected end of data",
        6: "odd",
        7: "x: 'warm' is not a finite number",
    }
    assert piece.numbers == [2, 10]
    assert piece.empty == 1
    batch = piece.batch("pos_1")
    assert [moment(at) for at in batch.at_us.tolist()] == [
        datetime(2026, 9, 1, tzinfo=UTC),
        datetime(2026, 9, 1, 0, 50, tzinfo=UTC),
    ]
    assert batch.values[1].tolist() == [3.0, 4.0]
    assert batch.values[0, 0] == 1.0
    assert batch.values[0, 1] != batch.values[0, 1]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("time,x", "no column is called timestamp"),
        ("timestamp", "no column holds a metric"),
        (None, "odd"),
    ],
)
def test_without_a_first_line_that_can_be_read_no_line_is_taken(
    first: str | None, reason: str
) -> None:
    found = read(first, "2026-09-01T00:00:00Z,1")
    assert [piece.numbers for piece in found] == [[]]
    assert reason in found[0].wrong[0][1]


def test_an_empty_file_is_not_passed_over() -> None:
    assert wrong_in() == {1: "the file is empty"}


def test_a_wrong_column_is_named_and_the_others_are_taken() -> None:
    (piece,) = read("CPU %,timestamp,x,x", "9,2026-09-01T00:00:00Z,1,2")
    reasons = [reason for number, reason in piece.wrong if number == 1]
    assert len(reasons) == 2
    assert "'CPU %' cannot be the name of a metric" in reasons[0]
    assert "x stands here twice" in reasons[1]
    assert (piece.metrics, piece.values) == (["x"], [[1.0]])


def test_a_long_file_comes_in_pieces_and_none_of_it_is_lost() -> None:
    start = datetime(2026, 9, 1, tzinfo=UTC)
    rows = BATCH_ROWS_MAX + 7
    texts = [line_of(start + timedelta(seconds=n), [n]).rstrip() for n in range(rows)]
    found = read("timestamp,x", *texts)
    assert [len(piece.numbers) for piece in found] == [BATCH_ROWS_MAX, 7]
    numbers = [number for piece in found for number in piece.numbers]
    assert numbers == list(range(2, rows + 2))
