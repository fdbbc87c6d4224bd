"""Labels to device and metric: readable, bounded, and never the same for two series."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homepot.fleet.fields import public_id
from homepot.telemetry.intake.batch import METRIC_NAME
from homepot.telemetry.prometheus.naming import Named, NotKept, device_of, metric_name, named
from homepot.telemetry.prometheus.rules import Rules, load, parse

SHIPPED = load(None)
BARE = Rules(device=["device_id", "instance"], site="site", ignore=["job", "instance"])
# few words, so that what could be mixed up is tried often
words = st.text(alphabet="aA0_:/-", min_size=1, max_size=4) | st.text(min_size=1, max_size=70)
apart = st.dictionaries(words, words, max_size=3)


def name_of(rules: Rules = SHIPPED, **labels: str) -> Any:
    return named({"instance": "till:9100", "job": "node", **labels}, rules)


@given(words, apart, words, apart)
@settings(max_examples=500)
def test_two_series_never_share_a_name(
    name: str, labels: dict[str, str], other: str, others: dict[str, str]
) -> None:
    first, second = metric_name(name, labels), metric_name(other, others)
    assert METRIC_NAME.fullmatch(first)
    assert (first == second) == ((name, labels) == (other, others))
    assert metric_name(name, dict(reversed(labels.items()))) == first


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("a", {"b": "c"}), ("a__b_c", {})),
        (("a", {"b": "c__d_e"}), ("a", {"b": "c", "d": "e"})),
        (("a", {"b_c": "d"}), ("a", {"b": "c_d"})),
        (("a", {"b": "c"}), ("a", {"b": "C"})),
        (("a", {}), ("A", {})),
        (("a:b", {}), ("a_b", {})),
        (("a" * 63, {}), ("a" * 64, {})),
        (("a" * 64, {}), ("a" * 65, {})),
    ],
)
def test_what_looks_alike_is_told_apart(one: Any, two: Any) -> None:
    assert metric_name(*one) != metric_name(*two)


@given(st.text(min_size=1, max_size=90), st.text(min_size=1, max_size=90))
def test_a_device_has_an_id_that_an_owner_could_have_given(one: str, two: str) -> None:
    first, second = (device_of({"device_id": text}, BARE) for text in (one, two))
    assert first is not None
    assert public_id(first) == first
    assert (first == second) == (one == two)


@pytest.mark.parametrize(
    ("instance", "device"),
    [
        ("till-3.lan:9100", "till-3.lan"),
        ("till-3", "till-3"),
        ("10.0.0.7:9100", "10.0.0.7"),
        ("[fe80::1]:9100", "fe80::1"),
        ("fe80::1%eth0", None),
        ("http://shop/health", None),
    ],
)
def test_an_instance_is_a_device_without_its_port(instance: str, device: str | None) -> None:
    found = device_of({"instance": instance}, SHIPPED)
    assert found is not None
    assert found == device if device else public_id(found) == found


def test_a_device_id_wins_over_the_instance_and_is_taken_as_it_is() -> None:
    assert name_of(__name__="x", device_id="till:9100").device == "till:9100"


def test_ignored_labels_are_in_no_name() -> None:
    found = name_of(__name__="x", site="Pier", cpu="0", empty="")
    assert found == Named("till", "x__cpu_0", 1.0, "Pier")


def test_what_is_shipped_maps_drops_and_tells_exporters_apart() -> None:
    assert name_of(__name__="node_load1") == Named("till", "load_1m")
    rtt = name_of(__name__="probe_icmp_duration_seconds", phase="rtt")
    assert (rtt.metric, rtt.factor) == ("network_latency_ms", 1000)
    setup = name_of(__name__="probe_icmp_duration_seconds", phase="setup")
    assert setup.metric == "probe_icmp_duration_seconds__phase_setup"
    assert name_of(__name__="http_requests_bucket", le="5") == NotKept()
    assert name_of(__name__="up").metric == "up__job_node"
    assert name_of(__name__="node_load1x").metric == "node_load1x"


def test_a_series_of_no_device_or_without_a_name_says_so() -> None:
    nobody = named({"__name__": "x"}, SHIPPED)
    assert isinstance(nobody, NotKept)
    assert "none of the labels device_id, instance" in (nobody.reason or "")
    assert isinstance(named({"instance": "till"}, SHIPPED), NotKept)


def test_the_first_rule_that_fits_decides() -> None:
    rules = parse(
        "device: [host]\nsite: shop\nrules:\n"
        "  - { name: 'fridge_.*', labels: { sensor: top }, metric: temperature_celsius }\n"
        "  - { name: 'fridge_temp', keep: true }\n"
        "  - { name: '.*', drop: true }\n",
        "rules.yaml",
    )
    top = {"__name__": "fridge_temp", "host": "f1", "sensor": "top"}
    assert named(top, rules) == Named("f1", "temperature_celsius")
    low = named({**top, "sensor": "low", "shop": "Pier"}, rules)
    assert low == Named("f1", "fridge_temp__sensor_low", 1.0, "Pier")
    assert named({**top, "__name__": "other"}, rules) == NotKept()
