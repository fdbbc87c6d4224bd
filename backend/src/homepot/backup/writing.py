"""Use case of writing a backup, while HOMEPOT runs."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from homepot import __version__
from homepot.backup import folder, programs, store
from homepot.backup.errors import BackupFailed, NotWhole
from homepot.backup.folder import (
    ARCHIVE,
    CONFIGURATION,
    CONTENTS,
    DUMP,
    READINGS,
    Contents,
    Listed,
)
from homepot.backup.packing import Packed
from homepot.backup.sealing import Seal, new_seal
from homepot.core.log import get_logger

log = get_logger(__name__)

# A day of readings that is put away at the moment of the dump takes a table with it.
_TRIES_MAX = 3


@dataclass(frozen=True)
class Source:
    """What is to be in it."""

    url: str
    archive: Path
    configuration: Mapping[str, Path]
    """Files that settings stand in or name, by the name they get."""
    variables: Mapping[str, str]


def write(source: Source, into: Path, passphrase: str | None, now: datetime) -> Path:
    """The backup, verified."""
    name = folder.name_at(now)
    if (into / name).exists():
        raise BackupFailed(f"{into / name} is there already: wait a second and say it again.")
    with folder.in_the_making(into, name) as half:
        seal = new_seal(half, passphrase)
        contents = _database_and_archive(source, half, seal, earlier=_earlier(into, seal))
        plain = {**contents.plain, **_configuration(source, half, seal)}
        contents = Contents(
            **{**vars(contents), "plain": plain, "variables": dict(source.variables)}
        )
        _write_contents(half, seal, contents)
        pieces = [
            folder.piece_of(half, str(path.relative_to(half)))
            for path in sorted(half.rglob("*"))
            if path.is_file()
        ]
        folder.write_list(half, Listed(now, __version__, seal.is_closed, tuple(pieces)))
        verify(half, seal)
    return into / name


def verify(backup: Path, seal: Seal) -> Contents:
    """NotWhole where it is not what was written, or cannot be read to its end."""
    listed = folder.read_list(backup)
    folder.verify(backup, listed)
    contents = read_contents(backup, seal)
    major = int(contents.server.split(".", maxsplit=1)[0])
    try:
        with programs.looked_through(programs.programs_for(major)) as sink:
            seal.read(backup / DUMP, sink)
    except BackupFailed as error:
        raise NotWhole(error.detail) from error
    return contents


def read_contents(backup: Path, seal: Seal) -> Contents:
    if not seal.is_closed:
        return folder.read_contents(backup / CONTENTS)
    opened = backup / f".{CONTENTS}.opened"
    try:
        with open(opened, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            seal.read(backup / CONTENTS, file)
        return folder.read_contents(opened)
    finally:
        opened.unlink(missing_ok=True)


def _database_and_archive(
    source: Source, half: Path, seal: Seal, earlier: Mapping[str, Path]
) -> Contents:
    for tries_left in reversed(range(_TRIES_MAX)):
        try:
            return _of_one_moment(source, half, seal, earlier)
        except (BackupFailed, psycopg.errors.UndefinedTable, FileNotFoundError) as error:
            if not tries_left:
                if isinstance(error, BackupFailed):
                    raise
                lost = getattr(error, "filename", None) or str(error).splitlines()[0]
                raise BackupFailed(
                    f"{lost} is missing: `homepot archive verify` names all files that are; put"
                    " them back from an earlier backup."
                ) from error
            log.info(
                "A table or file went away while it was backed up; trying again.",
                action="backup.again",
                error=str(error),
            )
    raise AssertionError


def _of_one_moment(source: Source, half: Path, seal: Seal, earlier: Mapping[str, Path]) -> Contents:
    with store.connected(source.url) as connection:
        is_apart = store.is_on_timescaledb(connection)
        store.let_the_system_read(connection)
        major = store.server_major(connection)
        with store.snapshot(connection) as name:
            archived = store.archived(connection)
            with programs.dumped(programs.programs_for(major), source.url, name) as dump:
                plain = {DUMP: seal.write(dump, half / DUMP)}
            days = store.reading_days(connection) if is_apart else ()
            if is_apart:
                with store.readings(connection) as pieces:
                    plain[READINGS] = seal.write(Packed(pieces), half / READINGS)
            contents = Contents(
                step=store.step(connection),
                server=store.server(connection),
                tables=store.measured(connection),
                owners=store.owners(connection),
                plain=plain,
                days=days,
            )
    for path, size_bytes, sha256 in archived:
        name = f"{ARCHIVE}/{path}"
        plain[name] = _copy(source.archive / path, half / name, seal, earlier.get(path))
        if plain[name] != sha256:
            raise BackupFailed(
                f"The archive file {source.archive / path} ({size_bytes:,} bytes) is damaged:"
                " put it back from an earlier backup; `homepot archive verify` names all of them."
            )
    return contents


def _copy(source: Path, target: Path, seal: Seal, earlier: Path | None) -> str:
    """A file of the archive never changes: one that an earlier backup holds is not stored twice."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if earlier is not None and earlier.stat().st_size == source.stat().st_size:
        target.hardlink_to(earlier)
        return folder.sha256_of(target)
    with source.open("rb") as file:
        return seal.write(file, target)


def _earlier(into: Path, seal: Seal) -> dict[str, Path]:
    """The archive of the newest backup that lies there, unless either is sealed."""
    found = folder.backups_in(into)
    if seal.is_closed or not found or folder.read_list(found[-1]).sealed:
        return {}
    root = found[-1] / ARCHIVE
    return {str(path.relative_to(root)): path for path in root.rglob("*.parquet")}


def _configuration(source: Source, half: Path, seal: Seal) -> dict[str, str]:
    plain = {}
    for name, path in source.configuration.items():
        target = f"{CONFIGURATION}/{name}"
        with path.open("rb") as file:
            plain[target] = seal.write(file, half / target)
    return plain


def _write_contents(half: Path, seal: Seal, contents: Contents) -> None:
    clear = half / f".{CONTENTS}"
    folder.write_json(clear, folder.contents_json(contents))
    with clear.open("rb") as file:
        seal.write(file, half / CONTENTS)
    clear.unlink()


def room_needed_bytes(source: Source) -> int:
    """About as much as the database and the archive have now; a dump is packed, so it is less."""
    with store.connected(source.url) as connection:
        size = store.size_bytes(connection)
    return size + sum(path.stat().st_size for path in source.archive.rglob("*.parquet"))


def refuse_without_room(source: Source, into: Path) -> None:
    """Before anything is written, and before the disk of the database is full."""
    there = next(path for path in (into, *into.parents) if path.exists())
    free, needed = shutil.disk_usage(there).free, room_needed_bytes(source)
    if free < needed:
        raise BackupFailed(
            f"A backup may need {needed / 2**30:.1f} GiB, and the disk of {into} has"
            f" {free / 2**30:.1f} GiB left: make room, or write to another disk."
        )
