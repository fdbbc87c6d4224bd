"""One cluster: made, started, found running, stopped. Callers hold the door meanwhile."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT

import psycopg

from homepot.core.embedded_postgres import config, upkeep
from homepot.core.embedded_postgres.config import TIMESCALEDB
from homepot.core.embedded_postgres.errors import (
    DiskFull,
    GaveUp,
    LibraryMissing,
    StartFailed,
    StillInUse,
    WrongMajorVersion,
)
from homepot.core.embedded_postgres.home import Home
from homepot.core.embedded_postgres.identity import ServerUser
from homepot.core.embedded_postgres.logfile import LogFile
from homepot.core.embedded_postgres.machine import memory_bytes
from homepot.core.embedded_postgres.pidfile import PidFile, parse_pidfile
from homepot.core.embedded_postgres.processes import (
    Server,
    find_server,
    processes_in,
    run_as,
    start_detached,
    start_tethered,
)
from homepot.core.embedded_postgres.programs import Programs
from homepot.core.embedded_postgres.sockets import prepare_socket_dir
from homepot.core.log import get_logger

# Replaying the log after a power cut can take minutes on a slow disk.
START_MAX_S = 300.0
REMAINS_MAX_S = 60.0
STOP_MAX_S = 30.0
_FREE_MIN_BYTES = 200 * config.MIB
_POLL_S = 0.01
_ASK_AGAIN_S = 0.5
_RETRY_MIN_S, _RETRY_MAX_S = 0.05, 2.0
_log = get_logger(__name__)


@dataclass(frozen=True)
class Running:
    server: Server
    socket_dir: Path


@dataclass(frozen=True)
class Cluster:
    home: Home
    user: ServerUser
    programs: Programs
    log_file: LogFile
    fast: bool
    give_up: threading.Event

    def find_running(self) -> Running | None:
        """The ready server, whoever started it; waits for one that is starting or stopping."""
        noted = self._pidfile()
        server = find_server(noted.pid, self.home.data, self.user.uid) if noted else None
        if noted is None or server is None:
            return None
        if noted.is_stopping:
            end(server, STOP_MAX_S, processes=self._processes)
            return None
        return self._when_ready(server)

    def start(self, *, tethered: bool) -> Running:
        self._make_if_missing()
        self._check_major_version()
        preload = self._libraries()
        socket_dir = prepare_socket_dir(self.home, self.user)
        self._write_configuration(socket_dir, preload)
        running = self._start_after_remains(tethered=tethered)
        try:
            upkeep.keep_up(running.socket_dir)
        except psycopg.Error as error:
            self.stop(running)
            raise self._failure(str(error), "could not be set up") from error
        except LibraryMissing:
            self.stop(running)
            raise
        return running

    def stop(self, running: Running, patience_s: float = STOP_MAX_S) -> None:
        end(running.server, patience_s, processes=self._processes)

    def end_remains(self) -> None:
        """End the backends of a server that was killed."""
        for left in self._processes():
            left.send(SIGKILL)
            left.wait(_ASK_AGAIN_S)

    # -- making ---------------------------------------------------------------------------

    def _make_if_missing(self) -> None:
        home = self.home
        if (home.data / "PG_VERSION").exists():
            return
        if shutil.disk_usage(home.path).free < _FREE_MIN_BYTES:
            raise DiskFull(
                f"A new database needs {_FREE_MIN_BYTES // config.MIB} MiB, and the disk of"
                f" {home.path} has less: make room, or choose another folder with HOMEPOT_DATA."
            )
        shutil.rmtree(home.half_made, ignore_errors=True)
        home.half_made.mkdir(mode=0o700)
        if self.user.is_other:
            os.chown(home.half_made, self.user.uid, self.user.gid)
        made = run_as(self.user, self._initdb_command(), timeout_s=START_MAX_S)
        if made.returncode != 0:
            raise self._failure(made.stderr or made.stdout, "could not be made")
        # Only a whole cluster gets the name: one broken off half-way is made again.
        home.half_made.rename(home.data)
        _log.info(f"Made a new database in {home.path}.", action="database.made")

    def _initdb_command(self) -> list[str]:
        return [
            self.programs.initdb,
            f"--pgdata={self.home.half_made}",
            f"--username={config.SUPERUSER}",
            "--auth=peer",
            "--encoding=UTF8",
            "--locale=C",
            # The built-in provider sorts the same on every machine, whatever its C library.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            *(["--no-sync"] if self.fast else []),
        ]

    def _check_major_version(self) -> None:
        made_by = read_major_version(self.home)
        if made_by == self.programs.major:
            return
        raise WrongMajorVersion(
            f"The database in {self.home.path} was made by PostgreSQL {made_by}, and this HOMEPOT"
            f" brings PostgreSQL {self.programs.major}, which cannot read it. Nothing was changed."
            f" To keep the data, go back to the HOMEPOT that brought PostgreSQL {made_by}, write"
            " the database out with pg_dump, and load it here with psql; to begin with an empty"
            f" one, move {self.home.data} aside."
        )

    def _libraries(self) -> list[str]:
        """What this database needs loaded before it can be read."""
        if not self.home.timescaledb.exists():
            return []
        if not self.programs.offers_library(TIMESCALEDB):
            raise LibraryMissing(
                f"The readings in {self.home.path} are kept by TimescaleDB, and the PostgreSQL of"
                " this installation has no TimescaleDB (any more): type `make timescaledb`, which"
                " builds it again. Nothing was changed."
            )
        return [TIMESCALEDB]

    def _write_configuration(self, socket_dir: Path, preload: Collection[str]) -> None:
        etc = self.home.etc
        etc.mkdir(mode=0o755, exist_ok=True)
        settings = config.server_settings(
            memory_bytes=memory_bytes(),
            etc=etc,
            socket_dir=socket_dir,
            preload=preload,
            fast=self.fast,
        )
        text = config.postgresql_conf(self.home.data / "postgresql.conf", settings)
        _write(etc / "postgresql.conf", text)
        if not (etc / config.OWN_FILE).exists():
            _write(etc / config.OWN_FILE, config.OWN_FILE_BEGINS)
        _write(etc / "pg_hba.conf", config.pg_hba_conf())
        _write(etc / "pg_ident.conf", config.pg_ident_conf([self.user.launcher, self.user.name]))

    # -- starting -------------------------------------------------------------------------

    def _start_after_remains(self, *, tethered: bool) -> Running:
        """A killed server leaves backends and shared memory for a moment: wait until they go."""
        deadline = time.monotonic() + REMAINS_MAX_S
        pause_s = _RETRY_MIN_S
        while True:
            self._clear_foreign_pidfile()
            try:
                return self._start_once(tethered=tethered)
            except StillInUse:
                if time.monotonic() > deadline:
                    raise
            _log.info(
                "Remains of a killed database server are still there; waiting for them to go.",
                action="database.remains",
            )
            for left in self._processes():
                left.send(SIGQUIT if pause_s < _RETRY_MAX_S else SIGKILL)
            if self.give_up.wait(pause_s):
                raise GaveUp
            pause_s = min(pause_s * 2, _RETRY_MAX_S)

    def _start_once(self, *, tethered: bool) -> Running:
        start = start_tethered if tethered else start_detached
        command = [
            self.programs.postgres,
            "-D",
            str(self.home.data),
            "-c",
            f"config_file={self.home.etc / 'postgresql.conf'}",
        ]
        with self.log_file.opened() as (file, offset):
            server = start(self.user, command, file)
        running = self._when_ready(server)
        if running is None:
            raise self._failure(self.log_file.since(offset), "did not start")
        return running

    def _when_ready(self, server: Server) -> Running | None:
        """Wait for it; None when it ended instead."""
        deadline = time.monotonic() + START_MAX_S
        while True:
            noted = self._pidfile()
            if noted is not None and noted.pid == server.pid and noted.is_ready:
                return Running(server, Path(noted.socket_dir))
            if not server.is_alive():
                return None
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"The database server (process {server.pid}) has not been ready for"
                    f" {START_MAX_S:.0f} s. It may be replaying its log after a crash: see"
                    f" {self.log_file.path}, and start again to go on waiting."
                )
            if self.give_up.wait(_POLL_S):
                end(server, STOP_MAX_S, processes=self._processes)
                raise GaveUp

    def _clear_foreign_pidfile(self) -> None:
        """After a reboot the number in it may be another program's, and PostgreSQL would wait."""
        noted = self._pidfile()
        if noted is not None and Server(noted.pid).is_alive() and not self._processes():
            (self.home.data / "postmaster.pid").unlink(missing_ok=True)

    def _failure(self, said: str, what: str) -> StartFailed | DiskFull | WrongMajorVersion:
        said = said.strip()
        if "No space left on device" in said:
            return DiskFull(
                f"The database server {what}: the disk of {self.home.path} is full. Make room and"
                " start again; what was stored is kept."
            )
        if "pre-existing shared memory block" in said or '"postmaster.pid" already exists' in said:
            return StillInUse(f"The database server {what}, because of a killed one: {said}")
        return StartFailed(
            f"The database server {what}. Its last words ({self.log_file.path}):\n"
            + config.telling_lines(said)
        )

    # -- looking --------------------------------------------------------------------------

    def _pidfile(self) -> PidFile | None:
        return read_pidfile(self.home)

    def _processes(self) -> list[Server]:
        return processes_in(self.home.data, self.user.uid)


def end(server: Server, patience_s: float, *, processes: Callable[[], list[Server]]) -> None:
    """Ask it to stop; then less and less kindly, until it and its backends are gone."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        # Again and again: one that has only just been started does not listen yet.
        server.send(SIGINT)
        if server.wait(_ASK_AGAIN_S):
            return
    server.send(SIGQUIT)
    if server.wait(5):
        return
    for one in (server, *processes()):
        one.send(SIGKILL)
    server.wait(5)


def read_pidfile(home: Home) -> PidFile | None:
    try:
        text = (home.data / "postmaster.pid").read_text(errors="replace")
    except FileNotFoundError:
        return None
    return parse_pidfile(text)


def is_running(home: Home) -> bool:
    noted = read_pidfile(home)
    if noted is None:
        return False
    return find_server(noted.pid, home.data, home.data.stat().st_uid) is not None


def read_major_version(home: Home) -> str | None:
    try:
        return (home.data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
