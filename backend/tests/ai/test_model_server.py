"""Our own model server, asked by the official clients of Ollama and of OpenAI, and hurt."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import ollama
import openai
import pytest

from homepot.ai.llm.models.pulling import remove
from homepot.ai.llm.models.shelf import Shelf

SMALL = "smollm2:135m"
HELLO = [{"role": "user", "content": "Say hello to the night shift."}]
SCHEMA = {
    "type": "object",
    "properties": {"device": {"type": "string", "maxLength": 12}, "count": {"type": "integer"}},
    "required": ["device", "count"],
    "additionalProperties": False,
}
# More than can be said while a test runs: the form does not let it end.
ROW = {"type": "array", "items": {"type": "integer"}, "minItems": 40}
ENDLESS: dict[str, Any] = {
    "format": {"type": "array", "items": ROW, "minItems": 40},
    "options": {"num_predict": 3500, "temperature": 1.0},
}
HALF_A_REQUEST = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def client(small_server: Any) -> Iterator[ollama.Client]:
    with ollama.Client(small_server.url, timeout=110) as one:
        yield one


@pytest.fixture
def ai(small_server: Any) -> Iterator[openai.OpenAI]:
    given: Any = {"api_key": "none", "timeout": 110, "max_retries": 0}
    with openai.OpenAI(base_url=f"{small_server.url}/v1", **given) as one:
        yield one


def few(**options: Any) -> dict[str, Any]:
    return {"num_predict": 12, "temperature": 0.0, "seed": 1, **options}


def test_the_model_that_came_along_is_there_at_once(client: ollama.Client) -> None:
    sizes = {one.model: one.size for one in client.list().models}
    assert sizes[SMALL] == 98_362_432
    shown = client.show(SMALL)
    assert shown.capabilities == ["completion"]
    assert shown.details is not None
    assert shown.details.quantization_level == "Q4_1"
    assert shown.modelinfo is not None
    assert shown.modelinfo["llama.context_length"] == 8192


def test_a_chat_is_answered_whole_and_in_pieces(client: ollama.Client) -> None:
    whole = client.chat(SMALL, HELLO, options=few())
    assert whole.message.content
    assert (whole.done, whole.done_reason) == (True, "length")
    assert whole.prompt_eval_count is not None
    assert whole.prompt_eval_count > 20
    assert whole.eval_count == 12
    pieces = list(client.chat(SMALL, HELLO, stream=True, options=few()))
    assert len(pieces) > 3
    assert "".join(piece.message.content or "" for piece in pieces) == whole.message.content
    assert [piece.done for piece in pieces] == [False] * (len(pieces) - 1) + [True]


def test_generate_answers_a_prompt_and_a_raw_one(client: ollama.Client) -> None:
    told = client.generate(SMALL, "Say hello.", system="Be brief.", options=few())
    assert told.response
    raw = client.generate(SMALL, "one, two, three, four,", raw=True, options=few())
    assert "five" in raw.response


def test_stop_words_end_an_answer_and_are_not_shown(client: ollama.Client) -> None:
    prompt = "one, two, three, four,"
    options = few(num_predict=6, stop=["five"])
    told = client.generate(SMALL, prompt, raw=True, options=options)
    assert "five" not in told.response
    assert told.done_reason == "stop"


def test_the_same_seed_says_the_same_and_another_one_something_else(client: ollama.Client) -> None:
    def said(seed: int) -> str:
        options = few(temperature=1.5, seed=seed, num_predict=24)
        return client.chat(SMALL, HELLO, options=options).message.content or ""

    assert said(7) == said(7)
    assert len({said(seed) for seed in (7, 8, 9)}) > 1


@pytest.mark.parametrize("form", [SCHEMA, "json"])
def test_an_answer_has_the_form_that_was_asked_for(client: ollama.Client, form: Any) -> None:
    question = [{"role": "user", "content": "Which device is hot, how many are there? As JSON."}]
    # Where no more than JSON is asked for, a small model may go on beyond any limit.
    options = few(num_predict=200, stop=[] if form == SCHEMA else ["}"])
    told = client.chat(SMALL, question, format=form, options=options).message.content or ""
    assert told.lstrip().startswith(("{", "["))
    if form == SCHEMA:
        found = json.loads(told)
        assert set(found) == {"device", "count"}
        assert isinstance(found["count"], int)


def test_openais_client_is_answered(ai: openai.OpenAI) -> None:
    assert SMALL in {one.id for one in ai.models.list()}
    assert ai.models.retrieve(SMALL).id == SMALL
    limits: Any = {"max_tokens": 12, "temperature": 0, "seed": 1}
    whole = ai.chat.completions.create(model=SMALL, messages=HELLO, **limits)
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 12
    parts = list(
        ai.chat.completions.create(
            model=SMALL,
            messages=HELLO,
            stream=True,
            stream_options={"include_usage": True},
            **limits,
        )
    )
    told = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    assert told == whole.choices[0].message.content
    assert parts[-1].usage == whole.usage


def test_openais_client_has_a_prompt_continued(ai: openai.OpenAI) -> None:
    asked: Any = {"model": SMALL, "prompt": "one, two, three, four,", "temperature": 0, "seed": 1}
    whole = ai.completions.create(**asked, max_tokens=6)
    assert "five" in whole.choices[0].text
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 6
    parts = list(ai.completions.create(**asked, max_tokens=6, stream=True))
    assert "".join(part.choices[0].text for part in parts) == whole.choices[0].text
    assert parts[-1].choices[0].finish_reason == whole.choices[0].finish_reason == "length"
    stopped = ai.completions.create(**asked, stop=["five"])
    assert (stopped.choices[0].finish_reason, "five" in stopped.choices[0].text) == ("stop", False)
    with pytest.raises(openai.BadRequestError, match="no suffix and no echo"):
        ai.completions.create(**asked, suffix="six")


def test_openais_client_gets_the_schema_it_asked_for(ai: openai.OpenAI) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "seen", "schema": SCHEMA}}
    told = ai.chat.completions.create(
        model=SMALL, messages=HELLO, response_format=form, max_tokens=200, seed=1
    )
    assert set(json.loads(told.choices[0].message.content or "")) == {"device", "count"}


def test_texts_become_vectors_of_the_products_own_model(
    client: ollama.Client, ai: openai.OpenAI
) -> None:
    texts = ["The pump is hot.", "The pump is too warm.", "Paper is missing."]
    hot, warm, paper = client.embed("all-minilm:int8", texts).embeddings
    assert len(hot) == 384

    def alike(one: Any, other: Any) -> float:
        return sum(a * b for a, b in zip(one, other, strict=True))

    assert alike(hot, warm) > alike(hot, paper) + 0.2
    # Without a tag the only one there is is meant, as Ollama does with latest.
    theirs = ai.embeddings.create(model="all-minilm", input=texts).data
    assert theirs[0].embedding == pytest.approx(hot, abs=1e-6)
    with pytest.raises(ollama.ResponseError, match="makes no embeddings"):
        client.embed(SMALL, "x")
    with pytest.raises(ollama.ResponseError, match="does not chat"):
        client.chat("all-minilm:int8", HELLO)


BAD: list[tuple[str, Any, int, str]] = [
    ("/api/chat", {"messages": HELLO}, 400, "say which model"),
    ("/api/chat", {"model": "nobody", "messages": HELLO}, 404, "'nobody' not found"),
    ("/api/chat", {"model": SMALL, "messages": "hi"}, 400, "messages"),
    ("/api/chat", {"model": SMALL, "messages": [{"role": "boss"}]}, 400, "role"),
    ("/api/chat", {"model": SMALL, "messages": HELLO, "options": {"top_k": -1}}, 400, "top_k"),
    ("/api/chat", {"model": SMALL, "messages": HELLO, "keep_alive": "soon"}, 400, "keep_alive"),
    ("/api/chat", {"model": SMALL, "messages": HELLO, "tools": [{}]}, 400, "tools"),
    ("/api/chat", {"model": SMALL, "messages": HELLO, "format": {"type": "no"}}, 400, "no"),
    ("/api/generate", {"model": SMALL, "prompt": "x", "suffix": "y"}, 400, "suffix"),
    ("/api/chat", [], 400, "object"),
    ("/api/pull", {"model": "nobody:1b"}, 404, "not in the catalogue"),
    ("/api/show", {"model": "nobody"}, 404, "not found"),
    ("/api/nothing", {}, 404, "Not Found"),
    ("/v1/chat/completions", {"model": "nobody", "messages": HELLO}, 404, "not found"),
    ("/v1/chat/completions", {"model": SMALL, "messages": []}, 400, "messages"),
    ("/v1/chat/completions", {"model": SMALL, "messages": HELLO, "n": 2}, 400, "n"),
    ("/v1/nothing", {}, 404, "Not Found"),
]


@pytest.mark.parametrize(("path", "body", "status", "words"), BAD)
def test_what_cannot_be_answered_is_refused_in_the_shape_of_the_protocol(
    small_server: Any, path: str, body: Any, status: int, words: str
) -> None:
    answer = small_server.post(path, {**body, "stream": False} if body else body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert words in (error["message"] if path.startswith("/v1/") else error)


def test_what_is_no_json_is_refused(small_server: Any) -> None:
    for content in (b"{", b"\xff\xfe", b"[" * 100_000):
        answer = httpx.post(f"{small_server.url}/api/chat", content=content, timeout=100)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_a_prompt_longer_than_the_window_is_refused_with_both_figures(
    client: ollama.Client, ai: openai.OpenAI
) -> None:
    long: Any = [{"role": "user", "content": "the pump at site 12 is hot " * 40_000}]
    assert len(long[0]["content"]) > 1_000_000
    with pytest.raises(ollama.ResponseError, match=r"360,\d+ tokens.* 4,096") as refused:
        client.chat(SMALL, long)
    assert refused.value.status_code == 400
    with pytest.raises(openai.BadRequestError, match="the window of smollm2:135m is 4,096"):
        ai.chat.completions.create(model=SMALL, messages=long)
    with pytest.raises(ollama.ResponseError, match=r"tokens.* 40 \(num_ctx\)"):
        client.chat(SMALL, [{"role": "user", "content": "word " * 50}], options=few(num_ctx=40))


def test_pages_of_others_are_not_let_in(small_server: Any) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert httpx.get(f"{small_server.url}/api/tags", headers=headers).status_code == 403
    near = {"Origin": "http://localhost:5173"}
    assert httpx.get(f"{small_server.url}/api/tags", headers=near).status_code == 200


def test_whoever_hangs_up_frees_the_slot(
    small_server: Any, client: ollama.Client, wait_until: Until
) -> None:
    answers = [client.chat(SMALL, HELLO, stream=True, **ENDLESS) for _ in range(3)]
    for answer in answers:
        next(answer)
    assert small_server.busy_slots() == 3
    for answer in answers:
        answer.close()
    wait_until(lambda: small_server.busy_slots() == 0)


async def test_ten_chats_at_once_are_all_answered(small_server: Any) -> None:
    async def ask(client: ollama.AsyncClient, number: int) -> ollama.ChatResponse:
        question = f"Device {number} is at {number} %. What is that?"
        return await client.chat(
            SMALL, [{"role": "user", "content": question}], options=few(num_predict=8)
        )

    async with ollama.AsyncClient(small_server.url, timeout=110) as client:
        told = await asyncio.gather(*(ask(client, number) for number in range(10)))
    assert all(one.done and one.message.content for one in told)


def test_clients_that_hang_do_not_hinder_the_others(
    small_server: Any, client: ollama.Client
) -> None:
    host, port = small_server.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for begun in (b"", b"POST /api/chat HT", HALF_A_REQUEST):
            for _ in range(20):
                hanging = stack.enter_context(socket.create_connection((host, int(port))))
                hanging.sendall(begun)
        assert client.chat(SMALL, HELLO, options=few()).message.content


def test_a_crash_of_llama_cpp_ends_the_answer_and_nothing_else(
    small_server: Any, client: ollama.Client, wait_until: Until
) -> None:
    answer = client.chat(SMALL, HELLO, stream=True, **ENDLESS)
    next(answer)
    (runner,) = small_server.runners
    runner.kill()
    with pytest.raises(ollama.ResponseError, match="ended in the middle"):
        list(answer)
    assert client.chat(SMALL, HELLO, options=few()).message.content
    (another,) = small_server.runners
    assert another.pid != runner.pid


def test_a_model_leaves_memory_when_its_time_is_over(
    small_server: Any, client: ollama.Client, wait_until: Until
) -> None:
    client.chat(SMALL, HELLO, options=few(), keep_alive=-1)
    (loaded,) = client.ps().models
    assert (loaded.model, loaded.context_length) == (SMALL, 4096)
    (runner,) = small_server.runners
    assert loaded.size == pytest.approx(runner.memory_info().rss, rel=0.2)
    client.chat(SMALL, HELLO, options=few(), keep_alive="10ms")
    wait_until(lambda: small_server.loaded == [])
    wait_until(lambda: small_server.runners == [])
    client.generate(SMALL, keep_alive="5m")  # as `ollama run` loads a model
    assert small_server.loaded == [SMALL]
    assert client.generate(SMALL, keep_alive=0).done_reason == "unload"
    wait_until(lambda: small_server.runners == [])


def test_a_larger_window_is_given_up_to_what_the_model_was_trained_for(
    client: ollama.Client,
) -> None:
    client.generate(SMALL, options={"num_ctx": 100_000})
    assert [one.context_length for one in client.ps().models] == [8192]


def test_nothing_is_loaded_that_does_not_fit(tmp_path: Any, start_server: Any) -> None:
    limit = {"HOMEPOT_MODEL_SERVER_MEMORY_MAX_BYTES": "300000000"}
    with start_server(tmp_path / "var", **limit) as server:
        body = {"model": SMALL, "messages": HELLO, "stream": False}
        answer = server.post("/api/chat", body)
        assert answer.status_code == 507
        assert "needs 0.5 GB of memory; 0.3 GB may be used" in answer.json()["error"]
        assert server.runners == []


def twin_of(folder: Path, path: str) -> None:
    """The small model under another name, as if it had been pulled."""
    folder.mkdir(exist_ok=True)
    note = {"name": "twin:1b", "file": "twin.gguf", "kind": "chat", "bytes": 98_362_432,
            "sha256": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            "source": "a test", "is_known": True}  # fmt: skip
    (folder / "twin.gguf").symlink_to(path)
    (folder / "twin_1b.json").write_text(json.dumps(note))


def test_a_model_that_is_removed_while_it_is_loaded_leaves_the_memory(
    small_server: Any, client: ollama.Client, wait_until: Until
) -> None:
    folder = small_server.data_dir / "models"
    where = small_server.post("/api/show", {"model": SMALL}).json()["modelfile"].split("FROM ")[1]
    client.chat(SMALL, HELLO, options=few())
    twin_of(folder, where)
    client.chat("twin:1b", HELLO, options=few())
    assert {*small_server.loaded} == {SMALL, "twin:1b"}
    remove(Shelf(folder), "twin:1b")
    assert small_server.loaded == [SMALL]
    wait_until(lambda: len(small_server.runners) == 1)
    assert "twin:1b" not in {one.model for one in client.list().models}
    with pytest.raises(ollama.ResponseError, match="'twin:1b' not found"):
        client.chat("twin:1b", HELLO)


def test_models_that_nobody_uses_make_room(tmp_path: Any, start_server: Any) -> None:
    limit = {"HOMEPOT_MODEL_SERVER_MEMORY_MAX_BYTES": "900000000"}
    with (
        start_server(tmp_path / "var", **limit) as server,
        ollama.Client(server.url, timeout=110) as client,
    ):
        client.chat(SMALL, HELLO, options=few())
        folder = tmp_path / "var" / "models"
        (source,) = folder.glob("prepared/*.gguf")
        digest = server.post("/api/show", {"model": SMALL}).json()["modelfile"].split("FROM ")[1]
        assert source.is_file()
        twin_of(folder, digest)
        client.chat("twin:1b", HELLO, options=few())
        assert server.loaded == ["twin:1b"]
        assert len(server.runners) == 1
