"""Databases that the migrations must not touch, and what is said then."""

import socket

import psycopg
import pytest

from homepot.core.migrate import DoesNotAnswer, MadeByNewer, server_version, steps_missing, upgrade


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_from_tomorrow'")
        with pytest.raises(MadeByNewer, match=r"9999_from_tomorrow.*newer"):
            upgrade(database_url)
        with pytest.raises(MadeByNewer):
            steps_missing(database_url)
        at = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert at == ("9999_from_tomorrow",)


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://me:hidden@127.0.0.1:{closed.getsockname()[1]}/homepot"
        with pytest.raises(DoesNotAnswer, match="correct DATABASE_URL") as said:
            upgrade(url)
    assert "hidden" not in said.value.detail


def test_the_version_is_the_server_s_own(database_url: str) -> None:
    assert server_version(database_url).split(".")[0].isdecimal()
