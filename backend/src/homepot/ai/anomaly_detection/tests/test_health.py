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


def test_each_trouble_is_told_where_it_belongs() -> None:
    signs = [
        Sign(Kind.LIMIT, Severity.WARNING, "above 85 °C"),
        Sign(Kind.STEP, Severity.CRITICAL, "far from usual"),
        Sign(Kind.DRIFT, Severity.WARNING, "wears"),
    ]
    found = {one.name: one for one in analyze_device_health(Evidence(signs)).factors}
    assert {name: one.reason for name, one in found.items()} == {
        "deviation": "far from usual",
        "limits": "above 85 °C",
        "trend": "wears",
        "connectivity": "it is heard from",
        "incidents": "no incident is open",
    }
    assert found["deviation"].evidence > found["limits"].evidence > 0
    assert found["connectivity"].evidence == found["incidents"].evidence == 0


def test_who_is_silent_is_told_as_away() -> None:
    for known, words in (
        (Evidence([Sign(Kind.SILENT, Severity.WARNING, "no word for an hour")]), "no word"),
        (Evidence([Sign(Kind.SILENT, Severity.WARNING)]), "it is silent"),
        (Evidence(is_offline=True, offline_words="offline since nine"), "offline since nine"),
    ):
        [away] = [one for one in analyze_device_health(known).factors if one.name == "connectivity"]
        assert away.evidence == 1
        assert away.reason.startswith(words)


def test_incidents_are_counted_and_the_worst_of_them_counts() -> None:
    def of(*severities: Severity) -> tuple[float, str]:
        found = analyze_device_health(Evidence(incidents=list(severities))).factors[-1]
        return found.evidence, found.reason

    one, words = of(Severity.CRITICAL)
    assert words == "an incident is open"
    assert of(Severity.WARNING, Severity.CRITICAL) == (one, "2 incidents are open")
    assert of(Severity.WARNING)[0] < one
