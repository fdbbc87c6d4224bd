"""A server or a way that was gone: how long until it is found again, and what that asks of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from homepot_agent.wire import READY
from stub_server import Reply
from world import World

DAY_S = 86_400.0


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_waits_longer_and_longer_for_a_server_that_is_not_there(world: World) -> None:
    world.transport.up = False
    world.agent.courier._dice = lambda: 1.0
    world.live(4 * 3600)
    tries = world.transport.tries_s
    waits = [round(b - a) for a, b in zip(tries, tries[1:])]
    assert waits[:9] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    looks = sorted([*tries, *world.transport.probes_s])
    assert max(b - a for a, b in zip(looks, looks[1:])) < 121


def test_a_server_that_comes_back_has_live_reports_within_two_minutes(tmp_path: Path) -> None:
    came_back_s = []
    for seed in range(20):
        world = World(tmp_path / str(seed), seed, backoff_base_s=3600.0)
        world.transport.up = False  # its machine is there, as it is when only the server is away
        world.live(3 * 3600)
        assert not world.stub.stored
        world.transport.up = True
        up_s, asked = world.clock.passed_s, len(world.stub.asked)
        while not world.stub.stored:
            world.live(1)
            assert world.clock.passed_s - up_s <= 125, "it waited longer"
        assert world.stub.asked[asked].path == READY
        assert [one.path for one in world.stub.asked].count(READY) == 1, "one light request"
        came_back_s.append(world.clock.passed_s - up_s)
    # each at a moment of its own, so that a whole fleet does not come at once
    assert len({came_s // 10 for came_s in came_back_s}) >= 6


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_without_its_server_is_no_answer_of_the_server(world: World, status: int) -> None:
    world.live(60)
    away = Reply(status, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>")
    world.stub.handle = lambda *_: away  # type: ignore[method-assign]
    world.live(DAY_S)
    assert world.agent.courier.down_since_us is not None
    assert "what stands before the server" in world.agent.courier.last_error
    del world.stub.handle  # type: ignore[method-assign]
    world.live(125)
    assert world.agent.spool.next_sequence - 1 in world.sequences()


def test_a_server_that_is_there_but_fails_each_try_is_asked_less_and_less(world: World) -> None:
    """Whoever answers what is light alone is overloaded, or the way does not carry more."""
    request = world.transport.request

    def light_alone(*asked: Any) -> Any:
        world.transport.up = asked[1] == READY
        return request(*asked)

    world.transport.request = light_alone  # type: ignore[method-assign]
    world.agent.courier._dice = lambda: 0.9
    world.live(12 * 3600)
    tries = world.transport.tries_s
    assert max(b - a for a, b in zip(tries, tries[1:])) > 3000
    assert len(tries) < 30


def test_a_server_without_that_light_request_counts_as_there(world: World) -> None:
    world.stub.has_health = False
    world.transport.up = False
    world.live(3 * 3600)
    world.transport.up = True
    world.live(125)
    assert world.stub.stored


def test_a_way_that_opens_again_ends_the_wait(world: World) -> None:
    world.transport.up = world.transport.has_way = False
    world.agent.courier._dice = lambda: 1.0
    world.live(3 * 3600)
    world.transport.up = world.transport.has_way = True
    world.live(25)
    assert world.stub.stored
