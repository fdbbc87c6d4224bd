"""Wrong credentials of devices are counted by address, so that nobody can try many."""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)
FAILURES_MAX = 20
_ADDRESSES_MAX = 10_000


class Failures:
    """Failed attempts of one process. Only failures are looked at: whoever brings the right
    credential passes, however many wrong ones came from the same address before it."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def count(self, address: str, now: datetime) -> float:
        """One more failure; the seconds to wait where there were too many, else 0."""
        since, failures = self._by_address.pop(address, (now, 0))
        if now - since >= WINDOW:
            since, failures = now, 0
        self._by_address[address] = (since, min(failures + 1, FAILURES_MAX + 1))
        if len(self._by_address) > _ADDRESSES_MAX:
            self._by_address.popitem(last=False)
        return (since + WINDOW - now).total_seconds() if failures >= FAILURES_MAX else 0.0

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_address)
