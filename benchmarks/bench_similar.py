"""Whether the right past incident is found: fresh faults on fleets of the simulator.

Each fleet has 30 days of readings, and incidents that were written up when they were over. The
engine finds the faults of the last week by itself; each is matched to what was recorded before it.
It is right where the best match is of the same kind of fault. The plan asks for 85 %. "Nothing
similar" is judged by taking the kind of each fault out of memory: how well its best score then
tells it from what it was before (AUROC; chance is 0.5).

With EVAL_DIR, a folder with `fleet/`, the same for that fleet. SEEDS chooses other fleets.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from report import Row

from homepot.ai.device_memory import evaluation
from homepot.ai.embedding.service import load

SEEDS = os.environ.get("SEEDS", "31 32 33 34 35").split()
UNTIL = "2026-11-01"
PLAN_RIGHT_PERCENT = 85.0
CHANCE = 0.5
MODEL = "all-MiniLM-L6-v2"


def figures(folder: Path) -> dict[str, Any]:
    fleet = evaluation.read(folder)
    found = evaluation.detected_intervals(fleet)
    fleet.knows(found)
    rows = evaluation.Replay(fleet, load(MODEL)).rows(found)
    return evaluation.figures(fleet, rows)


def exported(seed: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "homepot_simulator", "export", "--days", "30"]
    subprocess.run([*command, "--seed", seed, "--until", UNTIL, folder], check=True)  # noqa: S603
    return folder


def told(of: str, found: list[dict[str, Any]]) -> list[Row]:
    right, fresh = (sum(one[name] for one in found) for name in ("right", "found"))
    without = sum(one["none_of_its_kind_recorded_before"] for one in found)
    auroc = [one["nothing_similar_auroc"] for one in found]
    apart = fmean(one for one in auroc if one is not None)
    share = 100 * right / (fresh - without)
    return [
        Row(f"{of}: best match right, of {fresh - without}", share, "%", "the plan's goal",
            PLAN_RIGHT_PERCENT),
        Row(f"{of}: nothing similar recognised", apart, "AUROC", "chance", CHANCE),
    ]  # fmt: skip


def run() -> list[Row]:
    with TemporaryDirectory(prefix="homepot bench ") as folder:
        found = [figures(exported(seed, Path(folder) / seed)) for seed in SEEDS]
    rows = told(f"{len(SEEDS)} fleets of the simulator", found)
    if labelled := os.environ.get("EVAL_DIR"):
        rows += told("the fleet of EVAL_DIR", [figures(Path(labelled) / "fleet")])
    return rows
