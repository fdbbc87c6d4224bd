"""Bodies as collectors send them, good and bad, in every form that is taken."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.core.errors import BadInput
from homepot.telemetry.intake.batch import (
    EMPTY,
    IN_MILLISECONDS,
    METRICS_MAX,
    NOT_FINITE,
    ROWS_MAX,
    TOO_EARLY,
    TOO_LARGE,
    TOO_LATE,
    VALUE_MAX,
    Batch,
    checked,
    merged,
)
from homepot.telemetry.intake.columns import decode_columns
from homepot.telemetry.intake.rows import Format, RowDecoder, from_rows

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
AT = "2026-11-21T09:59:00Z"

names = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
values = st.floats(-VALUE_MAX, VALUE_MAX) | st.integers(-(2**53), 2**53)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "device_id": st.text(min_size=1, max_size=8),
            "timestamp": st.integers(946_684_800, 1_790_000_000),
            "metrics": st.dictionaries(names, values, min_size=1, max_size=6),
        }
    ),
    max_size=8,
)
ENCODE: dict[Format, Callable[[Any], bytes]] = {
    "json": lambda body: json.dumps(body).encode(),
    "msgpack": msgspec.msgpack.encode,
}


def told(batch: Batch) -> list[tuple[str, int, dict[str, float]]]:
    """A batch as plain rows again."""
    return [
        (
            batch.devices[batch.device[row]],
            int(batch.at_us[row]),
            {
                name: float(value)
                for name, value in zip(batch.metrics, batch.values[row], strict=True)
                if not math.isnan(value)
            },
        )
        for row in range(len(batch))
    ]


@pytest.mark.parametrize("form", ["json", "msgpack"])
@pytest.mark.parametrize("bare", [True, False])
@given(first=rows, second=rows)
def test_what_is_sent_is_what_is_taken(
    form: Format, bare: bool, first: list[Any], second: list[Any]
) -> None:
    """The first body teaches the decoder, the same again takes the fast way, the next may not."""
    decoder = RowDecoder()
    for sent in (first, first, second, first + second):
        body = ENCODE[form](sent if bare else {"readings": sent})
        batch = decoder.decode(body, form, "collector")
        assert batch.rejected == ()
        assert told(batch) == [
            (
                row["device_id"],
                row["timestamp"] * 1_000_000,
                {name: float(value) for name, value in row["metrics"].items()},
            )
            for row in sent
        ]


@pytest.mark.parametrize(
    ("moment", "at_us"),
    [
        ("2026-11-21T09:59:00Z", 1795255140000000),
        ("2026-11-21T10:59:00.123456+01:00", 1795255140123456),
        ("2026-11-21T09:59:00", 1795255140000000),
        (1795255140, 1795255140000000),
        (1795255140.5, 1795255140500000),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_a_moment_in_every_spelling(moment: str | float, at_us: int, times: int) -> None:
    decoder = RowDecoder()
    body = json.dumps([{"device_id": "a", "timestamp": moment, "metrics": {"x": 1}}]).encode()
    for _ in range(times):
        batch = decoder.decode(body, "json", "c")
    assert batch.at_us.tolist() == [at_us]


BAD_ROWS = [
    ('{"device_id": "a", "timestamp": "%s", "metrics": {"x": NaN}}', "x is not a finite number"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": {"x": -Infinity}}', "x is not a finite"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": {"x": "12"}}', "x is not a number: '12'"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": {"x": true}}', "x is not a number: true"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": {"x": [1]}}', "x is not a number"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": {"x": null}}', "no metric has a value"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": {}}', "no metric has a value"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": [1]}', "metrics is missing or not an"),
    ('{"device_id": "a", "timestamp": "%s"}', "metrics is missing"),
    ('{"device_id": "a", "timestamp": "%s", "metrics": {"X y": 1}}', "'X y' cannot be the name"),
    ('{"device_id": 7, "timestamp": "%s", "metrics": {"x": 1}}', "device_id is missing or not"),
    ('{"timestamp": "%s", "metrics": {"x": 1}}', "device_id is missing"),
    ('{"device_id": "a", "timestamp": "soon", "metrics": {"x": 1}, "n": "%s"}', "'soon' is not"),
    ('{"device_id": "a", "metrics": {"x": 1}, "n": "%s"}', "timestamp is missing"),
    ('{"device_id": "a", "timestamp": true, "metrics": {"x": 1}, "n": "%s"}', "timestamp is"),
    ('["%s"]', "a reading is an object"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_ROWS)
def test_a_bad_row_is_named_and_the_good_ones_are_taken(bad: str, reason: str) -> None:
    decoder = RowDecoder()
    good = '{"device_id": "a", "timestamp": "%s", "metrics": {"x": 1}}'
    decoder.decode(f"[{good % AT}]".encode(), "json", "c")  # knows the collector already
    batch = decoder.decode(f"[{good % AT}, {bad % AT}, {good % AT}]".encode(), "json", "c")
    assert batch.index.tolist() == [0, 2]
    assert [rejected.index for rejected in batch.rejected] == [1]
    assert reason in batch.rejected[0].reason


@pytest.mark.parametrize(
    ("body", "form", "words"),
    [
        (b"", "json", "Not JSON"),
        (b"{", "json", "line 1, column 2"),
        (b'{"rows": []}', "json", "A list of readings"),
        (b"5", "json", "A list of readings"),
        (b"\xff\xfe", "json", "Not"),
        (b"[" * 100_000, "json", "Not"),
        (b"\xc1", "msgpack", "Not msgpack"),
        (b"", "msgpack", "Not msgpack"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_whole(body: bytes, form: Format, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        RowDecoder().decode(body, form, "c")


def test_too_many_rows_are_refused() -> None:
    body = b"[" + b"1," * ROWS_MAX + b"1]"
    with pytest.raises(BadInput, match="100,000 readings"):
        RowDecoder().decode(body, "json", "c")


def test_too_many_metrics_are_refused_row_by_row() -> None:
    wide = {f"m{n}": 1 for n in range(METRICS_MAX)}
    sent = [
        {"device_id": "a", "timestamp": AT, "metrics": wide},
        {"device_id": "a", "timestamp": AT, "metrics": {"one_more": 1}},
    ]
    batch = RowDecoder().decode(json.dumps(sent).encode(), "json", "c")
    assert len(batch) == 1
    assert "more than 1,000 different metrics" in batch.rejected[0].reason


def test_a_device_need_not_name_itself() -> None:
    decoder = RowDecoder()
    body = json.dumps([{"timestamp": AT, "metrics": {"x": 1}}]).encode()
    for _ in range(2):
        assert decoder.decode(body, "json", "c", own_device="me").devices == ["me"]


def columns(**changed: Any) -> bytes:
    sent = {
        "metrics": ["x", "y"],
        "device_ids": ["a", "b"],
        "device": np.array([0, 1, 0], "<i4").tobytes(),
        "timestamps": np.array([1, 2, 3], "<i8").tobytes(),
        "values": np.arange(6, dtype="<f8").tobytes(),
    }
    return msgspec.msgpack.encode({**sent, **changed})


def test_columns_are_taken_as_they_are() -> None:
    batch = decode_columns(columns())
    assert told(batch) == [
        ("a", 1, {"x": 0.0, "y": 1.0}),
        ("b", 2, {"x": 2.0, "y": 3.0}),
        ("a", 3, {"x": 4.0, "y": 5.0}),
    ]


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"metrics": []}, "body.metrics"),
        ({"metrics": ["x", "x"]}, "body.metrics"),
        ({"metrics": ["x", "Y!"]}, "body.metrics"),
        ({"timestamps": b"123"}, "body.timestamps"),
        ({"timestamps": bytes(8 * (ROWS_MAX + 1))}, "body.timestamps"),
        ({"device": b"1234"}, "body.device"),
        ({"device": np.array([0, 1, 2], "<i4").tobytes()}, "body.device"),
        ({"device": np.array([0, 1, -1], "<i4").tobytes()}, "body.device"),
        ({"values": b"12345678"}, "body.values"),
        ({"values": "text"}, "body"),
        ({"more": 1}, "body"),
    ],
)
def test_columns_that_do_not_fit_are_refused_with_the_place(
    changed: dict[str, Any], at: str
) -> None:
    with pytest.raises(BadInput) as refused:
        decode_columns(columns(**changed))
    assert refused.value.extra["errors"][0]["at"] == at


def batch_of(at_us: list[int], device: list[int], cells: list[list[float]]) -> Batch:
    return Batch(
        ["a", "b"],
        ["x", "y"],
        np.array(device),
        np.array(at_us),
        np.array(cells, dtype=np.float64),
        np.arange(len(at_us)),
    )


def test_times_and_values_nobody_can_mean_are_refused() -> None:
    second = 1_000_000
    now_us = int(NOW.timestamp()) * second
    nan = math.nan
    batch = checked(
        batch_of(
            [now_us, 5, now_us + 599 * second, now_us + 601 * second, now_us, now_us],
            [0] * 6,
            [[1, 2], [1, 2], [1, nan], [1, 2], [math.inf, 2], [nan, nan]],
        ),
        NOW,
    )
    assert batch.index.tolist() == [0, 2]
    assert {(r.index, r.reason) for r in batch.rejected} == {
        (1, TOO_EARLY),
        (3, TOO_LATE),
        (4, f"x {NOT_FINITE}"),
        (5, EMPTY),
    }


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [(NOW.timestamp() * 1e3, IN_MILLISECONDS), (NOW.timestamp() * 1e6, TOO_LATE)],
)
def test_a_time_in_milliseconds_is_known_as_one(seconds: float, reason: str) -> None:
    body = [{"device_id": "a", "timestamp": seconds, "metrics": {"x": 1}}]
    for decode in (from_rows(body, ""), RowDecoder().decode(json.dumps(body).encode(), "json", "")):
        assert [one.reason for one in checked(decode, NOW).rejected] == [reason]


def test_extreme_values_are_values() -> None:
    batch = batch_of([10**15, 10**15 + 1], [0, 0], [[1e300, 1e300], [5e-324, -1e300]])
    assert len(checked(batch, NOW)) == 2


def test_values_whose_sum_would_not_be_a_number_are_refused() -> None:
    batch = batch_of([10**15, 10**15 + 1], [0, 0], [[1e308, 1.0], [2.0, 1.0]])
    kept = checked(batch, NOW)
    assert told(kept) == [("a", 10**15 + 1, {"x": 2.0, "y": 1.0})]
    assert [one.reason for one in kept.rejected] == [f"x {TOO_LARGE}"]


def test_the_last_word_for_a_device_and_time_stands() -> None:
    nan = math.nan
    batch = batch_of(
        [1, 2, 1, 1, 1, 2, 1],
        [0, 0, 1, 0, 0, 0, 0],
        [[1, nan], [5, 5], [1, 1], [1, nan], [2, nan], [5, 5], [nan, 7]],
    )
    kept, repeated, corrected = merged(batch)
    assert told(kept) == [
        ("a", 1, {"x": 2.0, "y": 7.0}),
        ("a", 2, {"x": 5.0, "y": 5.0}),
        ("b", 1, {"x": 1.0, "y": 1.0}),
    ]
    assert (repeated, corrected) == (2, 1)


cells = st.none() | st.integers(0, 2)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), cells, cells), max_size=30))
def test_merging_equals_saying_it_one_after_the_other(
    sent: list[tuple[int, int, int | None, int | None]],
) -> None:
    expected: dict[tuple[str, int], dict[str, float]] = {}
    for device, at, x, y in sent:
        said = {k: float(v) for k, v in (("x", x), ("y", y)) if v is not None}
        expected.setdefault(("ab"[device], at), {}).update(said)
    batch = Batch(
        ["a", "b"],
        ["x", "y"],
        np.array([row[0] for row in sent], dtype=np.int64),
        np.array([row[1] for row in sent], dtype=np.int64),
        np.array([row[2:] for row in sent], dtype=np.float64).reshape(-1, 2),
        np.arange(len(sent)),
    )
    kept, repeated, corrected = merged(batch)
    assert {(device, at): said for device, at, said in told(kept)} == expected
    assert len(kept) == len(expected)
    assert 0 <= repeated + corrected <= len(sent) - len(expected)
