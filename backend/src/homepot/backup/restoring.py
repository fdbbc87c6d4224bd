"""Use case of restoring: from a backup into a database and a data folder."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from homepot import __version__
from homepot.backup import folder, programs, store
from homepot.backup.errors import NotWhole, RestoreRefused
from homepot.backup.folder import (
    ARCHIVE,
    CONFIGURATION,
    CONTENTS,
    DUMP,
    READINGS,
    Contents,
    Listed,
)
from homepot.backup.packing import unpacking
from homepot.backup.sealing import Seal
from homepot.backup.writing import read_contents
from homepot.core.migrate import alembic_config, connected, upgrade

_FIRST_STEP = "0001_core"


@dataclass(frozen=True)
class Opened:
    """A backup that is whole and can be read."""

    path: Path
    listed: Listed
    contents: Contents
    seal: Seal


@dataclass(frozen=True)
class Restored:
    tables: int
    rows: int
    archived: int
    configuration: Path | None
    """Where the files of the configuration were laid, to be looked at."""


def opened(backup: Path, listed: Listed, seal: Seal) -> Opened:
    """NotWhole or RestoreRefused where it cannot be restored; nothing was changed then."""
    folder.verify(backup, listed)
    contents = read_contents(backup, seal)
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(contents.step)
    except CommandError:
        raise RestoreRefused(
            f"{backup} was written by HOMEPOT {listed.homepot}, at step {contents.step}, which"
            f" this version ({__version__}) does not know: restore it with that version or a"
            " newer one. Nothing was changed."
        ) from None
    return Opened(backup, listed, contents, seal)


def restore(one: Opened, url: str, data_dir: Path) -> Restored:
    """Archive first, then the database in one transaction, then what is newer than the backup."""
    archived = _put_archive(one, data_dir / "archive")
    with _pieces_of(one, data_dir) as pieces:
        _load(one, url, pieces)
    compare(one.contents, url)
    upgrade(url)
    tables = one.contents.tables
    return Restored(
        tables=len(tables),
        rows=sum(rows for rows, _ in tables.values()),
        archived=archived,
        configuration=_put_configuration(one, data_dir),
    )


def compare(contents: Contents, url: str) -> None:
    """NotWhole, naming tables, where the database does not hold what the backup had."""
    with store.connected(url) as connection:
        store.let_the_system_read(connection)
        with store.as_system(connection):
            found = store.measured(connection)
    wrong = [
        f"{name}: {rows:,} rows, restored {found.get(name, (0, ''))[0]:,}"
        for name, (rows, checksum) in contents.tables.items()
        if found.get(name) != (rows, checksum)
    ]
    if wrong:
        raise NotWhole(f"What was restored is not what was backed up. {'; '.join(wrong)}.")


def _load(one: Opened, url: str, pieces: Mapping[str, Path]) -> None:
    with store.connected(url) as connection:
        major = store.server_major(connection)
        is_new = not store.holds_something(connection)
    if is_new:
        _make_roles(url)
    after = store.MAP_TRANSACTIONS + store.give_back_owners(one.contents.owners)
    apart = pieces.get(READINGS)
    if apart is not None:
        after = store.put_readings(one.contents.days, unpacking(apart)) + after
    programs.load(
        programs.programs_for(major),
        url,
        pieces[DUMP],
        before=store.CLEAR,
        after=after,
        server_major=major,
        parted=None if apart is None else store.PARTED_READINGS,
    )


def _make_roles(url: str) -> None:
    """They belong to the server and not to the dump; the first migration makes them."""
    config = alembic_config()
    with connected(url) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, _FIRST_STEP)
        except CommandError:
            return  # further already


@contextmanager
def _pieces_of(one: Opened, data_dir: Path) -> Iterator[Mapping[str, Path]]:
    """What goes into the database, by name; opened for as long as the block runs."""
    names = [name for name in (DUMP, READINGS) if name in one.contents.plain]
    if not one.seal.is_closed:
        yield {name: one.path / name for name in names}
        return
    with tempfile.TemporaryDirectory(prefix="restore-", dir=data_dir) as work:
        for name in names:
            _open(one, name, Path(work) / name)
        yield {name: Path(work) / name for name in names}


def _put_archive(one: Opened, archive: Path) -> int:
    """Beside what is there: which files count, the database says. Nothing is written over."""
    names = one.listed.names_in(ARCHIVE)
    for name in names:
        target = archive / name.removeprefix(f"{ARCHIVE}/")
        if target.is_file() and folder.sha256_of(target) == one.contents.plain[name]:
            continue
        part = target.with_name(f"{target.name}.part")
        _open(one, name, part)
        part.replace(target)
    if archive.is_dir():
        folder.sync(archive)
    return len(names)


def _put_configuration(one: Opened, data_dir: Path) -> Path | None:
    """Never in the place of what is set now: it is for a person to compare."""
    names = one.listed.names_in(CONFIGURATION)
    if not names and not one.contents.variables:
        return None
    place = data_dir / f"configuration-of-{one.path.name}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700, parents=True)
    for name in names:
        _open(one, name, place / name.removeprefix(f"{CONFIGURATION}/"))
    if one.contents.variables:
        folder.write_json(place / "variables.json", one.contents.variables)
    return place


def _open(one: Opened, name: str, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("wb") as file:
        target.chmod(0o600)
        one.seal.read(one.path / name, file)
    if folder.sha256_of(target) != one.contents.plain[name]:
        target.unlink()
        raise NotWhole(f"{name} of {one.path} is not what {CONTENTS} says: take another backup.")


def clear_what_can_be_made_anew(vectors: Path) -> None:
    """The index of similar incidents belongs to the database that was there before."""
    if vectors.is_dir():
        shutil.rmtree(vectors)
