"""The engine of anomaly detection: pure, on numpy, for all streams of its devices at once."""

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
