"""The engine: owns a set of devices and their streams, and nothing else.

Fed a batch of reports it returns what deviates; asked for a checkpoint it gives all it knows as
bytes. It opens nothing and asks no clock: `now` is in the data or an argument. Each report is
judged by what came before it on its own device, so it makes no difference how reports are cut into
batches, and a later one never changes an earlier one's verdict.
"""

import io
import json
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Places
from homepot.ai.anomaly_detection.engine.events import Events
from homepot.ai.anomaly_detection.engine.figures import figures_of
from homepot.ai.anomaly_detection.engine.notes import Fed, Kept, Written
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.register import Register
from homepot.ai.anomaly_detection.engine.shapes import Batch, Busy, Deviation, Outcome


class Engine(Register):
    def __init__(self, parameters: Parameters | None = None) -> None:
        super().__init__(parameters)
        self.events = Events(self)
        self._figures = figures_of(self.parameters)

    def checkpoint(self) -> bytes:
        """All it knows; `restore` goes on from there as if nothing had been."""
        arrays, words = self.kept()
        said = json.dumps(words | {"told": self.events.told}).encode()
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, words=np.frombuffer(said, np.uint8), **arrays)
        return file.getvalue()

    @classmethod
    def restore(cls, kept: bytes, parameters: Parameters | None = None) -> "Engine":
        engine = cls(parameters)
        with np.load(io.BytesIO(kept), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        words = json.loads(arrays.pop("words").tobytes())
        engine.take_up(arrays, words)
        engine.events.told = words["told"]
        return engine

    def feed(self, batch: Batch) -> Outcome:
        """Judge reports in the order they come."""
        from homepot.ai.anomaly_detection.engine.judging import step  # noqa: PLC0415

        written = Written.empty(len(batch), len(batch.value), self.events.told)
        step(self._fed(batch), self._kept(), written, self._figures)
        tally = written.tally[0]
        return Outcome(
            written.score,
            written.joint,
            written.together,
            int(tally.late),
            self.events.told_of(written),
            _busy(written.busy[: tally.busy], batch.device),
        )

    def ready(self) -> None:
        """Make the machine code now, which else the first report waits for."""
        self.feed(self.batch([]))

    def normal(self, device_ids: list[str]) -> None:
        """What these devices showed up to now is normal: they may speak, from this on."""
        places = [self.device_places[one] for one in device_ids]
        self.devices.taught[places] = True

    def announce(self, device_id: str, at: float) -> None:
        """Something was changed on purpose: levels may move for some hours."""
        until = at + self.parameters.settle_hours * 3600
        place = self.device_places[device_id]
        self.devices.settling_until[place] = max(self.devices.settling_until[place], until)

    def tick(self, now: float, spared: Collection[str] = ()) -> list[Deviation]:
        """Which devices have fallen silent by now, but for those that are given another while."""
        return self.events.silences(now, spared)

    def learned_hours(self, device_id: str) -> float:
        """How much of the hours of learning is done."""
        place = self.device_places[device_id]
        if self.devices.taught[place] or not self.devices.reports[place]:
            return self.parameters.learning_hours if self.devices.taught[place] else 0.0
        hours = (self.devices.last_at[place] - self.devices.first_at[place]) / 3600
        return float(min(hours, self.parameters.learning_hours))

    def _fed(self, batch: Batch) -> Fed:
        """Arrays of always the same types: for others the machine code would be made anew."""
        device, at = _plain(batch.device, np.intp), _plain(batch.at, np.float64)
        known = at if np.isfinite(at).all() else np.where(np.isfinite(at), at, 0)
        none = np.zeros(0, np.float32)
        return Fed(
            device,
            at,
            self.local(device, known),
            none if batch.traffic is None else _plain(batch.traffic, np.float32),
            _plain(batch.row, np.intp),
            _plain(batch.stream, np.intp),
            _plain(batch.value, np.float64),
        )

    def _kept(self) -> Kept:
        return Kept(self.devices.rows, self.streams.rows, self.meaning, self.measures.rows)


def _plain(array: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    return np.require(array, kind, ["C", "W"])


def _busy(rows: Any, device: Places) -> list[Busy]:
    """What was counted, in parts that hold one report of a device each."""
    if not len(rows):
        return []
    order = np.argsort(device, kind="stable")
    begins = np.flatnonzero(np.diff(device[order], prepend=-1))
    turn = np.empty(len(device), np.intp)
    turn[order] = np.arange(len(device)) - np.repeat(begins, np.diff(begins, append=len(device)))
    turns = turn[rows.report]
    parts = [rows[turns == k] for k in np.unique(turns)]
    return [Busy(device[one.report], one.seen.copy(), one.usual.copy()) for one in parts]
