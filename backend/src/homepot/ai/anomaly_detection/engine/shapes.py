"""What goes into the engine and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats, Places


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Kind(StrEnum):
    STEP = "step"
    RAMP = "ramp"
    DRIFT = "drift"
    FROZEN = "frozen"
    LIMIT = "limit"
    SILENT = "silent"
    UNMEASURED = "unmeasured"  # signs of life without readings, as the watch knows
    JOINT = "joint"
    SURPRISE = "surprise"


class Stage(StrEnum):
    """Where a deviation stands when it is told."""

    BEGUN = "begun"
    WIDER = "wider"  # another metric joined
    WORSE = "worse"  # it became far less likely to be chance
    AGAIN = "again"  # it returned before it was over for long
    OVER = "over"


@dataclass(frozen=True)
class MetricSpec:
    """One metric of a device, as its registry has it. No guard-rail is an infinite one."""

    name: str
    unit: str = ""
    direction: str | None = None
    above: float = float("inf")
    below: float = float("-inf")
    # what it can be at all
    least: float = float("-inf")
    most: float = float("inf")


@dataclass(frozen=True)
class DeviceSpec:
    device_id: str
    zone: str = "UTC"
    metrics: tuple[MetricSpec, ...] = ()


@dataclass(frozen=True)
class MetricDeviation:
    name: str
    kind: Kind
    share: float  # of the whole deviation, all metrics together 1
    size: float  # signed, in the metric's own unit, against the usual
    value: float
    usual: float
    low: float  # the expected band
    high: float
    p: float  # how likely a size like this is where nothing is wrong
    strength: float = 1.0  # 1 is worth telling


@dataclass(frozen=True)
class Deviation:
    """One device that is not as usual. `number` is the same from its beginning to its end."""

    number: int
    device_id: str
    stage: Stage
    severity: Severity
    detected_at: float
    start: float
    end: float | None
    p: float
    metrics: tuple[MetricDeviation, ...] = ()
    kind: Kind = Kind.STEP
    site_id: str | None = None  # of a whole site; then there is no device
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    device_id: str
    at: float  # seconds since 1970, UTC
    values: Mapping[str, float | None]
    traffic: float = 1.0  # the site's traffic of this hour against its usual


@dataclass(frozen=True)
class Batch:
    """Reports in the order they came, as columns: rows, and the values of each row's streams."""

    device: Places
    at: Doubles
    row: Places  # of each value, ascending
    stream: Places
    value: Doubles
    traffic: Floats | None = None

    def __len__(self) -> int:
        return len(self.device)


@dataclass(frozen=True)
class Busy:
    """What streams that count a site's traffic had, and what is usual for them at this hour."""

    device: Places
    seen: Floats
    usual: Floats


@dataclass
class Outcome:
    """What a batch brought: a row for each report, and the deviations."""

    score: Floats  # 0 to 1; how surprising the report is, and new
    joint: Floats  # the metrics together, against what is usual
    together: NDArray[np.bool_]  # whether the device is off by its metrics together
    late: int = 0  # reports that were older than what was known
    deviations: list[Deviation] = field(default_factory=list)
    busy: list[Busy] = field(default_factory=list)
