"""The command `homepot`: what it says and how it ends."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from homepot import __version__
from homepot.cli import app
from homepot.core.log import configure_logging

run = CliRunner()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The runner's own stream is closed when the command has ended."""
    yield
    configure_logging()


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
