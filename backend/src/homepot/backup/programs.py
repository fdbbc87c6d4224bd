"""PostgreSQL's own programs: pg_dump, pg_restore and psql, with what they say in plain words."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from psycopg.conninfo import conninfo_to_dict

from homepot.backup.errors import BackupFailed, RestoreRefused
from homepot.core.embedded_postgres.home import FALLBACK_ROOT
from homepot.core.embedded_postgres.identity import server_user
from homepot.core.embedded_postgres.programs import find_programs

# What libpq reads from its surroundings, by the names it has in an address.
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "dbname": "PGDATABASE",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
_LINES_MAX = 5
# Entries of a dump that are the server's and not ours.
_NOT_OURS = re.compile(
    r" (SCHEMA - public|COMMENT - SCHEMA public|ACL - SCHEMA public|DEFAULT ACL"
    # Of TimescaleDB, on a table that it kept.
    r"|TRIGGER public \S+ ts_insert_blocker)"
)
# Known to newer servers alone; a dump sets them for itself.
_NEW_SETTINGS = (b"SET transaction_timeout",)


@dataclass(frozen=True)
class Programs:
    folder: Path | None
    """None: those that are on the PATH."""

    def named(self, name: str) -> str:
        return str(self.folder / name) if self.folder else name


def programs_for(server_major: int) -> Programs:
    """Those that come along; for a newer server those of this machine."""
    found = find_programs(server_user(), FALLBACK_ROOT)
    if server_major <= int(found.major):
        return Programs(found.root / "bin")
    there = shutil.which("pg_dump")
    said = _run([there, "--version"]) if there else ""
    if (match := re.search(r"\) (\d+)", said)) and int(match[1]) >= server_major:
        return Programs(None)
    raise BackupFailed(
        f"The server is PostgreSQL {server_major}, and the programs that come along are"
        f" {found.major}: install PostgreSQL's client programs of version {server_major}"
        f" (Debian: postgresql-client-{server_major}), so that pg_dump is on the PATH."
    )


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(  # noqa: S603  programs of PostgreSQL
        command, capture_output=True, text=True, check=False, errors="replace"
    )
    return done.stdout


def surroundings(url: str) -> dict[str, str]:
    """The way to the database as variables: what stands in a command line anybody may read."""
    given = conninfo_to_dict(url)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    way = {variable: str(given[name]) for name, variable in _VARIABLES.items() if given.get(name)}
    return {**kept, **way, "PGAPPNAME": "homepot-backup", "LC_ALL": "C"}


@contextmanager
def dumped(programs: Programs, url: str, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes of that moment, as it comes; BackupFailed where it did not end well."""
    command = [
        programs.named("pg_dump"),
        *("--format=custom", "--schema=public", f"--snapshot={snapshot}"),
        # The role that sees every tenant, by the policies that say so.
        *("--role=homepot_system", "--enable-row-security", "--lock-wait-timeout=60s"),
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=surroundings(url),
        )
        assert process.stdout is not None
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
            code = process.wait()
        if code:
            raise BackupFailed(f"pg_dump could not write the database out: {_last_words(said)}")


@contextmanager
def looked_through(programs: Programs) -> Iterator[IO[bytes]]:
    """What is written here is read by pg_restore from beginning to end; BackupFailed where that
    is no whole dump."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603
            [programs.named("pg_restore"), "--file=-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        assert process.stdin is not None
        try:
            yield process.stdin
            process.stdin.close()
        except BrokenPipeError:
            pass  # it gave up reading: its code says so
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
        if code:
            raise BackupFailed(f"The dump of the database cannot be read: {_last_words(said)}")


def load(
    programs: Programs,
    url: str,
    dump: Path,
    *,
    before: str,
    after: str,
    server_major: int,
    parted: tuple[str, str] | None,
) -> None:
    """The dump into this database, with these statements round it: all in one transaction.

    `parted`: the line that begins a table which is to lie in parts, and the words for it.
    """
    with tempfile.TemporaryDirectory(prefix="homepot-restore-") as work:
        folder = Path(work)
        listed = _run([programs.named("pg_restore"), "--list", str(dump)])
        kept = [line for line in listed.splitlines() if not _NOT_OURS.search(line)]
        (folder / "list").write_text("\n".join(kept) + "\n", encoding="utf-8")
        (folder / "before.sql").write_text(before, encoding="utf-8")
        (folder / "after.sql").write_text(after, encoding="utf-8")
        drop = _NEW_SETTINGS if server_major < 17 else ()
        _pipe(programs, url, dump, folder, Edits(drop, parted))


@dataclass(frozen=True)
class Edits:
    """What is changed in a dump on its way; all of it stands before the first row."""

    drop: Sequence[bytes]
    parted: tuple[str, str] | None


def _pipe(programs: Programs, url: str, dump: Path, folder: Path, edits: Edits) -> None:
    read = [
        programs.named("pg_restore"),
        *("--no-owner", "--no-comments", "--file=-", f"--use-list={folder / 'list'}", str(dump)),
    ]
    write = [
        programs.named("psql"),
        *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
        *("-o", os.devnull),
        *("-f", str(folder / "before.sql"), "-f", "-", "-f", str(folder / "after.sql")),
    ]
    with tempfile.TemporaryFile() as unread, tempfile.TemporaryFile() as unwritten:
        reading = subprocess.Popen(  # noqa: S603
            read, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=unread
        )
        writing = subprocess.Popen(  # noqa: S603
            write,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=unwritten,
            env=surroundings(url),
        )
        assert reading.stdout is not None
        assert writing.stdin is not None
        try:
            whole = hand_over(reading.stdout, writing.stdin, edits)
            if reading.wait():
                whole = False
            if whole:
                writing.stdin.close()
            else:
                writing.kill()  # a transaction without its end is undone
        except BaseException:
            reading.kill()
            writing.kill()
            raise
        finally:
            reading.stdout.close()
            with suppress(BrokenPipeError):
                writing.stdin.close()
            codes = reading.wait(), writing.wait()
        if codes[0]:
            raise RestoreRefused(f"The dump cannot be read: {_last_words(unread)}. {_AS_BEFORE}")
        if codes[1]:
            raise RestoreRefused(
                f"The database did not take it: {_last_words(unwritten)}. {_AS_BEFORE}"
            )


_AS_BEFORE = "The database is as it was before."


def hand_over(source: IO[bytes], sink: IO[bytes], edits: Edits) -> bool:
    """Whether all of it could be written."""
    line = b""
    try:
        # What is set stands before the first object.
        for line in source:
            if not line.startswith(tuple(edits.drop) or (b"\0",)):
                sink.write(line)
            if line.startswith(b"CREATE "):
                break
        if edits.parted:
            _lay_in_parts(source, sink, line, edits.parted)
        shutil.copyfileobj(source, sink, 256 * 1024)
        sink.flush()
    except BrokenPipeError:
        return False
    return True


def _lay_in_parts(source: IO[bytes], sink: IO[bytes], line: bytes, parted: tuple[str, str]) -> None:
    begin, words = parted[0].encode(), parted[1].encode()
    while line and not line.startswith(begin):
        line = source.readline()
        sink.write(line)
    for inner in source:
        if inner.startswith(b");"):
            sink.write(b")\n" + words + b";\n")
            return
        sink.write(inner)


def _last_words(said: Any) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return " ".join(line.strip() for line in lines[-_LINES_MAX:]) or "it said nothing"
