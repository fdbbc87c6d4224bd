"""The step behind the engine that knows sites: how busy each is, in a fleet that grows. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine import Parameters
from homepot.ai.anomaly_detection.engine.columns import Floats, Places
from homepot.ai.anomaly_detection.engine.shapes import Busy
from homepot.ai.anomaly_detection.engine.sites import Traffic
from homepot.ai.anomaly_detection.watching.packing import packed, unpacked

SLOT_S = 60.0


class SiteTraffic:
    """What came within one minute counts from the next one on, so that it makes no difference in
    how many parts a minute's readings came."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._sites: list[int] = []
        self._traffic = Traffic(np.zeros(0, np.intp), 0, parameters)
        self._size = 0
        self._waiting: list[Busy] = []
        self._slot = -1.0

    def grow(self, site_rows: Sequence[int]) -> None:
        """The site of each device the engine has, by place; a device may have moved."""
        for row in sorted(set(site_rows) - set(self._sites)):
            self._sites.append(row)
        where = {row: place for place, row in enumerate(self._sites)}
        places = np.array([where[row] for row in site_rows], np.intp)
        grown = Traffic(places, len(self._sites), self._parameters)
        grown.take_up(self._traffic.kept())
        self._traffic, self._size = grown, len(places)

    def begin(self, slot: float) -> None:
        if slot > self._slot:
            if self._waiting:
                self._traffic.learn(self._waiting)
            self._waiting, self._slot = [], slot

    def hear(self, told: Sequence[Busy]) -> None:
        self._waiting += told

    def of(self, devices: Places) -> Floats | None:
        factor = self._traffic.of(devices)
        return factor if bool((factor != 1).any()) else None

    def packed(self) -> bytes:
        arrays: dict[str, NDArray[Any]] = {**self._traffic.kept()}
        for number, busy in enumerate(self._waiting):
            arrays[f"device{number}"] = busy.device.astype(np.int64)
            arrays[f"had{number}"] = busy.seen
            arrays[f"usually{number}"] = busy.usual
        words = {"sites": self._sites, "slot": self._slot, "waiting": len(self._waiting)}
        return packed(arrays, words)

    @classmethod
    def unpacked(cls, content: bytes, parameters: Parameters) -> "SiteTraffic":
        arrays, words = unpacked(content)
        found = cls(parameters)
        found._sites, found._slot = words["sites"], words["slot"]
        found._waiting = [
            Busy(
                arrays[f"device{n}"].astype(np.intp), arrays[f"had{n}"], arrays[f"usually{n}"]
            )
            for n in range(words["waiting"])
        ]  # fmt: skip
        found._size = len(arrays["seen"])
        found._traffic = Traffic(np.zeros(found._size, np.intp), len(found._sites), parameters)
        found._traffic.take_up(arrays)
        return found
