"""Brings the product up, holds it, takes it down."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from homepot.access.first_admin import FIRST_USERNAME, ensure_first_admin
from homepot.ai.llm.own_port import with_free_port
from homepot.core.database import Database
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.embedded_postgres.home import find_home, make_data_dir, usable
from homepot.core.errors import HomepotError
from homepot.core.locks import FileLock
from homepot.core.log import configure_logging, get_logger
from homepot.core.migrate import upgrade
from homepot.core.settings import Settings
from homepot.core.supervisor import Crew, DatabasePart, PartFailed, Say, StopAsked
from homepot.core.supervisor.logs import open_log, put_aside_if_large, put_aside_large_ones
from homepot.core.supervisor.ports import PortRefused, check_port
from homepot.up import demo, parts
from homepot.up.greeting import greeting, note

_LOG_CARE_S = 60.0
_log = get_logger(__name__)


class UpRefused(Exception):
    """It cannot be brought up; the message says why and what to do."""


def up(settings: Settings, say: Say, *, with_demo: bool = False) -> None:
    """Run until told to stop by Ctrl-C, SIGTERM or the terminal's end."""
    try:
        with usable(settings.data_dir), _alone(settings), _logging_to_file(settings):
            try:
                check_port(settings.host, settings.port)
                asyncio.run(_up(with_free_port(settings), say, with_demo))
            except (HomepotError, PortRefused, PartFailed, UpRefused):
                raise
            except Exception as error:  # the last place that can say what happened
                _log.exception("Down by a fault of its own.", action="up.fault")
                raise UpRefused(
                    f"HOMEPOT came down by a fault of its own ({type(error).__name__}: {error})."
                    f" Details are in {settings.data_dir / 'logs' / 'homepot.log'}."
                ) from error
    except (HomepotError, PortRefused, PartFailed) as error:
        raise UpRefused(str(error)) from error


async def _up(settings: Settings, say: Say, with_demo: bool) -> None:
    def say_now(words: str) -> None:
        say(f"{datetime.now().astimezone():%H:%M:%S}  {words}")

    async with _signals() as (stop, hurry):
        async with Crew(say_now, stop, hurry) as crew:
            with suppress(StopAsked):
                await _hold(settings, crew, say, say_now, with_demo)
            # The crew ends its parts where this block ends.
            say_now("Stopping; what is under way is finished first. Ctrl-C again to hurry.")
        say_now("Stopped. What was stored is kept.")


async def _hold(settings: Settings, crew: Crew, say: Say, say_now: Say, with_demo: bool) -> None:
    database = None
    if settings.database_url is None:
        say_now("Starting the database.")
        database = DatabasePart(settings.data_dir)
        await _must_start(crew, database)
        url = database.url
    else:
        url = settings.database_url.get_secret_value()
    password = await crew.until_stop(_prepare(url))
    try:
        await _start_programs(settings, crew, say_now, url)
    except BaseException:
        if password is not None:  # it is made once: not to be lost with a start that failed
            say_now(f"The one-time password of the user {FIRST_USERNAME} is {password}")
        raise
    home = None if database is None else EmbeddedPostgres(settings.data_dir).status().home
    say(greeting(settings, username=FIRST_USERNAME, password=password, database_home=home))
    beside = [asyncio.create_task(_care_for_logs(settings.data_dir / "logs"))]
    try:
        if with_demo:
            beside += await crew.until_stop(_start_demo(settings, crew, say_now, url))
        else:
            await crew.until_stop(_remind_of_demo(say_now, url))
        await crew.keep_on()
    finally:
        for one in beside:
            one.cancel()


async def _start_programs(settings: Settings, crew: Crew, say_now: Say, url: str) -> None:
    say_now("Starting the API and the worker.")
    embedded_url = url if settings.database_url is None else None
    environment = parts.child_environment(os.environ, settings, embedded_url)
    ready = [
        crew.keep(parts.api(settings, environment)),
        crew.keep(parts.worker(settings, environment)),
    ]
    await crew.until_stop(asyncio.gather(*(one.wait() for one in ready)))
    if parts.has_model_server(settings):
        crew.keep(parts.model_server(settings, environment))  # nothing waits for it


async def _start_demo(
    settings: Settings, crew: Crew, say_now: Say, url: str
) -> list[asyncio.Task[None]]:
    """Nothing waits for it, and nothing stops without it."""
    why_not = await demo.may_come(url, settings.data_dir)
    if why_not is not None:
        say_now(why_not)
        return []
    part = demo.DemoPart(settings, url, os.environ)
    crew.keep(part)
    return [asyncio.create_task(demo.tell(part.folder, say_now))]


async def _remind_of_demo(say_now: Say, url: str) -> None:
    if count := await demo.left_behind(url):
        say_now(f"{count:,} simulated devices are here from a demo; homepot demo remove ends that.")


async def _must_start(crew: Crew, database: DatabasePart) -> None:
    try:
        await crew.must_start(database)
    except PartFailed as error:
        # The cause speaks for itself: it says what to do.
        raise error.__cause__ or error from None


async def _prepare(url: str) -> str | None:
    """Bring the tables to the newest step; the first administrator's one-time password."""
    await asyncio.to_thread(upgrade, url)
    database = Database(url, connections_max=2)
    try:
        return await ensure_first_admin(database)
    finally:
        await database.close()


async def _care_for_logs(folder: Path) -> None:
    while True:
        await asyncio.sleep(_LOG_CARE_S)
        try:
            await asyncio.to_thread(put_aside_large_ones, folder)
        except OSError as error:
            _log.warning(
                f"A log in {folder} is large and could not be put aside: {error.strerror}.",
                action="log.not_put_aside",
            )


@asynccontextmanager
async def _signals() -> AsyncIterator[tuple[asyncio.Event, asyncio.Event]]:
    """Asked once: stop; asked again: hurry."""
    stop, hurry = asyncio.Event(), asyncio.Event()

    def asked() -> None:
        (hurry if stop.is_set() else stop).set()

    loop = asyncio.get_running_loop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, asked)
    try:
        yield stop, hurry
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One at a time on a data folder: they would start everything twice."""
    if settings.database_url is None:
        find_home(settings.data_dir)  # refuses somebody else's before anything is written into it
    make_data_dir(settings.data_dir, traversable=os.geteuid() == 0)
    path = settings.data_dir / "up.lock"
    lock = FileLock(path)
    if not lock.take():
        raise UpRefused(
            f"HOMEPOT is already running on {settings.data_dir} ({path.read_text().strip()})."
            " Stop it there with Ctrl-C, or choose another folder with HOMEPOT_DATA."
        )
    try:
        lock.note(note(os.getpid(), settings))
        yield
    finally:
        lock.release()


@contextmanager
def _logging_to_file(settings: Settings) -> Iterator[None]:
    """The terminal is for sentences that a person needs now."""
    path = settings.data_dir / "logs" / "homepot.log"
    put_aside_if_large(path)
    with open(open_log(path), "a", encoding="utf-8", buffering=1) as file:  # noqa: PTH123
        configure_logging(settings.log_level, settings.log_format, file)
        try:
            yield
        finally:
            configure_logging(settings.log_level, settings.log_format)
