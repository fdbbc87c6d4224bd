from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot_simulator.clock import closed_on, local_us, openness, stamp, utc_us
from homepot_simulator.fleet import make_fleet
from homepot_simulator.noise import DAY_US, HOUR_US
from homepot_simulator.signals import Scene
from moments import every, utc, wall

ZONES = ["Europe/Madrid", "America/New_York", "Europe/London", "Asia/Kolkata"]


@given(st.sampled_from(ZONES), st.integers(0, 80 * 365 * 86_400))
def test_the_wall_clock_is_that_of_the_time_zone(zone: str, second: int) -> None:
    shown = local_us(zone, np.array([second * 1_000_000], np.int64))[0]
    there = datetime.fromtimestamp(second, ZoneInfo(zone)).replace(tzinfo=UTC)
    assert shown == there.timestamp() * 1_000_000


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-10", 24)]
)
def test_days_of_the_clock_change_have_their_own_length(day: str, hours: int) -> None:
    start = wall(f"{day}T00:00", "Europe/Madrid")
    next_day = np.datetime64(day) + 1
    assert wall(f"{next_day}T00:00", "Europe/Madrid") - start == hours * HOUR_US


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-30", "2026-10-24", "2026-10-26"])
def test_the_shop_opens_by_its_own_clock_on_both_sides_of_summer_time(day: str) -> None:
    fleet = make_fleet(5)
    site = fleet.site["sim-market"]
    before = local_us(site.timezone, np.array([wall(f"{day}T07:59", site.timezone)], np.int64))
    after = local_us(site.timezone, np.array([wall(f"{day}T08:31", site.timezone)], np.int64))
    assert openness(5, site.key, site.schedule, before)[0][0] == 0
    assert openness(5, site.key, site.schedule, after)[0][0] == 1


def test_demand_is_whole_on_the_days_of_the_clock_change() -> None:
    fleet = make_fleet(5)
    device = fleet.device["sim-pharmacy-till-1"]
    zone = fleet.site[device.site_key].timezone
    for day, next_day, hours in (
        ("2026-03-08", "2026-03-09", 23),
        ("2026-11-01", "2026-11-02", 25),
    ):
        times = every(5, wall(f"{day}T00:00", zone), wall(f"{next_day}T00:00", zone))
        assert len(times) == hours * 12
        scene = Scene(5, fleet.site[device.site_key], device, times)
        assert np.isfinite(scene.demand).all()
        shown = (scene.local % DAY_US) / HOUR_US
        assert scene.demand[(shown < 11) | (shown >= 16)].max() == 0
        assert scene.demand[(shown > 12) & (shown < 15)].min() > 0


def test_a_closed_day_is_told_and_kept() -> None:
    fleet = make_fleet(8)
    site = fleet.site["sim-market"]
    days = closed_on(8, site.key, utc("2026-01-01T00:00"), utc("2026-12-31T00:00"))
    assert 7 <= len(days) <= 11
    for day in days:
        assert isinstance(day, date)
        start = wall(f"{day}T00:30", site.timezone)
        local = local_us(site.timezone, every(10, start, start + 22 * HOUR_US))
        assert openness(8, site.key, site.schedule, local)[1].max() == 0


def test_going_there_and_back() -> None:
    at = utc("2026-07-02T09:30")
    shown = int(local_us("Europe/Madrid", np.array([at], np.int64))[0])
    assert utc_us("Europe/Madrid", shown) == at


def test_stamps_are_utc() -> None:
    assert stamp(utc("2026-07-02T09:30:05")) == "2026-07-02T09:30:05Z"
    assert stamp(utc("2026-07-02T09:30:05") + 7_000) == "2026-07-02T09:30:05.007Z"
