"""How pieces are written and read: as they are, or sealed with a passphrase.

Sealed is age (age-encryption.org): each piece is encrypted for a key made for this backup alone,
in chunks of ChaCha20-Poly1305; the key lies beside them, encrypted with the passphrase (scrypt).
The program `age` opens it as well: age -d key.age > key; age -d -i key database.dump.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pyrage
from pyrage import passphrase as by_passphrase
from pyrage import x25519

from homepot.backup.errors import NotOpened, NotWhole
from homepot.backup.folder import KEY, Listed

_CHUNK_BYTES = 256 * 1024
PASSPHRASE_MIN = 12
_GLANCES_MAX = 20
_TOO_MUCH_WORK = "Excessive work"


class Source(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class Sink(Protocol):
    def write(self, data: bytes, /) -> Any: ...


class _Hashing:
    """A source that is hashed as it is read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(_CHUNK_BYTES if size < 0 else size)
        self._hash.update(data)
        return data

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class _Flushing:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: bytes) -> int:
        self._sink.write(data)
        return len(data)

    def flush(self) -> None:
        """What is written is handed on at once."""


class Seal:
    """What every piece of one backup goes through. Without a passphrase it changes nothing."""

    def __init__(self, identity: "x25519.Identity | None") -> None:
        self._identity = identity

    @property
    def is_closed(self) -> bool:
        return self._identity is not None

    def write(self, source: Source, path: Path) -> str:
        """The piece; its SHA-256 as it was before."""
        watched = _Hashing(source)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("wb") as file:
            path.chmod(0o600)
            if self._identity is None:
                while data := watched.read(_CHUNK_BYTES):
                    file.write(data)
            else:
                pyrage.encrypt_io(watched, file, [self._identity.to_public()])
        return watched.sha256

    def read(self, path: Path, sink: Sink) -> None:
        with path.open("rb") as file:
            if self._identity is None:
                while data := file.read(_CHUNK_BYTES):
                    sink.write(data)
                return
            try:
                pyrage.decrypt_io(file, _Flushing(sink), [self._identity])
            except pyrage.DecryptError as error:
                raise NotWhole(
                    f"{path} does not open with the key beside it: take another backup."
                ) from error


def new_seal(backup: Path, passphrase: str | None) -> Seal:
    """For a backup that is being written; its key is left in it."""
    if passphrase is None:
        return Seal(None)
    identity = x25519.Identity.generate()
    key = backup / KEY
    key.touch(0o600)
    key.write_bytes(by_passphrase.encrypt(str(identity).encode(), passphrase))
    return Seal(identity)


def seal_of(backup: Path, listed: Listed, passphrase: Callable[[], str | None]) -> Seal:
    """For one that is there. NotOpened where the passphrase is not the one."""
    if not listed.sealed:
        return Seal(None)
    words = passphrase()
    if words is None:
        raise NotOpened(
            f"{backup} is encrypted: say where its passphrase is, with --passphrase-file or"
            " HOMEPOT_BACKUP_PASSPHRASE_FILE."
        )
    try:
        said = _opened(backup / KEY, words)
        return Seal(x25519.Identity.from_str(said.decode()))
    except pyrage.DecryptError:
        raise NotOpened(
            f"This passphrase does not open {backup}: it is another one, or a space or a line end"
            " too many."
        ) from None
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise NotWhole(f"{backup / KEY} is damaged: take another backup.") from error


def _opened(key: Path, words: str) -> bytes:
    """age refuses a key that seems too much work for this machine, by a glance at how fast it is
    at this moment: where it is only busy, another glance says otherwise."""
    for tries_left in reversed(range(_GLANCES_MAX)):
        try:
            return bytes(by_passphrase.decrypt(key.read_bytes(), words))
        except pyrage.DecryptError as error:
            if _TOO_MUCH_WORK not in str(error):
                raise
            if not tries_left:
                raise NotOpened(
                    f"This machine is too busy, or far slower than the one that wrote {key}, to"
                    " open it: wait until it is quiet, or open the backup with the program age,"
                    " as the operator guide says. Whether the passphrase is right was not tried."
                ) from None
    raise AssertionError


def passphrase_in(path: Path) -> str:
    """The first line of a file."""
    try:
        found = path.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise NotOpened(f"The passphrase cannot be read from {path}: {why}.") from None
    if len(found) < PASSPHRASE_MIN:
        raise NotOpened(
            f"The passphrase in {path} has {len(found)} characters: at least {PASSPHRASE_MIN} are"
            " needed, on the first line."
        )
    return found
