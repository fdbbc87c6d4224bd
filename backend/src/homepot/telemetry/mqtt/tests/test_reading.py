"""What messages say, one by one; and that a repeat has the time of the first."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.telemetry.intake.rows import microseconds
from homepot.telemetry.mqtt.gathering import CELLS_MAX, batches
from homepot.telemetry.mqtt.maps import parse
from homepot.telemetry.mqtt.messages import Message, sorted_out
from homepot.telemetry.mqtt.reading import NO_MAP, Reader, Refused, Row
from homepot.telemetry.mqtt.receipts import Receipt, Receipts, digest_of

TOPIC = "homepot/till/telemetry"
BASE_US = 1_790_000_000_000_000


def read(payload: Any, maps: str = "maps: []", topic: str = TOPIC) -> Any:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Reader(parse(maps, "maps.yaml").maps).read(topic, body)


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True).filter(
    lambda name: name not in ("timestamp", "metrics", "device_id")
)


@given(st.dictionaries(NAMES, NUMBERS, min_size=1, max_size=8), st.booleans(), st.booleans())
def test_both_forms_in_both_spellings_say_the_same(
    metrics: dict[str, float], flat: bool, packed: bool
) -> None:
    sent: dict[str, Any] = {**metrics} if flat else {"metrics": metrics}
    sent["timestamp"] = "2026-11-21T12:00:00Z"
    body = msgspec.msgpack.encode(sent) if packed else msgspec.json.encode(sent)
    (row,) = read(body).rows
    moment = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert row == Row("till", int(moment.timestamp()) * 1_000_000, metrics)
    assert set(map(type, row.metrics.values())) == {float}


@pytest.mark.parametrize(
    ("at", "at_us"),
    [
        (1_790_000_000, BASE_US),
        (1_790_000_000.123456, BASE_US + 123_456),
        ("2026-11-21T12:00:00+02:00", 1_795_255_200_000_000),
        ("2026-11-21T10:00:00", 1_795_255_200_000_000),
        (None, None),
    ],
)
def test_times_are_read_as_everywhere(at: Any, at_us: int | None) -> None:
    (row,) = read({"x": 1, "timestamp": at}).rows
    assert row.at_us == at_us


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_time_is_the_same_by_every_way_in(at: float) -> None:
    (row,) = read({"x": 1, "timestamp": at}).rows
    assert row.at_us == int(microseconds([at])[0])


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"metrics": {"x": "1"}}, "x is not a number"),
        ({"metrics": {"x": 10**400}}, "not JSON|not a finite number"),
        ({"metrics": [1]}, "metrics is missing or not an object"),
        ({"metrics": {}}, "no metric has a value"),
        ({"metrics": {"x": None}}, "no metric has a value"),
        ({"x": 1, "timestamp": True}, "timestamp is missing or neither"),
        ({"x": 1, "other": "text"}, "other is not a number"),
        ({"x": 1, "device_id": "fridge"}, "device_id is not the device of the topic"),
        (b"\xff\xfe", "not MessagePack"),
        (b"{", "not JSON"),
        (b"[[[" * 5_000, "not JSON"),
    ],
)
def test_what_is_wrong_is_said(payload: Any, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read(payload)


@given(st.binary(max_size=60))
def test_no_bytes_bring_it_down(body: bytes) -> None:
    with suppress(Refused):
        read(body)


def test_a_topic_without_a_map_and_an_empty_message() -> None:
    with pytest.raises(Refused, match=NO_MAP):
        read({"x": 1}, topic="elsewhere")
    assert read(b"").rows == ()


GREENHOUSE = """
maps:
  - topic: farm/{device}/up
    time: meta.received
    zone: Europe/Lisbon
    metrics:
      "sensors.*.t": "{1}_celsius"
      soil.moisture: { metric: soil_moisture, factor: 0.01 }
      pump: pump_on
    words: { running: 1, idle: 0 }
"""


def test_a_map_of_ones_own() -> None:
    sent = {
        "meta": {"received": "2026-07-01T12:00:00"},
        "sensors": {"North": {"t": 21.5, "h": 60}, "South 2": {"t": None}},
        "soil": {"moisture": "4200"},
        "pump": "running",
        "comment": "all well",
    }
    said = read(sent, GREENHOUSE, "farm/tunnel/up")
    at = int(datetime(2026, 7, 1, 11, tzinfo=UTC).timestamp()) * 1_000_000
    metrics = {"north_celsius": 21.5, "soil_moisture": 42.0, "pump_on": 1.0}
    assert list(said.rows) == [Row("tunnel", at, metrics)]
    with pytest.raises(Refused, match="pump is not a number: 'broken'"):
        read({"pump": "broken"}, GREENHOUSE, "farm/tunnel/up")
    assert read({"comment": "x"}, GREENHOUSE, "farm/tunnel/up").alive == "tunnel"


def test_two_values_under_one_name_are_never_mixed() -> None:
    maps = "maps: [{topic: 'a/{device}', metrics: {'*.t': celsius}}]"
    with pytest.raises(Refused, match=r"n\.t and s\.t are both celsius: tell them apart"):
        read({"n": {"t": 1}, "s": {"t": 2}}, maps, "a/b")


# -- receipts -----------------------------------------------------------------------------------


def message(n: int, payload: bytes, *, packet: int | None = 1, repeat: bool = False) -> Message:
    return Message(TOPIC, payload, BASE_US + n, packet, repeat, False, None)


def moments(found: list[Message], receipts: Receipts) -> list[int]:
    rows = sorted_out(found, Reader([]), receipts).rows
    return [row.at_us or 0 for row in rows]


def test_a_repeat_has_the_time_of_the_first() -> None:
    receipts = Receipts()
    first, other = message(1, b'{"x":1}'), message(2, b'{"x":2}', packet=2)
    again = message(50, b'{"x":1}', repeat=True)
    assert moments([first, other, again], receipts) == [BASE_US + 1, BASE_US + 2, BASE_US + 1]
    kept = receipts.unsaved()
    assert [one.packet for one in kept] == [1, 2]
    receipts.saved(kept)
    assert receipts.unsaved() == []
    restarted = Receipts()
    restarted.know(kept)
    assert moments([message(99, b'{"x":1}', repeat=True)], restarted) == [BASE_US + 1]


def test_what_only_looks_like_a_repeat_is_new() -> None:
    receipts = Receipts()
    receipts.know([Receipt(1, digest_of(TOPIC, b'{"x":1}'), BASE_US)])
    different = message(7, b'{"x":3}', repeat=True)
    unmarked = message(8, b'{"x":3}')
    without_answer = message(9, b'{"x":3}', packet=None)
    found = moments([different, unmarked, without_answer, without_answer], receipts)
    assert found == [BASE_US + 7, BASE_US + 8, BASE_US + 9, BASE_US + 10]


# -- gathering ----------------------------------------------------------------------------------


def table(found: Any) -> set[tuple[int, str, str, float]]:
    return {
        (int(batch.index[row]), batch.devices[int(batch.device[row])], name, float(value))
        for batch in found
        for row in range(len(batch))
        for name, value in zip(batch.metrics, batch.values[row], strict=True)
        if not np.isnan(value)
    }


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.dictionaries(NAMES, st.floats(-9, 9), min_size=1)),
        max_size=20,
    )
)
def test_every_value_stays_with_its_device_and_message(sent: Any) -> None:
    rows = [Row(device, BASE_US, metrics) for device, metrics in sent]
    index = [n * 3 for n in range(len(rows))]
    wanted = {
        (place, row.device, name, value)
        for place, row in zip(index, rows, strict=True)
        for name, value in row.metrics.items()
    }
    assert table(batches(rows, index)) == wanted


def test_rows_with_nothing_in_common_are_not_one_large_table() -> None:
    rows = [Row("a", BASE_US + n, {f"m{n}_{k}": 1.0 for k in range(10)}) for n in range(500)]
    found = list(batches(rows, range(len(rows))))
    assert len(found) > 1
    assert max(batch.values.size for batch in found) <= CELLS_MAX
    assert len(table(found)) == 5_000
