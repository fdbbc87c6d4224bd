"""The graph of all-mpnet-base-v2 against the same said plainly in numpy, with weights by chance."""

import json
import math
import struct

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from homepot.ai.embedding import families

WIDTH, WIDE, LAYERS, HEADS, WORDS = 384, 512, 2, 12, 50
Tensors = dict[str, NDArray[np.float32]]


def shapes() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (WORDS, WIDTH),
        "embeddings.position_embeddings.weight": (302, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
        "encoder.relative_attention_bias.weight": (32, HEADS),
    }
    for number in range(LAYERS):
        at = f"encoder.layer.{number}."
        linear = {f"attention.attn.{one}": (WIDTH, WIDTH) for one in "qkvo"}
        linear |= {"intermediate.dense": (WIDE, WIDTH), "output.dense": (WIDTH, WIDE)}
        for name, shape in linear.items():
            found |= {f"{at}{name}.weight": shape, f"{at}{name}.bias": shape[:1]}
        for norm in ("attention.LayerNorm", "output.LayerNorm"):
            found |= {f"{at}{norm}.weight": (WIDTH,), f"{at}{norm}.bias": (WIDTH,)}
    return found


@pytest.fixture(scope="module")
def tensors() -> Tensors:
    random = np.random.default_rng(1)
    found = {
        name: random.normal(0.7 if "weight" in name and len(shape) == 1 else 0, 0.1, shape).astype(
            np.float32
        )
        for name, shape in shapes().items()
    }
    found["encoder.relative_attention_bias.weight"] *= 20  # so that it is seen
    return found


def as_safetensors(tensors: Tensors) -> bytes:
    head, at = {}, 0
    for name, one in tensors.items():
        head[name] = {"dtype": "F32", "shape": one.shape, "data_offsets": [at, at + one.nbytes]}
        at += one.nbytes
    written = json.dumps({"__metadata__": {"format": "pt"}, **head}).encode()
    return (
        struct.pack("<Q", len(written)) + written + b"".join(t.tobytes() for t in tensors.values())
    )


def bucket(distance: int) -> int:
    far = abs(distance)
    if far >= 8:
        far = min(8 + int(math.log(far / 8) / math.log(16) * 8), 15)
    return far + (16 if distance > 0 else 0)


def plainly(tensors: Tensors, ids: list[int]) -> NDArray[np.float32]:
    """One text through the network, in floats, as its authors wrote it down."""

    def norm(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        calm = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        found: NDArray[np.float32] = calm * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]
        return found

    def linear(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        found: NDArray[np.float32] = x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]
        return found

    count = len(ids)
    x = tensors["embeddings.word_embeddings.weight"][ids]
    x = norm(
        x + tensors["embeddings.position_embeddings.weight"][2 : 2 + count], "embeddings.LayerNorm"
    )
    apart = tensors["encoder.relative_attention_bias.weight"]
    bias = np.array([[apart[bucket(k - q)] for k in range(count)] for q in range(count)])
    for number in range(LAYERS):
        at = f"encoder.layer.{number}."
        query, key, value = (
            linear(x, f"{at}attention.attn.{one}").reshape(count, HEADS, -1).swapaxes(0, 1)
            for one in "qkv"
        )
        score = query @ key.swapaxes(1, 2) / np.sqrt(WIDTH / HEADS) + bias.transpose(2, 0, 1)
        share = np.exp(score - score.max(-1, keepdims=True))
        share /= share.sum(-1, keepdims=True)
        seen = (share @ value).swapaxes(0, 1).reshape(count, WIDTH)
        x = norm(linear(seen, f"{at}attention.attn.o") + x, f"{at}attention.LayerNorm")
        wide = linear(x, f"{at}intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(linear(wide, f"{at}output.dense") + x, f"{at}output.LayerNorm")
    return x.astype(np.float32)


def test_what_is_kept_lets_the_content_of_the_file_go(tensors: Tensors) -> None:
    content = as_safetensors(tensors)
    front = families.read("mpnet", content).front
    whole = np.frombuffer(content, np.uint8)
    for kept in (front.words.q, front.words.scale, front.places, front.apart):
        assert kept is not None
        assert not np.shares_memory(kept, whole)


def test_the_graph_does_what_the_network_does(tensors: Tensors) -> None:
    transformer = families.read("mpnet", as_safetensors(tensors))
    network = onnxruntime.InferenceSession(transformer.encoder.as_onnx())
    long = np.random.default_rng(2).integers(0, WORDS, 200).tolist()
    texts = [long, long[50:59], long[:1]]
    ids = np.zeros((len(texts), len(long)), np.int64)
    there = np.zeros(ids.shape, np.bool_)
    for row, text in enumerate(texts):
        ids[row, : len(text)], there[row, : len(text)] = text, True
    (state,) = network.run(None, transformer.front.given(ids, there))
    for row, text in enumerate(texts):
        wanted, found = plainly(tensors, text), np.asarray(state)[row, : len(text)]
        size = np.linalg.norm(found, axis=1) * np.linalg.norm(wanted, axis=1)
        assert ((found * wanted).sum(axis=1) / size > 0.998).all()  # eight bits lose a little
