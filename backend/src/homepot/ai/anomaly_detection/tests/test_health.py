"""The health score: every point that is missing has its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.ai.anomaly_detection.engine import Kind, Severity
from homepot.ai.anomaly_detection.health import Evidence, Sign, analyze_device_health
from homepot.ai.thresholds.logic import Thresholds

evidence = st.builds(
    Evidence,
    signs=st.lists(st.builds(Sign, st.sampled_from(Kind), st.sampled_from(Severity)), max_size=6),
    is_offline=st.booleans(),
    incidents=st.lists(st.sampled_from(Severity), max_size=3),
)


@given(evidence)
def test_what_is_lost_is_what_is_missing(known: Evidence) -> None:
    found = analyze_device_health(known)
    assert 0 <= found.score <= 1
    assert found.score == pytest.approx(max(0, 1 - sum(one.lost for one in found.factors)))
    assert all(one.reason for one in found.factors)
    assert (found.reason is None) == (found.score == 1)


@given(evidence)
def test_more_trouble_is_never_healthier(known: Evidence) -> None:
    worse = Evidence([*known.signs, Sign(Kind.STEP, Severity.CRITICAL)], True, "", known.incidents)
    assert analyze_device_health(worse).score <= analyze_device_health(known).score


def test_the_plan_s_words() -> None:
    assert analyze_device_health(Evidence()).status == "healthy"
    warned = Evidence([Sign(Kind.STEP, Severity.WARNING)], incidents=[Severity.WARNING])
    assert analyze_device_health(warned).status == "warning"
    alarmed = Evidence([Sign(Kind.LIMIT, Severity.CRITICAL)])
    assert analyze_device_health(alarmed).status == "critical"
    assert analyze_device_health(Evidence(is_offline=True)).status == "critical"


def test_a_device_type_may_have_thresholds_of_its_own() -> None:
    warned = Evidence([Sign(Kind.STEP, Severity.WARNING)])
    assert analyze_device_health(warned, Thresholds(0.6, 0.2)).status == "healthy"
    assert analyze_device_health(warned, Thresholds(0.9, 0.8)).status == "critical"
