"""Arrays and plain values as bytes, and back: nothing of it is ever run as code. Pure."""

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORDS = "words"


def packed(arrays: Mapping[str, NDArray[Any]], words: Any) -> bytes:
    """
    >>> found, words = unpacked(packed({"a": np.arange(3)}, {"b": 1}))
    >>> found["a"].tolist(), words
    ([0, 1, 2], {'b': 1})
    """
    spelled = np.frombuffer(json.dumps(words, allow_nan=True).encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{_WORDS: spelled, **arrays})
    return zlib.compress(file.getbuffer(), 1)


def unpacked(content: bytes) -> tuple[dict[str, NDArray[Any]], Any]:
    with np.load(io.BytesIO(zlib.decompress(content)), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return arrays, json.loads(arrays.pop(_WORDS).tobytes())
