"""The words of a model after an answer: shown as far as they are true, and refused aloud."""

from typing import Any

import httpx
from fastapi import FastAPI
from tests.shops import ask, events, fleet, speaking

__all__ = ["fleet"]  # the fixture


async def test_words_of_a_model_come_after_the_result_as_far_as_they_are_true(
    app: FastAPI, viewer: httpx.AsyncClient, fleet: dict[str, str]
) -> None:
    till = fleet["Bakery till"]
    door = speaking(app, f"The maximum of {till} was 43 %. It was 99 % yesterday.")
    question = f"What was the maximum CPU usage of {till} in the last 48 hours?"
    found = [one async for one in events(viewer, {"question": question, "stream": True})]
    assert [name for name, _ in found] == ["result", "words", "narration", "done"]
    assert "43 %" in found[0][1]["answer"]
    assert found[0][1]["model_used"] is None
    assert found[0][1]["narration"]["state"] == "under_way"
    ended = found[2][1]
    assert (ended["state"], ended["model"]) == ("shown", "fake:small")
    assert any("99" in one for one in ended["reasons"])
    assert found[1][1] == {"text": f"The maximum of {till} was 43 %.", "model_used": "fake:small"}
    assert "43 %" in door.asked[0].question
    (kept,) = (await viewer.get("/api/ai/questions")).json()["items"]
    assert (kept["answer"], kept["model_used"]) == (found[1][1]["text"], "fake:small")


async def test_what_a_model_makes_up_is_not_shown(
    app: FastAPI, viewer: httpx.AsyncClient, fleet: dict[str, str]
) -> None:
    till = fleet["Bakery till"]
    question = f"What was the maximum CPU usage of {till} in the last 48 hours?"
    speaking(app, f"The maximum of {till} was 44 %.")
    found = await ask(viewer, question, narrate=True)
    assert found["model_used"] is None
    assert "43 %" in found["answer"]
    assert found["narration"]["state"] == "refused"
    assert any("44" in one for one in found["narration"]["reasons"])
    speaking(app, f"The minimum of {till} was 20 %.")
    question = question.replace("maximum", "minimum")
    found = await ask(viewer, question, model="fake:small")
    told = (f"The minimum of {till} was 20 %.", "fake:small")
    assert (found["answer"], found["model_used"]) == told
    assert found["result"]["value"] == 20.0
    assert found["narration"] == {"state": "shown", "reasons": [], "model": "fake:small"}
    counted = (await viewer.get("/api/ai/status")).json()["narrations"]
    assert counted == {"shown": 1, "cut_short": 0, "refused": 1, "too_slow": 0, "away": 0}


async def test_a_model_is_not_asked_unless_somebody_wants_its_words(
    app: FastAPI, viewer: httpx.AsyncClient, fleet: Any
) -> None:
    door = speaking(app, "There are 2 tills.")
    await ask(viewer, "How many tills are there?")
    await ask(viewer, "What's the weather?", narrate=True)
    assert door.asked == []
    found = await ask(viewer, "How many tills are there?")
    assert found["narration"] == {"state": "not_asked", "reasons": [], "model": None}


async def test_where_no_model_answers_the_written_answer_stands(
    viewer: httpx.AsyncClient, fleet: Any
) -> None:
    written = await ask(viewer, "How many tills are there?")
    found = await ask(viewer, "How many tills are there?", model="nobody:1b")
    assert (found["answer"], found["model_used"]) == (written["answer"], None)
    # In this suite the model is switched off, so nobody was asked; it says so.
    assert found["narration"]["state"] == "not_asked"
    assert "AI_ENABLED" in found["narration"]["reasons"][0]
    assert found["result"]["kind"] == "number"
