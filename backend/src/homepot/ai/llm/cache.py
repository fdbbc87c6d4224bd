"""Answers given lately, bounded in number and age. No I/O."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Answer]):
    answer: Answer
    until_s: float


class Answers(Generic[Answer]):
    """By everything that made the answer what it is; the one asked for last stays longest."""

    def __init__(self, entries_max: int, age_max_s: float) -> None:
        self._entries_max = entries_max
        self._age_max_s = age_max_s
        self._kept: OrderedDict[object, _Kept[Answer]] = OrderedDict()
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: object, now_s: float) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None or now_s >= kept.until_s:
            self._kept.pop(key, None)
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return kept.answer

    def put(self, key: object, answer: Answer, now_s: float) -> None:
        self._kept[key] = _Kept(answer, now_s + self._age_max_s)
        self._kept.move_to_end(key)
        while len(self._kept) > self._entries_max:
            self._kept.popitem(last=False)
