"""Samples of series as readings of devices: all samples of a device at one time are one row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
    is_held: bool = True


class Claims:
    """Which series a metric of a device belongs to, while it is alive.

    Series that differ in nothing but ignored labels would be mixed up into one metric: of those
    that are alive, the first by their labels is taken, in every process and after every start, and
    the others are refused. Another may follow when it has ended.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], _Claim] = {}
        # The same by series: nearly every one that comes holds its claim already.
        self._of_series: dict[bytes, _Claim] = {}

    def held_by(self, several: Iterable[bytes]) -> list[_Claim | None]:
        return list(map(self._of_series.get, several))

    def given(self, to: tuple[str, str], series: bytes, at_ms: int) -> bool:
        held = self._held.get(to)
        if held is not None and held.series == series:
            if held.at_ms < at_ms:
                held.at_ms = at_ms
            return True
        if held is not None and held.series < series and at_ms <= held.at_ms + CLAIM_HELD_MS:
            return False
        if held is not None:
            self._give_up(held)
        if len(self._held) >= CLAIMS_MAX:
            self._held.clear()
            self._of_series.clear()
        self._held[to] = self._of_series[series] = _Claim(series, at_ms)
        return True

    def end(self, to: tuple[str, str], series: bytes) -> None:
        held = self._held.get(to)
        if held is not None and held.series == series:
            self._give_up(held)
            del self._held[to]

    def _give_up(self, held: _Claim) -> None:
        held.is_held = False
        self._of_series.pop(held.series, None)


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
    said = np.bincount(samples.series[np.isfinite(samples.values)], minlength=many)
    asked = _Asked(samples.labels, names, ends_ms.tolist(), said.tolist())
    places, kept, refused = asked.of(claims)
    devices, of_device = _numbered([name.device for name in kept])
    metrics, of_metric = _numbered([name.metric for name in kept])
    factor = np.array([name.factor for name in kept], dtype=np.float64)
    # of each sample: which of those that are kept its series is
    number = np.full(many, -1)
    number[places] = np.arange(len(places))
    which = number[samples.series]
    ours = which >= 0
    which, at_ms = which[ours], samples.at_ms[ours]
    with np.errstate(over="ignore", invalid="ignore"):
        values = samples.values[ours] * factor[which]
    finite = np.isfinite(values)
    which = which[finite]
    cells = _Cells(of_device[which], of_metric[which], at_ms[finite], values[finite])
    # Of two series that name a site for one device the first counts.
    sites = {name.device: name.site for name in reversed(kept) if name.site}
    return Arranged(list(_batches(cells, devices, metrics)), devices, sites, +refused)


def _numbered(words: list[str]) -> tuple[list[str], Ints]:
    """
    >>> _numbered(["b", "a", "b"])
    (['b', 'a'], array([0, 1, 0]))
    """
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    return list(places), np.array([places[word] for word in words], dtype=np.int64)


@dataclass(frozen=True)
class _Asked:
    """The series of a request: the last time of each, and how many numbers it says."""

    labels: list[bytes]
    names: Mapping[bytes, Named | NotKept]
    ends_ms: list[int]
    said: list[int]

    def of(self, claims: Claims) -> tuple[list[int], list[Named], Counter[str]]:
        """The places and the names of those that are taken; why samples of others are refused.

        Those that hold their claim, as nearly all do, are not compared with each other: only who
        comes anew, in the order of labels, can take a claim away.
        """
        refused: Counter[str] = Counter()
        holding = claims.held_by(self.labels)
        others = []
        for place, (claim, end_ms, said) in enumerate(
            zip(holding, self.ends_ms, self.said, strict=True)
        ):
            if claim is None or not said:
                others.append(place)
                holding[place] = None
            elif claim.at_ms < end_ms:
                claim.at_ms = end_ms
        places = [
            place
            for place in sorted(others, key=self.labels.__getitem__)
            if self._is_taken_anew(place, claims, refused)
        ]
        for place, claim in enumerate(holding):
            if claim is not None and claim.is_held:
                places.append(place)
            elif claim is not None:
                self._refuse_mixed(place, refused)
        names = map(self.names.__getitem__, map(self.labels.__getitem__, places))
        return places, [name for name in names if isinstance(name, Named)], refused

    def _is_taken_anew(self, place: int, claims: Claims, refused: Counter[str]) -> bool:
        series = self.labels[place]
        name = self.names[series]
        if isinstance(name, NotKept):
            if name.reason:
                refused[name.reason] += self.said[place]
            return False
        to = (name.device, name.metric)
        if not self.said[place]:
            claims.end(to, series)
            return False
        if claims.given(to, series, self.ends_ms[place]):
            return True
        self._refuse_mixed(place, refused)
        return False

    def _refuse_mixed(self, place: int, refused: Counter[str]) -> None:
        name = self.names[self.labels[place]]
        if isinstance(name, Named):
            refused[_mixed(name)] += self.said[place]


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
