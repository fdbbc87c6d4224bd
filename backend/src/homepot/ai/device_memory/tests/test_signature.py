"""Signatures from made readings: what each shape of trouble leaves in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.ai.device_memory.shape import vector_of
from homepot.ai.device_memory.signature import (
    MetricSign,
    Readings,
    Signature,
    held,
    signature_of,
    silent_share,
)
from homepot.ai.device_memory.similarity import SIMILAR, distance, features, score_of
from homepot.ai.device_memory.words import told

DAY, STEP = 86_400.0, 600.0
START = 20_000 * DAY  # midnight
AT = np.arange(START - 15 * DAY, START + DAY, STEP)
FAULT = (START + 6 * 3600, START + 10 * 3600)
IN_FAULT = (FAULT[0] <= AT) & (FAULT[1] >= AT)


def usual(level: float, wave: float = 1.0, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 0.1, len(AT))
    return level + wave * np.sin(2 * np.pi * AT / DAY) + noise


def looked(**series: np.ndarray) -> Signature:
    return signature_of(Readings(AT, series), *FAULT, "iot_sensor")


def test_nothing_unusual_leaves_nothing() -> None:
    seen = looked(temperature_celsius=usual(20), humidity_percent=usual(50, 5))
    assert not seen
    assert told(seen).startswith("Nothing unusual")


@pytest.mark.parametrize("way", [1, -1])
def test_a_step_has_its_sign_and_its_size_and_no_ramp(way: int) -> None:
    seen = looked(temperature_celsius=usual(20) + way * 6 * IN_FAULT)
    sign = seen.metrics["temperature_celsius"]
    assert np.sign(sign.height) == way
    assert 2 < abs(sign.height) < 3  # 6 degrees, of which 2.2 matter
    assert sign.ramp < 0.2


@pytest.mark.parametrize(
    ("first", "last"),
    [(START - 3 * DAY, START), (START - 13 * DAY, START - 9 * DAY)],
    ids=["lately", "long"],
)
def test_trouble_before_hides_no_trouble(first: float, last: float) -> None:
    value = usual(20) + 6 * IN_FAULT
    value[(first <= AT) & (last >= AT)] += 6
    readings = Readings(AT, {"temperature_celsius": value})
    alone = looked(temperature_celsius=usual(20) + 6 * IN_FAULT).metrics["temperature_celsius"]
    known = signature_of(readings, *FAULT, "iot_sensor", troubled=[(first, last)])
    assert known.metrics["temperature_celsius"].height == pytest.approx(alone.height, abs=0.1)
    unknown = signature_of(readings, *FAULT, "iot_sensor").metrics.get("temperature_celsius")
    assert unknown is None or abs(unknown.height - alone.height) > 0.2


def test_what_only_counts_up_says_nothing() -> None:
    value = (AT - AT[0]) % (5 * DAY) + 2 * DAY * IN_FAULT
    assert not looked(uptime_seconds=value)


def test_a_ramp_is_told_from_a_step() -> None:
    part = np.clip((AT - FAULT[0]) / (FAULT[1] - FAULT[0]), 0, 1) * IN_FAULT
    sign = looked(temperature_celsius=usual(20) + 8 * part).metrics["temperature_celsius"]
    assert sign.ramp > 0.5
    assert sign.height > 1


def test_what_stands_still_is_flat_and_no_deviation() -> None:
    value = usual(20)
    value[IN_FAULT] = 27.0
    sign = looked(temperature_celsius=value).metrics["temperature_celsius"]
    assert sign.flat == 1
    assert sign.height == 0


def test_a_metric_that_never_moves_is_not_flat() -> None:
    assert not looked(pressure_hpa=np.full(len(AT), 1_013.0))


def test_silence_is_the_share_of_reports_that_did_not_come() -> None:
    part = ~IN_FAULT
    readings = Readings(AT[part], {"temperature_celsius": usual(20)[part]})
    seen = signature_of(readings, *FAULT, "iot_sensor", around=0.8)
    assert seen.silent == 1
    assert seen.metrics == {}
    assert told(seen) == "Every device of the site sent nothing, for 4 hours."
    assert silent_share(AT, *FAULT) == 0


def test_a_cold_room_is_one_that_is_usually_cold() -> None:
    assert looked(temperature_celsius=usual(4) + 6 * IN_FAULT).is_cold
    assert not looked(temperature_celsius=usual(20) - 15 * IN_FAULT).is_cold


def test_too_little_history_says_nothing() -> None:
    late = FAULT[0] - 3 * STEP <= AT
    readings = Readings(AT[late], {"temperature_celsius": (usual(20) + 9 * IN_FAULT)[late]})
    assert not signature_of(readings, *FAULT, "iot_sensor")
    empty = Readings(np.array([]), {"temperature_celsius": np.array([])})
    assert not signature_of(empty, *FAULT, "iot_sensor")


def test_holes_in_a_metric_are_no_values() -> None:
    value = usual(20) + 6 * IN_FAULT
    value[::3] = np.nan
    assert 2 < looked(temperature_celsius=value).metrics["temperature_celsius"].height < 3


def test_half_the_strength_is_alike_and_the_other_way_is_not() -> None:
    strong, weak, other = (
        features(looked(temperature_celsius=usual(20, seed=seed) + by * IN_FAULT))
        for seed, by in ((1, 12), (2, 6), (3, -12))
    )
    assert score_of(distance(strong, weak), None) > SIMILAR
    assert score_of(distance(strong, other), None) < SIMILAR


signs = st.builds(
    MetricSign,
    height=st.just(0.0) | st.floats(0.05, 50) | st.floats(-50, -0.05),
    ramp=st.floats(0, 1),
    flat=st.just(0.0) | st.floats(0.01, 1),
    onset=st.floats(0, 1),
)
signatures = st.builds(
    Signature,
    device_type=st.sampled_from(["till", "sensor", "gateway"]),
    hours=st.floats(0.1, 500),
    silent=st.floats(0, 1),
    around=st.floats(0, 1),
    is_cold=st.booleans(),
    metrics=st.dictionaries(st.sampled_from(["cpu", "temp", "disk", "loss"]), signs, max_size=4),
)


@given(signatures, signatures)
def test_distance_is_one(one: Signature, other: Signature) -> None:
    a, b = features(one), features(other)
    assert distance(a, a) == 0
    assert distance(a, b) == pytest.approx(distance(b, a))
    assert 0 <= score_of(distance(a, b), None) <= 1


@given(signatures)
def test_a_signature_comes_back_as_it_was_kept(one: Signature) -> None:
    again = Signature.from_json(one.as_json())
    assert distance(features(one), features(again)) < 0.05
    assert Signature.from_json(again.as_json()) == again


def test_vectors_keep_distances() -> None:
    random = np.random.default_rng(4)

    def drawn() -> Signature:
        names = random.choice(["cpu", "temp", "disk", "loss", "volts"], 3, replace=False)
        return Signature(
            str(random.choice(["till", "sensor"])),
            float(random.uniform(1, 50)),
            metrics={str(name): MetricSign(float(random.normal(0, 4))) for name in names},
        )

    pairs = [(drawn(), drawn()) for _ in range(300)]
    true = np.array([distance(features(a), features(b)) for a, b in pairs])
    kept = np.array([np.linalg.norm(vector_of(a) - vector_of(b)) for a, b in pairs])
    assert np.median(np.abs(kept / true - 1)) < 0.1


@given(st.floats(-1e9, 1e9))
def test_what_matters_is_held_within_bounds(height: float) -> None:
    assert -1 <= held(height) <= 1
