"""Several files as one, to read from."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from types import TracebackType


class Joined(io.RawIOBase):
    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._files = [path.open("rb") for path in paths]
        self._begins = [0, *accumulate(path.stat().st_size for path in paths)]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._begins[-1]}[whence]
        self._at = max(begin + offset, 0)
        return self._at

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """What is left of one file at most: whoever wants more asks again."""
        which = bisect_right(self._begins, self._at) - 1
        if which >= len(self._files):
            return 0
        file = self._files[which]
        file.seek(self._at - self._begins[which])
        count = file.readinto(memoryview(buffer)[: self._begins[which + 1] - self._at])
        self._at += count
        return count

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
