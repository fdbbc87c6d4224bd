"""The engine of detection: readings judged a second on one core, and what a stream takes.

50,000 streams of 10,000 devices, past their first day, so that every voice is at work.

The peer of the speed is river's HalfSpaceTrees in the same run, one stream, learning and scoring
each reading, where river is installed (`pip install river`; nothing of the product needs it);
else the least that any detector does: a fading mean and spread of each stream.

With EVAL_DIR, a folder with `nab/`, `skab/` and `fleet/` in the shapes that `homepot evaluate`
reads, the quality is measured too; the peer is the goal.
"""

import os
import time
from importlib.util import find_spec
from pathlib import Path

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
    parameters, rows = Parameters(), []
    if (folder / "nab").is_dir():
        files = streams.read_streams(folder / "nab")
        scores = streams.scores_of(files, parameters)
        found = window_score.figures(streams.labelled(folder / "nab", files, scores))
        goals = {"standard": 68, "low_fp": 61, "low_fn": 74, "standard_heldout": 65}
        rows += [_row(f"engine: streams, {k}", found[k], "points", v) for k, v in goals.items()]
        recall = found["recall_at_precision_0.8"]
        rows.append(_row("engine: streams, recall at precision .8", recall, "", 0.3))
    if (folder / "skab").is_dir():
        recordings = benches.read_benches(folder / "skab")
        verdicts = benches.verdicts_of(recordings, parameters)
        found = benches.figures(recordings, verdicts)
        rows += [
            _row("engine: test bench, F1", found["f1"], "", 0.77),
            _row("engine: test bench, false alarms", found["false_alarms_percent"], "%", 25),
            _row("engine: test bench, missed", found["missed_percent"], "%", 28),
            _row("engine: test bench, calm alarmed", found["calm_alarmed_percent"], "%", 10),
        ]
    if (folder / "fleet").is_dir():
        fleet = fleets.read_fleet(folder / "fleet")
        told = fleets.rows_of(fleets.deviations_of(fleet, parameters))
        known = fleet_score.figures(fleet, told)
        goals = {"precision": 0.85, "recall": 0.88, "false_per_device_month": 0.25}
        rows += [_row(f"engine: fleet, {k}", known[k], "", v) for k, v in goals.items()]
        rows.append(_row("engine: fleet, alerts a fault", known["alerts_per_fault"], "", 1.2))
    return rows


def _row(name: str, figure: float | None, unit: str, goal: float) -> Row:
    return Row(name, float("nan") if figure is None else figure, unit, "goal", goal)
