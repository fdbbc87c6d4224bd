import json
import logging
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from homepot_simulator.client import Server
from homepot_simulator.enrol import Credentials
from homepot_simulator.errors import RefusedError, SimulatorError
from homepot_simulator.events import events_between
from homepot_simulator.fleet import make_fleet
from homepot_simulator.inject import parse_injection
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from homepot_simulator.run import Options, Runner
from homepot_simulator.state import State
from homepot_simulator.world import World, report_times
from moments import NOW
from stub_server import TOKEN, StubServer

SHORT = Options(days=0.125)
# most tests are content with the twelve devices of one site
ONE_SITE = Credentials(TOKEN, {"SITE-ONE": "key-one"})
WHOLE = Credentials(TOKEN)


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        server.kept.site_keys["key-one"] = "SITE-ONE"
        yield server


@dataclass
class Clock:
    """Time that passes only while somebody waits."""

    us: int = NOW
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.us += int(seconds * 1e6)

    def now(self) -> int:
        return self.us


@pytest.fixture
def clock() -> Clock:
    return Clock()


def runner(
    stub: StubServer,
    clock: Clock,
    folder: Path,
    options: Options = SHORT,
    credentials: Credentials | None = None,
) -> Runner:
    door = Server(
        stub.url, wait=clock.wait, chance=lambda: 0.5, now_s=lambda: clock.us / 1e6, timeout_s=5
    )
    server = stub.guests.enter_context(door)
    return Runner(
        server,
        State(folder),
        credentials or ONE_SITE,
        options,
        now_us=clock.now,
        wait=clock.wait,
    )


def live(one: Runner, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        one.step()
        clock.wait(1.0)


def expected_rows(one: Runner, stub: StubServer, until_us: int) -> int:
    """Every row of the world, at the times the server has, no more and no less."""
    number = 0
    for device in one.fleet.devices:
        device_id = one._known.name(device.key)
        times = np.array(sorted(at for who, at in stub.kept.rows if who == device_id), np.int64)
        readings = one.world.values(device.key, times)
        np.testing.assert_array_equal(readings.times_us, times)
        kept = np.array([stub.kept.rows[device_id, at] for at in times.tolist()])
        np.testing.assert_array_equal(kept, readings.values)
        coarse = report_times(device, one.fleet.seed, one.progress.begun_us, until_us, 60_000_000)
        heard = one.world.values(device.key, coarse).times_us
        assert np.isin(heard, times).all()
        number += len(times)
    return number


def test_first_start_makes_sites_enrols_sends_history_and_goes_live(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path, credentials=WHOLE)
    one.start()
    assert set(stub.kept.sites) == {site.key for site in one.fleet.sites}
    market = stub.kept.sites["sim-market"]
    assert market["schedule"][6] == {"weekday": 6, "closed": True}
    assert market["schedule"][0]["open"] == "08:00"
    assert len(stub.kept.devices) == 40
    assert {told["provisioning_source"] for told in stub.kept.devices.values()} == {"emulator"}
    assert {told["dna"]["device_source"] for told in stub.kept.devices.values()} == {"emulator"}
    assert all(told["location"] and told["tags"] for told in stub.kept.devices.values())
    assert set(stub.kept.site_keys) == {"key-one"}, "a bootstrap key was left open"
    history = expected_rows(one, stub, clock.us)
    assert history == len(stub.kept.rows) == one.reporter.rows_stored
    assert 0.9 * 40 * 180 < history <= 40 * 181
    live(one, clock, 65)
    assert len(stub.kept.rows) > history + 0.8 * 40 * 6
    assert expected_rows(one, stub, one.progress.sent_us) == len(stub.kept.rows)
    assert stub.kept.repeated == stub.kept.corrected == 0
    silent = {device.key for device in one.fleet.devices if one.world.silent(device.key, NOW)}
    assert len(stub.kept.heartbeats) == 40 - len(silent)
    assert set(stub.kept.heartbeats.values()) <= {2, 3, 4}


def test_a_second_start_goes_on_and_doubles_nothing(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    before, events = len(stub.kept.rows), len(stub.kept.events)
    again = runner(stub, clock, tmp_path)
    again.start()
    assert len(stub.kept.rows) == before
    assert len(stub.kept.events) == events
    assert again.reporter.rows_stored == again.reporter.rows_repeated == 0
    clock.us += 3 * HOUR_US
    third = runner(stub, clock, tmp_path)
    third.start()
    assert len(stub.kept.devices) == 12
    assert expected_rows(third, stub, clock.us) == len(stub.kept.rows)
    assert third.reporter.rows_stored > 0.9 * 12 * 180
    assert stub.kept.repeated == stub.kept.corrected == 0


def test_a_short_gap_is_filled_at_the_live_step(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    before = len(stub.kept.rows)
    clock.us += 20 * MINUTE_US
    one.step()
    quiet = sum(one.world.silent(device.key, clock.us) for device in one.fleet.devices)
    assert len(stub.kept.rows) - before > 0.98 * (12 - quiet) * 120
    assert expected_rows(one, stub, clock.us) == len(stub.kept.rows)


def test_killed_between_answer_and_note_the_rows_are_repeated_not_doubled(
    stub: StubServer, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = runner(stub, clock, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(State, "keep_progress", _killed)
        with pytest.raises(KeyboardInterrupt):
            one.start()
    sent = len(stub.kept.rows)
    assert sent
    again = runner(stub, clock, tmp_path)
    again.start()
    assert stub.kept.repeated == sent
    assert stub.kept.corrected == 0
    assert len(stub.kept.devices) == 12
    assert expected_rows(again, stub, clock.us) == len(stub.kept.rows)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_overload_and_restarts_lose_nothing(stub: StubServer, clock: Clock, tmp_path: Path) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    stub.trouble_path = "telemetry"
    stub.troubles.extend(
        [(429, {"Retry-After": "7"}), (503, {}), "drop", "forget", (502, {}), (500, {})]
    )
    clock.wait(60)
    clock.waits.clear()
    one.step()
    assert not stub.troubles
    assert clock.waits[0] == 7.5, "Retry-After and jitter"
    assert clock.waits[1:6] == pytest.approx([0.75, 1.5, 3.0, 6.0, 12.0])
    assert stub.kept.repeated > 0, "the lost answer"
    assert expected_rows(one, stub, one.progress.sent_us) == len(stub.kept.rows)
    assert one.progress.sent_us == NOW + 60 * SECOND_US


def test_retry_after_may_be_a_date_and_is_bounded(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    stub.troubles.extend(
        [
            (429, {"Retry-After": "Sat, 21 Nov 2026 10:00:20 GMT"}),
            (429, {"Retry-After": "soon"}),
            (503, {"Retry-After": "86400"}),
        ]
    )
    runner(stub, clock, tmp_path).start()
    assert clock.waits[:3] == pytest.approx([20.5, 0.75, 300.5])


def test_waiting_grows_to_half_a_minute_and_not_further(clock: Clock, tmp_path: Path) -> None:
    def wait(seconds: float) -> None:
        clock.wait(seconds)
        if len(clock.waits) == 12:
            raise KeyboardInterrupt

    with StubServer() as stub:
        url = stub.url
    with Server(url, wait=wait, chance=lambda: 1.0, now_s=lambda: 0.0) as server:
        one = Runner(server, State(tmp_path), ONE_SITE, SHORT, now_us=clock.now, wait=clock.wait)
        with pytest.raises(KeyboardInterrupt):
            one.start()
    assert clock.waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30]


def test_a_server_that_is_away_a_while_gets_what_it_missed(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    stub.trouble_path = "telemetry"
    stub.troubles.extend(["drop"] * 12)
    live(one, clock, 30)
    assert not stub.troubles
    assert clock.us - NOW > 150 * SECOND_US
    assert expected_rows(one, stub, one.progress.sent_us) == len(stub.kept.rows)
    assert one.progress.sent_us > clock.us - 12 * SECOND_US


def test_with_site_keys_alone_each_device_sends_its_own(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    stub.kept.site_keys = {"k1": "SITE-AAAA-BBBB", "k2": "SITE-CCCC-DDDD"}
    keys = {"SITE-AAAA-BBBB": "k1", "SITE-CCCC-DDDD": "k2"}
    one = runner(stub, clock, tmp_path, credentials=Credentials(None, keys))
    one.start()
    assert len(stub.kept.devices) == 20
    assert {told["site_id"] for told in stub.kept.devices.values()} == set(keys)
    assert expected_rows(one, stub, clock.us) == len(stub.kept.rows) > 0
    # the keys were for enrolment: the second start needs none
    again = runner(stub, clock, tmp_path, credentials=Credentials())
    again.start()
    assert len(again.fleet.devices) == 20


def test_a_token_that_may_not_send_telemetry_is_done_without(
    stub: StubServer, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stub.telemetry_scope = False
    one = runner(stub, clock, tmp_path)
    one.start()
    assert expected_rows(one, stub, clock.us) == len(stub.kept.rows) > 0
    assert caplog.text.count("may not send telemetry") == 1


def test_one_device_shut_out_does_not_stop_the_others(
    stub: StubServer, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    out = one._known.name("sim-market-till-1")
    stub.shut_out.add(out)
    stub.kept.heartbeats.clear()
    live(one, clock, 70)
    assert out not in stub.kept.heartbeats
    assert len(stub.kept.heartbeats) >= 9
    assert caplog.text.count("sim-market-till-1 is shut out") == 2, "heartbeat and commands"


def test_wrong_credentials_end_the_start_with_a_sentence(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="401 sign in"):
        runner(stub, clock, tmp_path, credentials=Credentials("hp_wrong")).start()
    with pytest.raises(RefusedError, match="401 wrong bootstrap key"):
        keys = Credentials(None, {"SITE-X": "nonsense"})
        runner(stub, clock, tmp_path / "b", credentials=keys).start()
    with pytest.raises(SimulatorError, match="Nothing to enrol with"):
        runner(stub, clock, tmp_path / "c", credentials=Credentials()).start()


@pytest.mark.parametrize("path", ["/sites", "/bootstrap-keys", "device-dna", "/api/devices/"])
def test_answers_lost_while_enrolling_do_no_harm(
    stub: StubServer, clock: Clock, tmp_path: Path, path: str
) -> None:
    stub.trouble_path = path
    stub.troubles.extend(["forget", "drop", "forget", (503, {}), "forget", "forget"])
    one = runner(stub, clock, tmp_path, Options(days=0.01), WHOLE)
    one.start()
    assert not stub.troubles
    assert len(stub.kept.devices) == 40
    assert len(one._known.devices) == 40


def test_a_server_that_lost_its_data_is_noticed(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    runner(stub, clock, tmp_path).start()
    stub.kept.devices.clear()
    with pytest.raises(SimulatorError, match="knows none of the devices"):
        runner(stub, clock, tmp_path).start()


def test_interrupted_in_the_middle_of_enrolment_nobody_enrols_twice(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    stub.trouble_path = "device-dna"
    stub.troubles.extend([(200, {})] * 17 + [(422, {})])
    with pytest.raises(RefusedError):
        runner(stub, clock, tmp_path, credentials=WHOLE).start()
    assert len(stub.kept.devices) == 18
    one = runner(stub, clock, tmp_path, credentials=WHOLE)
    one.start()
    assert len(stub.kept.devices) == 40
    assert len({identity.device_id for identity in one._known.devices.values()}) == 40


def test_keys_are_kept_private_and_one_simulator_at_a_time(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    runner(stub, clock, tmp_path / "s").start()
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "s" / "identities.json").stat().st_mode) == 0o600
    first, second = State(tmp_path / "s"), State(tmp_path / "s")
    first.lock()
    with pytest.raises(SimulatorError, match="Another simulator"):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()


def test_another_seed_needs_another_folder(stub: StubServer, clock: Clock, tmp_path: Path) -> None:
    runner(stub, clock, tmp_path).start()
    with pytest.raises(SimulatorError, match="live by seed 1"):
        runner(stub, clock, tmp_path, Options(seed=2, days=0.1))
    (tmp_path / "progress.json").write_text("{")
    with pytest.raises(SimulatorError, match="Cannot read"):
        runner(stub, clock, tmp_path).start()


def test_the_truth_names_what_was_sent(stub: StubServer, clock: Clock, tmp_path: Path) -> None:
    one = runner(stub, clock, tmp_path, Options(days=3, history_step_s=600))
    one.start()
    rows = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    faults = World(one.fleet).faults(NOW - 3 * DAY_US, NOW)
    assert [row["fault"] for row in rows] == [fault.kind for fault in faults]
    assert rows
    assert {row["device_id"] for row in rows} <= set(stub.kept.devices)
    assert "fault" not in (tmp_path / "harmless.jsonl").read_text()
    told = json.dumps([stub.kept.devices, stub.kept.events, stub.kept.sites])
    assert not [row["fault"] for row in rows if row["fault"] in told], "the server was told"


def test_events_of_history_are_sent_once_with_their_own_times(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path, Options(days=3, history_step_s=600))
    one.start()
    expected = events_between(one.world, NOW - 3 * DAY_US, NOW)
    assert len(stub.kept.events) == len(expected) > 5
    assert [told["timestamp"] for told in stub.kept.events] == sorted(
        told["timestamp"] for told in stub.kept.events
    )
    assert min(told["timestamp"] for told in stub.kept.events) < "2026-11-19"


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
    assert expected_rows(one, stub, one.progress.sent_us) == len(stub.kept.rows)


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


@pytest.mark.parametrize(
    "wrong",
    [{"interval_s": 0}, {"interval_s": 7}, {"days": 900}, {"heartbeat_s": 1}],
)
def test_wrong_options_are_said(wrong: dict[str, int]) -> None:
    with pytest.raises(SimulatorError):
        Options(**wrong)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _loud(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="homepot_simulator")
