"""`homepot report`: the words it takes."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from homepot.ai.analysis_modes.modes import ModeName
from homepot.ai.reports.kinds import ReportFormat, ReportType

# What does the work is loaded where it is asked for: the other commands start without it.


def report(
    device: Annotated[
        str | None, typer.Argument(metavar="DEVICE", show_default=False, help="Its id.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="Of a site; its id.")] = None,
    of_all: Annotated[bool, typer.Option("--all", help="Of all sites together.")] = False,
    kind: Annotated[
        ReportType | None,
        typer.Option(help="Daily where nothing is said; custom with --from.", show_default=False),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", metavar="TIME", help="Of a custom one: since when; UTC."),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", metavar="TIME", help="Of a custom one: until when; else now; UTC."),
    ] = None,
    mode: Annotated[
        ModeName | None,
        typer.Option(help="For whom it is written; else for maintenance.", show_default=False),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option(
            "--format", help="Else as FILE ends; without a file, words.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", dir_okay=False, help="Write it here.")
    ] = None,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Needed when there are several.")
    ] = None,
) -> None:
    """Write a report on a device, a site or everything, keep it, and print it as PDF or page."""
    from homepot.ai.reports import commands  # noqa: PLC0415

    about = commands.About(device, site, of_all)
    commands.report(about, commands.Told(kind, start, end, mode, form, out, tenant))
