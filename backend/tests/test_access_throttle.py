"""Guessing passwords is slowed down, and nobody can lock anybody else out."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.core.database import Database
from homepot.core.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "sign_in_failures_max": 3,
            "sign_in_address_failures_max": 5,
            "sign_in_over_http": True,  # they come from other machines
        }
    )


def from_address(people: Any, address: str) -> httpx.AsyncClient:
    client: httpx.AsyncClient = people.anonymous()
    client._transport.client = (address, 4711)
    return client


async def test_guessing_is_slowed_down_and_says_when_to_come_again(people: Any) -> None:
    await people.add(username="ada")
    thief = from_address(people, "192.0.2.1")
    statuses = [(await people.sign_in(thief, "ada", "wrong")).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    answer = await people.sign_in(thief, "ADA")
    assert answer.status_code == 429, "even the right password waits"
    assert 0 < int(answer.headers["Retry-After"]) <= 900


async def test_a_throttled_name_does_not_tell_whether_it_exists(people: Any) -> None:
    await people.add(username="ada")
    answers = []
    for name, address in (("ada", "192.0.2.1"), ("nobody", "192.0.2.2")):
        thief = from_address(people, address)
        for _ in range(3):
            await people.sign_in(thief, name, "wrong")
        body = (await people.sign_in(thief, name, "wrong")).json()
        body.pop("request_id")
        answers.append(body)
    assert answers[0] == answers[1]


async def test_the_throttle_locks_nobody_out(people: Any) -> None:
    await people.add(username="ada")
    home = from_address(people, "192.0.2.1")
    assert (await people.sign_in(home, "ada")).status_code == 200
    neighbour = from_address(people, "192.0.2.1")
    far_away = from_address(people, "198.51.100.7")
    for thief in (neighbour, far_away):
        for _ in range(6):
            await people.sign_in(thief, "ada", "wrong")
        assert (await people.sign_in(thief, "ada")).status_code == 429
    assert (await people.sign_in(home, "ada")).status_code == 200, "a browser she has used before"
    elsewhere = from_address(people, "203.0.113.9")
    assert (await people.sign_in(elsewhere, "ada")).status_code == 200, "an address of her own"


async def test_an_invented_browser_is_not_a_known_one(people: Any) -> None:
    await people.add(username="ada")
    await people.add(username="bob")
    own = from_address(people, "192.0.2.1")
    await people.sign_in(own, "bob")
    others_cookie = own.cookies["homepot_browser"]
    statuses = []
    for number in range(5):
        thief = from_address(people, "192.0.2.66")
        cookie = others_cookie if number % 2 else f"hb_{number}"
        thief.cookies.set("homepot_browser", cookie, domain="homepot.test", path="/api/auth")
        statuses.append((await people.sign_in(thief, "ada", "wrong")).status_code)
    assert statuses == [401, 401, 401, 429, 429]


async def test_many_names_from_one_address_are_slowed_down(people: Any) -> None:
    await people.add(username="ada")
    thief = from_address(people, "2001:db8::1")
    for number in range(5):
        assert (await people.sign_in(thief, f"name{number}", "wrong")).status_code == 401
    same_home = from_address(people, "2001:db8::ffff:2")
    assert (await people.sign_in(same_home, "ada")).status_code == 429
    next_door = from_address(people, "2001:db8:0:1::1")
    assert (await people.sign_in(next_door, "ada")).status_code == 200


async def test_a_crowd_at_once_gets_no_more_guesses(people: Any) -> None:
    await people.add(username="ada")
    thief = from_address(people, "192.0.2.1")
    answers = await asyncio.gather(*(people.sign_in(thief, "ada", "wrong") for _ in range(10)))
    assert sorted(one.status_code for one in answers) == [401] * 3 + [429] * 7


async def test_the_right_password_wipes_the_slate(people: Any) -> None:
    await people.add(username="ada")
    home = from_address(people, "192.0.2.1")
    for _ in range(2):
        home.cookies.clear()
        for _ in range(2):
            assert (await people.sign_in(home, "ada", "wrong")).status_code == 401
        assert (await people.sign_in(home, "ada")).status_code == 200


async def test_the_window_ends(people: Any, db: Database) -> None:
    await people.add(username="ada")
    home = from_address(people, "192.0.2.1")
    for _ in range(4):
        await people.sign_in(home, "ada", "wrong")
    async with db.system() as tx:
        await tx.execute(text("UPDATE sign_in_attempts SET window_ends_at = now()"))
    assert (await people.sign_in(home, "ada")).status_code == 200


async def test_a_stolen_session_is_no_place_to_guess_the_password(people: Any) -> None:
    client = await people.client(await people.add())
    given = {"current_password": "wrong", "new_password": "nine quiet lanterns"}
    statuses = [(await client.post("/api/auth/password", json=given)).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
