"""Samples of series as readings of devices: all samples of a device at one time are one row."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from homepot.core.errors import TooLarge
from homepot.telemetry.intake.batch import Batch, Floats, Ints
from homepot.telemetry.prometheus.naming import Named, NotKept
from homepot.telemetry.prometheus.protobuf import Samples

CELLS_MAX = 4_000_000
CLAIMS_MAX = 500_000
# As long as Prometheus itself takes a series for alive after its last sample.
CLAIM_HELD_MS = 300_000
_AT_BITS = 43
_AT_MAX_MS = (1 << _AT_BITS) - 1


@dataclass(slots=True)
class _Claim:
    series: bytes
    at_ms: int


class Claims:
    """Which series a metric of a device belongs to, while it is alive.

    Series that differ in nothing but ignored labels would be mixed up into one metric: of those
    that are alive, the first by their labels is taken, in every process and after every start, and
    the others are refused. Another may follow when it has ended.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], _Claim] = {}

    def given(self, to: tuple[str, str], series: bytes, at_ms: int) -> bool:
        held = self._held.get(to)
        if held is not None and held.series == series:
            if held.at_ms < at_ms:
                held.at_ms = at_ms
            return True
        if held is not None and held.series < series and at_ms <= held.at_ms + CLAIM_HELD_MS:
            return False
        if len(self._held) >= CLAIMS_MAX:
            self._held.clear()
        self._held[to] = _Claim(series, at_ms)
        return True

    def end(self, to: tuple[str, str], series: bytes) -> None:
        held = self._held.get(to)
        if held is not None and held.series == series:
            del self._held[to]


@dataclass(frozen=True)
class Arranged:
    """What a request says of devices. `sites` has those of them that named one."""

    batches: list[Batch]
    devices: list[str]
    sites: Mapping[str, str]
    refused: Counter[str]  # samples by the reason why they cannot be taken


def arranged(samples: Samples, names: Mapping[bytes, Named | NotKept], claims: Claims) -> Arranged:
    """A value that is no number, such as the mark that a series has ended, is "not reported"."""
    many = len(samples.labels)
    ends_ms = np.zeros(many, dtype=np.int64)
    np.maximum.at(ends_ms, samples.series, samples.at_ms)
    said = np.bincount(samples.series[np.isfinite(samples.values)], minlength=many).tolist()
    device, metric, factor = [-1] * many, [0] * many, [1.0] * many
    devices: dict[str, int] = {}
    metrics: dict[str, int] = {}
    sites: dict[str, str] = {}
    refused: Counter[str] = Counter()
    ends = ends_ms.tolist()
    for place in sorted(range(many), key=samples.labels.__getitem__):
        series, end_ms = samples.labels[place], ends[place]
        name = names[series]
        if isinstance(name, NotKept):
            if name.reason:
                refused[name.reason] += said[place]
            continue
        to = (name.device, name.metric)
        if not said[place]:
            claims.end(to, series)
            continue
        if not claims.given(to, series, end_ms):
            refused[_mixed(name)] += said[place]
            continue
        device[place] = devices.setdefault(name.device, len(devices))
        metric[place] = metrics.setdefault(name.metric, len(metrics))
        factor[place] = name.factor
        if name.site:
            sites.setdefault(name.device, name.site)
    with np.errstate(over="ignore", invalid="ignore"):
        values = samples.values * np.array(factor)[samples.series]
    of_device = np.array(device, dtype=np.int64)[samples.series]
    taken = (of_device >= 0) & np.isfinite(values)
    of_metric = np.array(metric, dtype=np.int64)[samples.series[taken]]
    cells = _Cells(of_device[taken], of_metric, samples.at_ms[taken], values[taken])
    return Arranged(
        list(_batches(cells, list(devices), list(metrics))), list(devices), sites, +refused
    )


def _mixed(name: Named) -> str:
    return (
        f"two series are {name.metric} of {name.device}: give each target a label device_id, or"
        " tell them apart with a rule"
    )


@dataclass(frozen=True)
class _Cells:
    device: Ints
    metric: Ints
    at_ms: Ints
    values: Floats

    def of(self, device: int) -> "_Cells":
        its = self.device == device
        return _Cells(self.device[its], self.metric[its], self.at_ms[its], self.values[its])


def _batches(cells: _Cells, devices: list[str], metrics: list[str]) -> Iterator[Batch]:
    """One, unless the devices have so little in common that a table of all would be empty air."""
    if not len(cells.values):
        return
    at_ms = np.clip(cells.at_ms, 0, _AT_MAX_MS)
    keys, row = np.unique(cells.device << _AT_BITS | at_ms, return_inverse=True)
    used, column = np.unique(cells.metric, return_inverse=True)
    if len(keys) * len(used) > CELLS_MAX:
        each = np.unique(cells.device)
        if len(each) == 1:
            raise TooLarge("One device has too many metrics at too many times in one request.")
        for one in each:
            yield from _batches(cells.of(int(one)), devices, metrics)
        return
    values = np.full((len(keys), len(used)), np.nan)
    values[row, column] = cells.values
    yield Batch(
        devices=devices,
        metrics=[metrics[place] for place in used],
        device=keys >> _AT_BITS,
        at_us=(keys & _AT_MAX_MS) * 1_000,
        values=values,
        index=np.arange(len(keys)),
    )
