"""The engine of anomaly detection: pure, one reading after the other, in machine code."""

from homepot.ai.anomaly_detection.engine.engine import Engine
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.shapes import (
    Batch,
    Deviation,
    DeviceSpec,
    Kind,
    MetricDeviation,
    MetricSpec,
    Outcome,
    Report,
    Severity,
    Stage,
)

__all__ = [
    "Batch", "Deviation", "DeviceSpec", "Engine", "Kind", "MetricDeviation", "MetricSpec",
    "Outcome", "Parameters", "Report", "Severity", "Stage",
]  # fmt: skip
