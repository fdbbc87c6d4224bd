"""The command `homepot`: what it says and how it ends."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from homepot import __version__
from homepot.cli import COMMANDS, DATABASE, EVALUATE, app
from homepot.core.later import Later
from homepot.core.log import configure_logging

run = CliRunner()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The runner's own stream is closed when the command has ended."""
    yield
    configure_logging()


HEAVY = ("fastapi", "sqlalchemy", "alembic", "numpy", "psycopg", "typst", "lightgbm")


def test_the_list_of_commands_is_told_without_loading_what_they_do() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"""import sys; from homepot.cli import app; app(["--help"], standalone_mode=False)
print([one for one in {HEAVY} if one in sys.modules])""",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(("name", "one"), [*COMMANDS.items(), *DATABASE.items(), *EVALUATE.items()])
def test_each_command_is_there_and_says_of_itself_what_the_list_says(name: str, one: Later) -> None:
    command = one.load(name)
    assert command.name == name
    assert " ".join(command.help.split("\n\n")[0].split()) == one.help


def test_a_mistyped_command_is_answered_with_the_nearest() -> None:
    refused = run.invoke(app, ["evaluate", "flet"])
    assert refused.exit_code == 2
    assert "Did you mean 'fleet'" in refused.output


def test_it_tells_its_version() -> None:
    told = run.invoke(app, ["version"])
    assert (told.exit_code, told.stdout.strip()) == (0, __version__)


def test_migrate_brings_an_empty_database_to_the_newest_step(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    before = run.invoke(app, ["doctor"])
    assert before.exit_code == 1
    assert "mend: homepot db migrate" in before.stdout
    done = run.invoke(app, ["db", "migrate"])
    assert (done.exit_code, done.stdout.strip()) == (0, "The database is at the newest step.")
    assert "homepot db migrate" not in run.invoke(app, ["doctor"]).stdout


def test_wrong_configuration_ends_it_with_the_line_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEPOT_PORT", "many")
    refused = run.invoke(app, ["up"])
    assert refused.exit_code == 1
    assert "HOMEPOT_PORT" in refused.stderr


def test_another_port_goes_through_the_same_checks_as_the_settings() -> None:
    refused = run.invoke(app, ["up", "--port", "70000"])
    assert refused.exit_code == 1
    assert refused.stderr.startswith("--port: port is '70000'")
    assert "65535" in refused.stderr
