"""`homepot archive`: the words it takes."""

from typing import Annotated

import typer

archive_app = typer.Typer(
    help="Days of readings that are older than readings_kept_days.", no_args_is_help=True
)

# What does the work is loaded where it is asked for: the other commands start without it.


@archive_app.command("run")
def run_now(
    at_once: Annotated[
        bool,
        typer.Option(
            "--now",
            help="Do not wait until nothing came for a day for 15 minutes. Nothing is lost by it:"
            " a day of which more comes is archived again.",
        ),
    ] = False,
) -> None:
    """Archive every day that is due; HOMEPOT does the same by itself while it runs."""
    from homepot.telemetry.archive import commands  # noqa: PLC0415

    commands.run_now(at_once=at_once)


@archive_app.command("show")
def show() -> None:
    """Tell what the archive holds."""
    from homepot.telemetry.archive import commands  # noqa: PLC0415

    commands.show()


@archive_app.command("verify")
def verify() -> None:
    """Read every file and compare it with its checksum. Ends with 1 where one is not whole."""
    from homepot.telemetry.archive import commands  # noqa: PLC0415

    commands.verify()
