"""Which user of this machine runs the server: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass

from homepot.core.embedded_postgres.errors import NoServerUser
from homepot.core.log import get_logger

SYSTEM_USER = "homepot"
_log = get_logger(__name__)


@dataclass(frozen=True)
class ServerUser:
    name: str
    uid: int
    gid: int
    launcher: str
    """The name of the user who starts it, who may log in as well."""

    @property
    def is_other(self) -> bool:
        return self.name != self.launcher


def server_user() -> ServerUser:
    """The launcher's own user; under root the system user `homepot`, made if it is missing."""
    uid = os.geteuid()
    launcher = _entry(uid)
    if uid != 0:
        return ServerUser(launcher.pw_name, uid, os.getegid(), launcher.pw_name)
    entry = _system_user() or _make_system_user()
    if entry.pw_uid == 0:
        raise NoServerUser(f"The user {SYSTEM_USER} of this machine is root; it must be another.")
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, launcher.pw_name)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise NoServerUser(
            f"The user id {uid} has no name on this machine, and PostgreSQL needs one:"
            " add it to /etc/passwd, or run as a user that has a name."
        ) from None


def _system_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _make_system_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        raise NoServerUser(
            f"PostgreSQL does not run as root. Make a system user named {SYSTEM_USER}"
            " (there is no useradd here to do it), or run HOMEPOT as an ordinary user."
        )
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    done = subprocess.run(  # noqa: S603  a fixed command
        [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    entry = _system_user()  # another start may have made it at the same moment
    if entry is None:
        raise NoServerUser(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be"
            f" made: {done.stderr.strip()}. Make it, or run HOMEPOT as an ordinary user."
        )
    _log.info(
        f"Made the system user {SYSTEM_USER}, which the database server runs as.",
        action="database.user_made",
    )
    return entry
