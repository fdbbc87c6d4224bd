"""The second entry: queued tasks and sweeps, over the same capabilities as the web application."""

import asyncio
import signal
import sys
from contextlib import suppress

import procrastinate
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError

from homepot.core.errors import HomepotError
from homepot.core.jobs import job_app, run_loop
from homepot.core.log import configure_logging, get_logger
from homepot.core.process import Process, opened
from homepot.core.settings import Settings, SettingsError, load_settings
from homepot.core.supervisor.part import NOT_AS_CONFIGURED
from homepot.features import FEATURES, check

log = get_logger(__name__)

QUEUE_RETRY_S = 2.0


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Work until told to stop; what is under way is finished first."""
    async with opened(settings) as process:
        log.info("The worker is ready.", action="worker.ready")
        async with asyncio.TaskGroup() as group:
            for feature in FEATURES:
                for loop in (*feature.loops, *feature.loops_of(settings)):
                    group.create_task(run_loop(loop, process.database, stop))
            group.create_task(_run_tasks(process, stop))
        log.info("The worker has stopped.", action="worker.stopped")


async def _run_tasks(process: Process, stop: asyncio.Event) -> None:
    """The queue, again and again: a database that is away for a while does not end the worker."""
    tasks = [
        task
        for feature in FEATURES
        for task in (*feature.tasks, *feature.tasks_of(process.settings))
    ]
    while not stop.is_set():
        app = job_app(process.database.url, process.database, tasks)
        try:
            async with app.open_async():
                await _work_off(app, stop)
        except (ConnectorException, OperationalError) as error:
            log.warning(
                f"The job queue cannot be reached; trying again in {QUEUE_RETRY_S:g} s.",
                action="worker.queue_away",
                error=str(error).strip(),
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), QUEUE_RETRY_S)


async def _work_off(app: procrastinate.App, stop: asyncio.Event) -> None:
    """Until told to stop; what is under way then is finished first."""
    worker = asyncio.create_task(
        app.run_worker_async(
            concurrency=4,
            install_signal_handlers=False,
            shutdown_graceful_timeout=10,
            delete_jobs="successful",
        )
    )
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({worker, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if worker.done():
        worker.result()
    worker.cancel()
    await asyncio.wait({worker})


async def _until_signalled(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await work(settings, stop)


def main() -> None:
    try:
        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format)
        check(settings)
        asyncio.run(_until_signalled(settings))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(NOT_AS_CONFIGURED)
    except HomepotError as error:
        sys.exit(error.detail)


if __name__ == "__main__":
    main()
