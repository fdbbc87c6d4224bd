from pathlib import Path

import pytest

from homepot_simulator.errors import SimulatorError
from homepot_simulator.fleet import make_fleet
from homepot_simulator.inject import as_text, parse_injection
from homepot_simulator.noise import MINUTE_US, SECOND_US
from homepot_simulator.run import Options
from homepot_simulator.state import State
from moments import NOW
from stage import Clock, expected_rows, live, runner
from stub_server import StubServer


def test_a_fault_by_hand_begins_now_and_survives_a_restart(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    options = Options(days=0.05, injections=("cpu_runaway@sim-market-till-2:5",))
    one = runner(stub, clock, tmp_path, options)
    one.start()
    live(one, clock, 120)
    key = "sim-market-till-2"
    assert one.world.faults(NOW, NOW + 1)
    clock.us += 10 * MINUTE_US
    again = runner(stub, clock, tmp_path, Options(days=0.05))
    again.start()
    assert stub.kept.corrected == 0
    assert expected_rows(again, stub, clock.us) == len(stub.kept.rows)
    spinning = [
        row[0]
        for (who, at), row in stub.kept.rows.items()
        if who == again._known.name(key) and NOW + MINUTE_US < at < NOW + 5 * MINUTE_US
    ]
    assert min(spinning) > 70
    assert '"cpu_runaway"' in (tmp_path / "truth.jsonl").read_text()


def test_a_fault_is_added_to_a_simulator_at_work(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    start = clock.us + 2 * SECOND_US
    State(tmp_path).add(parse_injection("power_loss@Dairy Cold Room:3", one.fleet, start))
    live(one, clock, 120)
    silent = one._known.name("sim-market-dairy-cold-room")
    later = [at for who, at in stub.kept.rows if who == silent and at >= start]
    assert not later
    assert stub.kept.heartbeats[silent] <= 1
    assert max(stub.kept.heartbeats.values()) >= 4
    assert expected_rows(one, stub, one.progress.live.sent_us) == len(stub.kept.rows)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cpu_runaway", "is not FAULT@DEVICE"),
        ("melting@sim-plant-gateway", "There is no fault"),
        ("cpu_runaway@nobody", "There is no device"),
        ("cpu_runaway@till", "Several devices"),
        ("bearing_wear@sim-market-freezer", "cannot have bearing_wear; it can have cooling"),
        ("cpu_runaway@plant-server:soon", "not a number of minutes"),
        ("cpu_runaway@plant-server:0", "A fault lasts"),
    ],
)
def test_what_cannot_be_injected_is_said(text: str, words: str) -> None:
    with pytest.raises(SimulatorError, match=words):
        parse_injection(text, make_fleet(1), NOW)


def test_an_outage_is_asked_for_by_site_or_device() -> None:
    fleet = make_fleet(1)
    for who in ("plant", "sim-plant", "Spice Packing Plant", "sim-plant-yard-weather"):
        episode = parse_injection(f"site_outage@{who}:4", fleet, NOW)
        assert episode.device_key == "sim-plant-gateway"
        assert len(episode.members) == 11
        assert episode.end_us - episode.start_us == 4 * MINUTE_US


def test_commands_get_an_honest_answer(stub: StubServer, clock: Clock, tmp_path: Path) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    stub.kept.commands = [
        {"command_id": "c1", "command_type": "ping"},
        {"command_id": "c2", "command_type": "restart"},
    ]
    live(one, clock, 61)
    assert [told["ack"] for told in stub.kept.outcomes if "ack" in told] == ["c1", "c2"]
    status = {told["of"]: told["status"] for told in stub.kept.outcomes if "of" in told}
    assert status == {"c1": "completed", "c2": "failed"}


def test_words_say_the_same_as_the_short_form() -> None:
    assert as_text(["cpu_runaway@till-3:5"]) == "cpu_runaway@till-3:5"
    assert as_text(["Plant Server", "cpu_runaway", "5"]) == "cpu_runaway@Plant Server:5"
    with pytest.raises(SimulatorError, match="in quotes"):
        as_text(["plant", "server", "cpu_runaway", "5"])
