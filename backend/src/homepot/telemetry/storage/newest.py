"""The newest value of each metric of each device, gathered from what was stored. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homepot.telemetry.intake.batch import Block, Floats, Ints


@dataclass(frozen=True)
class Newest:
    """Of one metric set the newest row of each device.

    `times_us` says of each value when it was measured; None where each is of the row's own time.
    A NaN is a metric that the device has not reported.
    """

    device: Ints
    at_us: Ints
    values: Floats
    times_us: Ints | None = None


def newest(parts: Sequence[Newest]) -> Newest:
    """All of these as one row a device: of each metric the newest value stands, also where a
    newer row did not report it."""
    device = np.concatenate([part.device for part in parts])
    at_us = np.concatenate([part.at_us for part in parts])
    order = np.lexsort((at_us, device))  # stable: at one time the last word stands
    last = np.append(np.flatnonzero(np.diff(device[order])), len(order) - 1)
    values = np.concatenate([part.values for part in parts])
    ends = order[last]
    if not np.any(np.isnan(values[ends])):
        return Newest(device[ends], at_us[ends], values[ends])
    starts = np.append(0, last[:-1] + 1)
    group = np.repeat(np.arange(len(last)), last - starts + 1)
    rank = np.arange(len(order)) - starts[group]
    found = np.full((len(last), values.shape[1]), np.nan)
    times_us = np.repeat(at_us[ends, None], values.shape[1], axis=1)
    for number in range(int(rank.max()) + 1):
        rows = np.flatnonzero(rank == number)
        into, new = group[rows], values[order[rows]]
        said = ~np.isnan(new)
        found[into] = np.where(said, new, found[into])
        times_us[into] = np.where(said, at_us[order[rows], None], times_us[into])
    return Newest(device[ends], at_us[ends], found, times_us)


def newest_of(block: Block) -> Newest:
    """All rows of a block report the same metrics: the newest row of a device says everything."""
    found = newest([Newest(block.device, block.at_us, block.values)])
    if block.spread is None:
        return found
    return Newest(found.device, found.at_us, block.spread.over(found.values))
