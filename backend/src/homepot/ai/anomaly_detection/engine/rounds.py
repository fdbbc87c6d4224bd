"""A batch cut into rounds in which each device has at most one report."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats, Places, Rows
from homepot.ai.anomaly_detection.engine.shapes import Batch
from homepot.ai.anomaly_detection.engine.state import Devices

PIECE_VALUES = 16384


@dataclass
class Round:
    """The reports of a round and what is known of their devices; all arrays have one length."""

    rows: Places  # in the batch
    device: Places
    at: Doubles
    known: Devices
    learning: NDArray[np.bool_]
    traffic: Floats | None = None

    @property
    def settling(self) -> NDArray[np.bool_]:
        return self.at < self.known.settling_until


@dataclass
class Values:
    """The values of a round; `owner` is the place of each one's report in the round."""

    stream: Places
    where: Rows  # the same, as a run where it is one
    owner: Places
    value: Doubles
    hours: Floats  # since the stream's reading before


def rounds_of(batch: Batch) -> list[tuple[Rows, Rows]]:
    """Rows and values cut so that each part has a device at most once, in the order they came."""
    n = len(batch)
    if not n:
        return []
    if (batch.device[1:] > batch.device[:-1]).all():
        return _runs(batch)
    order = np.argsort(batch.device, kind="stable")
    sorted_devices = batch.device[order]
    starts = np.flatnonzero(np.diff(sorted_devices, prepend=-1))
    sizes = np.diff(starts, append=n)
    if len(starts) == n:
        return _runs(batch)
    turn = np.empty(n, np.intp)
    turn[order] = np.arange(n) - np.repeat(starts, sizes)
    by_turn = np.argsort(turn, kind="stable")
    values_turn = turn[batch.row]
    values_by_turn = np.argsort(values_turn, kind="stable")
    rounds = int(sizes.max())
    edges = np.searchsorted(turn[by_turn], np.arange(rounds + 1))
    value_edges = np.searchsorted(values_turn[values_by_turn], np.arange(rounds + 1))
    return [
        piece
        for k in range(rounds)
        for piece in _pieces(
            batch,
            by_turn[edges[k] : edges[k + 1]],
            values_by_turn[value_edges[k] : value_edges[k + 1]],
        )
    ]


def _runs(batch: Batch) -> list[tuple[Rows, Rows]]:
    """The whole batch as one round, in pieces."""
    cuts = batch.row[PIECE_VALUES::PIECE_VALUES]
    rows = np.unique(np.concatenate([[0], cuts, [len(batch)]])).tolist()
    edges = np.searchsorted(batch.row, rows).tolist()
    return [
        (slice(rows[k], rows[k + 1]), slice(edges[k], edges[k + 1])) for k in range(len(rows) - 1)
    ]


def _pieces(batch: Batch, rows: Places, values: Places) -> list[tuple[Rows, Rows]]:
    """A round in pieces that the processor's cache holds; its devices are independent."""
    if len(values) <= PIECE_VALUES:
        return [(rows, values)]
    owner = batch.row[values]
    wanted = np.arange(PIECE_VALUES, len(values), PIECE_VALUES)
    cuts = np.unique(np.searchsorted(rows, owner[wanted]))
    edges = np.searchsorted(owner, rows[cuts])
    return list(zip(np.split(rows, cuts), np.split(values, edges), strict=True))


def owners(rows: Places, row: Places) -> Places:
    """The place in `rows`, which ascend, of each row."""
    if rows[-1] - rows[0] == len(rows) - 1:
        places: Places = row - rows[0]
        return places
    found: Places = np.searchsorted(rows, row)
    return found
