import json
import stat
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homepot_simulator.events import events_between
from homepot_simulator.faults import make_fault
from homepot_simulator.files import private_folder, replace_text
from homepot_simulator.fleet import make_fleet
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US
from homepot_simulator.truth import truth_row, write_rows
from homepot_simulator.world import World
from moments import NOW

FLEET = make_fleet(3)
WORLD = World(FLEET)
WHOLE = events_between(WORLD, NOW - 10 * DAY_US, NOW)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 10 * 24 * 60), min_size=1, max_size=4))
def test_events_are_the_same_in_pieces(cuts: list[int]) -> None:
    edges = [NOW - 10 * DAY_US, *(NOW - cut * MINUTE_US for cut in sorted(cuts, reverse=True)), NOW]
    pieces = [one for a, b in pairwise(edges) for one in events_between(WORLD, a, b)]
    assert pieces == WHOLE


def test_devices_speak_seldom_of_much_and_most_of_it_is_nothing() -> None:
    kinds = {one.event for one in WHOLE}
    assert {"restarted", "signed_in", "setting_changed"} <= kinds
    assert 40 <= len(WHOLE) <= 250
    assert all(one.message and one.level in {"info", "warning", "error"} for one in WHOLE)


def test_silent_devices_say_nothing_and_speak_again_when_they_start() -> None:
    device = FLEET.device["sim-market-till-1"]
    loss = make_fault(FLEET, "power_loss", device, (NOW - 9 * DAY_US, NOW), 1.0)
    world = World(FLEET, added=[loss])
    said = [
        one
        for one in events_between(world, NOW - 9 * DAY_US, NOW + MINUTE_US)
        if one.device_key == device.key
    ]
    assert [(one.time_us, one.event) for one in said] == [(NOW, "restarted")]


def test_the_truth_says_what_the_world_does(tmp_path: Path) -> None:
    faults = WORLD.faults(NOW - 20 * DAY_US, NOW)
    path = tmp_path / "truth.jsonl"
    write_rows(path, (truth_row(one, str.upper, NOW) for one in faults))
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(rows) == len(faults) > 20
    for row, fault in zip(rows, faults, strict=True):
        assert row["device_id"] == fault.device_key.upper()
        assert row["fault"] == fault.kind
        assert row["start"] < row["end"] <= "2026-11-21T10:00:00Z"
        assert 0 < row["strength"] <= 1
        device = FLEET.device[fault.device_key]
        assert set(row["metrics"]) <= set(device.metrics)
        if fault.kind == "site_outage":
            assert row["members"] == sorted(
                one.key.upper() for one in FLEET.at_site(device.site_key)
            )
        elif fault.kind != "degraded_link":
            assert "members" not in row


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a" / "keys.json"
    replace_text(path, "old", private=True)
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "\ud800", private=True)
    assert path.read_text() == "old"
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(private_folder(tmp_path / "b" / "c").stat().st_mode) == 0o700
    (tmp_path / "d").mkdir(mode=0o755)
    assert stat.S_IMODE(private_folder(tmp_path / "d").stat().st_mode) == 0o755


def test_faults_are_told_of_late() -> None:
    device = FLEET.device["sim-market-till-1"]
    told = 0
    for day in range(1, 40):
        start = NOW - day * 5 * DAY_US
        fault = make_fault(FLEET, "cpu_runaway", device, (start, start + 4 * HOUR_US), 0.9)
        world = World(FLEET, scheduled=False, added=[fault])
        slow = [
            one
            for one in events_between(world, start, fault.end_us)
            if one.device_key == device.key and one.event == "service_slow"
        ]
        told += bool(slow)
        assert all(one.time_us >= start + HOUR_US for one in slow if len(slow) == 1) or not slow
    assert 10 <= told <= 32
