"""When to try again. Pure: the time and the draw of the dice are arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime

BASE_S = 30.0
CAP_S = 3600.0
DELAY_S_MIN = 1.0
# Between tries, the server is asked this often, and up to twice as seldom, whether it is there.
PROBE_S = 60.0
# Credentials do not become good by asking; somebody has to act first.
RARELY_S = 900.0


def delay_s(failures: int, draw: float, base_s: float = BASE_S, cap_s: float = CAP_S) -> float:
    """Full jitter: anywhere between nothing and min(30·2ⁿ, 3600) s, n failures before this one.

    >>> delay_s(1, 1.0), delay_s(2, 0.5), delay_s(99, 1.0)
    (30.0, 30.0, 3600.0)
    """
    ceiling = min(base_s * 2.0 ** min(max(failures - 1, 0), 20), cap_s)
    return max(min(DELAY_S_MIN, base_s), draw * ceiling)


def probe_s(vain: int, draw: float, base_s: float = PROBE_S, cap_s: float = CAP_S) -> float:
    """How long until the server is asked whether it is there; twice as long for each time that it
    said so and the try after it failed all the same.

    >>> probe_s(0, 0.0), probe_s(0, 1.0), probe_s(2, 0.5), probe_s(99, 1.0)
    (60.0, 120.0, 360.0, 3600.0)
    """
    return min(base_s * 2.0 ** min(vain, 20) * (1.0 + draw), cap_s)


def retry_after_s(header: str | None, wall_s: float) -> float | None:
    """What a Retry-After asks for, in seconds; None where it asks for nothing that can be read.

    >>> retry_after_s("7", 0.0), retry_after_s("Thu, 01 Jan 1970 00:01:00 GMT", 20.0)
    (7.0, 40.0)
    >>> retry_after_s("soon", 0.0) is None
    True
    """
    if header is None:
        return None
    try:
        asked = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except (TypeError, ValueError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        asked = moment.timestamp() - wall_s
    if asked != asked:
        return None
    return min(max(0.0, asked), CAP_S)


@dataclass
class Patience:
    """How one kind of request fares, and from when on it may be tried again."""

    base_s: float = BASE_S
    cap_s: float = CAP_S
    failures: int = 0
    not_before_s: float = 0.0
    reason: str = ""

    def ready(self, now_s: float) -> bool:
        return now_s >= self.not_before_s

    def failed(
        self, now_s: float, draw: float, reason: str, retry_after_s: float | None = None
    ) -> None:
        """Wait longer than before, and at least as long as the server asked for."""
        self.failures += 1
        self.reason = reason
        wait_s = delay_s(self.failures, draw, self.base_s, self.cap_s)
        if retry_after_s is not None:
            # A little more than was asked, each device another little: not all at once again.
            wait_s = retry_after_s + draw * (1.0 + 0.1 * retry_after_s)
        self.not_before_s = now_s + wait_s

    def refused(self, now_s: float, draw: float, reason: str) -> None:
        """The credentials were not accepted: ask again, but rarely."""
        self.failures += 1
        self.reason = reason
        self.not_before_s = now_s + RARELY_S * (1.0 + draw)

    def succeeded(self) -> None:
        self.failures = 0
        self.not_before_s = 0.0
        self.reason = ""
