"""The decoder: what was encoded comes out again, and nothing that comes in can break it."""

import struct

import cramjam
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homepot.core.errors import BadInput, TooLarge
from homepot.telemetry.prometheus import protobuf
from homepot.telemetry.prometheus.protobuf import Malformed, decode, labels_of, unpacked
from homepot.telemetry.prometheus.tests.encoding import (
    field,
    message,
    packed_labels,
    sample,
    varint,
)

labels = st.dictionaries(
    st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=200), max_size=5
)
moments = st.integers(-(2**63), 2**63 - 1) | st.integers(1_700_000_000_000, 1_900_000_000_000)
values = st.floats(width=64)
Sent = list[tuple[dict[str, str], list[tuple[float, int]]]]
series = st.tuples(labels, st.lists(st.tuples(values, moments), max_size=3))


def told(found: protobuf.Samples) -> list[tuple[bytes, bytes, int]]:
    return [
        (found.labels[place], struct.pack("<d", value), at_ms)
        for place, value, at_ms in zip(
            found.series.tolist(), found.values.tolist(), found.at_ms.tolist(), strict=True
        )
    ]


@given(st.lists(series, max_size=6))
def test_what_was_encoded_comes_out_again(sent: Sent) -> None:
    right = [
        (packed_labels(one), struct.pack("<d", value), at_ms)
        for one, samples in sent
        for value, at_ms in samples
    ]
    found = decode(message(sent))
    assert told(found) == right
    for packed in found.labels:
        assert packed_labels(labels_of(packed)) == packed
    # a second time the labels are known, and nothing changes
    assert told(decode(message(sent), set(found.labels))) == right


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(given_bytes: bytes) -> None:
    for body in (given_bytes, bytes(cramjam.snappy.compress_raw(given_bytes))):
        try:
            found = decode(unpacked(body))
        except BadInput:
            continue
        assert len(found) == len(found.values) == len(found.at_ms)


@given(st.lists(series, min_size=1, max_size=3), st.data())
@settings(max_examples=300)
def test_a_changed_byte_is_read_or_refused(sent: Sent, data: st.DataObject) -> None:
    whole = bytearray(message(sent)) or bytearray(b"\0")
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except BadInput:
        return
    for packed in found.labels:
        labels_of(packed)


def test_what_is_not_read_is_passed_over() -> None:
    exemplar, histogram = field(3, b"\x01\x02"), field(4, b"\x01")
    one = field(1, packed_labels({"__name__": "x"}) + exemplar + sample(2.5, 7) + histogram)
    metadata = field(3, field(2, b"x"))
    number, fixed = varint(8 * 9) + varint(300), varint(8 * 10 + 5) + b"abcd"
    found = decode(metadata + number + one + fixed)
    assert told(found) == [(packed_labels({"__name__": "x"}), struct.pack("<d", 2.5), 7)]


def test_labels_after_the_sample_are_the_same_series() -> None:
    first, second = packed_labels({"a": "1"}), packed_labels({"b": "2"})
    usual = field(1, first + second + sample(1.0, 1_790_000_000_000))
    turned = field(1, first + sample(2.0, 1_790_000_000_000) + second)
    found = decode(usual + turned)
    assert found.labels == [first + second]
    assert found.values.tolist() == [1.0, 2.0]


def test_the_mark_of_an_ended_series_is_a_nan() -> None:
    mark = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
    assert np.isnan(decode(message([({"__name__": "x"}, [(mark, 1)])])).values[0])


@pytest.mark.parametrize(
    "wrong",
    [
        field(1, packed_labels({"a": "1"}) + packed_labels({"a": "2"}) + sample(1, 1)),
        field(1, field(1, field(2, b"no name")) + sample(1, 1)),
        field(1, field(1, field(1, b"\xff") + field(2, b"x")) + sample(1, 1)),
        varint(8 + 2) + varint(100) + b"short",
        varint(8 + 3),
        b"\xff" * 11,
        b"\x02\x00",
    ],
)
def test_a_wrong_message_is_refused(wrong: bytes) -> None:
    with pytest.raises(BadInput, match="not a WriteRequest"):
        decode(wrong)


def test_labels_that_are_none_are_refused() -> None:
    with pytest.raises(Malformed):
        labels_of(field(2, b"x"))


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused_unread() -> None:
    with pytest.raises(TooLarge, match="unpacks to more"):
        unpacked(varint(2**31) + b"\0")


def test_more_samples_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "SAMPLES_MAX", 3)
    sent = message([({"__name__": f"m{n}"}, [(1.0, 1)]) for n in range(4)])
    with pytest.raises(TooLarge, match="3 samples"):
        decode(sent)
