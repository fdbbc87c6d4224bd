"""The door: lease the server of a data folder, or own it for as long as the product runs."""

import asyncio
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from signal import SIGQUIT
from types import TracebackType
from typing import Self

from homepot.core.embedded_postgres.cluster import (
    START_MAX_S,
    STOP_MAX_S,
    Cluster,
    Running,
    is_running,
    read_major_version,
)
from homepot.core.embedded_postgres.config import TIMESCALEDB
from homepot.core.embedded_postgres.door import door
from homepot.core.embedded_postgres.errors import InUse, StartFailed
from homepot.core.embedded_postgres.home import FALLBACK_ROOT, Home, find_home, open_home, usable
from homepot.core.embedded_postgres.identity import server_user
from homepot.core.embedded_postgres.logfile import LogFile
from homepot.core.embedded_postgres.programs import find_programs
from homepot.core.embedded_postgres.sockets import database_url
from homepot.core.locks import FileLock, is_free

_DOOR_MAX_S = START_MAX_S + STOP_MAX_S
_WATCH_S = 0.1


@dataclass(frozen=True)
class Status:
    """What can be told without starting anything."""

    home: Path | None
    """Where the database lives; None when none was made yet."""
    major: str | None
    """The major version of PostgreSQL that made it."""
    is_running: bool


class EmbeddedPostgres:
    """The PostgreSQL server of one data folder.

    `fast` gives up the safety of what is stored, for tests. A set `give_up` ends a start that
    is still waiting.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        fast: bool = False,
        fallback_root: Path = FALLBACK_ROOT,
        give_up: threading.Event | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self._fast = fast
        self._fallback_root = fallback_root
        self._give_up = give_up or threading.Event()

    def lease(self) -> "Lease":
        """The server for the length of a `with` or `async with`, shared with other commands."""
        return Lease(self)

    def start_foreground(self) -> "Foreground":
        """Start the server as a child that dies with the calling thread, or join one in use."""
        with usable(self.data_dir):
            return self._start_foreground()

    def _start_foreground(self) -> "Foreground":
        cluster = self.open_cluster()
        users = FileLock(cluster.home.users)
        with door(cluster.home.door, _DOOR_MAX_S):
            running = cluster.find_running()
            if running is not None and is_free(cluster.home.users):
                # Left behind by a killed command: nobody uses it, and it would not die with us.
                cluster.stop(running)
                running = None
            _share(users)
            try:
                running = running or cluster.start(tethered=True)
            except BaseException:
                users.release()
                raise
        return Foreground(cluster, users, running)

    def status(self) -> Status:
        with usable(self.data_dir):
            home = find_home(self.data_dir)
            if home is None:
                return Status(home=None, major=None, is_running=False)
            return Status(home.path, read_major_version(home), is_running=is_running(home))

    def offers_timescaledb(self) -> bool:
        """Whether it has been built for the programs that come along."""
        return find_programs(server_user(), self._fallback_root).offers_library(TIMESCALEDB)

    def load_timescaledb(self, wanted: bool) -> None:
        """Whether the server loads it, from its next start on. InUse where that cannot be now."""
        with usable(self.data_dir):
            cluster = self.open_cluster()
            with door(cluster.home.door, _DOOR_MAX_S):
                if cluster.home.timescaledb.exists() == wanted:
                    return
                if not is_free(cluster.home.users):
                    raise InUse("Somebody uses the database now: stop HOMEPOT first.")
                running = cluster.find_running()
                if running is not None:
                    cluster.stop(running)
                if wanted:
                    cluster.home.timescaledb.touch(mode=0o644)
                else:
                    cluster.home.timescaledb.unlink()

    def remove(self) -> None:
        """Stop the server, whoever uses it, and delete the database for good."""
        if find_home(self.data_dir) is None:
            return
        cluster = self.open_cluster()
        with door(cluster.home.door, _DOOR_MAX_S):
            running = cluster.find_running()
            if running is not None:
                cluster.stop(running)
            cluster.end_remains()
            _delete(self.data_dir / "postgres", cluster.home)

    def open_cluster(self) -> Cluster:
        user = server_user()
        return Cluster(
            home=open_home(self.data_dir, user, self._fallback_root),
            user=user,
            programs=find_programs(user, self._fallback_root),
            log_file=LogFile(self.data_dir / "logs" / "postgres.log"),
            fast=self._fast,
            give_up=self._give_up,
        )


class Lease:
    """One use of the server. The first starts it, the last stops it."""

    def __init__(self, owner: EmbeddedPostgres) -> None:
        self._owner = owner
        self._cluster: Cluster | None = None
        self._users: FileLock | None = None

    def __enter__(self) -> str:
        if self._cluster is not None:
            raise RuntimeError("a lease is for one use; take another with lease()")
        with usable(self._owner.data_dir):
            return self._take()

    def _take(self) -> str:
        cluster = self._owner.open_cluster()
        users = FileLock(cluster.home.users)
        with door(cluster.home.door, _DOOR_MAX_S):
            _share(users)
            try:
                running = cluster.find_running() or cluster.start(tethered=False)
            except BaseException:
                users.release()
                raise
        self._cluster, self._users = cluster, users
        return database_url(running.socket_dir)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._cluster is not None and self._users is not None:
            _stop_if_last(self._cluster, self._users)
            self._users = None

    async def __aenter__(self) -> str:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, trace)


class Foreground:
    """The server as the supervisor holds it; it dies with the thread that started it."""

    def __init__(self, cluster: Cluster, users: FileLock, running: Running) -> None:
        self._cluster = cluster
        self._users = users
        self._running = running
        self.url = database_url(running.socket_dir)
        self.pid = running.server.pid

    @property
    def is_child(self) -> bool:
        """False for a server that another command had started and is using."""
        return self._running.server.is_child

    @property
    def exit_code(self) -> int | None:
        return self._running.server.exit_code

    def wait(self, until: threading.Event) -> bool:
        """Wait for the server's end or for the event; whether the server ended."""
        while self._running.server.is_alive():
            if until.wait(_WATCH_S):
                return False
        return True

    def hurry(self) -> None:
        """End our own server without tidying up; it will replay its log at the next start."""
        if self.is_child:
            self._running.server.send(SIGQUIT)

    def stop(self, patience_s: float = STOP_MAX_S) -> None:
        """Stop our own server; one that we joined is left to those who still use it."""
        if not self.is_child:
            _stop_if_last(self._cluster, self._users)
            return
        # Without the door: nobody else stops it, and the end must not wait for others' starts.
        self._cluster.stop(self._running, patience_s)
        self._users.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _share(users: FileLock) -> None:
    # While the door is held nobody holds it alone.
    if not users.take(shared=True):
        raise StartFailed("The lock of the database's users is held by something else.")


def _stop_if_last(cluster: Cluster, users: FileLock) -> None:
    with door(cluster.home.door, _DOOR_MAX_S):
        users.release()
        if not is_free(cluster.home.users):
            return
        running = cluster.find_running()
        if running is not None:
            cluster.stop(running)


def _delete(entry: Path, home: Home) -> None:
    if home.socket.is_symlink():
        shutil.rmtree(home.socket.readlink(), ignore_errors=True)
    if entry.is_symlink():
        entry.unlink()
    shutil.rmtree(home.path)
