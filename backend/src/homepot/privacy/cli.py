"""`homepot privacy`: the words it takes."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

privacy_app = typer.Typer(
    help="Everything that is kept of a tenant, a device or a user: give it out, or erase it.",
    no_args_is_help=True,
)

# What does the work is loaded where it is asked for: the other commands start without it.


class Kind(StrEnum):
    TENANT = "tenant"
    DEVICE = "device"
    USER = "user"


Name = Annotated[
    str, typer.Argument(help="The tenant's name, the device's id, or the name to sign in with.")
]
Tenant = Annotated[str | None, typer.Option("--tenant", help="Needed when there are several.")]


@privacy_app.command("export")
def export(
    kind: Kind,
    name: Name,
    folder: Annotated[Path, typer.Argument(metavar="DEST", file_okay=False)],
    tenant: Tenant = None,
) -> None:
    """Write all of it into DEST, lines of JSON for each table, and readings as files of CSV."""
    from homepot.privacy import commands  # noqa: PLC0415

    commands.give_out(kind.value, name, folder, tenant)


@privacy_app.command("erase")
def erase(
    kind: Kind,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    tenant: Tenant = None,
) -> None:
    """Erase all of it for good. Backups that were made before still hold it."""
    from homepot.privacy import commands  # noqa: PLC0415

    commands.erase(kind.value, name, tenant, yes=yes)
