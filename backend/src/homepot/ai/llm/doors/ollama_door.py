"""The real way: the Ollama protocol, spoken by Ollama and by our own model server alike."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager

import httpx
import ollama
from pydantic import ValidationError

from homepot.ai.llm.doors.door import Asked, Model, Piece
from homepot.ai.llm.errors import ModelAway, ModelFailed, ModelSlow, NoSuchModel

CONNECT_MAX_S = 2.0
# What the client raises where the words are no JSON, or JSON of another shape.
_NO_ANSWER = (ValueError, ValidationError, AttributeError, TypeError)


class OllamaDoor:
    def __init__(self, url: str, timeout_s: float) -> None:
        self.url = url
        # No proxy and no redirect: what is asked goes to the address the owner gave, or nowhere.
        patience = httpx.Timeout(timeout_s, connect=CONNECT_MAX_S)
        self._client = ollama.AsyncClient(
            url, timeout=patience, trust_env=False, follow_redirects=False
        )
        # The client of Ollama has no method for the question whether anybody is there.
        self._plain = httpx.AsyncClient(
            base_url=url, timeout=CONNECT_MAX_S, trust_env=False, follow_redirects=False
        )

    async def version(self) -> str:
        with _told_in_our_words(""):
            answer = await self._plain.get("/api/version")
            answer.raise_for_status()
            given = answer.json()
        version = given.get("version") if isinstance(given, dict) else None
        if not isinstance(version, str):
            raise ModelFailed("What answers there is no model server.")
        return version

    async def models(self) -> Sequence[Model]:
        with _told_in_our_words(""):
            there, loaded = await self._client.list(), await self._client.ps()
        running = {one.model: _gpu_share(one.size, one.size_vram) for one in loaded.models}
        return [
            Model(
                one.model,
                one.size or 0,
                one.model in running,
                one.digest or "",
                running.get(one.model),
                one.modified_at,
            )
            for one in there.models
            if one.model and not _only_embeds(one.details)
        ]

    async def chat(self, asked: Asked) -> AsyncGenerator[Piece]:
        with _told_in_our_words(asked.model):
            answer = await self._client.chat(
                asked.model,
                [
                    {"role": "system", "content": asked.system},
                    {"role": "user", "content": asked.question},
                ],
                stream=True,
                format=asked.form,
                options={
                    "temperature": asked.options.temperature,
                    "seed": asked.options.seed,
                    "num_predict": asked.options.answer_tokens_max,
                    "num_ctx": asked.window,
                    "stop": list(asked.options.stop),
                },
            )
            is_whole = False
            async for part in answer:
                is_whole = bool(part.done)
                yield Piece(
                    part.message.content or "",
                    part.prompt_eval_count,
                    part.eval_count,
                    is_last=is_whole,
                )
            if not is_whole:
                raise ModelFailed("The model server stopped in the middle of its answer.")

    async def pull(self, name: str) -> AsyncGenerator[tuple[str, int, int | None]]:
        """Let the server fetch a model: what it is doing, bytes so far, and of how many."""
        with _told_in_our_words(name):
            async for part in await self._client.pull(name, stream=True):
                yield part.status or "", part.completed or 0, part.total

    async def remove(self, name: str) -> None:
        with _told_in_our_words(name):
            await self._client.delete(name)

    async def close(self) -> None:
        await self._client.close()  # type: ignore[no-untyped-call]
        await self._plain.aclose()


def _gpu_share(size: int | None, on_gpu: int | None) -> float | None:
    return None if not size or on_gpu is None else min(1.0, on_gpu / size)


def _only_embeds(details: object) -> bool:
    """A model of embedding stands in the same list; it has no words to answer with."""
    family = getattr(details, "family", None)
    return isinstance(family, str) and "bert" in family


@contextmanager
def _told_in_our_words(model: str) -> Iterator[None]:
    """The errors of the client and of what it stands on become ours, here and nowhere else."""
    try:
        yield
    except ollama.ResponseError as error:
        if error.status_code == httpx.codes.NOT_FOUND:
            raise NoSuchModel(f"The model server has no model {model!r}.") from None
        raise ModelFailed(f"The model server refused: {str(error.error)[:200]}") from None
    except httpx.ConnectTimeout:
        raise ModelAway from None
    except httpx.TimeoutException:
        raise ModelSlow from None
    except (ConnectionError, httpx.ConnectError):
        raise ModelAway from None
    except (*_NO_ANSWER, httpx.HTTPError, httpx.StreamError) as error:
        raise ModelFailed(f"Not an answer: {type(error).__name__}.") from None
