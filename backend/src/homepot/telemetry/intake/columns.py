"""Batches by column (MessagePack): the fastest way in, nothing is looked at one by one."""

import msgspec
import numpy as np

from homepot.core.errors import BadInput
from homepot.telemetry.intake.batch import METRIC_NAME, METRICS_MAX, ROWS_MAX, Batch
from homepot.telemetry.intake.units import units_said


class Columns(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    metrics: list[str]
    device_ids: list[str]
    device: bytes
    timestamps: bytes
    values: bytes
    units: dict[str, str] = msgspec.field(default_factory=dict)


_decoder = msgspec.msgpack.Decoder(Columns)


def decode_columns(body: bytes) -> Batch:
    """Raises BadInput where the whole cannot be read; single rows are judged later."""
    try:
        sent = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"Not a batch by column: {error}.", at="body") from None
    rows, rest = divmod(len(sent.timestamps), 8)
    wide = len(sent.metrics)
    if rest or rows > ROWS_MAX:
        raise BadInput(
            f"timestamps: whole int64 values, {ROWS_MAX:,} at most.", at="body.timestamps"
        )
    if not 1 <= wide <= METRICS_MAX or len(set(sent.metrics)) != wide:
        raise BadInput(
            f"metrics: 1 to {METRICS_MAX:,} names, each of them once.", at="body.metrics"
        )
    if wrong := [name for name in sent.metrics if not METRIC_NAME.fullmatch(name)]:
        raise BadInput(name_refusal(wrong[0]), at="body.metrics")
    if len(sent.device) != rows * 4:
        raise BadInput("device: one int32 for each timestamp.", at="body.device")
    if len(sent.values) != rows * wide * 8:
        raise BadInput("values: one float64 for each timestamp and metric.", at="body.values")
    device = np.frombuffer(sent.device, "<i4").astype(np.int64)
    if rows and not (device.min() >= 0 and device.max() < len(sent.device_ids)):
        raise BadInput("device: a place in device_ids, counted from 0.", at="body.device")
    return Batch(
        devices=sent.device_ids,
        metrics=sent.metrics,
        device=device,
        at_us=np.frombuffer(sent.timestamps, "<i8").astype(np.int64, copy=False),
        values=np.frombuffer(sent.values, "<f8").reshape(rows, wide),
        index=np.arange(rows),
        units=units_said(sent.units),
    )


def name_refusal(name: str) -> str:
    return (
        f"{name[:80]!r} cannot be the name of a metric: small letters, digits and _, a letter"
        " first, 63 characters at most."
    )
