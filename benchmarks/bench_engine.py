"""The engine of detection: readings judged a second on one core, and what a stream takes.

50,000 streams of 10,000 devices, past their first day, so that every voice is at work.

The peer of the speed is river's HalfSpaceTrees in the same run, one stream, learning and scoring
each reading, where river is installed (`pip install river`; nothing of the product needs it);
else the least that any detector does: a fading mean and spread of each stream.

With EVAL_DIR, a folder with `nab/`, `skab/` and any number of fleets (also such as
`homepot-simulator export` writes) in the shapes that `homepot evaluate` reads, the quality is
measured too, once as it is and as the mean of eight runs with every number of the engine moved at
random by up to 20 %; the peer is the goal.
"""

import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from report import Row

from homepot.ai.anomaly_detection.engine import Batch, DeviceSpec, Engine, MetricSpec, Parameters
from homepot.ai.anomaly_detection.evaluation import (
    benches,
    fleet_score,
    fleets,
    streams,
    window_score,
)

DEVICES = 10_000
METRICS = {
    "cpu_percent": 30.0,
    "memory_percent": 50.0,
    "disk_percent": 40.0,
    "network_latency_ms": 25.0,
    "error_rate": 0.004,
}
STEP_S = 600
WARM_ROUNDS = 150  # past the first day, so that every voice is at work
ROUNDS = 30
STATE_GOAL_BYTES = 2048
BEGIN = 1_756_684_800.0
JITTERED_RUNS = 8
STREAM_GOALS = {
    "standard": 68, "low_fp": 61, "low_fn": 74, "standard_heldout": 65,
    "recall_at_precision_0.8": 0.3,
}  # fmt: skip
BENCH_GOALS = {
    "f1": 0.77, "false_alarms_percent": 25, "missed_percent": 28, "calm_alarmed_percent": 10,
}  # fmt: skip
FLEET_GOALS = {
    "precision": 0.85, "recall": 0.88, "false_per_device_month": 0.25, "alerts_per_fault": 1.2,
}  # fmt: skip

Figures = dict[str, Any]
Measure = Callable[[Parameters], Figures]


def run() -> list[Row]:
    engine, ours = _speed()
    name, peer = _river() if find_spec("river") else _mean_alone()
    rows = [
        Row("engine: readings judged, 50,000 streams", ours, "readings/s", name, peer),
        Row(
            "engine: state of a stream",
            engine.state_bytes / len(engine.stream_names),
            "bytes",
            "goal",
            STATE_GOAL_BYTES,
        ),
    ]
    folder = os.environ.get("EVAL_DIR")
    return rows + (_quality(Path(folder)) if folder else [])


def _speed() -> tuple[Engine, float]:
    engine = Engine()
    engine.enrol(
        DeviceSpec(f"d{k}", "Europe/Berlin", tuple(MetricSpec(name) for name in METRICS))
        for k in range(DEVICES)
    )
    rng = np.random.default_rng(0)
    usual = np.tile(list(METRICS.values()), DEVICES)
    device = np.arange(DEVICES)
    spent = 0.0
    for turn in range(WARM_ROUNDS + ROUNDS):
        batch = Batch(
            device=device,
            at=np.full(DEVICES, BEGIN + STEP_S * turn),
            row=np.repeat(device, len(METRICS)),
            stream=np.arange(len(usual)),
            value=usual * (1 + 0.05 * rng.standard_normal(len(usual))),
        )
        begun = time.process_time()
        engine.feed(batch)
        spent += time.process_time() - begun if turn >= WARM_ROUNDS else 0
    return engine, ROUNDS * len(usual) / spent


def _river(readings: int = 20_000) -> tuple[str, float]:
    from river import anomaly  # noqa: PLC0415

    trees = anomaly.HalfSpaceTrees(seed=1)
    values = [{"value": one} for one in np.random.default_rng(1).random(readings).tolist()]
    begun = time.process_time()
    for value in values:
        trees.score_one(value)
        trees.learn_one(value)
    return "river's HalfSpaceTrees", readings / (time.process_time() - begun)


def _mean_alone(rounds: int = 200) -> tuple[str, float]:
    size = DEVICES * len(METRICS)
    mean, spread = np.zeros(size), np.ones(size)
    values = np.random.default_rng(1).standard_normal(size)
    begun = time.process_time()
    for _ in range(rounds):
        off = values - mean
        mean += 0.01 * off
        spread += 0.01 * (np.abs(off) - spread)
    return "a mean and a spread alone", rounds * size / (time.process_time() - begun)


def _quality(folder: Path) -> list[Row]:
    """Each kind of labelled data there is; folders that hold a `fleet.json` are fleets."""
    rows = []
    if (folder / "nab").is_dir():
        rows += _both("streams", _streams_of(folder / "nab"), STREAM_GOALS)
    if (folder / "skab").is_dir():
        rows += _both("test bench", _bench_of(folder / "skab"), BENCH_GOALS)
    for one in sorted(folder.iterdir()):
        if (one / "fleet.json").is_file():
            rows += _both(one.name, _fleet_of(one), FLEET_GOALS)
    return rows


def _both(what: str, measure: Measure, goals: dict[str, float]) -> list[Row]:
    """The figures, and the mean of runs with every parameter moved at random."""
    own = measure(Parameters())
    moved = [measure(Parameters().jittered(seed)) for seed in range(1, JITTERED_RUNS + 1)]
    rows = []
    for name, goal in goals.items():
        rows.append(_row(f"engine: {what}, {name}", own[name], goal))
        found = [one[name] for one in moved if one[name] is not None]
        mean = sum(found) / len(found) if found else None
        rows.append(_row(f"engine: {what}, {name}, {JITTERED_RUNS} jittered runs", mean, goal))
    return rows


def _streams_of(folder: Path) -> Measure:
    files = streams.read_streams(folder)

    def measure(parameters: Parameters) -> Figures:
        known = streams.labelled(folder, files, streams.scores_of(files, parameters))
        return dict(window_score.figures(known))

    return measure


def _bench_of(folder: Path) -> Measure:
    files = benches.read_benches(folder)

    def measure(parameters: Parameters) -> Figures:
        return dict(benches.figures(files, benches.verdicts_of(files, parameters)))

    return measure


def _fleet_of(folder: Path) -> Measure:
    fleet = fleets.read_fleet(folder)

    def measure(parameters: Parameters) -> Figures:
        told = fleets.rows_of(fleets.deviations_of(fleet, parameters))
        return dict(fleet_score.figures(fleet, told))

    return measure


def _row(name: str, figure: float | None, goal: float) -> Row:
    return Row(name, float("nan") if figure is None else figure, "", "goal", goal)
