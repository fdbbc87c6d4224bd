"""Rows of `device_metrics` in PostgreSQL's binary COPY form, made as one array operation.

Every row of a block has the same number of values, so a whole block is one numpy record array
whose memory is what the server reads. Reference: PostgreSQL manual, COPY, "Binary Format";
arrays as `array_send` writes them.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from homepot.telemetry.intake.batch import Block
from homepot.telemetry.storage.arrays import EPOCH_SHIFT_US

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
COLUMNS = ("device_id", "ts", "metric_set_id", "values")

_FLOAT8_OID = 701
_ARRAY_HEAD_BYTES = 20


@lru_cache(maxsize=256)
def _row_type(width: int) -> np.dtype[Any]:
    return np.dtype(
        [
            ("fields", ">i2"),
            ("device_length", ">i4"),
            ("device", ">i4"),
            ("at_length", ">i4"),
            ("at", ">i8"),
            ("set_length", ">i4"),
            ("set", ">i4"),
            ("values_length", ">i4"),
            ("dimensions", ">i4"),
            ("has_null", ">i4"),
            ("element", ">i4"),
            ("width", ">i4"),
            ("lower_bound", ">i4"),
            ("values", [("length", ">i4"), ("value", ">f8")], (width,)),
        ]
    )


def copy_rows(block: Block) -> memoryview:
    """The block's rows, without the header and the trailer of the stream."""
    width = block.spread.width if block.spread else block.values.shape[1]
    rows = np.empty(len(block), _row_type(width))
    rows["fields"] = 4
    rows["device_length"] = 4
    rows["device"] = block.device
    rows["at_length"] = 8
    rows["at"] = block.at_us - EPOCH_SHIFT_US
    rows["set_length"] = 4
    rows["set"] = block.metric_set
    rows["values_length"] = _ARRAY_HEAD_BYTES + 12 * width
    rows["dimensions"] = 1
    rows["has_null"] = 0
    rows["element"] = _FLOAT8_OID
    rows["width"] = width
    rows["lower_bound"] = 1
    rows["values"]["length"] = 8
    if block.spread:
        rows["values"]["value"] = np.nan
        rows["values"]["value"][:, block.spread.places] = block.values
    else:
        rows["values"]["value"] = block.values
    return memoryview(rows.view(np.uint8).data).cast("B") if len(block) else memoryview(b"")
