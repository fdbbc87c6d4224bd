"""A word is passed over where the question means the same without it, and only there."""

import asyncio

import numpy as np
import pytest

from homepot.ai.device_memory.service import Memory
from homepot.ai.embedding import Embedding, EmbeddingAway, Vectors
from homepot.ai.query.language import parse
from homepot.ai.query.language.tests.fleet import AS_OF, VOCABULARY
from homepot.ai.query.likening import MODEL, passed_over
from homepot.ai.query.plan import Ask, Plan

ASKED = "how many sensors would I find if I walked into the market"


class _Given:
    """A model that sees every two texts as this far apart."""

    def __init__(self, cosine: float) -> None:
        self.name, self.dimension, self.cosine = MODEL, 2, cosine

    def embed(self, texts: list[str]) -> Vectors:
        other = [self.cosine, (1 - self.cosine**2) ** 0.5]
        return np.array([[1.0, 0.0], other][: len(texts)], dtype=np.float32)


def _asked(cosine: float, model: str = MODEL) -> tuple[Plan, Plan]:
    embedding = Embedding(lambda _: _Given(cosine))  # type: ignore[arg-type,return-value]
    try:
        refused = parse(ASKED, VOCABULARY, AS_OF)
        memory = Memory(embedding, model)
        return refused, asyncio.run(passed_over(memory, ASKED, refused, VOCABULARY, AS_OF))
    finally:
        embedding.close()


def test_a_question_that_means_the_same_without_a_word_is_answered_and_it_is_said() -> None:
    refused, found = _asked(0.95)
    assert refused.ask is Ask.NONE
    assert found.ask is Ask.COUNT
    assert "“walked”" in found.assumptions[0]


@pytest.mark.parametrize(("cosine", "model"), [(0.85, MODEL), (0.95, "all-mpnet-base-v2")])
def test_else_it_stays_refused(cosine: float, model: str) -> None:
    refused, found = _asked(cosine, model)
    assert found == refused


def test_without_the_model_it_stays_refused() -> None:
    def away(name: str) -> _Given:
        raise EmbeddingAway(f"{name} is not there.")

    embedding = Embedding(away)  # type: ignore[arg-type]
    try:
        refused = parse(ASKED, VOCABULARY, AS_OF)
        memory = Memory(embedding, MODEL)
        assert asyncio.run(passed_over(memory, ASKED, refused, VOCABULARY, AS_OF)) == refused
    finally:
        embedding.close()
