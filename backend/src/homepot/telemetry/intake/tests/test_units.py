import json
from typing import Any

import msgspec
import numpy as np
import pytest

from homepot.core.errors import BadInput
from homepot.telemetry.intake.body import layout_of
from homepot.telemetry.intake.columns import decode_columns
from homepot.telemetry.intake.rows import RowDecoder
from homepot.telemetry.intake.units import units_said

ROW = {"device_id": "d", "timestamp": 1_760_000_000, "metrics": {"x": 1.0, "y": 2.0}}


@pytest.mark.parametrize("form", ["json", "msgpack"])
def test_units_come_along_on_the_slow_and_on_the_fast_way(form: Any) -> None:
    decoder = RowDecoder()
    encode = msgspec.json.encode if form == "json" else msgspec.msgpack.encode
    for units in ({"x": "celsius"}, {"x": " % "}, {}):
        sent = encode({"readings": [ROW], "units": units} if units else {"readings": [ROW]})
        batch = decoder.decode(sent, form, "c")
        assert (len(batch), dict(batch.units)) == (
            1,
            {n: units_said({n: units[n]})[n] for n in units},
        )
    assert decoder.decode(encode([ROW]), form, "c").units == {}


def test_units_of_columns() -> None:
    sent = {
        "units": {"x": "degC"},
        "metrics": ["x"],
        "device_ids": ["d"],
        "device": np.zeros(1, "<i4").tobytes(),
        "timestamps": np.array([1_760_000_000_000_000], "<i8").tobytes(),
        "values": np.array([1.0]).tobytes(),
    }
    body = msgspec.msgpack.encode(sent)
    assert layout_of(body, "msgpack") == "columns"
    assert decode_columns(body).units == {"x": "°C"}


def test_a_packed_map_is_known_by_what_it_holds() -> None:
    rows = {"units": {"x": "V"}, "readings": [ROW]}
    assert layout_of(msgspec.msgpack.encode(rows), "msgpack") == "rows"
    assert layout_of(msgspec.msgpack.encode({"readings": [ROW]}), "msgpack") == "rows"
    assert layout_of(b"\x81\xa5units", "msgpack") == "columns"


@pytest.mark.parametrize("given", [["x"], "V", {"x": 3}, {"x": "V" * 33}, {"x": "a\0b"}])
def test_what_are_no_units_is_refused(given: Any) -> None:
    with pytest.raises(BadInput, match="unit"):
        RowDecoder().decode(json.dumps({"readings": [ROW], "units": given}).encode(), "json", "c")


def test_case_tells_units_apart() -> None:
    assert units_said({"x": "mW", "y": "MW", "z": "ratio", "w": ""}) == {
        "x": "mW",
        "y": "MW",
        "z": "1",
    }
