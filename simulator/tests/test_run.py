import json
from pathlib import Path

import pytest

from homepot_simulator.client import Server
from homepot_simulator.errors import SimulatorError
from homepot_simulator.events import events_between
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from homepot_simulator.run import Options, Runner
from homepot_simulator.state import State
from homepot_simulator.world import World
from moments import NOW
from stage import ONE_SITE, SHORT, WHOLE, Clock, expected_rows, live, runner
from stub_server import StubServer


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
    assert expected_rows(one, stub, one.progress.live.sent_us) == len(stub.kept.rows)
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


def test_the_fleet_is_at_work_while_its_history_is_on_the_way(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path, Options(days=3))
    one.go_live()
    assert one.progress.owed_us > 2.9 * DAY_US
    clock.wait(20)
    one.step()
    clock.wait(20)
    one.step()
    quiet = sum(one.world.silent(device.key, clock.us) for device in one.fleet.devices)
    assert len(stub.kept.heartbeats) == 12 - quiet
    fresh = [at for _, at in stub.kept.rows if at > NOW]
    assert len(fresh) >= 0.9 * (12 - quiet) * 3
    assert 0 < one.progress.owed_us < 2.5 * DAY_US, "some of the past, and not all of it"

    # killed there and begun anew after a night: both gaps are filled, and nothing comes twice
    clock.us += 9 * HOUR_US
    again = runner(stub, clock, tmp_path, Options(days=3))
    again.go_live()
    assert len(again.progress.stretches) == 3
    again.start()
    assert again.progress.owed_us == 0
    assert expected_rows(again, stub, clock.us) == len(stub.kept.rows)
    assert stub.kept.repeated == stub.kept.corrected == 0
    events = events_between(again.world, NOW - 3 * DAY_US, clock.us)
    assert len(stub.kept.events) == len(events)


def test_the_status_says_what_is_on_the_way(stub: StubServer, clock: Clock, tmp_path: Path) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    told = json.loads((tmp_path / "status.json").read_text())
    assert told["phase"] == "live"
    assert told["devices"] == 12
    assert told["owed_s"] == 3 * 3600
    assert told["rows"] == len(stub.kept.rows)


def test_where_the_server_has_lost_everything_the_fleet_begins_anew_only_if_told_so(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    one = runner(stub, clock, tmp_path)
    one.start()
    lost = set(stub.kept.devices)
    truth = (tmp_path / "truth.jsonl").read_text()
    stub.shut_out |= lost
    with pytest.raises(SimulatorError, match="--begin-anew"):
        runner(stub, clock, tmp_path).start()
    again = runner(stub, clock, tmp_path, Options(days=0.125, begin_anew=True))
    again.start()
    assert len(set(stub.kept.devices) - lost) == 12
    assert (tmp_path / "before" / "truth.jsonl").read_text() == truth
    known = {one.device_id for one in again._known.devices.values()}
    assert not known & lost


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
    assert expected_rows(one, stub, one.progress.live.sent_us) == len(stub.kept.rows)
    assert one.progress.live.sent_us == NOW + 60 * SECOND_US


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
    assert expected_rows(one, stub, one.progress.live.sent_us) == len(stub.kept.rows)
    assert one.progress.live.sent_us > clock.us - 12 * SECOND_US


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


@pytest.mark.parametrize(
    "wrong",
    [{"interval_s": 0}, {"interval_s": 7}, {"days": 900}, {"heartbeat_s": 1}],
)
def test_wrong_options_are_said(wrong: dict[str, int]) -> None:
    with pytest.raises(SimulatorError):
        Options(**wrong)  # type: ignore[arg-type]
