"""From the spool to the server: everything, once, live first, as patiently as it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stub_server import PROBLEM, Reply, lost_answer, say
from world import NOON_US, World

DAY_S = 86_400.0


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def on(path_end: str, reply: Reply) -> Any:
    return lambda method, path, body: reply if path.endswith(path_end) else None


def test_sends_what_it_measures(world: World) -> None:
    world.live(600)
    assert world.sequences() == list(range(1, 21))
    assert len(world.agent.spool) == 0
    assert world.stub.repeats == 0
    last = world.stub.stored[max(world.stub.stored)]
    assert last == {
        "cpu_percent": 12.5,
        "memory_percent": 40.0,
        "disk_percent": 60.0,
        "load_1m": 0.5,
        "network_latency_ms": 7.0,
        "sequence": 20,
    }
    assert len(world.stub.seen("/heartbeat")) == pytest.approx(20, abs=1)
    assert len(world.stub.seen("/pending")) == pytest.approx(10, abs=1)
    assert world.stub.dna[0]["local_ip"] == "10.0.0.7"


def test_the_first_report_is_there_within_a_second(world: World) -> None:
    world.live(1)
    assert world.sequences() == [1]


def test_after_a_day_without_link_live_passes_the_backlog(tmp_path: Path) -> None:
    world = World(tmp_path, backlog_pause_s=0.0)
    world.live(300)
    world.transport.up = world.transport.has_way = False
    world.live(DAY_S)
    missing = len(world.agent.spool)
    assert missing == pytest.approx(2880, abs=2)
    world.transport.up = world.transport.has_way = True
    world.transport.request_s = 10.0  # a slow line: the backlog takes several intervals
    before = len(world.stub.arrivals)
    newest: list[bool] = []

    def check() -> None:
        """The report of the last interval must be there when the next is measured."""
        last = world.agent.spool.next_sequence - 2
        newest.append(last in {m["sequence"] for m in world.stub.stored.values()})

    world.live(900, check)
    # two intervals to find that there is a way again, and to say who this is
    assert all(newest[2:]), "a live report waited behind the backlog"
    assert len(world.agent.spool) == 0
    assert world.sequences() == list(range(1, world.agent.spool.next_sequence))
    # all but the last few of the outage, which went with the first live one
    old = [one for one in world.stub.arrivals[before:] if one < NOON_US + int(DAY_S - 600) * 10**6]
    assert old == sorted(old), "the backlog goes oldest first"
    assert max(one.rows for one in world.stub.seen("/api/telemetry")) <= 500


def test_a_backlog_is_packed(world: World) -> None:
    world.transport.up = False
    world.live(3600)
    world.transport.up = True
    world.live(3600)
    packed = [one for one in world.stub.seen("/api/telemetry") if one.rows > 20]
    assert packed
    assert all(one.headers["content-encoding"] == "gzip" for one in packed)
    assert len(world.agent.spool) == 0


def test_honours_retry_after_and_keeps_beating(world: World) -> None:
    world.live(10)
    busy = say(429, {"detail": "Too many."}, Retry_After="120")
    world.stub.faults.append(on("/api/telemetry", busy))
    world.live(60)
    begun = len(world.stub.seen("/api/telemetry"))
    beats = len(world.stub.seen("/heartbeat"))
    world.live(80)
    assert len(world.stub.seen("/api/telemetry")) == begun, "asked before it was allowed to"
    assert len(world.stub.seen("/heartbeat")) > beats
    world.live(60)
    assert world.sequences() == list(range(1, world.agent.spool.next_sequence))


@pytest.mark.parametrize(
    "reply",
    [
        say(503, {"detail": "Down."}),
        say(500, {"detail": "Oh."}),
        Reply(200, {"Content-Type": "text/html"}, b"<h1>Please log in to this network</h1>"),
        say(200, {"hello": "world"}),
        say(200, {"stored": 0, "repeated": 0, "corrected": 0, "rejected": []}),
        Reply(400, {"Content-Type": "text/html"}, b"<h1>Bad proxy</h1>"),
        say(302, {}, Location="https://elsewhere"),
    ],
    ids=["503", "500", "portal", "not ours", "counts nothing", "proxy", "redirect"],
)
def test_only_a_real_acknowledgement_counts(world: World, reply: Reply) -> None:
    for _ in range(4):
        world.stub.faults.append(on("/api/telemetry", reply))
    world.live(1)
    assert not world.stub.stored
    assert len(world.agent.spool) == 1
    assert world.agent.courier.last_error
    world.live(1800)
    assert world.sequences() == list(range(1, world.agent.spool.next_sequence))


def test_a_lost_answer_means_one_repeat_and_nothing_twice(world: World) -> None:
    world.stub.faults.append(on("/api/telemetry", lost_answer(say(200, {}))))
    world.live(300)
    assert world.stub.repeats == 1
    assert world.sequences() == list(range(1, 11))


def test_a_wrong_key_is_said_plainly_and_tried_rarely(world: World) -> None:
    world.live(100)
    world.stub.keys.clear()
    asked = len(world.stub.asked)
    world.live(7200)
    assert "does not accept this device" in world.agent.courier.last_error
    assert len(world.stub.asked) - asked < 40
    world.stub.keys["DEVICE-AAAA-BBBB-CCCC"] = "the-device-key"
    world.live(3600)
    assert world.sequences() == list(range(1, world.agent.spool.next_sequence))


def test_rejected_rows_are_put_aside_with_the_reason(world: World, tmp_path: Path) -> None:
    world.stub.refuse_row = lambda row: (
        "cpu_percent is not a number" if row["metrics"]["sequence"] % 3 == 0 else None
    )
    world.live(300)
    assert world.sequences() == [1, 2, 4, 5, 7, 8, 10]
    assert len(world.agent.spool) == 0
    lines = [json.loads(one) for one in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert [json.loads(one["metrics"])["sequence"] for one in lines] == [3, 6, 9]
    assert {one["reason"] for one in lines} == {"cpu_percent is not a number"}
    assert world.agent.rejects.count == 3


def test_one_unreadable_report_does_not_stop_the_others(world: World) -> None:
    """A server that refuses a whole batch because of one row gets the others without it."""
    world.transport.up = False
    world.live(3000)
    world.transport.up = True
    poison = b'"sequence":37}'

    def choke(method: str, path: str, body: bytes) -> Reply | None:
        if poison in body:
            world.stub.faults.append(choke)
            return say(422, {"detail": "What is this?"})
        return None

    world.stub.faults.append(choke)
    world.live(3600)
    expected = set(range(1, world.agent.spool.next_sequence)) - {37}
    assert world.sequences() == sorted(expected)
    assert world.agent.rejects.count == 1


def test_a_batch_that_is_too_large_is_divided(world: World) -> None:
    world.transport.up = False
    world.live(3000)
    world.transport.up = True

    def small_only(method: str, path: str, body: bytes) -> Reply | None:
        if path.endswith("/api/telemetry") and len(body) > 2000:
            world.stub.faults.append(small_only)
            return say(413, {"detail": "Too large."})
        return None

    world.stub.faults.append(small_only)
    world.live(3600)
    assert world.sequences() == list(range(1, world.agent.spool.next_sequence))
    assert world.agent.rejects.count == 0


def test_a_server_without_the_road_for_batches_gets_the_old_one(world: World) -> None:
    world.stub.batches = False
    world.live(300)
    assert len(world.stub.stored) == 10
    row = world.stub.stored[max(world.stub.stored)]
    assert (row["cpu_percent"], row["load_1m"]) == (12.5, 0.5)
    assert len(world.stub.seen("/api/telemetry")) == 1, "asked once, not with every report"
    world.stub.batches = True
    world.live(3600)
    assert len(world.stub.seen("/api/telemetry")) > 1, "the road for batches was never found"


def test_the_old_road_does_not_get_what_it_can_not_carry(world: World) -> None:
    world.stub.batches = False
    world.metrics = lambda: {"temperature_celsius": 4.0}
    world.live(60)
    assert not world.stub.stored
    assert world.agent.rejects.count == 2


def test_a_server_without_any_road_loses_nothing(world: World) -> None:
    world.stub.batches = world.stub.old_way = False
    world.live(600)
    assert len(world.agent.spool) == 20
    world.stub.batches = True
    world.live(7200)
    assert world.sequences() == list(range(1, world.agent.spool.next_sequence))


def test_restarts_anywhere_lose_nothing(world: World) -> None:
    for _ in range(10):
        world.live(100)
        world.restart()
    world.live(60)
    assert world.sequences() == list(range(1, world.agent.spool.next_sequence))
    assert world.agent.spool.next_sequence > 30


def test_a_full_spool_is_told_to_the_server(tmp_path: Path) -> None:
    world = World(tmp_path, spool_mb=0.1)
    world.transport.up = False
    world.live(2 * DAY_S)
    dropped = world.agent.spool.facts().dropped
    assert dropped > 0
    world.transport.up = True
    world.live(7200)
    assert [level for level, text in world.stub.told if "dropped unsent" in text]
    assert world.sequences() == list(range(dropped + 1, world.agent.spool.next_sequence))


def test_a_clock_set_back_repeats_no_time_and_is_told(world: World) -> None:
    world.live(300)
    world.clock.wrong_by_s = -150.0
    world.live(300)
    world.clock.wrong_by_s = 0.0
    world.live(300)
    assert world.sequences() == list(range(1, 31))
    assert world.stub.repeats == 0
    assert ["set back" in text for _, text in world.stub.told].count(True) == 1


def test_a_wrong_clock_is_told_once(world: World) -> None:
    world.clock.wrong_by_s = 3600.0
    world.live(600)
    skews = [text for _, text in world.stub.told if "ahead of" in text]
    assert len(skews) == 1
    assert "3600 s" in skews[0] or "3599 s" in skews[0]


@pytest.mark.parametrize(
    ("wrong_by_s", "request_s", "told_s"),
    [(0.0, 0.05, 0), (0.9, 0.05, 0), (-0.9, 0.05, 0), (5.0, 0.05, 5), (3.0, 8.0, 0), (20, 8.0, 20)],
)
def test_a_clock_differs_only_beyond_what_rounding_and_the_way_leave_open(
    world: World, wrong_by_s: float, request_s: float, told_s: float
) -> None:
    world.clock.wrong_by_s = wrong_by_s
    world.transport.request_s = request_s
    world.live(20)
    server = world.agent.server
    assert server.ahead_us is not None
    assert (server.ahead_us == 0) == (told_s == 0)
    assert abs(-server.ahead_us / 1e6 - told_s) <= server.ahead_open_us / 1e6


def test_without_the_time_nothing_is_measured(world: World) -> None:
    world.clock.wrong_by_s = -NOON_US / 1e6
    world.live(300)
    assert world.agent.spool.next_sequence == 1
    assert not world.agent.status.clock_is_set
    world.clock.wrong_by_s = 0.0
    world.live(60)
    assert world.sequences() == [1, 2]


FAULTS = {
    "lost": lost_answer(say(200, {})),
    "429": say(429, {"detail": "Busy."}, Retry_After="40"),
    "503": say(503, {"detail": "Down."}),
    "500": say(500, {}),
    "401": say(401, {"detail": "No."}),
    "404": say(404, {}),
    "413": say(413, {}),
    "html": Reply(200, {"Content-Type": "text/html"}, b"<p>"),
    "torn": Reply(200, {"Content-Type": "application/json"}, b'{"stored": 1'),
    "proxy 400": Reply(400, {}, b""),
    "problem": Reply(409, PROBLEM, b'{"detail": "Conflict."}'),
}
TROUBLES = [*FAULTS, "cable", "restart", "back", "forth", "nothing"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(troubles=st.lists(st.sampled_from(TROUBLES), max_size=25), seed=st.integers(0, 99))
def test_whatever_happens_everything_arrives_once(
    tmp_path_factory: pytest.TempPathFactory, troubles: list[str], seed: int
) -> None:
    world = World(tmp_path_factory.mktemp("world"), seed)
    for trouble in troubles:
        if trouble == "cable":
            world.transport.up = not world.transport.up
        elif trouble == "restart":
            world.restart()
        elif trouble in {"back", "forth"}:
            world.clock.wrong_by_s += {"back": -45.0, "forth": 45.0}[trouble]
        elif trouble in FAULTS:
            world.stub.faults.append(on("telemetry", FAULTS[trouble]))
        world.live(70)
    world.stub.faults.clear()
    world.transport.up = True
    world.live(3 * 3600)
    sequences = world.sequences()
    assert len(sequences) == len(set(sequences)), "stored twice"
    rejected = world.agent.rejects.count
    if "413" in troubles or "problem" in troubles:
        # a single report that is refused as a whole is put aside, and counted
        assert len(sequences) >= world.agent.spool.next_sequence - 1 - len(troubles)
    else:
        assert rejected == 0
        assert sequences == list(range(1, world.agent.spool.next_sequence))
