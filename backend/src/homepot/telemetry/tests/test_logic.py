from datetime import UTC, datetime, timedelta

from homepot.telemetry.logic import latest_metrics, times

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_device_without_reports_has_no_values() -> None:
    assert set(latest_metrics(None).values()) == {None}


def test_reports_without_a_time_do_not_fall_on_one_another() -> None:
    earlier = AT - timedelta(minutes=1)
    found = times([None, earlier, None], AT)
    assert found[1] == earlier
    assert len(set(found)) == 3
    assert all(moment - AT < timedelta(milliseconds=1) for moment in found)
