"""State as columns: one array for each quantity, one place in it for each stream or device."""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Places = NDArray[np.intp]
Rows = Places | slice
Scalar = TypeVar("Scalar", bound=np.generic)


def dense(places: Places) -> Rows:
    """The same places as a slice where they are one run: slices are read without searching."""
    if is_run(places):
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def places_of(rows: Rows) -> Places:
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows


def is_run(places: Places) -> bool:
    """Whether places ascend by one."""
    n = len(places)
    return bool(
        n and places[-1] - places[0] == n - 1 and (n < 3 or (places[1:] > places[:-1]).all())
    )


def spread_over(each: NDArray[Scalar], places: Places) -> NDArray[Scalar]:
    """`each[places]`; where all of them are the same, without a look at the places."""
    if (each == each[0]).all():
        return np.broadcast_to(each[:1], len(places))
    return each[places]


@dataclass
class Columns:
    """Subclasses name their arrays and say in `empty` how a new one looks."""

    @classmethod
    def empty(cls, size: int) -> Self:
        raise NotImplementedError

    def take(self, rows: Rows) -> Self:
        """These places: a view on them where they are one run, else arrays of their own. Change
        them in place, and put them back.
        """
        return type(self)(*[array[rows] for array in self.arrays()])

    def put(self, rows: Rows, block: Self) -> None:
        for array, new in zip(self.arrays(), block.arrays(), strict=True):
            if new.base is not array:
                array[rows] = new

    def arrays(self) -> list[NDArray[Any]]:
        return list(vars(self).values())

    def __len__(self) -> int:
        return len(self.arrays()[0])

    def grown(self, size: int) -> Self:
        """With room for `size`; what is new is empty."""
        new = type(self).empty(size)
        new.put(slice(0, len(self)), self)
        return new

    @property
    def size_bytes(self) -> int:
        return sum(array.nbytes for array in self.arrays())
