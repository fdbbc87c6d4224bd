"""`homepot up`: the words it takes."""

from typing import Annotated

import typer

from homepot.core.terminal import refuse, say, settings_or_refuse
from homepot.up.run import UpRefused
from homepot.up.run import up as bring_up


def up(
    port: Annotated[int | None, typer.Option(help="Another port than the settings say.")] = None,
    host: Annotated[str | None, typer.Option(help="Another address to listen on.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="With a simulated fleet, marked so everywhere.")
    ] = False,
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    flags = {"port": port, "host": host}
    given = {name: str(value) for name, value in flags.items() if value is not None}
    try:
        bring_up(settings_or_refuse(given), say, with_demo=demo)
    except UpRefused as refused:
        refuse(str(refused))
