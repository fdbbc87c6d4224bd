"""`homepot ask` and `homepot evaluate questions`: the words they take."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")]


# What does the work is loaded where it is asked for: the other commands start without it.


def ask(
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", show_default=False)],
    mode: Annotated[
        str | None, typer.Option(help="For whom: maintenance, predictive or executive.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", metavar="TIME", help="As it was known then; UTC."),
    ] = None,
    conversation: Annotated[
        str | None,
        typer.Option(help="Go on with what was asked before under this name."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also how it was understood, and what it rests on.")
    ] = False,
    words: Annotated[
        bool,
        typer.Option("--words", help="Also in a model's words; where not, why not."),
    ] = False,
    as_json: AsJson = False,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Needed when there are several.")
    ] = None,
) -> None:
    """Ask about the fleet in plain words: homepot ask which tills are offline."""
    from homepot.ask import typed  # noqa: PLC0415

    typed.ask(
        typed.Wanted(" ".join(question), mode, as_of, conversation, explain, as_json, tenant, words)
    )


def questions(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, show_default=False)
    ],
    fleet: Annotated[
        Path,
        typer.Option(
            "--fleet",
            metavar="DIR",
            exists=True,
            file_okay=False,
            show_default=False,
            help="The folder with the fleet that the questions are about.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write the results here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The score as a line of JSON.")] = False,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Name every answer that is wrong.")
    ] = False,
) -> None:
    """A file of questions with what is expected, a line of JSON each."""
    from homepot.ask import evaluating  # noqa: PLC0415

    evaluating.questions(file, fleet, out, as_json=as_json, show_wrong=wrong)
