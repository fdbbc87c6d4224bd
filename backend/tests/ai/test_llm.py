"""The door to a model: the same tests for the small one of the tests, for a server on loopback
that says what a model server says, for our own model server, and for Ollama where one answers.

The server of the tests also does what a broken one does.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from homepot.ai.llm.doors.door import Asked, Door, Model, Options
from homepot.ai.llm.doors.fake_door import FakeDoor
from homepot.ai.llm.doors.ollama_door import OllamaDoor
from homepot.ai.llm.errors import ModelAway, ModelFailed, ModelSlow, NoSuchModel

ASKED = Asked("small", "Be brief.", "How warm?", 4096, Options(seed=7, stop=("END",)))
Handler = Callable[[str, dict[str, object], asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[str]:
    """The address of a server that answers each request by the handler and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.lower().split("\r\n")
            sizes = [int(line.split(":")[1]) for line in lines if line.startswith("content-length")]
            body = json.loads(await reader.readexactly(sizes[0])) if sizes and sizes[0] else {}
            await handler(head.split(" ")[1], body, writer)
            await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def start(writer: asyncio.StreamWriter, status: str = "200 OK") -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\r\n".encode())


def part(text: str, **more: object) -> bytes:
    message = {"role": "assistant", "content": text}
    return (
        json.dumps({"model": "small", "message": message, "done": False, **more}).encode() + b"\n"
    )


async def model_server(path: str, body: dict[str, object], writer: asyncio.StreamWriter) -> None:
    if path == "/api/version":
        start(writer)
        writer.write(b'{"version": "0.9.0"}')
    elif path == "/api/tags":
        start(writer)
        writer.write(b'{"models": [{"model": "small", "size": 1000000, "digest": "d"}]}')
    elif path == "/api/ps":
        start(writer)
        writer.write(b'{"models": [{"model": "small"}]}')
    elif body["model"] != "small":
        start(writer, "404 Not Found")
        writer.write(b'{"error": "model not found"}')
    else:
        assert body["stream"] is True
        assert body["options"] == {
            "temperature": 0.0, "seed": 7, "num_predict": 256, "num_ctx": 4096, "stop": ["END"],
        }  # fmt: skip
        start(writer)
        for word in ("It ", "is ", "warm."):
            writer.write(part(word))
            await writer.drain()
        writer.write(part("", done=True, prompt_eval_count=12, eval_count=3))


OLLAMA = "http://localhost:11434"


@dataclass(frozen=True)
class Contract:
    """A door, and a model that is behind it."""

    door: Door
    model: str
    # What it says to the question, where that is fixed.
    words: str | None

    @property
    def asked(self) -> Asked:
        limit = 256 if self.words else 12
        options = Options(seed=7, stop=("END",), answer_tokens_max=limit)
        return Asked(self.model, "Be brief.", "How warm?", 4096, options)


@pytest.fixture(params=["fake", "pretended", "ours", "ollama"])
async def contract(request: pytest.FixtureRequest, small_server: Any) -> AsyncIterator[Contract]:
    words = "It is warm."
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            there = [Model("small", 1_000_000, is_loaded=True, digest="d")]
            yield Contract(FakeDoor(there=there, answer=lambda _: words), "small", words)
            return
        if request.param == "pretended":
            url = await stack.enter_async_context(listening(model_server))
            real = OllamaDoor(url, 10)
            stack.push_async_callback(real.close)
            yield Contract(real, "small", words)
            return
        real = OllamaDoor(small_server.url if request.param == "ours" else OLLAMA, 100)
        stack.push_async_callback(real.close)
        try:
            models = await real.models()
        except ModelAway:
            pytest.skip(f"no Ollama answers at {OLLAMA}")
        if not models:
            pytest.skip("Ollama has no model")
        yield Contract(real, min(models, key=lambda one: one.size_bytes).name, None)


async def test_a_door_says_what_is_there(contract: Contract) -> None:
    assert await contract.door.version()
    found = {one.name: one for one in await contract.door.models()}[contract.model]
    assert found.size_bytes >= 1_000_000
    assert found.digest
    if contract.words:
        assert found == Model("small", 1_000_000, is_loaded=True, digest="d")


async def test_a_door_lets_the_words_through_as_they_come(contract: Contract) -> None:
    pieces = [piece async for piece in contract.door.chat(contract.asked)]
    assert len(pieces) > 2
    assert [piece.is_last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert pieces[-1].answer_tokens
    assert pieces[-1].answer_tokens <= contract.asked.options.answer_tokens_max
    told = "".join(piece.text for piece in pieces)
    assert told == contract.words or (contract.words is None and told.strip())


async def test_the_same_question_with_the_same_seed_has_the_same_answer(
    contract: Contract,
) -> None:
    told = [[one.text async for one in contract.door.chat(contract.asked)] for _ in range(2)]
    assert "".join(told[0]) == "".join(told[1])


async def test_a_door_says_that_a_model_is_not_there(contract: Contract) -> None:
    with pytest.raises(NoSuchModel):
        [piece async for piece in contract.door.chat(Asked("other", "", "?", 4096))]


async def test_whoever_stops_listening_may_ask_again(contract: Contract) -> None:
    async with aclosing(contract.door.chat(contract.asked)) as pieces:
        await anext(pieces)
    assert [piece async for piece in contract.door.chat(contract.asked)][-1].is_last


async def heard(url: str, patience_s: float = 10.0) -> str:
    door = OllamaDoor(url, patience_s)
    try:
        return "".join([piece.text async for piece in door.chat(ASKED)])
    finally:
        await door.close()


async def test_nobody_there_is_told_at_once() -> None:
    async with listening(model_server) as url:
        pass
    with pytest.raises(ModelAway):
        await heard(url)


async def test_a_server_that_hangs_is_given_up() -> None:
    released = asyncio.Event()

    async def hangs(_: str, __: dict[str, object], ___: asyncio.StreamWriter) -> None:
        await released.wait()

    async with listening(hangs) as url:
        with pytest.raises(ModelSlow):
            await heard(url, patience_s=0.2)
        released.set()


async def test_a_server_that_dies_in_mid_stream_has_failed() -> None:
    async def dies(_: str, __: dict[str, object], writer: asyncio.StreamWriter) -> None:
        start(writer)
        writer.write(part("It is"))

    async with listening(dies) as url:
        with pytest.raises(ModelFailed):
            await heard(url)


@pytest.mark.parametrize(
    "words", [b"It is warm.\n", b'{"message": \n', b"[1, 2]\n", b'{"message": {"role": 3}}\n']
)
async def test_what_is_no_answer_has_failed(words: bytes) -> None:
    async def babbles(_: str, __: dict[str, object], writer: asyncio.StreamWriter) -> None:
        start(writer)
        writer.write(words)

    async with listening(babbles) as url:
        with pytest.raises(ModelFailed):
            await heard(url)


async def test_a_server_with_an_error_is_quoted() -> None:
    async def refuses(_: str, __: dict[str, object], writer: asyncio.StreamWriter) -> None:
        start(writer, "500 Internal Server Error")
        writer.write(b'{"error": "out of memory"}')

    async with listening(refuses) as url:
        with pytest.raises(ModelFailed, match="out of memory"):
            await heard(url)


@pytest.mark.parametrize("words", [b"<html>hello</html>", b"[]", b'{"version": 1}', b"\xff"])
async def test_something_else_on_the_port_is_no_model_server(words: bytes) -> None:
    async def greets(_: str, __: dict[str, object], writer: asyncio.StreamWriter) -> None:
        start(writer)
        writer.write(words)

    async with listening(greets) as url:
        door = OllamaDoor(url, 5)
        with pytest.raises(ModelFailed):
            await door.version()
        await door.close()


async def test_a_redirect_is_not_followed_out_of_the_house() -> None:
    asked = []

    async def elsewhere(path: str, __: dict[str, object], writer: asyncio.StreamWriter) -> None:
        asked.append(path)
        writer.write(b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/api/chat\r\n\r\n")

    async with listening(elsewhere) as url:
        with pytest.raises(ModelFailed):
            await heard(url)
    assert asked == ["/api/chat"]


async def test_whoever_stops_listening_hangs_up() -> None:
    gone = asyncio.Event()

    async def talks(_: str, __: dict[str, object], writer: asyncio.StreamWriter) -> None:
        start(writer)
        try:
            while True:
                writer.write(part("word "))
                await writer.drain()
        except ConnectionError:
            gone.set()

    async with listening(talks) as url:
        door = OllamaDoor(url, 10)
        async with aclosing(door.chat(ASKED)) as pieces:
            assert (await anext(pieces)).text == "word "
        await door.close()
        async with asyncio.timeout(10):
            await gone.wait()
