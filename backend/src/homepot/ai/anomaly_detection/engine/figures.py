"""The parameters as the inner step reads them, with all that follows from them alone."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Floats
from homepot.ai.anomaly_detection.engine.histogram import (
    CELLS,
    FULL_MAX,
    UNIT,
    cells_of,
    log_edges,
    wide_edges,
)
from homepot.ai.anomaly_detection.engine.parameters import Parameters


def figures_of(p: Parameters) -> Any:
    """One record; a field for each parameter, and what would else be worked out each time."""
    single = asdict(p) | {
        "full": min(p.fade_readings, FULL_MAX) * UNIT,
        "smooth_share": 1 / p.smooth_readings,
        "smooth_gain": p.smooth_readings**0.5 / 2,
        "wait_fade": math.exp(-1 / p.wait_readings),
        "peak_fade": math.exp(-1 / p.peak_readings),
        "joint_share": 1 / p.joint_readings,
        "joint_open_share": 1 / p.joint_open_readings,
        "level_hours": p.level_days * 24,
        "learning_s": p.learning_hours * 3600,
        "again_s": p.again_hours * 3600,
        "apart_s": p.apart_hours * 3600,
        "calm_s": p.calm_hours * 3600,
    }
    wide, log = wide_edges(p.bin_gain), log_edges(p.bin_gain)
    edges: dict[str, Floats] = {"wide_edges": wide, "log_edges": log}
    cells = {"wide_cells": cells_of(wide), "log_cells": cells_of(log)}
    layout = np.dtype(
        [(name, np.float64) for name in single]
        + [(name, np.float32, len(array)) for name, array in edges.items()]
        + [(name, np.uint8, CELLS) for name in cells],
        align=True,
    )
    figures = np.zeros(1, layout).view(np.recarray)
    for name, value in (single | edges | cells).items():
        figures[name] = value
    return figures[0]
