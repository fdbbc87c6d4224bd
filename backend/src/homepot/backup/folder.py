"""What lies in the folder of a backup, and whether all of it is there. No database."""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homepot.backup.errors import BackupFailed, NotWhole

# The second has readings beside the dump, as they are written of TimescaleDB; others are as ever.
FORMAT = 2
_FORMAT_OF_DUMPS = 1
LIST, CONTENTS, DUMP, KEY = "backup.json", "contents.json", "database.dump", "key.age"
READINGS = "readings.copy.gz"
DRILL = "drill.json"
ARCHIVE, CONFIGURATION = "archive", "configuration"
_NAME = re.compile(r"homepot-(\d{8}T\d{6}Z)")
_HALF_LIVES = timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """A file as it lies there, sealed or not."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Listed:
    """The list of a backup: it is for everybody to read, sealed or not."""

    at: datetime
    homepot: str
    sealed: bool
    pieces: tuple[Piece, ...]

    @property
    def size_bytes(self) -> int:
        return sum(piece.size_bytes for piece in self.pieces)

    def names_in(self, folder: str) -> list[str]:
        return [piece.name for piece in self.pieces if piece.name.startswith(f"{folder}/")]


@dataclass(frozen=True)
class Contents:
    """What was in it at its moment; sealed with the rest."""

    step: str
    """The migration that the database was at."""
    server: str
    tables: Mapping[str, tuple[int, str]]
    """By name, how many rows and their checksum."""
    owners: Mapping[str, str]
    """Relations that belong to a role of the product and not to the one that signs in."""
    plain: Mapping[str, str]
    """SHA-256 of each piece before it was sealed."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Settings that came from the surroundings."""
    days: Sequence[str] = ()
    """Of the readings that lie beside the dump; none where they are in it."""


def name_at(moment: datetime) -> str:
    """
    >>> name_at(datetime(2026, 11, 21, 2, 30, tzinfo=UTC))
    'homepot-20261121T023000Z'
    """
    return f"homepot-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def moment_of(name: str) -> datetime | None:
    """
    >>> moment_of("homepot-20261121T023000Z").isoformat()
    '2026-11-21T02:30:00+00:00'
    """
    found = _NAME.fullmatch(name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if found else None


def backups_in(folder: Path) -> list[Path]:
    """Those that were finished, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if moment_of(one.name) and (one / LIST).is_file())


def chosen(folder: Path) -> Path:
    """The backup that is meant: this folder, or the newest in it."""
    if (folder / LIST).is_file():
        return folder
    found = backups_in(folder)
    if not found:
        raise NotWhole(
            f"There is no backup in {folder}: name the folder that `homepot backup` wrote into,"
            f" or one of its homepot-… (with a {LIST} in it)."
        )
    return found[-1]


# -- reading ----------------------------------------------------------------------------------


def read_list(backup: Path) -> Listed:
    said = _read_json(backup / LIST)
    if said.get("format", 0) > FORMAT:
        raise NotWhole(
            f"{backup} was written by HOMEPOT {said.get('homepot', '?')} in a newer format"
            f" ({said['format']}) than this version reads ({FORMAT}): restore it with that version."
        )
    try:
        pieces = tuple(Piece(**one) for one in said["pieces"])
        at = datetime.fromisoformat(said["at"])
        return Listed(at, said["homepot"], said["sealed"], pieces)
    except (KeyError, TypeError, ValueError) as error:
        raise NotWhole(f"{backup / LIST} is damaged: take another backup.") from error


def read_contents(path: Path) -> Contents:
    said = _read_json(path)
    try:
        tables = {name: (int(rows), str(sum_)) for name, (rows, sum_) in said["tables"].items()}
        return Contents(**{**said, "tables": tables})
    except (KeyError, TypeError, ValueError) as error:
        raise NotWhole(f"{path.name} is damaged: take another backup.") from error


def verify(backup: Path, listed: Listed) -> None:
    """NotWhole, naming the piece, where one is missing or is not what was written."""
    for piece in listed.pieces:
        path = backup / piece.name
        if not path.is_file():
            raise NotWhole(f"{path} is missing: copy the backup anew, or take another.")
        if path.stat().st_size != piece.size_bytes:
            raise NotWhole(
                f"{path} has {path.stat().st_size:,} bytes and was written with"
                f" {piece.size_bytes:,}: it was cut or changed. Copy the backup anew, or take"
                " another."
            )
        if sha256_of(path) != piece.sha256:
            raise NotWhole(f"{path} is not what was written: copy the backup anew.")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotWhole(f"{path} is missing: this is not a backup, or not a whole one.") from None
    except (OSError, ValueError) as error:
        raise NotWhole(f"{path} cannot be read: take another backup.") from error
    if not isinstance(found, dict):
        raise NotWhole(f"{path} is damaged: take another backup.")
    return found


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_drill(folder: Path, moment: datetime) -> None:
    """Beside the backups: when a restore was last rehearsed and succeeded."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_json(folder / DRILL, {"at": moment.isoformat()})


def drilled_at(folder: Path) -> datetime | None:
    """None where nobody has rehearsed, or where the note cannot be read."""
    try:
        return datetime.fromisoformat(_read_json(folder / DRILL)["at"])
    except (NotWhole, KeyError, TypeError, ValueError):
        return None


# -- writing ----------------------------------------------------------------------------------


def piece_of(backup: Path, name: str) -> Piece:
    path = backup / name
    return Piece(name, path.stat().st_size, sha256_of(path))


def write_list(backup: Path, listed: Listed) -> None:
    has_readings = any(piece.name == READINGS for piece in listed.pieces)
    number = FORMAT if has_readings else _FORMAT_OF_DUMPS
    said = {**asdict(listed), "at": listed.at.isoformat(), "format": number}
    write_json(backup / LIST, said)


def write_json(path: Path, said: Mapping[str, Any]) -> None:
    with open(path, "w", encoding="utf-8", opener=_private) as file:
        json.dump(said, file, indent=1, sort_keys=True)
        file.write("\n")


def contents_json(contents: Contents) -> dict[str, Any]:
    said = asdict(contents)
    if not said["days"]:  # an older version reads it too
        del said["days"]
    return said


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def in_the_making(folder: Path, name: str) -> Iterator[Path]:
    """A folder that gets its name when the block succeeds, and vanishes when it does not."""
    half = folder / f".{name}.half"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        half.mkdir(mode=0o700)
        yield half
        sync(half)
        half.rename(folder / name)
        _sync_one(folder)
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        raise BackupFailed(_words(folder, error)) from error
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise


def _words(folder: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk of {folder} is full; what was begun is removed again, earlier backups are"
            " untouched. Make room, keep fewer (--keep), or write to another disk."
        )
    if error.errno == errno.EEXIST:
        return f"Another backup is being written in {folder} just now: wait until it is done."
    return f"The backup could not be written into {folder}: {error.strerror or error}."


def sync(folder: Path) -> None:
    """On the disk for good, files first."""
    for path, _, files in os.walk(folder, topdown=False):
        for one in files:
            _sync_one(Path(path) / one)
        _sync_one(Path(path))


def _sync_one(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def forget_old(folder: Path, keep: int, now: datetime) -> list[Path]:
    """Keep this many, the newest; and remove what a broken-off backup left long ago."""
    gone = backups_in(folder)[:-keep] if keep else []
    for one in gone:
        # Without its list it is no backup any more: nothing half removed is ever taken for one.
        (one / LIST).unlink()
        shutil.rmtree(one)
    for half in folder.glob(".homepot-*.half"):
        if datetime.fromtimestamp(half.stat().st_mtime, UTC) < now - _HALF_LIVES:
            shutil.rmtree(half, ignore_errors=True)
    return gone
