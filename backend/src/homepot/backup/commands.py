"""What `homepot backup` and `homepot restore` do, and what they say of it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from homepot.ai.config import ai_config
from homepot.backup import configuration, folder, restic, restoring, store, writing
from homepot.backup.drill import drill
from homepot.backup.errors import RestoreRefused
from homepot.backup.sealing import passphrase_in, seal_of
from homepot.core.clock import now
from homepot.core.database_home import database_lease
from homepot.core.embedded_postgres.home import make_data_dir
from homepot.core.errors import HomepotError
from homepot.core.locks import FileLock
from homepot.core.log import configure_logging
from homepot.core.settings import Settings
from homepot.core.terminal import refuse, say, settings_or_refuse
from homepot.core.words import count


@dataclass(frozen=True)
class How:
    """What the command line says of a backup; what it leaves out the settings say."""

    passphrase_file: Path | None = None
    keep: int | None = None
    repository: str | None = None


def write(into: Path | None, how: How) -> None:
    settings = _settings()
    target = (into or configuration.backup_dir(settings)).expanduser().absolute()
    keep = settings.backups_kept if how.keep is None else how.keep
    with _in_plain_words(), database_lease(settings) as url:
        source = source_of(settings, url)
        repository = how.repository or settings.backup_restic
        if repository:
            restic.refuse_without()
        writing.refuse_without_room(source, target)
        made = writing.write(source, target, _passphrase(settings, how), now())
        listed = folder.read_list(made)
        # What a backup needs is there now; only then may an earlier one go.
        gone = folder.forget_old(target, keep, now())
        if repository:
            restic.hand_on(made, repository, keep)
    sealed = "encrypted" if listed.sealed else "not encrypted"
    say(
        f"Backed up into {made}: {count(len(listed.pieces), 'file')},"
        f" {listed.size_bytes / 2**20:,.1f} MiB, {sealed}, verified."
    )
    if repository:
        say(f"Handed on to restic, {repository}.")
    if gone:
        say(f"Removed {count(len(gone), 'earlier backup')}: {keep} are kept.")


def rehearse(where: Path | None, how: How) -> None:
    settings = _settings()
    make_data_dir(settings.data_dir, traversable=os.geteuid() == 0)
    with _in_plain_words(), tempfile.TemporaryDirectory(dir=settings.data_dir) as work:
        if where is None:
            with database_lease(settings) as url:
                source = source_of(settings, url)
                writing.refuse_without_room(source, Path(work))
                backup = writing.write(source, Path(work), None, now())
        else:
            backup = folder.chosen(where.expanduser().absolute())
        one = _open(settings, how, backup)
        drilled = drill(one, settings.data_dir)
        folder.note_drill(configuration.backup_dir(settings), now())
    told = drilled.restored
    say(
        f"The drill succeeded in {drilled.took_s:.0f} s: {count(told.tables, 'table')},"
        f" {count(told.rows, 'row')} and {count(told.archived, 'archive file')} were restored"
        " beside the running system; counts and checksums are those of the moment of the backup."
    )


def show(where: Path | None) -> None:
    settings = _settings()
    target = (where or configuration.backup_dir(settings)).expanduser().absolute()
    with _in_plain_words():
        found = folder.backups_in(target)
        for backup in found:
            one = folder.read_list(backup)
            sealed = ", encrypted" if one.sealed else ""
            say(f"{backup.name}  {one.size_bytes / 2**20:,.1f} MiB, HOMEPOT {one.homepot}{sealed}")
    if not found:
        say(f"There is no backup in {target}.")


def verify(where: Path, how: How) -> None:
    settings = _settings()
    with _in_plain_words():
        backup = folder.chosen(where.expanduser().absolute())
        listed = folder.read_list(backup)
        seal = seal_of(backup, listed, lambda: _passphrase(settings, how))
        contents = writing.verify(backup, seal)
    rows = sum(rows for rows, _ in contents.tables.values())
    say(
        f"{backup} is whole: {count(len(contents.tables), 'table')}, {count(rows, 'row')},"
        f" {count(len(listed.names_in(folder.ARCHIVE)), 'archive file')}."
    )


def restore(where: str, how: How, *, overwrite: bool, from_restic: bool) -> None:
    settings = _settings()
    with _in_plain_words(), _alone(settings), tempfile.TemporaryDirectory() as work:
        if from_restic:
            backup = restic.bring_back(where, Path(work))
        else:
            backup = folder.chosen(Path(where).expanduser().absolute())
        one = _open(settings, how, backup)
        with database_lease(settings) as url:
            _refuse_to_overwrite(settings, url, overwrite)
            told = restoring.restore(one, url, settings.data_dir)
        vectors = ai_config(settings).chromadb.folder(settings)
        restoring.clear_what_can_be_made_anew(vectors)
    say(
        f"Restored {one.path.name}, of {one.listed.at:%Y-%m-%d %H:%M} UTC:"
        f" {count(told.tables, 'table')}, {count(told.rows, 'row')},"
        f" {count(told.archived, 'archive file')}; counts and checksums are right."
    )
    if told.configuration:
        say(f"Its configuration is in {told.configuration}, to be compared with yours.")
    say("The index of similar incidents is made anew at the next start.")


def source_of(settings: Settings, url: str) -> writing.Source:
    return writing.Source(
        url=url,
        archive=settings.data_dir / "archive",
        configuration=configuration.files(settings),
        variables=configuration.variables(os.environ),
    )


def _settings() -> Settings:
    settings = settings_or_refuse()
    configure_logging("warning", settings.log_format)
    return settings


def _open(settings: Settings, how: How, backup: Path) -> restoring.Opened:
    listed = folder.read_list(backup)
    seal = seal_of(backup, listed, lambda: _passphrase(settings, how))
    return restoring.opened(backup, listed, seal)


def _passphrase(settings: Settings, how: How) -> str | None:
    path = how.passphrase_file or settings.backup_passphrase_path
    return passphrase_in(path) if path is not None else None


def _refuse_to_overwrite(settings: Settings, url: str, overwrite: bool) -> None:
    with store.connected(url) as connection:
        if others := store.others_at_work(connection):
            raise RestoreRefused(
                f"HOMEPOT is at work on this database ({count(others, 'connection')}): stop it"
                " first."
            )
        if store.holds_something(connection) and not overwrite:
            where = "DATABASE_URL" if settings.database_url else str(settings.data_dir)
            raise RestoreRefused(
                f"The database of {where} holds data, which a restore would replace: back it up,"
                " then say --overwrite; or restore into another folder with HOMEPOT_DATA."
            )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    make_data_dir(settings.data_dir, traversable=os.geteuid() == 0)
    lock = FileLock(settings.data_dir / "up.lock")
    if not lock.take():
        refuse("HOMEPOT is running: stop it first, then type the command again.")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except HomepotError as error:
        refuse(error.detail)
    except (psycopg.Error, SQLAlchemyError) as error:
        refuse(f"The database does not answer: {str(error).strip()}")
    except OSError as error:
        refuse(f"{error.filename or 'the backup'}: {error.strerror or error}")
    except KeyboardInterrupt:
        refuse("Interrupted; what was begun is removed.")
