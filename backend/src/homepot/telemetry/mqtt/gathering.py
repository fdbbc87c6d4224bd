"""Rows of many messages as few batches. Pure."""

from collections.abc import Iterator, Sequence

import numpy as np

from homepot.telemetry.intake.batch import Batch
from homepot.telemetry.mqtt.reading import Row

CELLS_MAX = 1_000_000


def batches(rows: Sequence[Row], index: Sequence[int]) -> Iterator[Batch]:
    """One, unless the rows have so little in common that a table of all would be empty air.

    Every row has its time by now. `index` says of each which message it came with.
    """
    columns: dict[str, int] = {}
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        names = tuple(row.metrics)
        if names not in alike:
            alike[names] = []
            for name in names:
                columns.setdefault(name, len(columns))
        alike[names].append(place)
    if len(rows) * len(columns) > CELLS_MAX and len(rows) > 1:
        half = len(rows) // 2
        yield from batches(rows[:half], index[:half])
        yield from batches(rows[half:], index[half:])
        return
    values = np.full((len(rows), len(columns)), np.nan)
    for names, places in alike.items():
        its = [columns[name] for name in names]
        values[np.ix_(places, its)] = [list(rows[place].metrics.values()) for place in places]
    devices: dict[str, int] = {}
    device = [devices.setdefault(row.device, len(devices)) for row in rows]
    yield Batch(
        devices=list(devices),
        metrics=list(columns),
        device=np.array(device, dtype=np.int64),
        at_us=np.array([row.at_us for row in rows], dtype=np.int64),
        values=values,
        index=np.array(index, dtype=np.int64),
    )
