"""For each number it is told: reads what happened, sends what is due, and is killed, as by kill -9,
before the step of that number. Says how that ended; 0 where there were fewer steps.

The steps are every statement and commit to the database, and every word to a service.
"""

import asyncio
import os
import signal
import socket
import sys
from typing import Any

import psycopg

from homepot.alerts.doors.addresses import read
from homepot.alerts.doors.service_door import ServiceDoor
from homepot.alerts.incidents import read_new
from homepot.alerts.sending import Sender
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.log import configure_logging

_left = 0


def _step() -> None:
    global _left  # noqa: PLW0603  it counts for the whole process
    _left -= 1
    if _left < 0:
        os.kill(os.getpid(), signal.SIGKILL)


def _counted(call: Any) -> Any:
    def counting(*given: Any, **named: Any) -> Any:
        _step()
        return call(*given, **named)

    return counting


async def _send(url: str) -> None:
    database = Database(url)
    await read_new(database, now())
    await Sender(database, {"service": ServiceDoor()}, "http://homepot.test").send_due(now())
    await database.close()


configure_logging("error")
# The library looks for all its services at the first address: once here, not in every child.
read("json://127.0.0.1")
for place, name in (
    (psycopg.AsyncCursor, "execute"),
    (psycopg.AsyncConnection, "commit"),
    (socket.socket, "sendall"),
    (socket.socket, "close"),
):
    setattr(place, name, _counted(getattr(place, name)))
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        _left = int(line)
        asyncio.run(_send(sys.argv[1]))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201  its answer
