"""Categories by what the metrics did, else by the words."""

import pytest

from homepot.ai.device_memory.categories import CATEGORIES, category_of
from homepot.ai.device_memory.signature import MetricSign, Signature


def sign(silent: float = 0, around: float = 0, **heights: float) -> Signature:
    return Signature(
        "gateway", 2, silent, around, metrics={name: MetricSign(h) for name, h in heights.items()}
    )


@pytest.mark.parametrize(
    ("signature", "category"),
    [
        (sign(temperature_celsius=4), "temperature"),
        (sign(network_latency_ms=3, cpu_percent=0.2), "connectivity"),
        (sign(silent=1), "connectivity"),
        (sign(silent=1, around=0.9), "power"),
        (sign(battery_percent=-3), "power"),
        (sign(disk_percent=2), "storage"),
        (sign(memory_percent=2), "software"),
        (sign(vibration_mm_s=1, temperature_celsius=5, power_watts=2), "mechanical"),
        (sign(transaction_count=-1), "hardware"),
        (Signature("iot_sensor", 9, metrics={"t": MetricSign(flat=0.9)}), "sensor"),
    ],
)
def test_an_incident_falls_into_the_category_of_what_it_did(
    signature: Signature, category: str
) -> None:
    assert category_of(signature, "a note about the disk") == category


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("The freezer is warm", "temperature"),
        ("Network slow, packets lost", "connectivity"),
        ("Battery losing charge", "power"),
        ("Disk full", "storage"),
        ("Someone tried the password a hundred times", "security"),
        ("A duck walked in", "other"),
        ("", "other"),
    ],
)
def test_without_readings_the_words_decide(words: str, category: str) -> None:
    assert category_of(None, words) == category
    assert category in CATEGORIES
