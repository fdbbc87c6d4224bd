"""Which metric set a row goes into. Pure.

A set for each combination of metrics would do if devices sent the same each time. Prometheus cuts
a scrape wherever a request is full, so its combinations never end: beyond a small number of sets a
row goes into one that has more metrics than the row, with holes.
"""

from collections.abc import Iterable

# Up to so many, each combination has a set of its own: nothing is wasted on holes.
EXACT_MAX = 256
# Beyond, a set may be this many times as wide as the row.
WIDER_MAX = 4
# Beyond so many a new set is made only where no set has all metrics of the row.
SETS_MAX = 5_000
_REMEMBERED_MAX = 100_000


class Known:
    """The sets of one tenant, each as a pattern of bits: whether one has all metrics of another
    is a single operation."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._names: list[str] = []
        self._sets: dict[int, int] = {}
        self._exact: dict[tuple[str, ...], int] = {}
        self._placed: dict[tuple[str, ...], int] = {}

    def __len__(self) -> int:
        return len(self._sets)

    def add(self, number: int, metrics: tuple[str, ...]) -> None:
        self._exact[metrics] = number
        self._sets[number] = self._pattern(metrics)

    def place(self, metrics: tuple[str, ...]) -> int | None:
        """The number of the set that these metrics go into; None where one is to be made."""
        found = self._exact.get(metrics) or self._placed.get(metrics)
        if found is not None or len(self) < EXACT_MAX:
            return found
        found = self._narrowest(metrics)
        if found is not None:
            if len(self._placed) >= _REMEMBERED_MAX:
                self._placed.clear()
            self._placed[metrics] = found
        return found

    def to_make(self, metrics: tuple[str, ...]) -> tuple[str, ...]:
        """Where no set will do, the metrics of the one that is made: at last, one of everything,
        which the registry bounds."""
        if len(self) < SETS_MAX:
            return metrics
        return tuple(sorted({*self._names, *metrics}))

    def _narrowest(self, metrics: tuple[str, ...]) -> int | None:
        """The narrowest set that has all of these, if it is not much too wide or nothing else is
        left."""
        wanted = self._pattern(metrics)
        width_max = len(metrics) * WIDER_MAX if len(self) < SETS_MAX else len(self._names)
        fitting = (
            (pattern.bit_count(), number)
            for number, pattern in self._sets.items()
            if not wanted & ~pattern
        )
        width, number = min(fitting, default=(width_max + 1, 0))
        return number if width <= width_max else None

    def _pattern(self, metrics: Iterable[str]) -> int:
        pattern = 0
        for name in metrics:
            bit = self._bits.get(name)
            if bit is None:
                bit = self._bits[name] = len(self._names)
                self._names.append(name)
            pattern |= 1 << bit
        return pattern
