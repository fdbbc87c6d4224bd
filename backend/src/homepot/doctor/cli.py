"""`homepot doctor`."""

import typer

from homepot import doctor
from homepot.core.log import configure_logging
from homepot.core.terminal import say


def examine() -> None:
    """Tell what is well and what is not, and how to mend it."""
    configure_logging("warning")
    findings = doctor.examine()
    say(doctor.render(findings))
    if not all(one.ok for one in findings):
        raise typer.Exit(1)
