"""Readings that lie beside the dump, packed: TimescaleDB keeps them in tables of its own, which
pg_dump alone does not bring back. Written out as rows they fit any server."""

import shlex
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

# As much as is packed before it is handed on.
_PIECE_BYTES = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_UNPACK = (
    "import gzip, shutil, sys;shutil.copyfileobj(gzip.open(sys.argv[1]), sys.stdout.buffer, 262144)"
)


class Packed:
    """What comes piece by piece, to be read as one gzip file.

    >>> import gzip
    >>> one = Packed(iter([b"a" * 9, b"b"]))
    >>> gzip.decompress(b"".join(iter(lambda: one.read(4), b"")))
    b'aaaaaaaaab'
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._packer = zlib.compressobj(level=1, wbits=_GZIP)
        self._ready = bytearray()
        self._is_whole = False

    def read(self, size: int = -1) -> bytes:
        wanted = size if size >= 0 else _PIECE_BYTES
        while len(self._ready) < wanted and not self._is_whole:
            piece = next(self._pieces, None)
            if piece is None:
                self._ready += self._packer.flush()
                self._is_whole = True
            else:
                self._ready += self._packer.compress(piece)
        found = bytes(self._ready[:wanted])
        del self._ready[:wanted]
        return found


def unpacking(path: Path) -> str:
    """The command line, for a shell, that says what is packed in this file.

    >>> unpacking(Path("/a disk/readings")).endswith("'/a disk/readings'")
    True
    """
    return shlex.join([sys.executable, "-I", "-c", _UNPACK, str(path)])
