"""What was changed on devices on purpose: levels may move after that, and nobody is to be told."""

from datetime import datetime, timedelta

from homepot.core.database import Connection
from homepot.fleet.events import service as events

# An engine bears with a change for so long.
_COUNTS_FOR = timedelta(hours=6)


class Changes:
    def __init__(self) -> None:
        self._mark: events.ChangeMark | None = None
        self._known: set[tuple[str, int]] = set()

    async def new(self, tx: Connection, now: datetime) -> list[tuple[int, float]]:
        """Devices and when they were changed, each change once; after a start, those of the last
        hours once more, which changes nothing."""
        after = self._mark or await events.changes_mark(tx, now - _COUNTS_FOR)
        self._mark = await events.changes_mark(tx)
        found = {(one.source, one.id): one for one in await events.changes_after(tx, after)}
        new = [one for key, one in found.items() if key not in self._known]
        self._known = set(found)
        return [(one.device_row, one.at.timestamp()) for one in new if one.at > now - _COUNTS_FOR]
