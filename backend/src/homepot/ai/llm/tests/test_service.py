"""Asking a model: retries, limits, fairness, memory, and nothing spent on a dead one."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from io import StringIO

import pytest

from homepot.ai.config import ai_config
from homepot.ai.llm import service as service_module
from homepot.ai.llm.doors.choice import FirstThatAnswers
from homepot.ai.llm.doors.door import Asked, Model, Options
from homepot.ai.llm.doors.fake_door import FakeDoor
from homepot.ai.llm.errors import ModelAway, ModelFailed, ModelSlow, NoSuchModel, PromptTooLong
from homepot.ai.llm.gate import Facts
from homepot.ai.llm.narrator import retell
from homepot.ai.llm.service import LlmService, Prompt
from homepot.core.errors import TooMany
from homepot.core.log import configure_logging
from homepot.core.settings import Settings

PROMPT = Prompt("Be brief.", "How warm is it?")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "FIRST_PAUSE_S", 0.0)


def service_of(door: FakeDoor, **ollama: float) -> LlmService:
    config = ai_config(Settings())
    limits = config.ollama.model_copy(update=ollama)
    return LlmService(config.model_copy(update={"ollama": limits}), door)


async def test_a_model_is_asked_and_answers() -> None:
    door = FakeDoor()
    answer = await service_of(door).ask(PROMPT, "anna")
    assert answer.text == "You asked: How warm is it?"
    assert answer.model == "fake:small"
    assert door.asked[0].system == "Be brief."


async def test_what_was_answered_lately_is_not_asked_again() -> None:
    door = FakeDoor()
    llm = service_of(door)
    first = await llm.ask(PROMPT, "anna")
    again = await llm.ask(PROMPT, "ben")
    assert (again.text, again.is_remembered) == (first.text, True)
    for other in (
        replace(PROMPT, system="Be long."),
        replace(PROMPT, options=Options(seed=1)),
        replace(PROMPT, form="json"),
        replace(PROMPT, question="How cold is it?"),
    ):
        assert not (await llm.ask(other, "anna")).is_remembered
    assert len(door.asked) == 5


async def test_a_failure_is_tried_again_and_the_last_one_is_told() -> None:
    door = FakeDoor(failures=[ModelAway(), ModelFailed()])
    assert (await service_of(door).ask(PROMPT, "anna")).text
    assert len(door.asked) == 3
    door = FakeDoor(failures=[ModelFailed() for _ in range(9)])
    with pytest.raises(ModelFailed):
        await service_of(door, max_retries=1).ask(PROMPT, "anna")
    assert len(door.asked) == 2


async def test_nothing_is_said_twice_after_the_first_word() -> None:
    door = FakeDoor(breaks_off=ModelFailed())
    heard = []
    with pytest.raises(ModelFailed):
        async for piece in service_of(door).stream(PROMPT, "anna"):
            heard += [piece.text]
    assert "".join(heard) == "You asked: How"
    assert len(door.asked) == 1


async def test_a_model_that_hangs_is_given_up_after_its_time() -> None:
    door = FakeDoor(waits=asyncio.Event())
    with pytest.raises(ModelSlow):
        await service_of(door, timeout=0.05).ask(PROMPT, "anna")
    assert door.at_once == 0


async def test_a_dead_model_costs_nothing_until_it_may_be_back() -> None:
    clock = [0.0]
    door = FakeDoor(is_away=True)
    llm = LlmService(ai_config(Settings()), door, clock_s=lambda: clock[0])
    for _ in range(3):
        with pytest.raises(ModelAway):
            await llm.ask(PROMPT, "anna")
    door.is_away = False
    with pytest.raises(ModelAway):
        await llm.ask(PROMPT, "anna")
    assert door.asked == []
    clock[0] = 16.0
    assert (await llm.ask(PROMPT, "anna")).text


async def test_so_many_at_once_and_the_others_in_a_fair_line() -> None:
    gate = asyncio.Event()
    order: list[str] = []

    def note(asked: Asked) -> str:
        order.append(asked.question)
        return "ok"

    door = FakeDoor(waits=gate, answer=note)
    llm = service_of(door, concurrent_calls=2, waiting_calls=20)
    asks = [("anna", f"a{n}") for n in range(6)] + [("ben", "b0"), ("ben", "b1")]
    tasks = []
    for user, question in asks:
        tasks.append(asyncio.create_task(llm.ask(Prompt("", question), user)))
        await asyncio.sleep(0)
    async with asyncio.timeout(10):
        while llm.waiting < 6:
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*tasks)
    assert door.at_once_most == 2
    # Whoever asks seldom does not wait behind all of somebody who asks a lot.
    assert order.index("b0") < order.index("a3")
    assert order.index("b1") < order.index("a5")


async def test_more_than_may_wait_are_refused() -> None:
    gate = asyncio.Event()
    llm = service_of(FakeDoor(waits=gate), concurrent_calls=1, waiting_calls=1)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(10):
        tasks.create_task(llm.ask(Prompt("", "1"), "anna"))
        tasks.create_task(llm.ask(Prompt("", "2"), "anna"))
        while llm.waiting < 1:
            await asyncio.sleep(0)
        with pytest.raises(TooMany):
            await llm.ask(Prompt("", "3"), "anna")
        gate.set()


async def test_whoever_stops_listening_stops_the_model_and_frees_the_place() -> None:
    door = FakeDoor(answer=lambda _: "word " * 1000)
    llm = service_of(door, concurrent_calls=1)

    async def some(words: int) -> AsyncIterator[str]:
        stream = llm.stream(Prompt("", "long", options=Options(answer_tokens_max=1000)), "anna")
        async for piece in stream:
            yield piece.text
            words -= 1
            if not words:
                await stream.aclose()
                return

    assert len([word async for word in some(3)]) == 3
    assert door.at_once == 0
    assert (await llm.ask(PROMPT, "anna")).text


async def test_somebody_who_gives_up_waiting_leaves_the_line() -> None:
    gate = asyncio.Event()
    llm = service_of(FakeDoor(waits=gate), concurrent_calls=1)
    first = asyncio.create_task(llm.ask(Prompt("", "1"), "anna"))
    second = asyncio.create_task(llm.ask(Prompt("", "2"), "ben"))
    async with asyncio.timeout(10):
        while llm.waiting < 1:
            await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert llm.waiting == 0
        gate.set()
        await first
        assert (await llm.ask(Prompt("", "3"), "ben")).text


async def test_a_prompt_that_does_not_fit_is_refused_before_it_is_sent() -> None:
    door = FakeDoor()
    with pytest.raises(PromptTooLong):
        await service_of(door).ask(Prompt("", "word " * 5_000), "anna")
    with pytest.raises(PromptTooLong):
        await service_of(door).ask(Prompt("word " * 5_000, "short"), "anna")
    assert door.asked == []


async def test_models_are_found_by_role_by_name_and_by_what_there_is() -> None:
    there = [Model("phi3.5:3.8b", 1), Model("llama3.2:3b", 2), Model("tiny:latest", 0)]
    llm = service_of(FakeDoor(there=there))
    assert await llm.model_for(None) == "llama3.2:3b"
    assert await llm.model_for("fast") == "phi3.5:3.8b"
    assert await llm.model_for("accurate") == "llama3.2:3b"
    assert await llm.model_for("tiny") == "tiny:latest"
    with pytest.raises(NoSuchModel, match=r"llama3\.2:3b, phi3\.5:3\.8b, tiny:latest"):
        await llm.model_for("gpt")
    assert await service_of(FakeDoor()).model_for("balanced") == "fake:small"
    with pytest.raises(ModelAway, match="homepot models pull"):
        await service_of(FakeDoor(there=[])).model_for(None)


async def test_a_model_of_the_owners_takes_the_roles_that_its_size_fits() -> None:
    async def roles(*sizes: tuple[str, int]) -> list[str]:
        llm = service_of(FakeDoor(there=[Model(*one) for one in sizes]))
        return [await llm.model_for(role) for role in (None, "fast", "balanced", "accurate")]

    small, mine, huge = ("smollm2:135m", 100), ("mine:3b", 2_000), ("a-huge:70b", 40_000)
    assert await roles(small, mine) == ["mine:3b", "smollm2:135m", "mine:3b", "mine:3b"]
    assert await roles(huge, small, mine) == ["mine:3b", "smollm2:135m", "mine:3b", "a-huge:70b"]
    named = ("mistral:7b", 1)  # what is configured stays, whatever its size
    assert (await roles(huge, named))[3] == "mistral:7b"


async def test_the_log_says_who_and_how_long_and_never_what() -> None:
    stream = StringIO()
    configure_logging("debug", "json", stream)
    try:
        await service_of(FakeDoor()).ask(Prompt("secret-a", "secret-b"), "anna")
    finally:
        configure_logging("warning")
    said = stream.getvalue()
    lines = [json.loads(line) for line in said.splitlines()]
    (line,) = [line for line in lines if line["action"] == "llm.answered"]
    assert (line["model"], line["user_id"]) == ("fake:small", "anna")
    assert line["response_time_ms"] >= 0
    assert line["logger"] == "homepot.ai"
    assert "secret" not in said


async def test_the_log_says_of_a_failure_who_and_how_long_and_never_what() -> None:
    stream = StringIO()
    configure_logging("debug", "json", stream)
    quoting = [ModelFailed("The model server refused: secret-b is no question") for _ in range(4)]
    try:
        with pytest.raises(ModelFailed):
            await service_of(FakeDoor(failures=[*quoting])).ask(
                Prompt("secret-a", "secret-b"), "anna"
            )
    finally:
        configure_logging("warning")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    (line,) = [line for line in lines if line["action"] == "llm.failed"]
    assert (line["model"], line["user_id"], line["problem"]) == (
        "fake:small", "anna", "model-failed",
    )  # fmt: skip
    assert (line["logger"], line["response_time_ms"] >= 0) == ("homepot.ai", True)
    assert "secret" not in stream.getvalue()


async def test_the_first_server_that_answers_is_used_and_another_when_it_goes() -> None:
    clock = [0.0]
    ollama = FakeDoor(url="http://a", is_away=True, there=[Model("a", 1)])
    own = FakeDoor(url="http://b", there=[Model("b", 1)])
    door = FirstThatAnswers([ollama, own], lambda: clock[0])
    assert [model.name for model in await door.models()] == ["b"]
    ollama.is_away = False
    clock[0] = 11.0
    assert [model.name for model in await door.models()] == ["a"]
    ollama.is_away = True
    llm = LlmService(ai_config(Settings()), door)
    with pytest.raises(ModelAway):
        [piece async for piece in door.chat(Asked("a", "", "?", 4096))]
    assert (await llm.ask(PROMPT, "anna")).model == "b"
    assert door.url == "http://b"


async def test_where_a_server_goes_the_next_ones_model_answers_at_once() -> None:
    ollama = FakeDoor(url="http://a", there=[Model("a", 1)])
    own = FakeDoor(url="http://b", there=[Model("b", 1)])
    llm = LlmService(ai_config(Settings()), FirstThatAnswers([ollama, own]))
    assert (await llm.ask(PROMPT, "anna")).model == "a"
    ollama.is_away = True
    again = replace(PROMPT, question="And now?")
    answer = await llm.ask(again, "anna")
    assert (answer.text, answer.model) == ("You asked: And now?", "b")
    with pytest.raises(NoSuchModel, match="There are: b"):
        await llm.ask(replace(again, model="a"), "anna")


async def test_a_server_without_a_model_is_passed_by_until_it_has_one() -> None:
    clock = [0.0]
    ollama = FakeDoor(url="http://a", there=[])
    own = FakeDoor(url="http://b", there=[Model("b", 1)])
    door = FirstThatAnswers([ollama, own], lambda: clock[0])
    llm = LlmService(ai_config(Settings()), door)
    assert (await llm.ask(PROMPT, "anna")).model == "b"
    ollama.there = [Model("a", 1)]
    clock[0] = 11.0
    assert [model.name for model in await door.models()] == ["a"]
    ollama.there, own.is_away = [], True
    clock[0] = 22.0
    assert list(await door.models()) == []
    assert door.url == "http://a"


FACTS = Facts(["CPU of pos_7 rose from 40 % to 93 %."], devices=["pos_7"])


async def test_only_words_that_the_facts_carry_are_shown() -> None:
    true = "The CPU of pos_7 went up to 93 %."
    told = await retell(
        service_of(FakeDoor(answer=lambda _: true)), FACTS, "T.", manner="Plain.", user="anna"
    )
    assert (told.text, told.by, told.model) == (true, "model", "fake:small")
    told = await retell(
        service_of(FakeDoor(answer=lambda _: "CPU fell to 93 %.")),
        FACTS, "T.", manner="Plain.", user="anna",
    )  # fmt: skip
    assert (told.text, told.by) == ("T.", "template")
    assert "turns the facts round" in told.refused[0]


async def test_without_a_model_the_template_is_shown() -> None:
    for door in (FakeDoor(is_away=True), FakeDoor(there=[])):
        told = await retell(service_of(door), FACTS, "T.", manner="Plain.", user="anna")
        assert (told.text, told.by) == ("T.", "template")
    with pytest.raises(NoSuchModel):
        await retell(service_of(FakeDoor()), FACTS, "T.", manner="Plain.", user="anna", model="gpt")
