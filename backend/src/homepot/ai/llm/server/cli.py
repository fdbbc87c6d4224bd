"""`homepot llm`: the words it takes."""

import typer

llm_app = typer.Typer(help="HOMEPOT's own model server.", no_args_is_help=True)


@llm_app.callback()
def _group() -> None:
    """Keeps `serve` a word of its own."""


@llm_app.command("serve")
def serve() -> None:
    """Serve the models that are here under the Ollama and OpenAI protocols, on loopback."""
    from homepot.ai.llm.server import commands  # noqa: PLC0415

    commands.serve()
