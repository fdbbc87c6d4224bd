"""What the engine holds for usual, read out of a checkpoint: a band for each moment. Pure.

At an hour a reading may lie between what that hour and those beside it are like, and beyond them by
the least that would be worth telling (see `worth`):

    low  = min(own, before, after) + level - band
    high = max(own, before, after) + level + band
    band = max(share |usual|, what matters in that unit, step_spreads spread, own_steps step)

Only the columns that this needs are read; nothing of the machine code is.
"""

import io
import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Doubles, Ints, Places
from homepot.ai.anomaly_detection.engine.meaning import Meaning
from homepot.ai.anomaly_detection.engine.measures import Measures
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.site_clock import local_seconds
from homepot.ai.anomaly_detection.engine.state import FIRST_READINGS, SLOTS

_DAY = SLOTS // 2
_COLUMNS = ("count", "centre", "scale", "level", "spread", "season", "restless", "step")


@dataclass(frozen=True)
class Band:
    """What was to be expected of one stream at some moments."""

    low: Doubles
    usual: Doubles
    high: Doubles


@dataclass(frozen=True)
class Expectations:
    """What is usual for every stream of a checkpoint."""

    places: dict[tuple[str, str], int]
    zones: list[str]
    zone_of: Places  # of each stream
    measure_of: Ints
    measures: Measures
    parameters: Parameters
    columns: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, checkpoint: bytes, parameters: Parameters) -> Self:
        with np.load(io.BytesIO(checkpoint), allow_pickle=False) as file:
            words = json.loads(file["words"].tobytes())
            owner, zone, meaning = file["owner"], file["zone"], file["meaning"]
            columns = {name: file[f"streams.{name}"] for name in _COLUMNS}
        ids = words["device_ids"]
        names = zip(owner.tolist(), words["stream_names"], strict=True)
        kinds = [
            (Meaning.of(one).scaled(parameters.own_unit), above, below)
            for one, above, below in words["kinds"]
        ]
        return cls(
            {(ids[device], name): place for place, (device, name) in enumerate(names)},
            list(words["zones"]),
            zone[owner].astype(np.intp),
            meaning,
            Measures.of(kinds),
            parameters,
            columns,
        )

    def metrics_of(self, device_id: str) -> list[str]:
        return sorted(name for device, name in self.places if device == device_id)

    def band(self, device_id: str, metric: str, at: Doubles) -> Band | None:
        """None while nothing is usual: the stream is not known, or its first readings wait."""
        place = self.places.get((device_id, metric))
        if place is None or self.columns["count"][place] <= FIRST_READINGS:
            return None
        season = self.columns["season"][place].view(np.float16).astype(np.float64)
        # An hour that was never seen takes the other kind of day's.
        season = np.where(np.isnan(season), np.roll(season, _DAY), season)
        if np.isnan(season).all():
            return None
        local = local_seconds(self.zones, np.full(len(at), self.zone_of[place]), at)
        slot, before, after, part = _hours(local)
        own = season[slot]
        beside = [np.where(np.isnan(season[one]), own, season[one]) for one in (before, after)]
        smooth = own + (np.where(part < 0, *beside) - own) * np.abs(part)
        least, most = np.minimum(own, np.minimum(*beside)), np.maximum(own, np.maximum(*beside))
        scale, level = float(self.columns["scale"][place]), float(self.columns["level"][place])
        usual = (smooth + level) * scale + self.columns["centre"][place]
        band = self._band(place, slot, usual, scale)
        return Band(
            usual + (least - smooth) * scale - band, usual, usual + (most - smooth) * scale + band
        )

    def _band(self, place: int, slot: Places, usual: Doubles, scale: float) -> Doubles:
        m = self.measures.rows[self.measure_of[place]]
        restless = self.columns["restless"][place].view(np.float16).astype(np.float64)[slot]
        spread = 1.25 * np.maximum(float(self.columns["spread"][place]), np.nan_to_num(restless))
        by_spread = spread * scale * float(m.spreads) * self.parameters.step_spreads
        found: Doubles = np.maximum(np.abs(usual) * float(m.share), float(m.matters))
        own = (1 - float(m.known)) * self.parameters.own_steps
        by_step = own * float(self.columns["step"][place]) * scale
        widest: Doubles = np.maximum(np.maximum(found, by_spread), by_step)
        return widest


def _hours(local: Doubles) -> tuple[Places, Places, Places, Doubles]:
    """`season.hour_of` for whole arrays: the slot, those beside it, and the way between them.

    >>> [one.tolist() for one in _hours(np.array([45 * 60.0, 3 * 86400.0]))[:2]]
    [[0, 24], [23, 47]]
    """
    hours = local / 3600.0
    whole = np.floor(hours)
    hour = whole.astype(np.intp) % _DAY
    # 1970 began on a Thursday.
    weekend = (np.floor(local / 86400.0).astype(np.intp) + 3) % 7 >= 5
    base = np.where(weekend, _DAY, 0)
    before, after = base + (hour + _DAY - 1) % _DAY, base + (hour + 1) % _DAY
    return base + hour, before, after, hours - whole - 0.5
