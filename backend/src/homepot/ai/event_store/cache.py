"""What is remembered of devices, bounded. No I/O.

A reader says that it begins, reads, and hands over what it found. Whatever is said to have
changed in between makes what it found too old to be remembered: the reader may have looked
before the change. So an answer is never older than the last change that was heard of.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Key = tuple[int, str]


@dataclass(eq=False)
class Reading:
    """Somebody reads what is to be remembered under this key."""

    key: Key
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Item]):
    items: Sequence[Item]
    at_s: float


class Remembered(Generic[Item]):
    """By tenant and device, for the devices that were asked for last."""

    def __init__(self, devices_max: int, age_max_s: float) -> None:
        self._devices_max = devices_max
        self._age_max_s = age_max_s
        self._kept: OrderedDict[Key, _Kept[Item]] = OrderedDict()
        self._readings: dict[Key, set[Reading]] = {}
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key, now_s: float) -> Sequence[Item] | None:
        kept = self._kept.get(key)
        if kept is None or now_s - kept.at_s > self._age_max_s:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return kept.items

    def begin(self, key: Key) -> Reading:
        reading = Reading(key)
        self._readings.setdefault(key, set()).add(reading)
        return reading

    def end(self, reading: Reading, items: Sequence[Item] | None, now_s: float) -> None:
        """With what was found, or with None where reading failed."""
        others = self._readings[reading.key]
        others.discard(reading)
        if not others:
            del self._readings[reading.key]
        if items is None or reading.outdated:
            return
        self._kept[reading.key] = _Kept(items, now_s)
        self._kept.move_to_end(reading.key)
        if len(self._kept) > self._devices_max:
            self._kept.popitem(last=False)

    def changed(self, key: Key) -> None:
        """Something happened there: what is known, and what is just being read, is too old."""
        self._kept.pop(key, None)
        for reading in self._readings.get(key, ()):
            reading.outdated = True

    def forget_all(self) -> None:
        self._kept.clear()
        for readings in self._readings.values():
            for reading in readings:
                reading.outdated = True

    def forget_old(self, now_s: float) -> int:
        """Whatever is too old to be given out; the number of devices."""
        old = [key for key, kept in self._kept.items() if now_s - kept.at_s > self._age_max_s]
        for key in old:
            del self._kept[key]
        return len(old)
