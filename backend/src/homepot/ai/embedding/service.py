"""Embedding for the rest of the house: loaded when first asked for, off the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from homepot.ai.embedding.model import MODELS, Embedder, EmbeddingAway, Vectors


def load(name: str) -> Embedder:
    """EmbeddingAway where there is no such model or its files are missing or wrong."""
    model = MODELS.get(name)
    if model is None:
        raise EmbeddingAway(
            f"There is no embedding model {name!r}; there are: {', '.join(sorted(MODELS))}."
        )
    # Half a second and 50 MB that a command without texts does not need.
    from homepot.ai.embedding.onnx import OnnxEmbedder  # noqa: PLC0415

    return OnnxEmbedder(model)


def why_not(name: str) -> str | None:
    """Why this model could not be loaded, as far as can be seen without reading it."""
    try:
        for part in (MODELS[name].network, MODELS[name].words):
            part.find()
    except EmbeddingAway as away:
        return away.detail
    return None


class Embedding:
    """The models of one process, on one thread: questions are answered one after the other."""

    def __init__(self, loader: Callable[[str], Embedder] = load) -> None:
        self._loader = loader
        self._loaded: dict[str, Embedder] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embedding")

    async def embed(self, texts: Sequence[str], model: str) -> Vectors:
        """A row of length 1 for each text."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._embed, tuple(texts), model
        )

    async def one(self, text: str, model: str) -> Vectors:
        found: Vectors = (await self.embed([text], model))[0]
        return found

    @property
    def loaded(self) -> list[str]:
        return list(self._loaded)

    async def keep_only(self, model: str) -> None:
        """The others leave memory; who asks one of them again loads it again."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go, model)

    def _let_go(self, model: str) -> None:
        for name in [one for one in self._loaded if one != model]:
            del self._loaded[name]

    def _embed(self, texts: Sequence[str], model: str) -> Vectors:
        if model not in self._loaded:
            self._loaded[model] = self._loader(model)
        return self._loaded[model].embed(texts)

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
