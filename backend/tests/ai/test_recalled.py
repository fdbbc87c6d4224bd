"""Questions to memory, through the door where all questions are asked."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.remembered import DISK, FAN, Owner


async def _ask(client: httpx.AsyncClient, **asked: object) -> dict[str, Any]:
    answer = await client.post("/api/ai/query", json=asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_what_helped_before_is_told_with_the_incident_it_rests_on(
    owner: Owner, viewer: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await owner.save(FAN, DISK)
    question = "What helped last time the disk was filling up?"
    told = await _ask(viewer, question=question)
    assert told["result"]["kind"] == "table"
    assert [row["id"] for row in told["result"]["rows"]] == ["inc_disk"]
    assert told["answer"].startswith(
        "1 past incident looked like “the disk was filling up”. What helped most: Repaired log"
        " rotation and purged old logs (it worked in 1 of 1)."
    )
    assert told["evidence"][0]["link"] == "/incidents/inc_disk"
    assert told["plan"]["machine"]["about"] == "the disk was filling up"
    again = await _ask(viewer, plan=told["plan"]["machine"])
    assert again["result"] == told["result"]
    assert (await _ask(viewer, question=told["plan"]["readable"]))["result"] == told["result"]
    other = await _ask(stranger, question=question)
    assert other["result"]["kind"] == "none"


async def test_an_incident_that_is_named_is_compared_by_what_it_did(
    owner: Owner, viewer: httpx.AsyncClient
) -> None:
    """Its words are not those of the other: only what the readings did is the same."""
    again = replace(DISK, incident_id="inc_again", description="It was full once more.")
    await owner.save(FAN, DISK, again)
    told = await _ask(viewer, question="What happened before that looked like inc_again?")
    assert [row["id"] for row in told["result"]["rows"]] == ["inc_disk"]


async def test_nothing_similar_is_said_and_shown_as_none(
    owner: Owner, viewer: httpx.AsyncClient
) -> None:
    await owner.save(FAN, DISK)
    told = await _ask(viewer, question="Has a unicorn in the car park happened before?")
    assert told["result"]["kind"] == "none"
    assert told["answer"] == (
        "No past incident is known that looked like “a unicorn in the car park”."
    )


@pytest.mark.parametrize("plan", [{"ask": "recall"}, {"ask": "recall", "about": ""}])
async def test_a_plan_that_says_not_what_happened_is_refused_with_words(
    owner: Owner, viewer: httpx.AsyncClient, plan: dict[str, str]
) -> None:
    await owner.save(FAN)
    answer = await viewer.post("/api/ai/query", json={"plan": plan})
    if answer.status_code == 200:
        assert answer.json()["result"]["kind"] == "none"
        assert "what happened" in answer.json()["answer"]
    else:
        assert answer.status_code == 422


async def test_whoever_does_not_say_what_happened_is_asked_for_it(
    owner: Owner, viewer: httpx.AsyncClient
) -> None:
    await owner.save(FAN)
    told = await _ask(viewer, question="What happened before that looked like this?")
    assert told["result"]["kind"] == "none"
    assert told["answer"].startswith("Memory is asked with what happened, in words.")


async def test_words_of_the_fleet_make_it_no_question_about_readings(
    owner: Owner, viewer: httpx.AsyncClient
) -> None:
    await owner.save(FAN, DISK)
    for question in (
        "What helped last time the disk was too full on a till?",
        "what fixed high disk usage before?",
        "Has a disk over 90 % happened before?",
    ):
        told = await _ask(viewer, question=question)
        assert told["plan"]["machine"]["ask"] == "recall", question


async def test_what_the_grammar_understands_is_not_asked_of_memory(
    owner: Owner, viewer: httpx.AsyncClient
) -> None:
    await owner.save(FAN, DISK)
    told = await _ask(viewer, question="How many incidents were there in the last 7 days?")
    assert told["plan"]["machine"]["ask"] != "recall"
