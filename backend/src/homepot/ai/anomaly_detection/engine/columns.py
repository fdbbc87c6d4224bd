"""State as tables: a row for each stream or device, all of it in one place of the memory."""

from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Shorts = NDArray[np.uint16]
Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]
Places = NDArray[np.intp]
Row = Any  # of a table: its columns are its attributes


class Columns:
    """A table whose columns are read by their names. Subclasses name them, with their types."""

    BEGIN: ClassVar[dict[str, Any]] = {}  # what a new row has where it is not 0
    WIDE: ClassVar[dict[str, tuple[int, ...]]] = {}  # columns that are more than one number
    # columns by the same memory as others: by their name, the other's, type, and how wide
    AGAIN: ClassVar[dict[str, tuple[str, type[np.generic], int]]] = {}
    WHOLE_BYTES: ClassVar[int] = 8  # a row takes a multiple of it

    def __init__(self, rows: NDArray[Any]) -> None:
        self.rows = rows.view(np.recarray)

    @classmethod
    def layout(cls) -> np.dtype[Any]:
        hints = {n: h for n, h in get_type_hints(cls).items() if get_origin(h) is np.ndarray}
        kinds = {name: get_args(get_args(hint)[1])[0] for name, hint in hints.items()}
        tight = np.dtype(
            [(name, kind, cls.WIDE.get(name, ())) for name, kind in kinds.items()], align=True
        )
        begins = {name: tight.fields[name][1] for name in kinds} if tight.fields else {}
        formats = {name: tight[name] for name in kinds}
        for name, (other, kind, wide) in cls.AGAIN.items():
            begins[name], formats[name] = begins[other], np.dtype((kind, (wide,)))
        return np.dtype(
            {
                "names": list(begins),
                "formats": [formats[name] for name in begins],
                "offsets": list(begins.values()),
                "itemsize": -(-tight.itemsize // cls.WHOLE_BYTES) * cls.WHOLE_BYTES,
            }
        )

    @classmethod
    def empty(cls, size: int) -> Self:
        rows = np.zeros(size, cls.layout())
        for name, value in cls.BEGIN.items():
            rows[name] = value
        return cls(rows)

    def columns(self) -> dict[str, NDArray[Any]]:
        names = self.rows.dtype.names or ()
        return {name: self.rows[name] for name in names if name not in self.AGAIN}

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name == "rows":
            raise AttributeError(name)
        try:
            return self.__dict__["rows"][name]  # type: ignore[no-any-return]
        except ValueError as error:
            raise AttributeError(name) from error

    def __len__(self) -> int:
        return len(self.rows)

    def grown(self, size: int) -> Self:
        """With room for `size`; what is new is empty."""
        new = type(self).empty(size)
        new.rows[: len(self)] = self.rows
        return new

    @property
    def size_bytes(self) -> int:
        return int(self.rows.nbytes)
