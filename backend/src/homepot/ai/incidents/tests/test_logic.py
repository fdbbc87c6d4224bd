"""What becomes of incidents, and what is normal."""

from datetime import UTC, datetime, timedelta

import pytest

from homepot.ai.anomaly_detection.engine import Parameters
from homepot.ai.incidents.category import category_of
from homepot.ai.incidents.logic import (
    KNOWN_AFTER,
    WrongState,
    after,
    closes_after,
    is_normal,
    is_not_mended,
    is_over,
    normals_of,
    returns,
    worst,
)

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
STEP = {"name": "t", "kind": "step", "value": 30.0, "usual": 20.0, "share": 1.0}


def test_who_says_what_leads_where() -> None:
    assert after("confirmed", "open") == "confirmed"
    assert after("resolved", "confirmed") == "resolved"
    assert after("reopened", "closed") == "open"
    with pytest.raises(WrongState, match="only while it is open"):
        after("confirmed", "resolved")


def test_what_keeps_returning_has_to_stay_away_longer() -> None:
    ended = NOW - timedelta(minutes=15)
    assert is_over([ended], 0, NOW)
    assert not is_over([ended], 1, NOW)
    assert not is_over([ended, None], 0, NOW)
    assert [closes_after(n) for n in range(12)] == sorted(closes_after(n) for n in range(12))


def test_what_was_called_normal_is_as_far_as_it_went() -> None:
    known = normals_of("step", [STEP])
    assert is_normal("step", [{**STEP, "value": 30.9}], known)
    assert not is_normal("step", [{**STEP, "value": 32.0}], known)
    assert not is_normal("step", [{**STEP, "name": "other"}], known)
    assert not is_normal("step", [STEP, {**STEP, "name": "other"}], known)
    assert not is_normal("silent", [], known)
    assert is_normal("silent", [], normals_of("silent", []))


def test_what_is_over_comes_back_by_what_is_new() -> None:
    news = {"is_new": True, "is_back": False, "is_normal": False}
    assert returns("closed", **news)
    assert returns("resolved", **news)
    assert not returns("open", **news)
    assert not returns("merged", **news)
    assert not returns("closed", **{**news, "is_normal": True})
    assert not returns("resolved", is_new=False, is_back=False, is_normal=False)
    assert returns("resolved", is_new=False, is_back=True, is_normal=False)


def test_severity_and_category() -> None:
    assert worst(["info", "critical", "warning"]) == "critical"
    assert worst([]) == "info"
    metrics = [{**STEP, "name": "vibration_mm_s", "share": 0.7}, {**STEP, "share": 0.3}]
    assert category_of("drift", metrics) == "mechanical"


def test_detection_knows_an_end_as_soon_as_is_believed() -> None:
    """What was over within the grace has its end by then, so that it is not opened again."""
    assert timedelta(hours=Parameters().calm_hours) == KNOWN_AFTER


def test_news_of_what_was_resolved_tell_that_it_was_not_mended() -> None:
    known = [{"name": "x", "since": (NOW - timedelta(hours=1)).isoformat()}]
    new = [*known, {"name": "y", "since": (NOW + timedelta(minutes=5)).isoformat()}]
    soon, late = NOW + timedelta(minutes=10), NOW + timedelta(minutes=30)
    assert not is_not_mended(known, NOW, soon)
    assert is_not_mended(known, NOW, late)
    assert is_not_mended(new, NOW, soon)
