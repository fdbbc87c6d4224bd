"""`homepot import` and `homepot export`: the words they take."""

from pathlib import Path
from typing import Annotated

import typer

from homepot.transfer.formats import Format

Tenant = Annotated[str | None, typer.Option("--tenant", help="Needed when there are several.")]


# What does the work is loaded where it is asked for: the other commands start without it.


def bring_in(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, show_default=False)
    ],
    report: Annotated[
        Path | None, typer.Option(help="Write every line that was not taken into this file.")
    ] = None,
    tenant: Tenant = None,
) -> None:
    """Bring history in: sites, devices, readings, events and incidents from a folder of files.

    A line that is wrong is named with its reason, the others are stored; a second time nothing is
    stored twice. Ends with 1 where a line was wrong.
    """
    from homepot.transfer import commands  # noqa: PLC0415

    commands.bring_in(folder, report, tenant)


def give_out(
    folder: Annotated[Path, typer.Argument(metavar="DEST", file_okay=False, show_default=False)],
    format_: Annotated[
        Format, typer.Option("--format", help="csv can be imported again.")
    ] = Format.CSV,
    device: Annotated[
        list[str] | None, typer.Option(help="Only this device; may be said several times.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="UTC where no zone is named.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Up to, and without, this moment.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files of the same name in DEST.")
    ] = False,
    tenant: Tenant = None,
) -> None:
    """Write sites, devices and readings into a folder of files."""
    from homepot.transfer import commands  # noqa: PLC0415

    commands.give_out(commands.Wanted(folder, format_, device or [], start, end, overwrite, tenant))
