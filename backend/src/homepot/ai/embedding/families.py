"""What a transformer of each family is made of: its words, their places, its layers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homepot.ai.embedding.encoder import Encoder, Floats, Layer, Linear, Norm
from homepot.ai.embedding.model import Family
from homepot.ai.embedding.weights import Tensors, of_onnx, of_safetensors

_HEADS = 12  # of both


@dataclass(frozen=True)
class Table:
    """The vectors of words, in eight bits with a scale for each."""

    q: NDArray[np.int8]
    scale: Floats

    def __getitem__(self, ids: NDArray[np.int64]) -> Floats:
        found: Floats = self.q[ids] * self.scale[ids]
        return found


@dataclass(frozen=True)
class Front:
    """What comes before the graph."""

    words: Table
    places: Floats  # what is added to the first piece of a text, the second, ...
    heads: int
    # by how far two pieces are apart: [buckets, heads]; None where it counts for nothing
    apart: Floats | None = None

    def given(self, ids: NDArray[np.int64], mask: NDArray[np.bool_]) -> dict[str, Floats]:
        """What the graph begins with; what is not in the mask is not attended to."""
        width = ids.shape[1]
        bias = np.where(mask, np.float32(0), np.float32(-1e9))[:, None, None, :]
        apart = np.float32(0) if self.apart is None else _by_distance(self.apart, width)
        heads = 1 if self.apart is None else self.heads
        whole = np.broadcast_to(bias + apart, (len(ids), heads, width, width))
        return {
            "words": self.words[ids] + self.places[:width],
            "bias": np.ascontiguousarray(whole),
        }


@dataclass(frozen=True)
class Transformer:
    """The encoder lies in the content of the file: whoever has made its graph lets go of it."""

    front: Front
    encoder: Encoder


def read(family: Family, content: bytes) -> Transformer:
    """ValueError or KeyError where the file holds something else."""
    return _READERS[family](memoryview(content))


def _bert(content: memoryview) -> Transformer:
    """Exported by PyTorch: biases and norms have names, weights are numbered as they are used."""
    given = of_onnx(content)
    numbers = sorted(int(one[1]) for name in given if (one := re.fullmatch(r"val_(\d+)_q", name)))
    weights = [(given[f"val_{n}_q"], given[f"val_{n}_scale"].ravel()) for n in numbers]
    layers: list[Layer] = []
    for number in range(len(weights) // 6):
        at = f"inner.encoder.layer.{number}."
        names = (
            "attention.self.query", "attention.self.key", "attention.self.value",
            "attention.output.dense", "intermediate.dense", "output.dense",
        )  # fmt: skip
        parts = [
            Linear(q, scale, given[f"{at}{name}.bias"])
            for (q, scale), name in zip(weights[number * 6 : number * 6 + 6], names, strict=True)
        ]
        layers.append(_layer(given, at, "attention.output.LayerNorm", parts))
    at = "inner.embeddings."
    places = given[f"{at}position_embeddings.weight_q"].astype(np.float32)
    places *= given[f"{at}position_embeddings.weight_scale"]
    words = Table(
        given[f"{at}word_embeddings.weight_q"].copy(),
        given[f"{at}word_embeddings.weight_scale"].copy(),
    )
    return Transformer(
        Front(words, places + given[f"{at}token_type_embeddings.weight"][0], _HEADS),
        Encoder(_norm(given, f"{at}LayerNorm"), layers, _HEADS, 1e-12),
    )


def _mpnet(content: memoryview) -> Transformer:
    given = of_safetensors(content)
    layers: list[Layer] = []
    names = (
        "attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o",
        "intermediate.dense", "output.dense",
    )  # fmt: skip
    while f"encoder.layer.{len(layers)}.output.dense.weight" in given:
        at = f"encoder.layer.{len(layers)}."
        parts = [
            Linear.of_floats(given[f"{at}{name}.weight"], given[f"{at}{name}.bias"])
            for name in names
        ]
        layers.append(_layer(given, at, "attention.LayerNorm", parts))
    words = given["embeddings.word_embeddings.weight"]
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-12) / np.float32(127)
    front = Front(
        Table(np.rint(words / scale).astype(np.int8), scale),
        given["embeddings.position_embeddings.weight"][2:].copy(),  # two that are no places
        _HEADS,
        given["encoder.relative_attention_bias.weight"].copy(),
    )
    return Transformer(front, Encoder(_norm(given, "embeddings.LayerNorm"), layers, _HEADS, 1e-5))


def _layer(given: Tensors, at: str, first_norm: str, parts: Sequence[Linear]) -> Layer:
    query, key, value, out, widen, narrow = parts
    return Layer(
        query, key, value, out, _norm(given, at + first_norm),
        widen, narrow, _norm(given, f"{at}output.LayerNorm"),
    )  # fmt: skip


def _norm(given: Tensors, name: str) -> Norm:
    return Norm(given[f"{name}.weight"], given[f"{name}.bias"])


def _by_distance(apart: Floats, width: int) -> Floats:
    """[1, heads, pieces, pieces]; near places have a bucket each, far ones share one, as in T5."""
    half = len(apart) // 2
    exact = half // 2
    distance = np.arange(width)[None, :] - np.arange(width)[:, None]
    far = np.abs(distance)
    growing = np.log(np.maximum(far, 1) / exact) / np.log(128 / exact) * (half - exact)
    bucket = np.where(far < exact, far, np.minimum(exact + growing.astype(np.intp), half - 1))
    bucket = bucket + half * (distance > 0)
    return np.ascontiguousarray(apart[bucket].transpose(2, 0, 1)[None])


_READERS: Mapping[Family, Callable[[memoryview], Transformer]] = {"bert": _bert, "mpnet": _mpnet}
