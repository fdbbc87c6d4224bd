"""From counters that only grow to a rate a second. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PERIOD_S_MIN = 0.001


@dataclass
class Rates:
    """The last reading of each counter, to be compared with the next.

    >>> rates = Rates()
    >>> rates.update(10.0, {"in": 100})
    {}
    >>> rates.update(12.0, {"in": 300, "out": 5})
    {'in': 100.0}
    >>> rates.update(13.0, {"in": 7, "out": 6})
    {'out': 1.0}
    """

    _at_s: float = 0.0
    _last: Mapping[str, int] = field(default_factory=dict)

    def update(self, now_s: float, counters: Mapping[str, int]) -> dict[str, float]:
        """The rate of each counter since the last call; none for one that is new or began anew."""
        period_s = now_s - self._at_s
        rates = {
            name: (count - self._last[name]) / period_s
            for name, count in counters.items()
            if name in self._last and count >= self._last[name] and period_s >= PERIOD_S_MIN
        }
        self._at_s = now_s
        self._last = dict(counters)
        return rates
