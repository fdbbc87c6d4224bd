"""Configuration, collection and the words of status: small things that must be right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot_agent import tell
from homepot_agent.backoff import Patience
from homepot_agent.collect import Collector
from homepot_agent.config import MEANINGS, BadConfig, Config, load
from homepot_agent.sensors import device_celsius
from homepot_agent.stamps import next_stamp
from homepot_agent.state import Status

FILE = """
[agent]
interval_s = 10
sequence = yes
[server]
timeout_s = 5
[commands]
allow = ping, run_command
restart_pos_app = systemctl restart 'pos app'
"""


def test_flags_stand_above_the_file_and_the_file_above_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "agent.conf"
    file.write_text(FILE)
    config = load(file, {"interval_s": "20", "spool_mb": None})
    assert (config.interval_s, config.timeout_s, config.spool_mb) == (20.0, 5.0, 256.0)
    assert config.allow == {"ping", "run_command"}
    assert config.restart_pos_app == ("systemctl", "restart", "pos app")
    assert config.sequence


def test_by_default_a_device_reports_twice_a_minute() -> None:
    assert load(None, {}).interval_s <= 60


def test_by_default_only_harmless_commands_are_allowed() -> None:
    assert load(None, {}) == Config()
    assert Config().allow == {"ping", "health_check", "status_request"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[agent]\ninterval_s = soon", "number from"),
        ("[agent]\ninterval_s = 0", "from 0.01 to"),
        ("[agent]\ninterval_s = nan", "from 0.01 to"),
        ("[agent]\nintervall_s = 5", "nothing that can be set"),
        ("[server]\ninterval_s = 5", "nothing that can be set"),
        ("[agent]\nsequence = maybe", "yes or no"),
        ("[agent]\nlog_level = loud", "debug, info"),
        ("[agent]\ndisk_path = /no/such/folder", "no folder here"),
        ("[server]\nca = /no/such/file", "no file here"),
        ("[commands]\nallow = ping, dance", "knows no dance"),
        ("[commands]\nrestart = 'open", "no command"),
        ("interval_s = 5", "no section headers"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "agent.conf"
    file.write_text(line)
    with pytest.raises(BadConfig, match=words) as caught:
        load(file, {})
    assert str(file) in str(caught.value)
    with pytest.raises(BadConfig, match="--interval-s must be"):
        load(None, {"interval_s": "x"})


def test_measures_this_device() -> None:
    collector = Collector()
    metrics = collector.measure()
    assert 0 <= metrics["cpu_percent"] <= 100
    assert 0 < metrics["memory_percent"] <= 100
    assert metrics["process_count"] >= 1
    assert metrics["uptime_seconds"] > 0


def test_what_the_device_lacks_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise NotImplementedError

    for name in ("disk_usage", "net_io_counters", "swap_memory"):
        monkeypatch.setattr(psutil, name, lacking)
    monkeypatch.setattr(psutil, "disk_io_counters", lambda: None)
    monkeypatch.delattr(psutil, "sensors_temperatures", raising=False)
    metrics = Collector().measure()
    assert "cpu_percent" in metrics
    absent = {"disk_percent", "swap_percent", "temperature_celsius"}
    assert not absent & metrics.keys()
    assert not [name for name in metrics if name.endswith("per_second")]


@dataclass
class Sensor:
    current: float | None


@pytest.mark.parametrize(
    ("sensors", "celsius"),
    [
        ({}, None),
        ({"nvme": [41.0], "coretemp": [50.0, 55.0]}, 55.0),
        ({"nvme": [41.0], "acpitz": [27.8]}, 41.0),
        ({"coretemp": [0.0, -273.0, 900.0], "nvme": [33.0]}, 33.0),
        ({"cpu_thermal": [None]}, None),
    ],
)
def test_picks_the_temperature_that_matters(
    sensors: dict[str, list[float | None]], celsius: float | None
) -> None:
    assert device_celsius({n: [Sensor(v) for v in vs] for n, vs in sensors.items()}) == celsius


@given(
    st.lists(st.integers(-5_000_000, 5_000_000), max_size=200),
    st.integers(1_700_000_000_000_000, 1_800_000_000_000_000),
)
def test_no_time_is_given_twice_however_the_clock_is_set(steps: list[int], start: int) -> None:
    wall_us, last_us, era, given_out = start, 0, 0, set()
    for step in steps:
        wall_us += step
        stamp = next_stamp(last_us, wall_us)
        assert stamp.us not in given_out
        given_out.add(stamp.us)
        if stamp.us % 1000 == era:
            assert stamp.us > last_us, "within an era times grow"
        era, last_us = stamp.us % 1000, stamp.us
        assert abs(stamp.us - wall_us) <= 2_000_000 + 1000 * len(steps)


@given(st.integers(0, 1000), st.floats(0, 1))
def test_patience_stays_within_its_bounds(failures: int, draw: float) -> None:
    patience = Patience(failures=failures)
    patience.failed(100.0, draw, "why")
    assert 101.0 <= patience.not_before_s <= 100.0 + min(30.0 * 2.0 ** min(failures, 50), 3600.0)
    patience.failed(100.0, draw, "why", retry_after_s=50.0)
    assert 150.0 <= patience.not_before_s <= 156.0
    patience.refused(100.0, draw, "why")
    assert 1000.0 <= patience.not_before_s <= 1900.0


def words(status: Status, now_us: int) -> dict[str, str]:
    return dict(tell.status_lines(status, now_us))


def test_status_says_whether_the_agent_lives() -> None:
    status = Status(running=True, written_us=0, interval_s=30.0, pid=7)
    assert "process 7" in words(status, 60_000_000)["Agent"]
    assert "without a word" in words(status, 600_000_000)["Agent"]
    status.running = False
    assert "stopped" in words(status, 60_000_000)["Agent"]


def test_status_says_what_is_wrong() -> None:
    status = Status(
        unreachable_since_us=0,
        next_try_in_s=300.0,
        waiting=12,
        oldest_waiting_us=0,
        in_memory_only=2,
        disk_trouble="No space left",
        dropped=5,
        rejected=1,
        clock_behind_server_us=-3_600_000_000,
        clock_is_set=False,
        last_error="the cable is out",
    )
    told = words(status, 7_200_000_000)
    assert told["Server"] == "unreachable for 2.0 h, next in 5 min"
    assert "12 reports, the oldest 2.0 h ago" in told["Waiting"]
    assert "2 only in memory (No space left)" in told["Waiting"]
    assert "5 dropped" in told["Lost"]
    assert "1 refused" in told["Lost"]
    assert told["Clock"] == "60 min ahead of the server's"
    assert "not set" in told["Measured"]
    assert "the cable is out" in told["Last error"]


def test_the_command_says_of_each_flag_what_it_is_and_its_default() -> None:
    for name, meaning in MEANINGS.items():
        default = getattr(Config(), name)
        if isinstance(default, float):
            assert meaning.rpartition("; ")[2] == f"{default:g}", name
        if isinstance(default, frozenset):
            assert meaning.rpartition("; ")[2] == ",".join(sorted(default)), name
