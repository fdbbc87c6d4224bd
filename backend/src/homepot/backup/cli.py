"""`homepot backup` and `homepot restore`: the words they take."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

# What does the work is loaded where it is asked for: the other commands start without it.

Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="A file with the passphrase on its first line: encrypt, or open what is encrypted.",
    ),
]


class _Folders(TyperGroup):
    """`homepot backup DIR` writes into DIR; the other words are commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["write", *args]
        return super().parse_args(ctx, args)


backup_app = typer.Typer(
    cls=_Folders,
    help="Back up the database, the archive and the configuration: homepot backup DIR.",
    no_args_is_help=True,
)


@backup_app.command("write")
def write(
    into: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder of backups.")
    ] = None,
    passphrase_file: Passphrase = None,
    keep: Annotated[
        int | None, typer.Option(min=0, help="Keep so many in DIR, the newest. 0: all.")
    ] = None,
    restic: Annotated[
        str | None, typer.Option(metavar="REPOSITORY", help="Hand it on to restic as well.")
    ] = None,
) -> None:
    """Write a backup into DIR and verify it; HOMEPOT may run meanwhile. `write` can be left out."""
    from homepot.backup import commands  # noqa: PLC0415

    commands.write(into, commands.How(passphrase_file, keep, restic))


@backup_app.command("drill")
def drill(
    where: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Restore the newest backup in DIR, not a new one."),
    ] = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Restore beside the running system, compare counts and checksums, and clear up again."""
    from homepot.backup import commands  # noqa: PLC0415

    commands.rehearse(where, commands.How(passphrase_file))


@backup_app.command("list")
def show(
    where: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
) -> None:
    """List the backups in DIR, else in the folder of the settings."""
    from homepot.backup import commands  # noqa: PLC0415

    commands.show(where)


@backup_app.command("verify")
def verify(
    where: Annotated[Path, typer.Argument(metavar="DIR")], passphrase_file: Passphrase = None
) -> None:
    """Read a backup to its end and compare it with its checksums."""
    from homepot.backup import commands  # noqa: PLC0415

    commands.verify(where, commands.How(passphrase_file))


def restore(
    where: Annotated[
        str, typer.Argument(metavar="DIR", help="A backup, or the folder of backups: the newest.")
    ],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what the database holds.")
    ] = False,
    passphrase_file: Passphrase = None,
    restic: Annotated[
        bool, typer.Option("--restic", help="DIR is a repository of restic: its newest snapshot.")
    ] = False,
) -> None:
    """Put a backup back, while HOMEPOT is stopped. What is there is not replaced unless told to."""
    from homepot.backup import commands  # noqa: PLC0415

    how = commands.How(passphrase_file)
    commands.restore(where, how, overwrite=overwrite, from_restic=restic)
