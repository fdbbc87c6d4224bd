"""What both protocols share: reading what is asked, finding the model, waiting for a place."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from homepot.ai.embedding import MODELS, Embedding, EmbeddingAway
from homepot.ai.llm.budget import tokens_of
from homepot.ai.llm.models.shelf import Here, Shelf
from homepot.ai.llm.server.errors import Refused
from homepot.ai.llm.server.stable import Runner, Stable
from homepot.core.errors import HomepotError, NotFound

BODY_MAX_BYTES = 16 * 1024 * 1024
# A client that says it will send something has so long for it.
BODY_MAX_S = 30.0
# Answers under way and waiting for one of the model's slots.
ASKED_MAX = 64

Body = TypeVar("Body", bound=BaseModel)


class Server:
    """What the routes of both protocols stand on."""

    def __init__(self, shelf: Shelf, stable: Stable, embedding: Embedding) -> None:
        self.shelf = shelf
        self.stable = stable
        self._embedding = embedding
        self._asked = 0

    def check_room(self) -> None:
        if self._asked >= ASKED_MAX:
            raise Refused(
                503, f"{self._asked} answers are waited for already; ask again in a moment",
                "server_busy",
            )  # fmt: skip

    def find(self, name: str) -> Here:
        if not name:
            raise Refused(400, "say which model: the field is called model")
        try:
            return self.shelf.find(name)
        except HomepotError as error:
            raise refused_of(error) from None

    @asynccontextmanager
    async def use(
        self, name: str, window: int | None, keep_alive_s: float
    ) -> AsyncIterator[Runner]:
        self.check_room()
        self._asked += 1
        try:
            one = await asyncio.to_thread(self.find, name)
            async with self.stable.use(one.name, window, keep_alive_s) as runner:
                yield runner
        except HomepotError as error:
            raise refused_of(error) from None
        finally:
            self._asked -= 1

    async def embed(self, name: str, texts: Sequence[str]) -> tuple[list[list[float]], int]:
        """A vector for each text, and about how many tokens they had."""
        one = await asyncio.to_thread(self.find, name)
        known = embedding_names(MODELS).get(one.name)
        if known is None:
            raise Refused(400, f"{one.name} makes no embeddings")
        if not texts:
            return [], 0
        try:
            vectors = await self._embedding.embed(texts, known)
        except EmbeddingAway as error:
            raise refused_of(error) from None
        return vectors.tolist(), sum(map(tokens_of, texts))


def embedding_names(models: Mapping[str, object]) -> dict[str, str]:
    """The product's own models of embedding, by their names in the catalogue."""
    ours = next((name for name in models if "minilm" in name.lower()), None)
    return {"all-minilm:int8": ours} if ours else {}


def unless_gone(telling: Callable[[Any], dict[str, Any]], one: Any) -> dict[str, Any] | None:
    """`homepot models remove` takes a file away in a process of its own, at any moment."""
    try:
        return telling(one)
    except FileNotFoundError:
        return None


def refused_of(error: HomepotError) -> Refused:
    kinds = {404: "not_found_error", 422: "invalid_request_error"}
    status = 400 if error.status == 422 else error.status
    if isinstance(error, NotFound):
        status = 404
    return Refused(status, error.detail, kinds.get(error.status, "server_error"))


async def body_of(request: Request, shape: type[Body]) -> Body:
    """Whatever content type it comes with, as curl -d does; Refused says where it is wrong."""
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_MAX_S):
            async for piece in request.stream():
                raw += piece
                if len(raw) > BODY_MAX_BYTES:
                    raise Refused(413, f"more than {BODY_MAX_BYTES:,} bytes are not taken")
    except TimeoutError:
        raise Refused(408, f"the request was not whole after {BODY_MAX_S:.0f} s") from None
    except ClientDisconnect:
        raise Refused(400, "the caller has gone") from None
    try:
        given = json.loads(raw or b"{}")
    except ValueError as error:
        raise Refused(400, f"not JSON: {error}") from None
    except RecursionError:
        raise Refused(400, "JSON that is nested too deeply") from None
    if not isinstance(given, dict):
        raise Refused(400, "a JSON object is wanted")
    try:
        return shape.model_validate(_without_nulls(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(400, f"{place}: {first['msg']}") from None


def translated(translating: Callable[[Any], dict[str, Any]], asked: BaseModel) -> dict[str, Any]:
    try:
        return translating(asked)
    except ValueError as error:
        raise Refused(400, str(error)) from None


def _without_nulls(given: Mapping[str, Any]) -> dict[str, Any]:
    """Clients say null for what they do not say."""
    inner = given.get("options")
    plain = {key: value for key, value in given.items() if value is not None}
    if isinstance(inner, dict):
        plain["options"] = {key: value for key, value in inner.items() if value is not None}
    return plain
