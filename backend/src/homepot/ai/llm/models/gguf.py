"""The head of a GGUF file: enough to know that it is one, and what it will need of memory.

The format: magic, version, number of tensors, number of keys, then each key with its type and
value. See the specification in the ggml project (docs/gguf.md).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from homepot.ai.llm.models.errors import NotAModel

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_KEYS_MAX = 100_000
_TEXT_MAX_BYTES = 16 * 1024 * 1024
_ITEMS_MAX = 10_000_000
_NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
_TEXT, _LIST = 8, 9

Plain = str | int | float | bool | None


@dataclass(frozen=True)
class Head:
    """What the file says of the model in it; 0 where it does not say."""

    architecture: str
    name: str
    parameters: int
    window_max: int
    layers: int
    heads: int
    kv_heads: int
    key_length: int
    value_length: int
    width: int
    vocabulary: int
    file_type: int

    @property
    def kv_bytes_a_token(self) -> int:
        """Key and value of one token in all layers, at two bytes a number."""
        return 2 * self.layers * self.kv_heads * (self.key_length + self.value_length)


def read_head(path: Path, called: str | None = None) -> Head:
    """NotAModel where it is something else or ends too early. `called` is its name where it came
    from, if that is another."""
    try:
        with path.open("rb") as file:
            reader = Reader(file)
            reader.begin()
            reader.read_all()
            return _head_of(reader.values)
    except (struct.error, EOFError, UnicodeDecodeError, ValueError, OverflowError, KeyError):
        raise NotAModel(
            f"{called or path.name} is no GGUF model, or only a part of one. Models are files that"
            " end in .gguf; fetch it again."
        ) from None


class Reader:
    """Goes through the keys of a file; `values` is what they said."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._count = 0
        self.values: dict[str, Plain] = {}

    def begin(self) -> int:
        """The number of tensors."""
        if self._exactly(4) != MAGIC:
            raise ValueError("magic")
        version, tensors, count = struct.unpack("<IQQ", self._exactly(20))
        if version not in _VERSIONS or count > _KEYS_MAX or tensors > _KEYS_MAX:
            raise ValueError("version")
        self._count = count
        return int(tensors)

    def read(self) -> Iterator[str]:
        """Each key after its value has been read."""
        for _ in range(self._count):
            key = self._text()
            (kind,) = struct.unpack("<I", self._exactly(4))
            self.values[key] = self._value(kind)
            yield key

    def read_all(self) -> None:
        for _ in self.read():
            pass

    def _value(self, kind: int) -> Plain:
        """The value; of a list its length."""
        if kind == _TEXT:
            return self._text()
        if kind != _LIST:
            form = "<" + _NUMBERS[kind]
            value: Plain = struct.unpack(form, self._exactly(struct.calcsize(form)))[0]
            return value
        of_kind, count = struct.unpack("<IQ", self._exactly(12))
        if count > _ITEMS_MAX or of_kind == _LIST:
            raise ValueError("list")
        if of_kind == _TEXT:
            for _ in range(count):
                self._exactly(self._length())
        else:
            self._exactly(count * struct.calcsize(_NUMBERS[of_kind]))
        return int(count)

    def _text(self) -> str:
        return self._exactly(self._length()).decode("utf-8", "replace")

    def _length(self) -> int:
        (length,) = struct.unpack("<Q", self._exactly(8))
        if length > _TEXT_MAX_BYTES:
            raise ValueError("text")
        return int(length)

    def _exactly(self, count: int) -> bytes:
        given = self._file.read(count)
        if len(given) != count:
            raise EOFError
        return given


def _head_of(keys: dict[str, Plain]) -> Head:
    kind = keys.get("general.architecture")
    if not isinstance(kind, str) or not kind:
        raise ValueError("architecture")

    def number(name: str, otherwise: int = 0) -> int:
        found = keys.get(f"{kind}.{name}", otherwise)
        return int(found) if isinstance(found, int | float) and found > 0 else otherwise

    heads, width = number("attention.head_count"), number("embedding_length")
    each = width // heads if heads else 0
    file_type = keys.get("general.file_type")
    parameters = keys.get("general.parameter_count")
    return Head(
        architecture=kind,
        name=str(keys.get("general.name") or ""),
        parameters=parameters if isinstance(parameters, int) else 0,
        window_max=number("context_length"),
        layers=number("block_count"),
        heads=heads,
        kv_heads=number("attention.head_count_kv", heads),
        key_length=number("attention.key_length", each),
        value_length=number("attention.value_length", each),
        width=width,
        vocabulary=number("vocab_size", _length(keys, "tokenizer.ggml.tokens")),
        file_type=file_type if isinstance(file_type, int) else -1,
    )


def _length(keys: dict[str, Plain], name: str) -> int:
    found = keys.get(name, 0)
    return found if isinstance(found, int) else 0
