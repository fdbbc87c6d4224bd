"""The readings of one device as columns, and how newer words lie over older ones. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homepot.telemetry.intake.batch import Floats, Ints


@dataclass(frozen=True)
class Rows:
    """One device: moments in order, each once, and a column a metric; NaN is "not reported"."""

    metrics: tuple[str, ...]
    at_us: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.at_us)

    @property
    def count(self) -> int:
        """Values that were reported."""
        return int(np.count_nonzero(~np.isnan(self.values)))

    def between(self, start_us: int, end_us: int) -> "Rows":
        first, end = np.searchsorted(self.at_us, [start_us, end_us])
        return Rows(self.metrics, self.at_us[first:end], self.values[first:end])

    def spread(self, metrics: Sequence[str]) -> Floats:
        """The values in the places of these metrics, which have all of ours among them."""
        if tuple(metrics) == self.metrics:
            return self.values
        places = {name: place for place, name in enumerate(metrics)}
        wide = np.full((len(self), len(metrics)), np.nan)
        wide[:, [places[name] for name in self.metrics]] = self.values
        return wide

    def of_metrics(self, metrics: Sequence[str]) -> Floats:
        """The columns of these metrics alone; NaN where there is none of that name."""
        wanted = set(metrics)
        ours = [place for place, name in enumerate(self.metrics) if name in wanted]
        kept = Rows(tuple(self.metrics[place] for place in ours), self.at_us, self.values[:, ours])
        return kept.spread(metrics)

    def reported(self) -> "Rows":
        """The same without metrics that have no value at all, the others in the order of names."""
        said = np.any(~np.isnan(self.values), axis=0)
        places = sorted(np.flatnonzero(said).tolist(), key=lambda place: self.metrics[place])
        names = tuple(self.metrics[place] for place in places)
        return Rows(names, self.at_us, self.values[:, places])


def over(older: Rows, newer: Rows) -> Rows:
    """Both as one: of a metric that both report at a moment, the newer value stands.

    >>> older = Rows(("a", "b"), np.array([1, 2]), np.array([[1.0, 2.0], [3.0, np.nan]]))
    >>> newer = Rows(("b", "c"), np.array([2, 3]), np.array([[4.0, np.nan], [np.nan, 5.0]]))
    >>> over(older, newer).values.tolist()
    [[1.0, 2.0, nan], [3.0, 4.0, nan], [nan, nan, 5.0]]
    """
    if not len(newer):
        return older
    if not len(older):
        return newer
    metrics = tuple(sorted({*older.metrics, *newer.metrics}))
    at_us = np.union1d(older.at_us, newer.at_us)
    values = np.full((len(at_us), len(metrics)), np.nan)
    values[np.searchsorted(at_us, older.at_us)] = older.spread(metrics)
    places = np.searchsorted(at_us, newer.at_us)
    said = newer.spread(metrics)
    values[places] = np.where(np.isnan(said), values[places], said)
    return Rows(metrics, at_us, values)


def joined(parts: Sequence[Rows]) -> Rows:
    """Parts that follow each other in time as one."""
    if len(parts) == 1:
        return parts[0]
    metrics = tuple(sorted({name for part in parts for name in part.metrics}))
    return Rows(
        metrics,
        np.concatenate([part.at_us for part in parts] or [np.array([], dtype=np.int64)]),
        np.concatenate([part.spread(metrics) for part in parts] or [np.empty((0, 0))]),
    )
