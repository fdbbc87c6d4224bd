"""`homepot evaluate`: runs the engine over a folder of labelled data and shows the figures."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from homepot.ai.anomaly_detection.engine import Parameters
from homepot.ai.anomaly_detection.evaluation import (
    benches,
    fleet_score,
    fleets,
    streams,
    window_score,
)
from homepot.ai.anomaly_detection.evaluation.reading import EvaluationRefused

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_FINDINGS_SHOWN_MAX = 50

Figures = dict[str, Any]
Run = Callable[[Parameters, Path | None], Figures]


def detection(folder: Path, out: Path | None, as_json: bool, jitter: int) -> None:
    def prepare() -> Run:
        files = streams.read_streams(folder)

        def run(parameters: Parameters, where: Path | None) -> Figures:
            scores = streams.scores_of(files, parameters)
            if where:
                streams.write_scores(files, scores, where)
            known = streams.labelled(folder, files, scores)
            return dict(window_score.figures(known)) if known else {"files": len(files)}

        return run

    _evaluate(prepare, out, as_json, jitter)


def multivariate(folder: Path, out: Path | None, as_json: bool, jitter: int) -> None:
    def prepare() -> Run:
        files = benches.read_benches(folder)

        def run(parameters: Parameters, where: Path | None) -> Figures:
            verdicts = benches.verdicts_of(files, parameters)
            if where:
                benches.write_verdicts(files, verdicts, where)
            return dict(benches.figures(files, verdicts))

        return run

    _evaluate(prepare, out, as_json, jitter)


def fleet(folder: Path, out: Path | None, as_json: bool, jitter: int) -> None:
    def prepare() -> Run:
        data = fleets.read_fleet(folder)
        tell_findings(data.findings)

        def run(parameters: Parameters, where: Path | None) -> Figures:
            told = fleets.deviations_of(data, parameters)
            if where:
                fleets.write_deviations(told, where)
            return fleet_score.figures(data, fleets.rows_of(told))

        return run

    _evaluate(prepare, out, as_json, jitter)


def tell_findings(findings: Sequence[str]) -> None:
    """What of the folder could not be taken."""
    for line in findings[:_FINDINGS_SHOWN_MAX]:
        _errors.print(line, markup=False)
    if len(findings) > _FINDINGS_SHOWN_MAX:
        shown = f"The first {_FINDINGS_SHOWN_MAX} of {len(findings):,} lines left out are shown."
        _errors.print(shown, markup=False)


def _evaluate(prepare: Callable[[], Run], out: Path | None, as_json: bool, jitter: int) -> None:
    """The figures with the parameters of operation and, beside them, the mean of runs with each
    parameter moved at random.
    """
    try:
        run = prepare()
        figures = run(Parameters(), out)
        moved = [run(Parameters().jittered(seed), None) for seed in range(1, jitter + 1)]
    except EvaluationRefused as refused:
        _refuse(str(refused))
    mean = {
        name: round(fmean(one[name] for one in moved), 3)
        for name, value in figures.items()
        if moved and isinstance(value, (int, float)) and all(one[name] is not None for one in moved)
    }
    if as_json:
        result = figures | ({"jittered_runs": jitter, "jittered_mean": mean} if moved else {})
        _out.print(json.dumps(result), markup=False)
        return
    _show(figures, mean, jitter)


def _show(figures: Figures, mean: Figures, jitter: int) -> None:
    table = Table("figure", "value", *([f"mean of {jitter} jittered runs"] if mean else []))
    for name, value in figures.items():
        if not isinstance(value, dict):
            table.add_row(name, _spelled(value), *([_spelled(mean.get(name))] if mean else []))
    _out.print(table)
    if "by_kind" in figures:
        kinds = Table("kind of fault", "found", "of", "median delay, hours")
        for kind, one in figures["by_kind"].items():
            kinds.add_row(kind, *(_spelled(one[key]) for key in ("found", "of", "delay_hours")))
        _out.print(kinds)


def _spelled(value: Any) -> str:
    return "-" if value is None else str(value)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
