"""Lines of a file one after another, packed or not, however long or broken it is."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

# A note of a million signs, each of them escaped as JSON may, and something over.
LINE_BYTES_MAX = 8 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Line:
    """`text` is None where the line cannot be read; then `problem` says why."""

    number: int
    text: str | None
    problem: str = ""


class LinesOf:
    """Reads `path` line by line; `bytes_read` of the file, for a progress bar."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw = path.open("rb")

    def __enter__(self) -> "LinesOf":
        return self

    def __exit__(self, *gone: object) -> None:
        self._raw.close()

    @property
    def bytes_read(self) -> int:
        return self._raw.tell()

    def __iter__(self) -> Iterator[Line]:
        packed = self._path.suffix == ".gz"
        # `gzip.open` may be given an open file; closing it leaves that one open.
        with gzip.GzipFile(fileobj=self._raw) if packed else _Bare(self._raw) as stream:
            number = 0
            while True:
                number += 1
                try:
                    line = _next(stream, number)
                except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                    yield Line(number, None, f"the packed file is broken from here on: {error}")
                    return
                if line is None:
                    return
                yield line


class _Bare:
    """The file itself, left open for whoever opened it."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self.readline = stream.readline

    def __enter__(self) -> "_Bare":
        return self

    def __exit__(self, *gone: object) -> None:
        pass


def _next(stream: gzip.GzipFile | _Bare, number: int) -> Line | None:
    given = stream.readline(LINE_BYTES_MAX + 1)
    if not given:
        return None
    if len(given) > LINE_BYTES_MAX and not given.endswith(b"\n"):
        while (rest := stream.readline(_CHUNK_BYTES)) and not rest.endswith(b"\n"):
            pass
        return Line(number, None, f"the line has more than {LINE_BYTES_MAX:,} bytes")
    try:
        text = given.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        return Line(number, None, "the line is not UTF-8")
    return Line(number, text.rstrip("\r\n"))
