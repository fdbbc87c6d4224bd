"""`homepot evaluate detection`, `multivariate`, `fleet` and `homepot replay`: their words."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", file_okay=False, help="Write here what was decided, row by row."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The figures as one line of JSON.")]
Jitter = Annotated[
    int,
    typer.Option(
        min=0, max=100, help="Also so many runs with every parameter moved by up to 20 %."
    ),
]

# What does the work is loaded where it is asked for: the other commands start without it.


def detection(folder: Folder, out: Out = None, as_json: AsJson = False, jitter: Jitter = 0) -> None:
    """Single streams with labelled windows: data/<folder>/<file>.csv and windows.json."""
    from homepot.ai.anomaly_detection.evaluation import commands  # noqa: PLC0415

    commands.detection(folder, out, as_json, jitter)


def multivariate(
    folder: Folder, out: Out = None, as_json: AsJson = False, jitter: Jitter = 0
) -> None:
    """Devices with several metrics and labelled rows: <folder>/<file>.csv, split by semicolons."""
    from homepot.ai.anomaly_detection.evaluation import commands  # noqa: PLC0415

    commands.multivariate(folder, out, as_json, jitter)


def fleet(folder: Folder, out: Out = None, as_json: AsJson = False, jitter: Jitter = 0) -> None:
    """A fleet with its faults: sites, devices, metrics, events, and labels.jsonl as the truth."""
    from homepot.ai.anomaly_detection.evaluation import commands  # noqa: PLC0415

    commands.fleet(folder, out, as_json, jitter)


def replay(
    start: Annotated[
        str | None,
        typer.Option("--from", help="The first moment; by default a day before the last."),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", help="The last moment; by default the last that is stored."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", file_okay=False, help="Write detections.jsonl into this folder."),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Which tenant, where there are several.")
    ] = None,
) -> None:
    """Run detection over stored history as if it were happening. Nobody is told."""
    from homepot.ai.anomaly_detection import replaying  # noqa: PLC0415

    replaying.replay_history(start, end, out, tenant)
