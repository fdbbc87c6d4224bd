"""`homepot evaluate incidents`, `forecast`, `rul`: the words they take, and what they show."""

import json
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


# What does the work is loaded where it is asked for: the other commands start without it.


def incidents(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write the ranked matches here.")
    ] = None,
    given: Annotated[
        bool,
        typer.Option(
            "--given-intervals", help="Take the true intervals of labels.jsonl, find nothing."
        ),
    ] = False,
    words: Annotated[
        bool, typer.Option("--words/--no-words", help="Whether notes count beside the metrics.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as a line of JSON.")] = False,
    jitter: Annotated[
        int,
        typer.Option(min=0, max=100, help="Also so many runs with every weight moved by 20 %."),
    ] = 0,
) -> None:
    """Similar incidents: for each one that is found and nobody wrote up, those recorded before."""
    from homepot.ai.anomaly_detection.evaluation.commands import tell_findings  # noqa: PLC0415
    from homepot.ai.anomaly_detection.evaluation.reading import EvaluationRefused  # noqa: PLC0415
    from homepot.ai.device_memory import evaluation as ev  # noqa: PLC0415
    from homepot.ai.embedding import EmbeddingAway  # noqa: PLC0415
    from homepot.ai.embedding.service import load  # noqa: PLC0415

    try:
        fleet = ev.read(folder)
        tell_findings(fleet.data.findings)
        found = ev.given_intervals(fleet) if given else ev.detected_intervals(fleet)
        fleet.knows(found)
        replay = ev.Replay(fleet, load("all-MiniLM-L6-v2") if words else None)
    except (EvaluationRefused, EmbeddingAway) as refused:
        _errors.print(str(refused), markup=False)
        raise typer.Exit(1) from None
    rows = replay.rows(found)
    if out is not None:
        ev.write(rows, out)
    figures = ev.figures(fleet, rows) if fleet.labels else {"found": len(rows)}
    moved = [
        ev.figures(fleet, replay.rows(found, ev.jittered(seed))) for seed in range(1, jitter + 1)
    ]
    _show(figures, moved, as_json)


def forecast(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write what is foreseen here.")
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(help="The limit that is meant, as disk_percent=90; may be said again."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as a line of JSON.")] = False,
    jitter: Annotated[
        int,
        typer.Option(min=0, max=100, help="Also so many runs with every parameter moved by 20 %."),
    ] = 0,
) -> None:
    """Slow wears of a fleet: which limits will be reached within 14 days of its `as_of`, and when.

    The limits are those of the device types, unless --limit or future.jsonl names one of a metric.
    """
    from homepot.ai.anomaly_detection.evaluation.commands import tell_findings  # noqa: PLC0415
    from homepot.ai.anomaly_detection.evaluation.reading import EvaluationRefused  # noqa: PLC0415
    from homepot.ai.prediction import evaluation as ev  # noqa: PLC0415
    from homepot.ai.prediction.wear.parameters import Parameters  # noqa: PLC0415

    try:
        fleet = ev.read(folder, _limits(limit or []))
    except EvaluationRefused as refused:
        _errors.print(str(refused), markup=False)
        raise typer.Exit(1) from None
    tell_findings(fleet.data.findings)
    rows = ev.flagged(fleet, Parameters())
    if out is not None:
        ev.write(rows, out)
    if not fleet.truth:
        _show({"flagged": len(rows)}, [], as_json)
        return
    moved = [
        ev.figures(fleet, ev.flagged(fleet, Parameters().jittered(seed)))
        for seed in range(1, jitter + 1)
    ]
    _show(ev.figures(fleet, rows), moved, as_json)


def rul(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, show_default=False)
    ],
    subset: Annotated[str, typer.Option(help="Which train_, test_ and RUL_ file, such as FD001.")],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write unit by unit here, as CSV.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as a line of JSON.")] = False,
    jitter: Annotated[
        int,
        typer.Option(min=0, max=100, help="Also so many runs with every parameter moved by 20 %."),
    ] = 0,
) -> None:
    """How many cycles each unit has left, learnt from units that ran to their end (C-MAPSS)."""
    from homepot.ai.anomaly_detection.evaluation.reading import EvaluationRefused  # noqa: PLC0415
    from homepot.ai.prediction.boosting import ModelAway  # noqa: PLC0415
    from homepot.ai.prediction.life import runs  # noqa: PLC0415
    from homepot.ai.prediction.life.model import Life, Parameters  # noqa: PLC0415

    try:
        taught, asked = (runs.read_units(folder, f"{kind}_{subset}") for kind in ("train", "test"))
        life = Life.taught(taught)
        rows = runs.told(life, asked)
        if out is not None:
            runs.write(rows, out)
        truth = runs.truth_of(folder, subset)
        moved = []
        for seed in range(1, jitter + 1):
            other = Life.taught(taught, Parameters().jittered(seed))
            moved.append(runs.figures(runs.told(other, asked), truth, other))
        found = runs.figures(rows, truth, life)
    except (EvaluationRefused, ModelAway) as refused:
        _errors.print(str(refused), markup=False)
        raise typer.Exit(1) from None
    _show(found, moved, as_json)


def _limits(said: list[str]) -> dict[str, float]:
    found = {}
    for one in said:
        metric, _, value = one.partition("=")
        try:
            found[metric] = float(value)
        except ValueError:
            problem = f"{one!r} is no limit; say it as disk_percent=90"
            raise typer.BadParameter(problem, param_hint="--limit") from None
    return found


def _show(figures: dict[str, Any], moved: list[dict[str, Any]], as_json: bool) -> None:
    mean = {
        name: round(fmean(one[name] for one in moved), 4)
        for name in figures
        if moved and all(one.get(name) is not None for one in moved)
    }
    if as_json:
        whole = figures | ({"jittered_runs": len(moved), "jittered_mean": mean} if moved else {})
        _out.print(json.dumps(whole), markup=False)
        return
    table = Table("figure", "value", *([f"mean of {len(moved)} jittered runs"] if moved else []))
    for name, value in figures.items():
        shown = "-" if value is None else str(value)
        table.add_row(name, shown, *([str(mean.get(name, "-"))] if moved else []))
    _out.print(table)
