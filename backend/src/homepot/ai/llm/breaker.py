"""A dead model costs nothing: after some failures in a row nobody asks it for a while. Pure."""

from dataclasses import dataclass

FAILURES_MAX = 3
PAUSE_S = 15.0


@dataclass
class Breaker:
    """
    >>> breaker = Breaker(failures_max=2, pause_s=10.0)
    >>> breaker.failed(0.0); breaker.failed(1.0)
    >>> breaker.lets_through(5.0), breaker.lets_through(11.5), breaker.lets_through(11.6)
    (False, True, False)
    >>> breaker.worked(); breaker.lets_through(11.7)
    True
    """

    failures_max: int = FAILURES_MAX
    pause_s: float = PAUSE_S
    _failures: int = 0
    _closed_until_s: float | None = None

    def lets_through(self, now_s: float) -> bool:
        """After the pause one may try; the others wait for what becomes of it."""
        if self._closed_until_s is None:
            return True
        if now_s < self._closed_until_s:
            return False
        self._closed_until_s = now_s + self.pause_s
        return True

    def failed(self, now_s: float) -> None:
        self._failures += 1
        if self._failures >= self.failures_max:
            self._closed_until_s = now_s + self.pause_s

    def worked(self) -> None:
        self._failures = 0
        self._closed_until_s = None
