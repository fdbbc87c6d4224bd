"""Work that nobody waits for: queued tasks (procrastinate) and short sweeps (loops).

A task is a row in PostgreSQL: it is retried, survives a crash, and any worker may take it. A
loop is for what must be looked at every few seconds; it is one set-based statement that is safe
to run in several workers at once and leaves nothing behind when it is missed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import procrastinate

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.log import get_logger
from homepot.core.metrics import LOOP_FAILURES, LOOPS, TASK_FAILURES, TASKS

log = get_logger(__name__)


@dataclass(frozen=True)
class Loop:
    """A sweep that the worker runs again and again."""

    name: str
    every_s: float
    run: Callable[[Database, datetime], Awaitable[None]]


@dataclass(frozen=True)
class Task:
    """A task that runs on a schedule (cron, UTC), once in the whole installation."""

    name: str
    cron: str
    run: Callable[[Database, datetime], Awaitable[None]]


def job_app(url: str, database: Database, tasks: Sequence[Task]) -> procrastinate.App:
    """The queue, knowing every task of the product."""
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
    )
    for task in tasks:
        _register(app, database, task)
    return app


def _register(app: procrastinate.App, database: Database, task: Task) -> None:
    async def run(timestamp: int) -> None:
        log.debug(f"Task {task.name} runs.", action="task.run", due=timestamp)
        with TASKS.labels(task.name).time(), TASK_FAILURES.labels(task.name).count_exceptions():
            await task.run(database, now())

    retries = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4)
    app.periodic(cron=task.cron)(
        app.task(name=task.name, queueing_lock=task.name, retry=retries)(run)
    )


async def run_loop(loop: Loop, database: Database, stop: asyncio.Event) -> None:
    """Run a sweep until told to stop. A sweep that fails is said and tried again next time."""
    while not stop.is_set():
        failures = LOOP_FAILURES.labels(loop.name)
        try:
            with LOOPS.labels(loop.name).time(), failures.count_exceptions():
                await loop.run(database, now())
        except Exception as error:  # noqa: BLE001  the edge of the worker: no sweep may end another
            log.warning(
                f"The sweep {loop.name} failed and is tried again in {loop.every_s:g} s.",
                action="loop.failed",
                loop=loop.name,
                error=repr(error),
            )
        try:
            await asyncio.wait_for(stop.wait(), timeout=loop.every_s)
        except TimeoutError:
            continue
