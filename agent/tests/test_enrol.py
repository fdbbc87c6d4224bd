"""Becoming a device: one command, a private file, and a plain word where it does not work."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from homepot_agent import files, identity, places
from homepot_agent.enrol import NotPossible, Request, enrol, secret_from, take_new_key
from homepot_agent.identity import NotEnrolled
from homepot_agent.spool.spool import Spool
from stub_server import DEVICE, KEY, SITE, StubServer, say
from world import FakeClock, FakeTransport

BY_KEY = Request("http://box:8000/", site_id=SITE, key="hpb_good", name="till 4")
BY_CLAIM = Request("http://box:8000", intent="INTENT-1", token="hpc_good")


@pytest.fixture
def stub() -> StubServer:
    return StubServer(FakeClock().true_us)


@pytest.fixture
def attempt(stub: StubServer, tmp_path: Path) -> Callable[[Request], identity.Identity]:
    clock = FakeClock()
    return lambda request: enrol(request, tmp_path / "state", FakeTransport(stub, clock), clock)


Attempt = Callable[[Request], identity.Identity]


def test_enrols_with_a_sites_key(attempt: Attempt, stub: StubServer, tmp_path: Path) -> None:
    new = attempt(BY_KEY)
    assert (new.device_id, new.api_key, new.site_id) == (DEVICE, KEY, SITE)
    assert new.server == "http://box:8000"
    (said,) = stub.dna
    assert said["provisioning_source"] == "physical"
    assert said["device_name"] == "till 4"
    assert said["device_type"] == "unknown"
    assert stub.asked[0].headers.get("x-api-key") is None
    file = places.identity_file(tmp_path / "state")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert identity.load(file) == new


def test_enrols_with_a_claim(attempt: Attempt, stub: StubServer) -> None:
    assert attempt(BY_CLAIM).site_id == SITE
    assert stub.asked[0].path == "/api/v1/enrolment-intents/INTENT-1/claim"


def test_does_not_become_another_device_by_accident(attempt: Attempt, stub: StubServer) -> None:
    attempt(BY_KEY)
    with pytest.raises(NotPossible, match="enrolled already"):
        attempt(BY_KEY)
    assert len(stub.asked) == 1
    assert attempt(Request(**{**vars(BY_KEY), "again": True})).device_id == DEVICE


def test_another_identity_does_not_send_what_the_first_one_measured(
    attempt: Attempt, tmp_path: Path
) -> None:
    attempt(BY_KEY)
    spool = Spool(places.spool_folder(tmp_path / "state"), 1_000_000)
    spool.append(1, b"{}")
    spool.close()
    attempt(Request(**{**vars(BY_KEY), "again": True}))
    assert not places.spool_folder(tmp_path / "state").exists()
    (aside,) = (tmp_path / "state").glob("spool.before-*")
    assert len(Spool(aside, 1_000_000)) == 1


def test_does_not_enrol_under_a_running_agent(attempt: Attempt, tmp_path: Path) -> None:
    attempt(BY_KEY)
    lock = files.FolderLock(tmp_path / "state")
    with pytest.raises(files.AlreadyRunning):
        attempt(Request(**{**vars(BY_KEY), "again": True}))
    lock.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives files away")
def test_what_root_writes_belongs_to_the_user_of_the_service(
    attempt: Attempt, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    os.chown(tmp_path / "state", 65534, 65534)
    attempt(BY_KEY)
    assert {one.stat().st_uid for one in (tmp_path / "state").iterdir()} == {65534}


def test_takes_over_a_new_key(attempt: Attempt, tmp_path: Path) -> None:
    old = attempt(BY_KEY)
    new = take_new_key(tmp_path / "state", "hpd_new")
    assert (new.device_id, new.api_key) == (old.device_id, "hpd_new")
    assert identity.load(places.identity_file(tmp_path / "state")) == new
    with pytest.raises(NotPossible, match="--key"):
        take_new_key(tmp_path / "state", "")


def test_a_wrong_key_is_told(attempt: Attempt, tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="does not accept this site's key"):
        attempt(Request("http://box", site_id=SITE, key="hpb_bad"))
    with pytest.raises(NotPossible, match="does not accept this claim"):
        attempt(Request("http://box", intent="I", token="hpc_bad"))
    assert not places.identity_file(tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "no such site"),
        (422, "can not use this"),
        (500, "could not do it"),
        (429, "could"),
    ],
)
def test_what_the_server_says_is_passed_on(
    attempt: Attempt, stub: StubServer, status: int, words: str
) -> None:
    stub.faults.append(lambda *_: say(status, {"detail": "Because of Tuesday."}))
    with pytest.raises(NotPossible, match=words) as caught:
        attempt(BY_KEY)
    assert "Because of Tuesday." in str(caught.value)


def test_the_folder_is_tried_before_the_server_makes_a_device(
    stub: StubServer, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    clock = FakeClock()
    with pytest.raises(NotPossible, match="--state"):
        enrol(BY_KEY, tmp_path / "file" / "state", FakeTransport(stub, clock), clock)
    assert stub.asked == []


@pytest.mark.parametrize(
    "request_",
    [
        Request("http://box"),
        Request("http://box", site_id=SITE),
        Request("http://box", key="hpb_good"),
        Request("http://box", intent="I"),
        Request("http://box", site_id=SITE, key="k", intent="I", token="t"),
    ],
)
def test_half_a_credential_is_not_sent(
    attempt: Attempt, stub: StubServer, request_: Request
) -> None:
    with pytest.raises(NotPossible, match="--"):
        attempt(request_)
    assert stub.asked == []


def test_a_key_need_not_stand_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hpb_file\n")
    assert secret_from(f"@{tmp_path / 'key'}", {}, "KEY") == "hpb_file"
    assert secret_from("", {"KEY": "hpb_env"}, "KEY") == "hpb_env"
    with pytest.raises(NotPossible, match="can not be read"):
        secret_from(f"@{tmp_path / 'none'}", {}, "KEY")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"server": "x"}'])
def test_a_broken_identity_says_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / "identity.json").write_text(content)
    with pytest.raises(NotEnrolled, match="--again"):
        identity.load(tmp_path / "identity.json")


def test_no_identity_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolled, match="homepot-agent enrol --server"):
        identity.load(tmp_path / "identity.json")


def test_a_key_that_others_can_read_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "identity.json"
    file.write_text(json.dumps({"server": "http://a", "device_id": "d", "api_key": "k"}))
    file.chmod(0o644)
    assert identity.keep_private(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not identity.keep_private(file)
