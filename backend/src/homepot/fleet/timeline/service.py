"""Use case of the time line: the newest of what happened with a device."""

from collections.abc import Sequence
from datetime import datetime

from homepot.core.database import Connection
from homepot.fleet.commands import service as commands
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.devices import service as devices
from homepot.fleet.events import service as events
from homepot.fleet.timeline.logic import (
    Entry,
    newest_first,
    of_change,
    of_command,
    of_connectivity,
    of_event,
    of_job,
)

__all__ = ["Entry", "newest"]


async def newest(tx: Connection, device_id: str, limit: int, now: datetime) -> Sequence[Entry]:
    """The newest first. NotFound where there is no such device."""
    device = await devices.find(tx, device_id)
    said = await events.newest(tx, device.id, limit)
    asked = await commands.newest(tx, device.id, limit)
    links = await connectivity.newest(tx, device.id, limit)
    return newest_first(
        [
            *map(of_event, said.events),
            *map(of_job, said.jobs),
            *map(of_change, said.changes),
            *(of_command(command, now) for command in asked),
            *map(of_connectivity, links),
        ],
        limit,
    )
