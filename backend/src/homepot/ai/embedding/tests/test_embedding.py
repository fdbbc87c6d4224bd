"""The embedding model that ships: what it says is near, and what it refuses to load."""

import zipfile
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

from homepot.ai.embedding import MODELS, Embedder, Embedding, EmbeddingAway, Vectors
from homepot.ai.embedding.model import Plain, Zipped
from homepot.ai.embedding.onnx import OnnxEmbedder
from homepot.ai.embedding.service import load

NAME = "all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load(NAME)


def test_what_means_the_same_is_near(embedder: Embedder) -> None:
    fan, motor, card = embedder.embed(
        ["The refrigeration fan failed", "Cold store warm, fan motor seized", "Card reader dead"]
    )
    assert fan @ motor > fan @ card + 0.2


TEXTS = ["short", "a sentence that is a good deal longer than the first", "Kühlung fällt aus"]


def by_its_own_file(texts: list[str]) -> Vectors:
    """The same model as its file has it, which multiplies floats."""
    model = MODELS[NAME]
    network = onnxruntime.InferenceSession(model.network.read())
    tokenizer = Tokenizer.from_str(model.words.read().decode())
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.pieces_max)
    found = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids])
        nothing, everything = np.zeros_like(ids), np.ones_like(ids)
        given = {"input_ids": ids, "attention_mask": everything, "token_type_ids": nothing}
        (state,) = network.run(None, given)
        mean = np.asarray(state)[0].mean(axis=0)
        found.append(mean / np.linalg.norm(mean))
    return np.stack(found)


def test_its_vectors_are_those_of_its_file(embedder: Embedder) -> None:
    texts = [*TEXTS, "one", " ".join(TEXTS * 10)]
    assert ((embedder.embed(texts) * by_its_own_file(texts)).sum(axis=1) > 0.995).all()


def test_a_batch_says_what_single_texts_say(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert ((together * alone).sum(axis=1) > 0.995).all()  # eight bits: the padding shows a little
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "text",
    ["", "冷蔵庫が暖かい", "🔥" * 50, "\ud800 half", "word " * 250_000, "x" * 1_000_000, "\0"],
)
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    vector = embedder.embed([text])
    assert vector.shape == (1, 384)
    assert np.isfinite(vector).all()


def test_no_texts_are_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package called `weights`, with nothing in it."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "weights"
    folder.mkdir()
    return folder


def test_a_file_with_another_checksum_is_not_loaded(package: Path) -> None:
    (package / "model.onnx").write_bytes(b"something else")
    network = MODELS[NAME].network
    assert isinstance(network, Plain)
    with pytest.raises(EmbeddingAway, match="checksum"):
        replace(network, package="weights").read()
    with pytest.raises(EmbeddingAway, match=r"requirements-weights\.txt"):
        replace(network, package="nobody_has_this").read()


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"<html>", b"\x3a\xff\x01"])
def test_a_file_that_is_no_model_is_not_loaded(package: Path, content: bytes) -> None:
    (package / "model").write_bytes(content)
    part = Plain("weights", "model", sha256(content).hexdigest())
    for name, model in MODELS.items():
        with pytest.raises(EmbeddingAway, match=f"{name} cannot be loaded"):
            OnnxEmbedder(replace(model, network=part, words=part))


def test_a_file_in_a_zip_cut_in_pieces_is_read_whole(package: Path) -> None:
    content = bytes(range(256)) * 400
    with zipfile.ZipFile(package / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("before.txt", "x" * 1_000)
        archive.writestr("folder/model", content)
    whole = (package / "all.zip").read_bytes()
    cuts = [0, 7, len(whole) // 3, len(whole) - 5, len(whole)]
    for number, (begin, end) in enumerate(pairwise(cuts)):
        (package / f"all.{number}").write_bytes(whole[begin:end])
    pieces = [("weights", f"all.{number}") for number in range(4)]
    part = Zipped(pieces, "folder/model", sha256(content).hexdigest(), "it anew")
    assert part.read() == content
    with pytest.raises(EmbeddingAway, match="checksum"):
        replace(part, sha256="0" * 64).read()
    with pytest.raises(EmbeddingAway, match=r"all\.9 .* is not there: install it anew"):
        replace(part, pieces=[("weights", "all.9")]).read()
    (package / "all.2").write_bytes(b"cut short")
    with pytest.raises(EmbeddingAway, match="cannot be read"):
        part.read()


async def test_a_model_nobody_knows_is_named_with_those_there_are() -> None:
    embedding = Embedding()
    with pytest.raises(EmbeddingAway, match=NAME):
        await embedding.one("text", "no-such-model")
    embedding.close()
