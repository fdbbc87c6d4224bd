import stat
from pathlib import Path

import pytest

from homepot_simulator.enrol import Credentials
from homepot_simulator.errors import RefusedError, SimulatorError
from homepot_simulator.run import Options
from homepot_simulator.state import State
from stage import WHOLE, Clock, expected_rows, runner
from stub_server import StubServer


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


def test_a_token_that_comes_later_adds_the_other_sites_and_moves_nobody(
    stub: StubServer, clock: Clock, tmp_path: Path
) -> None:
    runner(stub, clock, tmp_path, Options(days=0.01)).start()
    one = runner(stub, clock, tmp_path, Options(days=0.01), WHOLE)
    one.start()
    assert len(stub.kept.devices) == 40
    assert set(stub.kept.sites) == {"sim-pharmacy", "sim-restaurant", "sim-plant"}
    assert one._known.name("sim-market") == "SITE-ONE"
