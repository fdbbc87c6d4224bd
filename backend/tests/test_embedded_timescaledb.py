"""The launcher and the library of TimescaleDB: loaded where a database needs it, never missed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from homepot.core.embedded_postgres import EmbeddedPostgres, programs
from homepot.core.embedded_postgres.errors import InUse, LibraryMissing


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(mkdtemp(prefix="homepot test "))
    folder.chmod(0o711)
    one = EmbeddedPostgres(folder / "my data", fast=True)
    yield one
    one.remove()
    shutil.rmtree(folder)


def asked(url: str, statement: str) -> object:
    with psycopg.connect(url, connect_timeout=5) as connection:
        return connection.execute(statement).fetchone()


def test_a_database_that_needs_timescaledb_is_not_read_without_it(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.lease():
        pass
    server.load_timescaledb(True)
    monkeypatch.setattr(programs.Programs, "offers_library", lambda *_: False)
    with pytest.raises(LibraryMissing, match="make timescaledb"), server.lease():
        pass
    server.load_timescaledb(False)
    with server.lease() as url:
        assert asked(url, "SELECT 1") == (1,)


def test_what_the_server_loads_is_not_changed_under_those_who_use_it(
    server: EmbeddedPostgres,
) -> None:
    with server.lease(), pytest.raises(InUse, match="stop HOMEPOT"):
        server.load_timescaledb(True)


def test_a_database_with_timescaledbs_tables_is_not_read_by_a_server_that_does_not_load_it(
    server: EmbeddedPostgres,
) -> None:
    if not server.offers_timescaledb():
        pytest.skip("TimescaleDB has not been built here (`make timescaledb`)")
    server.load_timescaledb(True)
    with server.lease() as url:
        assert asked(url, "SHOW timescaledb.telemetry_level") == ("off",)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION timescaledb")
    server.load_timescaledb(False)
    with pytest.raises(LibraryMissing, match="make timescaledb"), server.lease():
        pass
