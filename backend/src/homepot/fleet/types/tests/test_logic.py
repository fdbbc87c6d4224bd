import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.core.errors import BadInput
from homepot.fleet.types.catalogue import shipped
from homepot.fleet.types.logic import (
    DeviceType,
    Direction,
    Kind,
    Metric,
    TypeMetric,
    accepted_names,
    check_type,
    effective_metric,
    effective_type,
    metric_name_problem,
)

TILL = shipped().types["pos_terminal"]
METRICS = shipped().metrics


def test_own_words_win_field_by_field() -> None:
    changed = effective_type(
        "pos_terminal", TILL, None, {"cpu_percent": {"warning_above": 70}}, METRICS
    )
    metric = changed.metrics["cpu_percent"]
    assert (metric.warning_above, metric.critical_above) == (70, 97)
    assert changed.metrics["disk_percent"] == TILL.metrics["disk_percent"]
    assert changed.label == "Till"


def test_a_limit_said_to_be_none_is_none() -> None:
    changed = effective_type(
        "pos_terminal", TILL, None, {"cpu_percent": {"warning_above": None}}, METRICS
    )
    assert changed.metrics["cpu_percent"].warning_above is None
    assert changed.metrics["cpu_percent"].critical_above == 97


def test_a_whole_metric_can_be_left_out_and_a_new_one_added() -> None:
    changed = effective_type(
        "pos_terminal", TILL, "Kasse", {"cpu_percent": None, "paper_mm": {"unit": "mm"}}, METRICS
    )
    assert "cpu_percent" not in changed.metrics
    assert changed.metrics["paper_mm"] == TypeMetric("paper_mm", unit="mm")
    assert changed.label == "Kasse"


def test_an_added_metric_starts_from_the_registry() -> None:
    own = Metric("paper_mm", unit="mm", range_low=0, direction=Direction.DOWN_IS_BAD)
    changed = effective_type(
        "printer", None, None, {"paper_mm": {"warning_below": 5}}, {"paper_mm": own}
    )
    metric = changed.metrics["paper_mm"]
    assert (metric.unit, metric.direction, metric.warning_below) == ("mm", Direction.DOWN_IS_BAD, 5)
    assert (changed.shipped, changed.label) == (False, "printer")


def test_no_own_words_change_nothing() -> None:
    for name, device_type in shipped().types.items():
        assert effective_type(name, device_type, None, {}, METRICS).metrics == device_type.metrics


def test_what_is_not_said_of_a_metric_is_as_shipped() -> None:
    row = {"name": "cpu_percent", "unit": None, "kind": "ratio", "range_low": None, "origin": "x"}
    metric = effective_metric("cpu_percent", METRICS["cpu_percent"], row)
    assert (metric.unit, metric.kind, metric.range_high) == ("%", Kind.RATIO, 100)
    assert effective_metric("new", None, {}) == Metric("new")


@pytest.mark.parametrize(
    ("limits", "at"),
    [
        ({"warning_above": 90, "critical_above": 80}, "warning_above"),
        ({"warning_below": 10, "critical_below": 20}, "critical_below"),
        ({"critical_above": 150}, "critical_above"),
        ({"warning_below": -5}, "warning_below"),
        ({"warning_below": 60, "warning_above": 50}, "warning_below"),
        ({"warning_below": 50, "warning_above": 50}, "warning_below"),
        ({"range_low": 100, "range_high": 0}, "range_low"),
    ],
)
def test_limits_that_contradict_are_refused_with_their_place(
    limits: dict[str, float], at: str
) -> None:
    given = {"range_low": 0, "range_high": 100, **limits}
    device_type = effective_type("own", None, None, {"level": given}, {})
    with pytest.raises(BadInput) as refusal:
        check_type(device_type)
    assert refusal.value.extra["errors"][0]["at"] == f"body.metrics.level.{at}"


@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6, unique=True))
def test_an_ordered_ladder_is_taken(steps: list[float]) -> None:
    low, cb, wb, wa, ca, high = sorted(steps)
    metric = TypeMetric("level", "", "", Kind.GAUGE, low, high, Direction.BOTH, wa, ca, wb, cb)
    check_type(DeviceType("own", "Own", False, {"level": metric}))


@pytest.mark.parametrize("name", ["cpu_percent", "node_load1", "a:b.c-d", "_x", "X" * 128])
def test_names_of_metrics(name: str) -> None:
    assert metric_name_problem(name) is None


@pytest.mark.parametrize("name", ["", "1x", "a b", "a\x00", "a\n", "größe", "X" * 129, "a{b}"])
def test_names_that_are_no_metric_refuse_the_whole(name: str) -> None:
    with pytest.raises(BadInput):
        accepted_names(["cpu_percent", name])


def test_a_type_has_so_many_metrics_at_most() -> None:
    many = {f"m{n}": TypeMetric(f"m{n}") for n in range(201)}
    with pytest.raises(BadInput):
        check_type(DeviceType("own", "Own", False, many))
