"""Readings as columns: what every way in decodes to, and what the writer takes.

A row is one report of one device at one moment; a column is a metric. NaN means "not reported",
which is unambiguous because a NaN that is sent is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ROWS_MAX = 100_000
METRICS_MAX = 1_000
REJECTS_SHOWN_MAX = 1_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_US = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
AHEAD_MAX_S = 600
METRIC_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

TOO_EARLY = "the time is before the year 2000"
TOO_LATE = f"the time is more than {AHEAD_MAX_S // 60} minutes ahead of the server's clock"
IN_MILLISECONDS = (
    "the time looks like milliseconds since 1970: seconds since 1970 are taken, or ISO 8601"
)
EMPTY = "no metric has a value"
NOT_FINITE = "is not a finite number"
# No sensor measures more; and sums of ever so many of them stay finite.
VALUE_MAX = 1e300
TOO_LARGE = f"is beyond {VALUE_MAX:g}"


def moment(at_us: int) -> datetime:
    """Exact to the microsecond, which a division of floats would not be."""
    return EPOCH + timedelta(microseconds=int(at_us))


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken: its place in what was sent, and why."""

    index: int
    reason: str


@dataclass(frozen=True)
class Batch:
    devices: Sequence[str]
    metrics: Sequence[str]
    device: Ints  # of each row: its place in `devices`
    at_us: Ints  # microseconds since 1970, UTC
    values: Floats  # rows x metrics
    index: Ints  # of each row: its place in what was sent
    rejected: tuple[Rejected, ...] = field(default=())
    # by metric, where the sender says in what it measures
    units: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at_us)

    def rejecting(self, wrong: NDArray[np.bool_], reason: str) -> "Batch":
        """The same without the rows where `wrong`, which are named with the reason."""
        if not wrong.any():
            return self
        named = tuple(Rejected(int(place), reason) for place in self.index[wrong])
        return replace(self.taking(~wrong), rejected=self.rejected + named)

    def rejecting_values(self, wrong: NDArray[np.bool_], problem: str) -> "Batch":
        """The same without the rows in which a value is `wrong`; its metric is named."""
        rows = np.any(wrong, axis=1)
        if not rows.any():
            return self
        named = tuple(
            Rejected(place, f"{self.metrics[column]} {problem}")
            for place, column in zip(
                self.index[rows].tolist(), wrong[rows].argmax(axis=1).tolist(), strict=True
            )
        )
        return replace(self.taking(~rows), rejected=self.rejected + named)

    def of_only(self, device_id: str) -> "Batch":
        """The same without the rows of other devices than this one."""
        ours = self.devices.index(device_id) if device_id in self.devices else -1
        return self.rejecting(self.device != ours, "a device may send its own readings only")

    def with_devices(self, device: Ints) -> "Batch":
        """The same, its rows naming their devices by other numbers."""
        return replace(self, device=device)

    def reported(self) -> list[str]:
        """The metrics of which there is a value: rejected rows leave their names behind."""
        has_value = ~np.all(np.isnan(self.values), axis=0)
        return [name for name, has in zip(self.metrics, has_value.tolist(), strict=True) if has]

    def taking(self, rows: NDArray[np.bool_] | Ints) -> "Batch":
        return replace(
            self,
            device=self.device[rows],
            at_us=self.at_us[rows],
            values=self.values[rows],
            index=self.index[rows],
        )


def checked(batch: Batch, now: datetime) -> Batch:
    """Refuse what no clock and no sensor can mean; the rest stays as it is."""
    latest_us = int((now.timestamp() + AHEAD_MAX_S) * 1_000_000)
    batch = batch.rejecting(batch.at_us < EARLIEST_US, TOO_EARLY)
    batch = _not_ahead(batch, latest_us)
    # A NaN among them would make these NaN, and no comparison with it holds.
    if batch.values.size == 0 or (
        batch.values.min() >= -VALUE_MAX and batch.values.max() <= VALUE_MAX
    ):
        return batch
    batch = batch.rejecting_values(np.isinf(batch.values), NOT_FINITE)
    batch = batch.rejecting_values(np.abs(batch.values) > VALUE_MAX, TOO_LARGE)
    return batch.rejecting(np.all(np.isnan(batch.values), axis=1), EMPTY)


def _not_ahead(batch: Batch, latest_us: int) -> Batch:
    ahead = batch.at_us > latest_us
    if not ahead.any():
        return batch
    # A time in milliseconds that was read as seconds is a thousand times too late.
    in_ms = (batch.at_us >= EARLIEST_US * 1_000) & (batch.at_us <= latest_us * 1_000)
    batch = batch.rejecting(in_ms, IN_MILLISECONDS)
    return batch.rejecting(batch.at_us > latest_us, TOO_LATE)


@dataclass(frozen=True)
class Spread:
    """Where the metrics of a row stand in a metric set that has others too."""

    width: int
    places: Ints

    def over(self, values: Floats) -> Floats:
        """In the places of the set; NaN where nothing was reported."""
        wide = np.full((len(values), self.width), np.nan)
        wide[:, self.places] = values
        return wide


@dataclass(frozen=True)
class Block:
    """Rows that report the same metrics, in order, ready to be stored in one metric set: devices
    are the database's own numbers."""

    tenant_id: int
    metric_set: int
    metrics: tuple[str, ...]
    device: Ints
    at_us: Ints
    values: Floats
    spread: Spread | None = None

    def __len__(self) -> int:
        return len(self.at_us)

    def only(self, rows: NDArray[np.bool_]) -> "Block":
        return replace(
            self, device=self.device[rows], at_us=self.at_us[rows], values=self.values[rows]
        )


def merged(batch: Batch) -> tuple[Batch, int, int]:
    """One row for each device and time; of what was said of one metric the last word stands.

    Also how many rows said only what another had said (repeated) and how many took back a value
    (corrected). A row that adds metrics to another of its moment is neither.
    """
    order = np.lexsort((batch.index, batch.at_us, batch.device))
    device, at_us = batch.device[order], batch.at_us[order]
    first = np.ones(len(batch), dtype=np.bool_)
    first[1:] = (device[1:] != device[:-1]) | (at_us[1:] != at_us[:-1])
    if np.all(first):
        return batch, 0, 0
    group = np.cumsum(first) - 1
    starts = np.flatnonzero(first)
    rank = np.arange(len(batch)) - starts[group]
    values = batch.values[order[starts]].copy()
    repeated = corrected = 0
    for number in range(1, int(rank.max()) + 1):
        rows = rank == number
        into, new = group[rows], batch.values[order[rows]]
        kind = compared(values[into], new)
        repeated += int(np.sum(kind == REPEATED))
        corrected += int(np.sum(kind == CORRECTED))
        values[into] = np.where(np.isnan(new), values[into], new)
    return replace(batch.taking(order[starts]), values=values), repeated, corrected


ADDED, REPEATED, CORRECTED = 0, 1, 2


def compared(old: Floats, new: Floats) -> Ints:
    """Row by row, what `new` does to `old`: adds a metric, repeats, or corrects a value."""
    both = ~np.isnan(old) & ~np.isnan(new)
    corrects = np.any(both & (old != new), axis=1)
    adds = np.any(np.isnan(old) & ~np.isnan(new), axis=1)
    return np.where(corrects, CORRECTED, np.where(adds, ADDED, REPEATED)).astype(np.int64)
