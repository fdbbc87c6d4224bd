"""The command `homepot`: reads words, calls what does the work, shows the answer."""

from contextlib import suppress
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from homepot import __version__, doctor
from homepot.access.cli import audit_app, tenant_app, user_app
from homepot.ai.anomaly_detection.cli import add_replay, evaluate_app
from homepot.ai.evaluate_cli import add_command as add_incidents_to
from homepot.ai.llm.models.cli import models_app
from homepot.ai.llm.server.cli import llm_app
from homepot.alerts.cli import alerts_app
from homepot.ask.cli import add_commands as add_ask
from homepot.core.database_home import database_lease
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.migrate import upgrade
from homepot.core.settings import Settings, SettingsError, load_settings
from homepot.demo.cli import demo_app
from homepot.fleet.tariffs.cli import tariffs_app
from homepot.telemetry.archive.cli import archive_app
from homepot.telemetry.storage.cli import add_commands as add_storage_commands
from homepot.transfer.cli import add_commands
from homepot.up import UpRefused
from homepot.up import up as bring_up

app = typer.Typer(
    help="HOMEPOT watches a fleet of devices.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they show values, and a fault is for the log
)
db_app = typer.Typer(
    help="The database: its newest step, and where the readings are kept.", no_args_is_help=True
)
app.add_typer(db_app, name="db")
app.add_typer(user_app, name="user")
app.add_typer(tenant_app, name="tenant")
app.add_typer(audit_app, name="audit")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(llm_app, name="llm")
app.add_typer(models_app, name="models")
app.add_typer(archive_app, name="archive")
app.add_typer(alerts_app, name="alerts")
app.add_typer(tariffs_app, name="tariffs")
app.add_typer(demo_app, name="demo")
add_commands(app)
add_storage_commands(db_app)
add_replay(app)
add_incidents_to(evaluate_app)
add_ask(app, evaluate_app)

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Another port than the settings say.")] = None,
    host: Annotated[str | None, typer.Option(help="Another address to listen on.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="With a simulated fleet, marked so everywhere.")
    ] = False,
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    flags = {"port": port, "host": host}
    settings = _settings({name: str(value) for name, value in flags.items() if value is not None})
    try:
        bring_up(settings, _say, with_demo=demo)
    except UpRefused as refused:
        _refuse(str(refused))


@app.command("doctor")
def examine() -> None:
    """Tell what is well and what is not, and how to mend it."""
    configure_logging("warning")
    findings = doctor.examine()
    _say(doctor.render(findings))
    if not all(one.ok for one in findings):
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Tell which version this is."""
    _say(__version__)


@db_app.command()
def migrate() -> None:
    """Bring the tables to the newest step."""
    settings = _settings()
    try:
        with database_lease(settings) as url:
            upgrade(url)
    except HomepotError as error:
        _refuse(error.detail)
    _say("The database is at the newest step.")


def _settings(flags: dict[str, str] | None = None) -> Settings:
    try:
        settings = load_settings(flags=flags)
    except SettingsError as error:
        _refuse(str(error))
    configure_logging(settings.log_level, settings.log_format)
    return settings


def _say(words: str) -> None:
    # A terminal that is gone is no reason to stop in the middle of something.
    with suppress(OSError):
        _out.print(words, markup=False)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)


def main() -> None:
    app()
