"""What a person reads, and what the parts are given."""

from pathlib import Path

from homepot.core.settings import Settings
from homepot.up.greeting import address, greeting
from homepot.up.parts import child_environment


def settings(**given: object) -> Settings:
    return Settings.model_validate({"data_dir": Path("/srv/my data"), **given})


def test_the_address_is_one_to_type_into_a_browser() -> None:
    assert address(settings()) == "http://127.0.0.1:8000"
    assert address(settings(host="0.0.0.0", port=8001)) == "http://127.0.0.1:8001"
    assert address(settings(host="::1")) == "http://[::1]:8000"
    assert address(settings(public_url="https://homepot.example.org")).startswith("https://")


def test_the_first_start_shows_the_password_and_later_ones_do_not() -> None:
    home = Path("/srv/my data/postgres")
    first = greeting(settings(), username="admin", password="ABCD-EFGH", database_home=home)
    assert "  sign in   admin   one-time password: ABCD-EFGH\n" in first
    later = greeting(settings(), username="admin", password=None, database_home=home)
    assert "password" not in later
    assert "/srv/my data\n" in later
    assert "the database is in" not in later


def test_a_database_that_lives_elsewhere_is_said() -> None:
    elsewhere = Path("/var/lib/homepot/0123")
    shown = greeting(settings(), username="admin", password=None, database_home=elsewhere)
    assert "the database is in /var/lib/homepot/0123" in shown


def test_the_parts_use_what_was_decided_here() -> None:
    given = {"HOMEPOT_PORT": "1", "DATABASE_URL": "", "PATH": "/bin"}
    environment = child_environment(given, settings(port=8001), "postgresql://homepot@/homepot")
    assert environment["HOMEPOT_PORT"] == "8001"
    assert environment["HOMEPOT_DATABASE_URL"] == "postgresql://homepot@/homepot"
    assert environment["PATH"] == "/bin"
    assert environment["MALLOC_ARENA_MAX"] == "2"
    chosen = child_environment(given | {"MALLOC_ARENA_MAX": "8"}, settings(), None)
    assert chosen["MALLOC_ARENA_MAX"] == "8"
    assert "HOMEPOT_DATABASE_URL" not in child_environment(given, settings(), None)
