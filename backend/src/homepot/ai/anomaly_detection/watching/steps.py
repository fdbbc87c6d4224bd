"""What detection is fed in one go. It is written down with what came of it, so that what was in
memory can be made again from the last checkpoint and the steps since. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Doubles
from homepot.ai.anomaly_detection.watching.packing import packed, unpacked
from homepot.telemetry.following.service import Row


@dataclass(frozen=True)
class Step:
    """Rows in the order of their times, and what is known beside them."""

    now: float
    rows: Sequence[Row] = ()
    # devices that are not to be called silent yet, and those that are heard and not measured
    spared: Sequence[int] = field(default=(), kw_only=True)
    unmeasured: Sequence[int] = field(default=(), kw_only=True)
    # devices that were changed on purpose, and when
    announced: Sequence[tuple[int, float]] = ()
    # sites at which trouble is expected just now, and sites that are closed
    in_maintenance: Sequence[int] = ()
    closed: Sequence[int] = ()
    # look for devices that fell silent; the server itself was away until then
    silences_since: float | None = None
    # train, and say nothing whatever the times of the rows are
    mute: bool = False
    # devices that are no longer watched
    left: Sequence[int] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not (self.rows or self.announced or self.left)

    def packed(self) -> bytes:
        arrays: dict[str, NDArray[Any]] = {
            "device": np.array([row[0] for row in self.rows], np.int32),
            "at": np.array([row[1] for row in self.rows], np.float64),
            "set": np.array([row[2] for row in self.rows], np.int32),
            "size": np.array([len(row[3]) for row in self.rows], np.int32),
            "value": flat(self.rows),
        }
        words = {
            "now": self.now,
            "announced": [list(one) for one in self.announced],
            "in_maintenance": list(self.in_maintenance),
            "closed": list(self.closed),
            "silences_since": self.silences_since,
            "mute": self.mute,
            "left": list(self.left),
            "spared": list(self.spared),
            "unmeasured": list(self.unmeasured),
        }
        return packed(arrays, words)

    @classmethod
    def unpacked(cls, content: bytes) -> "Step":
        arrays, words = unpacked(content)
        values = np.split(arrays["value"], np.cumsum(arrays["size"])[:-1])
        rows = [
            (device, at, number, value.tolist())
            for device, at, number, value in zip(
                arrays["device"].tolist(),
                arrays["at"].tolist(),
                arrays["set"].tolist(),
                values,
                strict=False,
            )
        ]
        announced = [(device, at) for device, at in words.pop("announced")]
        return cls(rows=rows, announced=announced, **words)


def flat(rows: Sequence[Row]) -> Doubles:
    """All values behind each other; null in a row is no number."""
    return np.array([value for row in rows for value in row[3]], np.float64)
