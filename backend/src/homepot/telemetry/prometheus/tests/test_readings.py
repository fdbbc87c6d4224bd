"""Samples to rows."""

import math

import numpy as np
import pytest

from homepot.core.errors import TooLarge
from homepot.telemetry.prometheus import readings
from homepot.telemetry.prometheus.naming import Named, NotKept, named
from homepot.telemetry.prometheus.protobuf import decode, labels_of
from homepot.telemetry.prometheus.readings import CLAIM_HELD_MS, Arranged, Claims, arranged
from homepot.telemetry.prometheus.rules import load
from homepot.telemetry.prometheus.tests.encoding import Series, message

AT = 1_790_000_000_000


def arrange(*series: Series, claims: Claims | None = None) -> Arranged:
    samples = decode(message(series))
    names: dict[bytes, Named | NotKept] = {
        packed: named(labels_of(packed), load(None)) for packed in samples.labels
    }
    return arranged(samples, names, claims or Claims())


def one(name: str, value: float = 1.0, at_ms: int = AT, **labels: str) -> Series:
    return {"__name__": name, "instance": "till:9100", **labels}, [(value, at_ms)]


def rows(found: Arranged) -> dict[tuple[str, int], dict[str, float]]:
    return {
        (batch.devices[device], at_us): {
            name: value
            for name, value in zip(batch.metrics, values, strict=True)
            if not math.isnan(value)
        }
        for batch in found.batches
        for device, at_us, values in zip(
            batch.device.tolist(), batch.at_us.tolist(), batch.values.tolist(), strict=True
        )
    }


def test_the_samples_of_a_device_at_one_time_are_one_row() -> None:
    found = arrange(
        one("x", 1, cpu="0"),
        one("node_load1", 0.5),
        one("x", 2, AT + 1_000, cpu="0"),
        one("x", 3, instance="other:9100", site="Pier"),
    )
    assert rows(found) == {
        ("till", AT * 1_000): {"x__cpu_0": 1, "load_1m": 0.5},
        ("till", (AT + 1_000) * 1_000): {"x__cpu_0": 2},
        ("other", AT * 1_000): {"x": 3},
    }
    assert found.sites == {"other": "Pier"}
    assert not found.refused


def test_what_is_no_number_is_not_reported() -> None:
    found = arrange(one("x", math.nan), one("y", math.inf), one("z", 1), one("w", math.nan, AT + 1))
    assert rows(found) == {("till", AT * 1_000): {"z": 1}}
    assert not found.refused
    assert arrange(one("x", math.nan)).devices == []


def test_a_factor_is_applied() -> None:
    found = arrange(one("probe_icmp_duration_seconds", 0.25, phase="rtt"))
    assert rows(found) == {("till", AT * 1_000): {"network_latency_ms": 250}}


def test_of_two_living_series_of_one_name_the_first_by_labels_is_taken_after_every_start() -> None:
    claims = Claims()
    both = [one("x", 2, instance="till:9200"), one("x", 1)]
    first = arrange(*both, claims=claims)
    assert rows(first) == {("till", AT * 1_000): {"x": 1}}
    assert "two series are x of till" in next(iter(first.refused))
    second_alone = one("x", 3, AT + 1, instance="till:9200")
    assert arrange(second_alone, claims=claims).refused.total() == 1
    # A process that meets the other one first gives the name back as soon as it hears of both.
    started_anew = Claims()
    assert rows(arrange(second_alone, claims=started_anew))
    assert rows(arrange(one("x", 4, AT + 2), claims=started_anew))
    assert arrange(second_alone, claims=started_anew).refused.total() == 1


def test_who_comes_anew_takes_the_claim_of_one_that_holds_it_in_the_same_request() -> None:
    claims = Claims()
    holder, first = one("x", 2, instance="till:9200"), one("x", 1)
    assert rows(arrange(holder, claims=claims))
    both = arrange(holder, first, one("y", 5), claims=claims)
    assert rows(both) == {("till", AT * 1_000): {"x": 1, "y": 5}}
    assert both.refused.total() == 1
    again = arrange(first, one("y", 6, AT + 1), holder, claims=claims)
    assert rows(again) == {("till", AT * 1_000): {"x": 1}, ("till", (AT + 1) * 1_000): {"y": 6}}
    assert again.refused.total() == 1


def test_a_holder_that_speaks_again_keeps_its_claim_from_a_later_one() -> None:
    claims = Claims()
    arrange(one("x"), claims=claims)
    late = AT + CLAIM_HELD_MS + 1
    later = one("x", 3, late, instance="till:9200")
    both = arrange(later, one("x", 4, late), claims=claims)
    assert rows(both) == {("till", late * 1_000): {"x": 4}}
    assert both.refused.total() == 1


def test_a_series_follows_when_the_first_has_long_been_silent() -> None:
    claims = Claims()
    arrange(one("x"), claims=claims)
    later = one("x", 3, AT + CLAIM_HELD_MS + 1, instance="till:9200")
    assert rows(arrange(later, claims=claims))


def test_a_series_that_has_ended_makes_room_for_its_follower() -> None:
    claims = Claims()
    arrange(one("x"), claims=claims)
    arrange(one("x", math.nan, AT + 1), claims=claims)
    assert rows(arrange(one("x", 2, AT + 2, instance="till:9200"), claims=claims))


def test_times_beyond_all_clocks_stay_wrong() -> None:
    found = arrange(one("x", 1, -5), one("y", 1, 2**62))
    (batch,) = found.batches
    assert batch.at_us[0] == 0
    assert batch.at_us[1] > 4e15


def test_devices_with_little_in_common_are_stored_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [one(f"m{n}", n, instance=f"d{n}") for n in range(10)]
    whole = rows(arrange(*many))
    monkeypatch.setattr(readings, "CELLS_MAX", 5)
    apart = arrange(*many)
    assert len(apart.batches) == 10
    assert rows(apart) == whole
    assert all(np.all(np.isfinite(batch.values)) for batch in apart.batches)
    with pytest.raises(TooLarge):
        arrange(*[one(f"m{n}", n, AT + n) for n in range(5)])
