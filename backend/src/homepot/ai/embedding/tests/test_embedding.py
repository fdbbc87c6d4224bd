"""The embedding model that ships: what it says is near, and what it refuses to load."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from homepot.ai.embedding import MODELS, Embedder, Embedding, EmbeddingAway
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


def test_a_batch_says_what_single_texts_say(embedder: Embedder) -> None:
    texts = ["short", "a sentence that is a good deal longer than the first", "Kühlung fällt aus"]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert np.allclose(together, alone, atol=0.02)  # int8 weights: the padding shows a little
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


def test_a_file_with_another_checksum_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MODELS[NAME]
    package = tmp_path / "wrong_weights"
    package.mkdir()
    path = shutil.copy(model.network.found(), package / "model.onnx")
    with Path(path).open("r+b") as file:
        file.write(b"\xff")
    monkeypatch.syspath_prepend(tmp_path)
    wrong = replace(model.network, package="wrong_weights")
    with pytest.raises(EmbeddingAway, match="checksum"):
        wrong.found()
    missing = replace(model.network, package="nobody_has_this")
    with pytest.raises(EmbeddingAway, match=r"requirements-weights\.txt"):
        missing.found()


async def test_a_model_nobody_knows_is_named_with_those_there_are() -> None:
    embedding = Embedding()
    with pytest.raises(EmbeddingAway, match=NAME):
        await embedding.one("text", "no-such-model")
    embedding.close()
