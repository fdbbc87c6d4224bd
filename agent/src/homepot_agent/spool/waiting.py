"""Which sequence numbers are still waited for, as ranges: a backlog of months is a few of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator


class Waiting:
    """A set of whole numbers, kept as disjoint ranges [start, end) in order.

    >>> waiting = Waiting()
    >>> waiting.add(1, 10)
    >>> waiting.discard(3, 5), len(waiting), list(waiting.ranges())
    (2, 7, [(1, 3), (5, 10)])
    >>> list(waiting.first(4)), waiting.last_run(2)
    ([1, 2, 5, 6], range(8, 10))
    """

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._starts, number) - 1
        return at >= 0 and number < self._ends[at]

    def ranges(self) -> Iterator[tuple[int, int]]:
        return zip(self._starts, self._ends)

    def add(self, start: int, end: int) -> None:
        """Add [start, end), of which nothing may be there yet."""
        self._count += end - start
        at = bisect_right(self._starts, start)
        if at < len(self._starts) and self._starts[at] == end:
            self._starts[at] = start
        else:
            self._starts.insert(at, start)
            self._ends.insert(at, end)
        if at and self._ends[at - 1] == start:
            self._ends[at - 1] = self._ends.pop(at)
            self._starts.pop(at)

    def discard(self, start: int, end: int) -> int:
        """Take out what of [start, end) is there; say how many that were."""
        at = max(bisect_right(self._starts, start) - 1, 0)
        gone = 0
        while at < len(self._starts) and self._starts[at] < end:
            low, high = max(self._starts[at], start), min(self._ends[at], end)
            if low >= high:
                at += 1
                continue
            gone += high - low
            kept = [
                one for one in ((self._starts[at], low), (high, self._ends[at])) if one[0] < one[1]
            ]
            self._starts[at : at + 1] = [one[0] for one in kept]
            self._ends[at : at + 1] = [one[1] for one in kept]
            at += len(kept)
        self._count -= gone
        return gone

    def first(self, count: int) -> Iterator[int]:
        """The lowest numbers, at most so many."""
        left = count
        for start, end in self.ranges():
            taken = range(start, min(end, start + left))
            yield from taken
            left -= len(taken)
            if left == 0:
                return

    def last_run(self, count: int) -> range:
        """The highest numbers that follow each other without a gap, at most so many."""
        if not self._starts:
            return range(0)
        return range(max(self._starts[-1], self._ends[-1] - count), self._ends[-1])


def as_ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as ranges.

    >>> as_ranges([4, 1, 2, 7])
    [(1, 3), (4, 5), (7, 8)]
    """
    return joined((number, number + 1) for number in set(numbers))


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same ranges in order, those that touch made one.

    >>> joined([(4, 5), (1, 2), (2, 4), (9, 10)])
    [(1, 5), (9, 10)]
    """
    kept: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if kept and kept[-1][1] >= start:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end))
        else:
            kept.append((start, end))
    return kept
