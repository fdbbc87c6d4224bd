"""Modes: the three of them, one's own default, one request's own, and nobody else's."""

import asyncio

import httpx
import pytest

from homepot.access.caller import Caller, system_caller
from homepot.ai.analysis_modes import MODES, ModeName, Statement, Topic, mode_for, mode_named, told
from homepot.core.database import Database
from homepot.core.errors import BadInput

STATEMENTS = [
    Statement(Topic.COST, "The visit cost 90 EUR."),
    Statement(Topic.METRIC, "The temperature was 9.4 °C, 5.1 °C above its usual."),
    Statement(Topic.UPTIME, "Uptime was 99.2 %."),
    Statement(Topic.RISK, "The risk of a failure within 7 days is 62 %."),
    Statement(Topic.FIX, "Replace the evaporator fan."),
]


@pytest.mark.parametrize("mode", MODES.values(), ids=str)
def test_the_prompt_says_who_reads_it_and_what_they_want(mode) -> None:
    for said in (mode.focus, mode.audience, *mode.output):
        assert said in mode.manner
    assert mode.manner.startswith("You are a")


def test_each_audience_is_told_its_own_in_its_own_order() -> None:
    by_mode = {name: told(mode, STATEMENTS).splitlines() for name, mode in MODES.items()}
    assert by_mode[ModeName.MAINTENANCE][0].startswith("Metrics: The temperature was 9.4 °C")
    assert by_mode[ModeName.PREDICTIVE][0] == "Risk: The risk of a failure within 7 days is 62 %."
    assert by_mode[ModeName.EXECUTIVE][:2] == [
        "Uptime: Uptime was 99.2 %.",
        "Cost: The visit cost 90 EUR.",
    ]
    assert not any("evaporator" in line for line in by_mode[ModeName.EXECUTIVE])


def test_a_mode_changes_no_number() -> None:
    known = {one.sentence for one in STATEMENTS}
    for mode in MODES.values():
        lines = told(mode, STATEMENTS).splitlines()
        assert {line.partition(": ")[2] for line in lines} <= known


def test_nothing_known_is_said_to_be_nothing() -> None:
    assert told(mode_named("executive"), []) == "There is nothing to report."


def test_a_mode_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="maintenance, predictive, executive"):
        mode_named("poetic")


async def test_maintenance_until_chosen_otherwise_and_kept_for_the_user_alone(
    viewer: httpx.AsyncClient, operator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    first = (await viewer.get("/api/ai/modes")).json()
    assert first["mode"] == "maintenance"
    assert [mode["name"] for mode in first["modes"]] == ["maintenance", "predictive", "executive"]
    answer = await viewer.put("/api/ai/modes", json={"mode": "executive"})
    assert (answer.status_code, answer.json()["mode"]) == (200, "executive")
    assert (await viewer.put("/api/ai/modes", json={"mode": "predictive"})).status_code == 200
    assert (await viewer.get("/api/ai/modes")).json()["mode"] == "predictive"
    for other in (operator, stranger):
        assert (await other.get("/api/ai/modes")).json()["mode"] == "maintenance"


async def test_a_mode_nobody_knows_is_refused_and_changes_nothing(
    viewer: httpx.AsyncClient,
) -> None:
    answer = await viewer.put("/api/ai/modes", json={"mode": "poetic"})
    assert answer.status_code == 422
    assert "executive" in answer.text
    assert (await viewer.get("/api/ai/modes")).json()["mode"] == "maintenance"


async def test_one_request_may_name_its_own(
    viewer: httpx.AsyncClient, people, db: Database
) -> None:
    tenant = await people.tenant()
    async with db.tenant(tenant) as tx:
        caller: Caller = system_caller(tx, tenant, "a test")
        assert (await mode_for(caller)).name == "maintenance"
        assert (await mode_for(caller, "executive")).name == "executive"
        with pytest.raises(BadInput):
            await mode_for(caller, "poetic")


async def test_choosing_twice_at_once_ends_with_one_of_them(viewer: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(viewer.put("/api/ai/modes", json={"mode": mode.value}) for mode in list(ModeName) * 3)
    )
    assert {answer.status_code for answer in answers} == {200}
    assert (await viewer.get("/api/ai/modes")).json()["mode"] in {mode.value for mode in ModeName}
