"""The one road into `device_metrics`: group commit over binary COPY, exactly once.

Requests that wait at the same moment are stored by one COPY and one commit. A group that meets
a device and time that is stored already is rolled back whole, and each of its requests takes
the slower way on its own, where rows are merged metric by metric. Nothing is acknowledged
before the commit; what does not fit into the queue is refused, never dropped.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import numpy as np
import psycopg
from psycopg.errors import CheckViolation, DeadlockDetected, UniqueViolation
from sqlalchemy.exc import OperationalError

from homepot.core.errors import TooMany, Unavailable
from homepot.core.log import get_logger
from homepot.telemetry.intake.batch import Block, Ints, moment
from homepot.telemetry.intake.copy_rows import COLUMNS, HEADER, TRAILER
from homepot.telemetry.storage.collisions import Outcome, write_merging
from homepot.telemetry.storage.days import days_of
from homepot.telemetry.storage.notes import notes_of
from homepot.telemetry.storage.parts import Parts
from homepot.telemetry.storage.sets import MetricSets
from homepot.telemetry.storage.straight import write_rows

log = get_logger(__name__)

# A large request goes alone, so that the next one is decoded while it is stored; small ones share
GROUP_VALUES_MAX = 250_000
TRIES_MAX = 5
_COPY = f"COPY device_metrics ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_AWAY = "The database does not answer; send it again."
_BEGIN = "BEGIN; SELECT set_config('role', 'homepot_system', true)"


@dataclass(eq=False)
class _Waiting:
    blocks: Sequence[Block]
    rows: int
    values: int
    done: asyncio.Future[Outcome]


class Writer:
    def __init__(
        self,
        url: str,
        days: Parts,
        sets: MetricSets,
        *,
        writers: int,
        waiting_values_max: int,
    ) -> None:
        self._url = url
        self._days = days
        self._sets = sets
        self._writers = writers
        self._waiting_values_max = waiting_values_max
        self._queue: deque[_Waiting] = deque()
        self._queued_values = 0
        self._came = asyncio.Condition()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Writer"]:
        tasks = [
            asyncio.create_task(self._write_groups(), name=f"writer {number}")
            for number in range(self._writers)
        ]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            while self._queue:
                self._queue.popleft().done.set_exception(Unavailable())

    @property
    def waiting(self) -> tuple[int, int]:
        """How many values wait to be stored, and how many may."""
        return self._queued_values, self._waiting_values_max

    async def write(self, blocks: Sequence[Block]) -> Outcome:
        """Returns when the rows are committed. TooMany where too much waits already."""
        rows = sum(len(block) for block in blocks)
        if rows == 0:
            return Outcome()
        values = sum(block.values.size for block in blocks)
        if self._queue and self._queued_values + values > self._waiting_values_max:
            raise TooMany("Readings come faster than they can be stored; send them again.")
        waiting = _Waiting(blocks, rows, values, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._queued_values += values
        async with self._came:
            self._came.notify()
        return await waiting.done

    async def _write_groups(self) -> None:
        """One connection after another, for as long as this process runs."""
        while True:
            group = await self._next_group()
            try:
                connection = await _connect(self._url)
            except (psycopg.OperationalError, OSError) as error:
                _say_not_stored(error)
                _refuse(group, Unavailable(_AWAY))
                continue
            async with connection:
                while await self._answered(connection, group):
                    group = await self._next_group()

    async def _answered(
        self, connection: psycopg.AsyncConnection[object], group: list[_Waiting]
    ) -> bool:
        """Store a group and answer it, one way or the other; whether to keep the connection."""
        try:
            await self._write_group(connection, group)
        except (psycopg.OperationalError, OperationalError) as error:
            # Not known whether the commit took place: the sender repeats, which is harmless.
            _say_not_stored(error)
            _refuse(group, Unavailable(_AWAY))
            return False
        except Exception as error:  # a writer outlives whatever one group does to it
            log.exception("Readings could not be stored.", action="intake.failed")
            _refuse(group, error)
            return False
        except asyncio.CancelledError:
            _refuse(group, Unavailable())
            raise
        return True

    async def _next_group(self) -> list[_Waiting]:
        async with self._came:
            await self._came.wait_for(lambda: self._queue)
        group = [self._queue.popleft()]
        values = group[0].values
        while self._queue and values + self._queue[0].values <= GROUP_VALUES_MAX:
            group.append(self._queue.popleft())
            values += group[-1].values
        self._queued_values -= values
        return group

    async def _write_group(
        self, connection: psycopg.AsyncConnection[object], group: list[_Waiting]
    ) -> None:
        blocks = [block for waiting in group for block in waiting.blocks]
        await self._days.ensure(connection, days_of(_moments(blocks)))
        try:
            async with _rolled_back_if_it_fails(connection):
                await copy(connection, blocks)
                await _commit(connection, blocks)
        except (UniqueViolation, DeadlockDetected, CheckViolation) as error:
            if isinstance(error, CheckViolation):
                self._days.forget()  # a day we knew has been dropped: it is made again
            for waiting in group:
                await self._write_alone(connection, waiting)
            return
        for waiting in group:
            _answer(waiting, Outcome(stored=waiting.rows))

    async def _write_alone(
        self, connection: psycopg.AsyncConnection[object], waiting: _Waiting
    ) -> None:
        """The slower way, for a request that may say again what is stored."""
        for tries_left in reversed(range(TRIES_MAX)):
            try:
                await self._days.ensure(connection, days_of(_moments(waiting.blocks)))
                async with _rolled_back_if_it_fails(connection):
                    outcome, written = await write_merging(
                        connection, waiting.blocks, self._sets, self._days, copy
                    )
                    await _commit(connection, written)
            except (UniqueViolation, DeadlockDetected) as error:
                # Somebody else stored the same rows in between: look again.
                if not tries_left:
                    _refuse([waiting], Unavailable("Too many senders of the same rows at once."))
                    log.warning("Gave up on a request.", action="intake.gave_up", error=str(error))
                    return
            else:
                _answer(waiting, outcome)
                return


async def _connect(url: str) -> psycopg.AsyncConnection[object]:
    return await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        connect_timeout=5,
        options="-c timezone=UTC -c statement_timeout=60s -c application_name=homepot-intake",
    )


def _say_not_stored(error: Exception) -> None:
    log.warning(
        "Readings could not be stored; their senders keep them.",
        action="intake.not_stored",
        error=str(error).strip(),
    )


@asynccontextmanager
async def _rolled_back_if_it_fails(
    connection: psycopg.AsyncConnection[object],
) -> AsyncIterator[None]:
    """A transaction as the system, begun in one round trip; `_commit` ends it in another."""
    try:
        await connection.execute(_BEGIN)
        yield
    except BaseException:
        with suppress(psycopg.Error):
            await connection.rollback()
        raise


async def copy(connection: psycopg.AsyncConnection[object], blocks: Sequence[Block]) -> None:
    async with connection.cursor() as cursor, cursor.copy(_COPY) as stream:
        await stream.write(HEADER)
        await write_rows(connection, stream, blocks)
        await stream.write(TRAILER)


async def _commit(connection: psycopg.AsyncConnection[object], blocks: Sequence[Block]) -> None:
    """And tell those who read what is committed: which devices, and between which moments."""
    async with connection.pipeline():
        if blocks:
            await _note(connection, blocks)
        await connection.execute("COMMIT")


async def _note(connection: psycopg.AsyncConnection[object], blocks: Sequence[Block]) -> None:
    devices = np.concatenate([block.device for block in blocks])
    for note in notes_of(devices, _moments(blocks)):
        await connection.execute(
            "INSERT INTO telemetry_commits (rows, ts_min, ts_max, device_ids)"
            " VALUES (%s, %s, %s, %s)",
            [note.rows, moment(note.first_us), moment(note.last_us), note.device_ids],
        )


def _moments(blocks: Sequence[Block]) -> Ints:
    return np.concatenate([block.at_us for block in blocks])


def _answer(waiting: _Waiting, outcome: Outcome) -> None:
    if not waiting.done.done():
        waiting.done.set_result(outcome)


def _refuse(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)
