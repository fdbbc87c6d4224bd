"""Whether alerts would arrive, as far as that can be known without sending one."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homepot.alerts import outbox_store
from homepot.alerts.doors.addresses import WrongAddress, reached_at
from homepot.alerts.outbox_store import Configured
from homepot.core.database import Database

_ANSWERS_WITHIN_S = 3.0
_AT_ONCE = 16


@dataclass(frozen=True)
class State:
    name: str
    shown: str
    # has a rule that is switched on, or another that escalates to it
    is_used: bool
    # messages that wait for it
    waiting: int
    last_sent_at: datetime | None
    # none: nothing that is known speaks against it
    problem: str | None
    # none: it is not known where it would be asked
    answers: bool | None


async def look(database: Database) -> list[State]:
    """Every channel that is switched on, of all tenants; nothing is sent."""
    async with database.system() as tx:
        found = await outbox_store.configured(tx)
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(channel: Configured) -> State:
        async with turn:
            return await asyncio.to_thread(_state, channel)

    return list(await asyncio.gather(*map(one, found)))


def _state(channel: Configured) -> State:
    problem, answers = channel.problem, None
    if channel.kind == "service" and channel.url is not None:
        try:
            where = reached_at(channel.url)
        except WrongAddress as error:
            problem, where = str(error), None
        if where is not None:
            refused = _refused(*where)
            answers = refused is None
            problem = refused or problem
    return State(
        channel.name,
        channel.shown,
        channel.is_used,
        channel.waiting,
        channel.last_sent_at,
        problem,
        answers,
    )


def _refused(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=_ANSWERS_WITHIN_S).close()
    except OSError as error:
        return f"{host}:{port} cannot be reached: {error.strerror or error}"
    return None


def troubles(states: Sequence[State]) -> list[str]:
    """A line for each that would not arrive."""
    return [f"{one.name} ({one.shown}): {one.problem}" for one in states if one.problem]
