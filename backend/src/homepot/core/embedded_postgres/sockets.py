"""The private folder of the server's socket, and the address that leads there."""

import os
import re
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

from homepot.core.embedded_postgres.config import DATABASE, ROLE
from homepot.core.embedded_postgres.home import Home
from homepot.core.embedded_postgres.identity import ServerUser

_NAME = ".s.PGSQL.5432"
# The kernel's limit is 108 bytes with the closing zero, elsewhere 104; PostgreSQL appends ".lock".
_PATH_MAX_BYTES = 98
# A comma would separate hosts, a quotation mark would end the setting.
_PLAIN = re.compile(r"/[\w./ +-]+", re.ASCII)
_SHORT_ROOT = Path("/run")
_TEMPORARY_ROOT = Path("/tmp")  # noqa: S108  a folder of random name is made in it
_PRIVATE = 0o700


def prepare_socket_dir(home: Home, user: ServerUser) -> Path:
    """A folder of mode 0700 with a path short and plain enough; in the home if that is."""
    if fits(home.socket):
        home.socket.mkdir(mode=_PRIVATE, exist_ok=True)
        if user.is_other:
            os.chown(home.socket, user.uid, user.gid)
        return home.socket
    # The link in the home remembers the folder, so that a restart keeps the address.
    if home.socket.is_symlink():
        known = home.socket.readlink()
        if _is_private(known, user):
            return known
        home.socket.unlink()
    root = _SHORT_ROOT if user.is_other and _is_roots_own(_SHORT_ROOT) else _TEMPORARY_ROOT
    folder = Path(tempfile.mkdtemp(prefix="homepot-", dir=root))
    if user.is_other:
        os.chown(folder, user.uid, user.gid)
    home.socket.symlink_to(folder)
    return folder


def fits(folder: Path) -> bool:
    path = str(folder / _NAME)
    return _PLAIN.fullmatch(path) is not None and len(path) <= _PATH_MAX_BYTES


def database_url(socket_dir: Path | str) -> str:
    """For psycopg and SQLAlchemy.

    >>> database_url("/srv/my data/socket")
    'postgresql://homepot@/homepot?host=/srv/my%20data/socket&port=5432'
    """
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(socket_dir))}&port=5432"


def _is_private(folder: Path, user: ServerUser) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == user.uid
    return is_ours and stat.S_IMODE(found.st_mode) == _PRIVATE


def _is_roots_own(folder: Path) -> bool:
    try:
        found = folder.stat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022
