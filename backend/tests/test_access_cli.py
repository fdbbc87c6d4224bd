"""`homepot user`, `homepot tenant` and `homepot audit` on a real database."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from homepot.access.first_admin import ensure_first_admin
from homepot.cli import app
from homepot.core.database import Database

Command = Callable[..., Result]


@pytest.fixture
def homepot(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command on a database that has just been started for the first time."""
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    async def first_start() -> None:
        database = Database(database_url)
        await ensure_first_admin(database)
        await database.close()

    asyncio.run(first_start())

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return run


def test_a_user_is_added_listed_and_let_in_again(homepot: Command) -> None:
    added = homepot("user", "add", "Müller", "--name", "Jörg [Müller]", "--role", "operator")
    assert added.exit_code == 0, added.output
    first = re.search(r"([2-9A-Z]{4}(-[2-9A-Z]{4}){4})$", added.stdout.strip())
    assert first is not None
    listed = homepot("user", "list").stdout
    assert "Jörg [Müller]" in listed
    assert "operator" in listed
    assert "admin" in listed
    reset = homepot("user", "reset-password", "müller")
    assert reset.exit_code == 0
    assert first[1] not in reset.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("user", "add", "ADMIN"), "This username is taken"),
        (("user", "add", "a b"), "username: a username has no spaces"),
        (("user", "add", "ada", "--tenant", "Nowhere"), "There is no such tenant; there is: Main"),
        (("user", "reset-password", "nobody"), "There is no user named nobody."),
        (("tenant", "add", "Main"), "There is a tenant named Main already."),
        (("tenant", "add", " "), "name: this is empty"),
        (("audit", "verify", "--expect", "00"), "A hash has 64 hexadecimal digits"),
        (("audit", "verify", "--expect", "00" * 32), "No entry has the hash you noted"),
    ],
)
def test_a_refusal_is_one_line_and_an_exit_code(
    homepot: Command, words: tuple[str, ...], complaint: str
) -> None:
    result = homepot(*words)
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert "Traceback" not in result.output


def test_tenants_are_added_and_then_have_to_be_named(homepot: Command) -> None:
    added = homepot("tenant", "add", "Orchard")
    assert added.exit_code == 0
    assert "--role admin --tenant 'Orchard'" in added.stdout
    assert "Orchard" in homepot("tenant", "list").stdout
    unnamed = homepot("user", "add", "ada")
    assert unnamed.exit_code == 1
    assert "name one with --tenant: Main, Orchard" in unnamed.stderr
    named = homepot("user", "add", "ada", "--role", "admin", "--tenant", "Orchard")
    assert named.exit_code == 0
    assert "ada" in homepot("user", "list", "--tenant", "Orchard").stdout
    assert "ada" not in homepot("user", "list", "--tenant", "Main").stdout
    taken = homepot("user", "add", "ada", "--tenant", "Main")
    assert taken.exit_code == 1
    assert "This username is taken" in taken.stderr


def test_the_audit_log_is_verified(homepot: Command, database_url: str) -> None:
    whole = homepot("audit", "verify")
    assert whole.exit_code == 0, whole.output
    said = re.fullmatch(r"1 entry, ending in ([0-9a-f]{64})", whole.stdout.strip())
    assert said is not None
    homepot("user", "add", "ada")
    later = homepot("audit", "verify", "--expect", said[1])
    assert later.exit_code == 0, later.output
    assert later.stdout.startswith("2 entries")
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE audit_log DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY")
        connection.execute("UPDATE audit_log SET actor_name = 'somebody else' WHERE number = 1")
        connection.execute("ALTER TABLE audit_log FORCE ROW LEVEL SECURITY")
    tampered = homepot("audit", "verify")
    assert tampered.exit_code == 1
    assert "Entry 1 was changed after it was written." in tampered.stderr
