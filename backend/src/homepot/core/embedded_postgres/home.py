"""Where the cluster of a data folder lives: in it, or where the server user can reach it.

<data>/postgres is the home, or a symbolic link to it. The home belongs to the launcher, and so
do its locks and its configuration; only `data` and `socket` belong to the server user.
"""

import errno
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from homepot.core.embedded_postgres.errors import (
    BelongsToAnother,
    DiskFull,
    FolderUnusable,
    HomeGone,
)
from homepot.core.embedded_postgres.identity import ServerUser
from homepot.core.embedded_postgres.processes import run_as
from homepot.core.log import get_logger

FALLBACK_ROOT = Path("/var/lib/homepot")
_NAME = "postgres"
_log = get_logger(__name__)


@dataclass(frozen=True)
class Home:
    path: Path
    """Without symbolic links."""

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def half_made(self) -> Path:
        return self.path / "data.new"

    @property
    def etc(self) -> Path:
        return self.path / "etc"

    @property
    def socket(self) -> Path:
        return self.path / "socket"

    @property
    def timescaledb(self) -> Path:
        """A file that is there where the server has to load TimescaleDB."""
        return self.path / "timescaledb"

    @property
    def door(self) -> Path:
        return self.path / "door.lock"

    @property
    def users(self) -> Path:
        return self.path / "users.lock"


def find_home(data_dir: Path) -> Home | None:
    """The home that is there; None when none was made yet."""
    entry = data_dir / _NAME
    try:
        owner = entry.stat().st_uid
    except FileNotFoundError:
        if not entry.is_symlink():
            return None
        raise HomeGone(
            f"The database of {data_dir} was in {entry.readlink()}, which is not there any more."
            f" Bring that folder back from a backup, or remove the link {entry} to begin with an"
            " empty database."
        ) from None
    if owner != os.geteuid():
        raise BelongsToAnother(
            f"The database in {data_dir} belongs to the user {_user_name(owner)}: run HOMEPOT as"
            " that user, or choose another folder with HOMEPOT_DATA."
        )
    return Home(entry.resolve())


def open_home(data_dir: Path, user: ServerUser, fallback_root: Path) -> Home:
    """The home, made if there is none yet."""
    home = find_home(data_dir)
    if home is not None:
        return home
    make_data_dir(data_dir, traversable=user.is_other)
    if not user.is_other:
        (data_dir / _NAME).mkdir(mode=0o700, exist_ok=True)
    elif _can_enter(user, data_dir):
        _make_open(data_dir / _NAME)
    else:
        _make_elsewhere(data_dir, fallback_root)
    home = find_home(data_dir)
    if home is None:
        raise FolderUnusable(f"{data_dir} was removed while its database was being made.")
    return home


def make_data_dir(data_dir: Path, *, traversable: bool) -> None:
    """Private if it is new; one that is there keeps its permissions."""
    try:
        data_dir.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return
    if traversable:
        data_dir.chmod(0o711)


def _make_open(path: Path) -> None:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return  # another start made it at the same moment
    path.chmod(0o711)


def _make_elsewhere(data_dir: Path, fallback_root: Path) -> None:
    fallback_root.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = fallback_root / secrets.token_hex(8)
    _make_open(home)
    (home / "README").write_text(f"The database of HOMEPOT's data folder {data_dir}\n")
    try:
        (data_dir / _NAME).symlink_to(home)
    except FileExistsError:
        shutil.rmtree(home)
        return
    _log.info(
        f"The database lives in {home}, with a link from {data_dir / _NAME}: the server does not"
        f" run as root, and its user cannot enter {data_dir}.",
        action="database.placed_elsewhere",
    )


def _can_enter(user: ServerUser, folder: Path) -> bool:
    # Tried, not computed: access lists and mount options have their say too.
    return run_as(user, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0


@contextmanager
def usable(data_dir: Path) -> Iterator[None]:
    """What the file system refuses, said with what to do about it."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(
                f"The disk of {data_dir} is full. Make room and start again; what was stored is"
                " kept."
            ) from None
        place = f" ({error.filename})" if error.filename else ""
        raise FolderUnusable(
            f"The data folder {data_dir} cannot be used: {error.strerror}{place}. Mend that, or"
            " choose another folder with HOMEPOT_DATA."
        ) from None


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
