"""From rows to a device's health."""

from datetime import UTC, datetime
from typing import Any

from homepot.ai.health.logic import Known, judged
from homepot.ai.incidents.logic import Normal, normals_of
from homepot.ai.thresholds.logic import Thresholds
from homepot.fleet.types.naming import Called, Names

SILENT_AT = datetime(2026, 7, 4, 12, 5, tzinfo=UTC)


def metric(name: str, value: float = 91.0) -> dict[str, Any]:
    return {"name": name, "kind": "step", "value": value, "usual": 30.0}


def anomaly(*metrics: dict[str, Any], kind: str = "step") -> dict[str, Any]:
    return {"kind": kind, "severity": "warning", "metrics": list(metrics)}


def known(*anomalies: dict[str, Any], connectivity: str = "online") -> Known:
    device = (1, 1, "TILL", "pos_terminal", 1, "Europe/Lisbon", connectivity, SILENT_AT)
    return Known(*device, 30.0, 24.0, anomalies, (), "healthy", None, None, None, None)


def reason(one: Known, normals: list[Normal] | None = None, names: Names | None = None) -> Any:
    found = judged(one, Thresholds(), names, normals or [], in_maintenance=False)
    return found.status, found.reason


def test_metrics_are_called_as_people_call_them() -> None:
    off = known(anomaly(metric("cpu_percent"), metric("queue_length")))
    said = "Processor load off the usual, queue length off the usual"
    assert reason(off) == ("warning", said)
    own = Names(of_tenants={(1, "queue_length"): Called("Parcels waiting")})
    assert "Parcels waiting off the usual" in reason(off, names=own)[1]


def test_more_than_three_are_counted() -> None:
    off = known(anomaly(*(metric(f"m_{number}") for number in range(5))))
    assert reason(off)[1].endswith("m 2 off the usual and 2 more")


def test_offline_is_told_by_the_clock_of_the_site() -> None:
    off = known(connectivity="offline")
    assert reason(off) == ("critical", "offline since 4 Jul 13:05 WEST")


def test_what_was_called_normal_does_not_weigh() -> None:
    both = known(anomaly(metric("cpu_percent"), metric("memory_percent")))
    normal = normals_of("step", [metric("cpu_percent")])
    assert reason(both, normal) == ("warning", "Memory used off the usual")
    alone = known(anomaly(metric("cpu_percent")))
    assert reason(alone, normal) == ("healthy", None)
    # Further off than what was called normal is something else.
    far = known(anomaly(metric("cpu_percent", 99.9)))
    assert reason(far, normal) == ("warning", "Processor load off the usual")
    # A device that may be silent is not missed.
    gone = known(anomaly(kind="silent"), connectivity="offline")
    assert reason(gone)[0] == "critical"
    assert reason(gone, normals_of("silent", [])) == ("healthy", None)
