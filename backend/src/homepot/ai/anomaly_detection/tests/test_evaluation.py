"""`homepot evaluate` on small folders made here, and the scores it gives."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from homepot.ai.anomaly_detection import cli
from homepot.ai.anomaly_detection.evaluation.window_score import (
    LabelledStream,
    best_threshold,
    held_out,
    recall_at_precision,
    rows_of,
)

evaluate = typer.Typer()
for one in (cli.detection, cli.multivariate, cli.fleet):
    evaluate.command()(one)

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def asked(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(evaluate, [*words, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def labelled(score: list[float], windows: list[tuple[int, int]], name: str = "a/one.csv") -> Any:
    return LabelledStream(name, np.array(score), windows)


def test_a_detector_that_is_right_at_once_scores_100_and_silence_0() -> None:
    right = [0.0] * 200
    right[100] = 1.0
    assert best_threshold(rows_of([labelled(right, [(100, 140)])]), "standard")[0] == pytest.approx(
        100, abs=1
    )
    silent = rows_of([labelled([0.0] * 200, [(100, 140)])])
    assert best_threshold(silent, "standard")[0] == 0


def test_late_is_worth_less_than_early_and_a_false_alarm_costs() -> None:
    def score(*rows: int) -> float:
        values = [0.0] * 300
        for row in rows:
            values[row] = 1.0
        return best_threshold(rows_of([labelled(values, [(100, 140)])]), "standard")[0]

    assert score(100) > score(130) > 0
    assert score(100) > score(100, 250) > score(100, 200, 250)


def test_alarms_in_the_first_rows_are_not_counted() -> None:
    values = [0.0] * 1000
    values[100] = 1.0
    assert len(rows_of([labelled(values, [])]).score) == 850


def test_the_threshold_can_be_taken_from_the_other_folders() -> None:
    right, other = [0.0] * 200, [0.0] * 200
    right[100], other[100] = 0.9, 0.4
    files = [labelled(right, [(100, 140)]), labelled(other, [(100, 140)], "b/two.csv")]
    held = held_out(files, "standard")
    # Folder a is judged at 0.4 and found, folder b at 0.9 and missed.
    assert held == pytest.approx(50, abs=1)
    assert held_out(files[:1], "standard") is None
    assert recall_at_precision(rows_of(files), 0.8) == 1.0


def stream_folder(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    values = 20 + rng.normal(0, 1, 2000)
    values[1500:1600] += 30
    path = folder / "data" / "made" / "one.csv"
    path.parent.mkdir(parents=True)
    stamps = [f"{BEGIN + timedelta(minutes=5 * k):%Y-%m-%d %H:%M:%S}" for k in range(2000)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("timestamp", "value"), *zip(stamps, values, strict=True)])
    windows = {"made/one.csv": [[stamps[1480] + ".000000", stamps[1650] + ".000000"]]}
    (folder / "windows.json").write_text(json.dumps(windows))
    return folder


def test_streams_are_scored_row_by_row_and_written(tmp_path: Path) -> None:
    folder, out = stream_folder(tmp_path / "with space"), tmp_path / "out put"
    found = asked("detection", str(folder), "--out", str(out), "--jitter", "1")
    assert (found["files"], found["windows"]) == (1, 1)
    assert found["standard"] > 80
    assert found["jittered_mean"]["standard"] > 0
    rows = list(csv.DictReader((out / "made" / "homepot_one.csv").read_text().splitlines()))
    assert len(rows) == 2000
    assert all(0 <= float(row["anomaly_score"]) < 1 for row in rows)
    loudest = max(range(2000), key=lambda k: float(rows[k]["anomaly_score"]))
    assert 1500 <= loudest < 1600


def bench_file(path: Path, seed: int, *, is_labelled: bool) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal((10, 20, 30), 1, (900, 3))
    anomaly = (np.arange(900) >= 600) & (np.arange(900) < 800)
    if is_labelled:
        values[anomaly] += [1.5, -1.5, 1.5]
    head = ["datetime", "Flow", "Heat", "Sound"] + (
        ["anomaly", "changepoint"] if is_labelled else []
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(head)
        for k, row in enumerate(values):
            label = [float(anomaly[k]), 0.0] if is_labelled else []
            writer.writerow([f"{BEGIN + timedelta(seconds=k):%Y-%m-%d %H:%M:%S}", *row, *label])


def test_the_metrics_of_a_bench_are_judged_together(tmp_path: Path) -> None:
    bench_file(tmp_path / "bench" / "valve" / "0.csv", 1, is_labelled=True)
    bench_file(tmp_path / "bench" / "calm" / "calm.csv", 2, is_labelled=False)
    found = asked("multivariate", str(tmp_path / "bench"), "--out", str(tmp_path / "out"))
    assert found["f1"] > 0.7
    assert found["calm_alarmed_percent"] < 5
    rows = list(csv.DictReader((tmp_path / "out" / "valve" / "0.csv").read_text().splitlines()))
    assert len(rows) == 900
    assert set(rows[0]) == {"datetime", "score", "alarm"}
    assert not any(int(row["alarm"]) for row in rows[:400])


def fleet_folder(
    folder: Path,
    *,
    is_labelled: bool = True,
    metric: str = "cpu_percent",
    kind: str = "pos_terminal",
) -> Path:
    rng = np.random.default_rng(3)
    days, step = 11, timedelta(minutes=10)
    count = days * 144
    hours = np.arange(count) / 6
    (folder / "metrics").mkdir(parents=True)
    sites = [{"id": "shop", "name": "Shop", "timezone": "Europe/Berlin"}]
    devices = [{"id": name, "type": kind, "site_id": "shop"} for name in ("a", "b", "c")]
    begin = 9 * 144 + 30
    for device in devices:
        values = 30 + 8 * np.sin(hours * 2 * np.pi / 24) + rng.normal(0, 1.5, count)
        if device["id"] == "b":
            values[begin : begin + 24] += 45
        with gzip.open(folder / "metrics" / f"{device['id']}.csv.gz", "wt", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["timestamp", metric])
            writer.writerows(
                (stamp(BEGIN + k * step), round(float(value), 1)) for k, value in enumerate(values)
            )
    (folder / "sites.json").write_text(json.dumps(sites))
    (folder / "devices.json").write_text(json.dumps(devices))
    end = BEGIN + count * step
    meta = {"start": stamp(BEGIN), "as_of": stamp(end), "step_seconds": 600}
    (folder / "fleet.json").write_text(json.dumps(meta))
    fault = {
        "device_id": "b",
        "fault": "cpu_runaway",
        "metrics": [metric],
        "start": stamp(BEGIN + begin * step),
        "end": stamp(BEGIN + (begin + 24) * step),
    }
    if is_labelled:
        (folder / "labels.jsonl").write_text(json.dumps(fault) + "\n")
    return folder


def test_a_fleet_is_replayed_and_its_fault_found_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = asked("fleet", str(fleet_folder(tmp_path / "a fleet")), "--out", str(out))
    assert (found["faults"], found["found"], found["false"]) == (1, 1, 0)
    assert found["by_kind"]["cpu_runaway"]["delay_hours"] <= 0.5
    (row,) = [json.loads(line) for line in (out / "detections.jsonl").read_text().splitlines()]
    assert (row["device_id"], row["metrics"]) == ("b", ["cpu_percent"])
    assert row["severity"] in {"warning", "critical"}
    assert row["start"] <= row["detected_at"] < row["end"]
    assert row["details"][0]["size"] > 30


def test_a_fleet_of_unknown_kinds_and_metrics_is_judged_by_its_own_ways(tmp_path: Path) -> None:
    folder = fleet_folder(tmp_path / "fleet", metric="Zorb wumps (kZ)", kind="wumpometer")
    found = asked("fleet", str(folder), "--out", str(tmp_path / "out"))
    assert (found["faults"], found["found"]) == (1, 1)
    assert found["false"] <= 1
    assert found["by_kind"]["cpu_runaway"]["delay_hours"] <= 2
    lines = (tmp_path / "out" / "detections.jsonl").read_text().splitlines()
    assert any(json.loads(line)["metrics"] == ["Zorb wumps (kZ)"] for line in lines)


def test_a_line_that_cannot_be_read_is_named_and_left_out(tmp_path: Path) -> None:
    folder = fleet_folder(tmp_path / "fleet")
    with gzip.open(folder / "metrics" / "c.csv.gz", "at", newline="") as file:
        file.write("2026-09-01T00:00:00Z,warm\nsoon,1\n2026-09-01T00:10:00Z\n")
    done = CliRunner().invoke(evaluate, ["fleet", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["found"] == 1
    places = [
        line.rpartition("c.csv.gz:")[2].partition(":")[0] for line in done.stderr.splitlines()
    ]
    assert places == ["1586", "1587", "1588"]


def test_a_fleet_without_the_truth_is_still_replayed(tmp_path: Path) -> None:
    folder = fleet_folder(tmp_path / "fleet", is_labelled=False)
    found = asked("fleet", str(folder))
    assert (found["faults"], found["false"]) == (0, 1)


@pytest.mark.parametrize(
    ("shape", "words"),
    [("detection", "data/<folder>"), ("multivariate", "<folder>/<file>"), ("fleet", "fleet.json")],
)
def test_a_folder_of_another_shape_is_refused_in_words(
    shape: str, words: str, tmp_path: Path
) -> None:
    done = CliRunner().invoke(evaluate, [shape, str(tmp_path)])
    assert done.exit_code == 1
    assert words in done.output
