"""The ways in: how rows become the body of a request, and what its answer says. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from chaos.ledger import Receipt, Row
from homepot.telemetry.intake.batch import moment
from homepot.telemetry.prometheus.tests.encoding import body as remote_write_body

# The wire of existing agents has its own names for these.
_ON_THE_WIRE = {"number": "uptime_seconds", "value": "network_latency_ms"}
_ALWAYS_ON_THE_WIRE = {"cpu_usage": 12.5, "memory_usage": 25.0, "disk_usage": 50.0}
WIRE_METRICS = {
    "cpu_percent": 12.5,
    "memory_percent": 25.0,
    "disk_percent": 50.0,
}


@dataclass(frozen=True)
class Way:
    """One door of the product."""

    path: str
    headers: Mapping[str, str]
    encode: Callable[[Sequence[Row]], bytes]
    receipt: Callable[[bytes, int], Receipt]


def iso(at_us: int) -> str:
    return moment(at_us).isoformat(timespec="microseconds")


def json_rows(rows: Sequence[Row]) -> bytes:
    """Every other time as a number, which is exact to the microsecond as well."""
    readings = [
        {
            "device_id": row.device_id,
            "timestamp": row.at_us / 1e6 if place % 2 else iso(row.at_us),
            "metrics": row.values,
        }
        for place, row in enumerate(rows)
    ]
    return json.dumps({"readings": readings}).encode()


def columns(rows: Sequence[Row]) -> bytes:
    """By column; NaN stands for a metric that a row does not have."""
    device_ids = sorted({row.device_id for row in rows})
    metrics = sorted({name for row in rows for name in row.values})
    place = {device_id: number for number, device_id in enumerate(device_ids)}
    values = np.array([[row.values.get(name, np.nan) for name in metrics] for row in rows])
    return msgspec.msgpack.encode(
        {
            "metrics": metrics,
            "device_ids": device_ids,
            "device": np.array([place[row.device_id] for row in rows], "<i4").tobytes(),
            "timestamps": np.array([row.at_us for row in rows], "<i8").tobytes(),
            "values": values.astype("<f8").tobytes(),
        }
    )


def wire(rows: Sequence[Row]) -> bytes:
    """Reports of one device, as existing agents send them."""
    reports = [
        {
            "device_id": row.device_id,
            "timestamp": iso(row.at_us),
            **_ALWAYS_ON_THE_WIRE,
            **{_ON_THE_WIRE.get(name, name): value for name, value in row.values.items()},
        }
        for row in rows
    ]
    return json.dumps(reports).encode()


def on_the_wire(row: Row) -> Row:
    """The same row under the names that the wire's values are stored by."""
    renamed = {_ON_THE_WIRE.get(name, name): value for name, value in row.values.items()}
    return Row(row.device_id, row.at_us, {**WIRE_METRICS, **renamed})


def remote_write(rows: Sequence[Row]) -> bytes:
    """As Prometheus sends them: every sample with the labels of its series, time in ms."""
    return remote_write_body(
        *(
            ({"__name__": name, "device_id": row.device_id}, [(value, row.at_us // 1000)])
            for row in rows
            for name, value in row.values.items()
        )
    )


def _receipt_of_batch(answer: bytes, _: int) -> Receipt:
    told = json.loads(answer)
    return Receipt(told["stored"], told["repeated"], told["corrected"], told["rejected_count"])


def _receipt_of_wire(answer: bytes, rows: int) -> Receipt:
    """The wire tells new from known; what was corrected counts as new there."""
    told = json.loads(answer)["data"]
    return Receipt(told["saved_count"], told["duplicate_count"], 0, rows - sum(_counts(told)))


def _counts(told: Mapping[str, int]) -> tuple[int, int]:
    return told["saved_count"], told["duplicate_count"]


def _no_receipt(_: bytes, rows: int) -> Receipt:
    return Receipt(rows, 0, 0)


WAYS = {
    "rows": Way(
        "/api/telemetry", {"Content-Type": "application/json"}, json_rows, _receipt_of_batch
    ),
    "columns": Way(
        "/api/telemetry", {"Content-Type": "application/msgpack"}, columns, _receipt_of_batch
    ),
    "wire": Way(
        "/api/v1/agent/telemetry", {"Content-Type": "application/json"}, wire, _receipt_of_wire
    ),
    "remote_write": Way(
        "/api/prometheus/write",
        {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"},
        remote_write,
        _no_receipt,
    ),
}
