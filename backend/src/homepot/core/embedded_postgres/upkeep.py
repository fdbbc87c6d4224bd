"""What the superuser does, and nobody else: the role, its database, the extensions."""

from pathlib import Path
from typing import LiteralString

import psycopg

from homepot.core.embedded_postgres.config import DATABASE, ROLE, SUPERUSER, TIMESCALEDB
from homepot.core.embedded_postgres.errors import LibraryMissing

_HAS_ROLE = "SELECT 1 FROM pg_roles WHERE rolname = %s"
_HAS_DATABASE = "SELECT 1 FROM pg_database WHERE datname = %s"
_OFFERED = (
    "SELECT name FROM pg_available_extensions WHERE name = ANY(%s) AND installed_version IS NULL"
)
_NOT_LOADED = """
    SELECT 1 FROM pg_extension WHERE extname = %s
    AND NOT %s = ANY(string_to_array(current_setting('shared_preload_libraries'), ','))
"""
_CREATE_ROLE: LiteralString = "CREATE ROLE homepot LOGIN NOSUPERUSER CREATEROLE CREATEDB"
_CREATE_DATABASE: LiteralString = "CREATE DATABASE homepot OWNER homepot"
# Taken where the server offers them.
_CREATE_EXTENSION: dict[str, LiteralString] = {
    "vector": "CREATE EXTENSION IF NOT EXISTS vector",
}


def keep_up(socket_dir: Path) -> None:
    """Make what is missing. Run after each start: one that was broken off is completed."""
    with _connect(socket_dir, "postgres") as server:
        if server.execute(_HAS_ROLE, [ROLE]).fetchone() is None:
            server.execute(_CREATE_ROLE)
        if server.execute(_HAS_DATABASE, [DATABASE]).fetchone() is None:
            server.execute(_CREATE_DATABASE)
    with _connect(socket_dir, DATABASE) as database:
        _refuse_to_read_half(database)
        for (name,) in database.execute(_OFFERED, [list(_CREATE_EXTENSION)]).fetchall():
            database.execute(_CREATE_EXTENSION[name])


def _refuse_to_read_half(database: psycopg.Connection[tuple[str]]) -> None:
    """Without its library TimescaleDB's tables can be read, and seem to hold less."""
    if database.execute(_NOT_LOADED, [TIMESCALEDB, TIMESCALEDB]).fetchone() is not None:
        raise LibraryMissing(
            "The readings of this database are kept by TimescaleDB, and the server does not load"
            " it: type `make timescaledb`, which sees to both. Nothing was changed."
        )


def _connect(socket_dir: Path, database: str) -> psycopg.Connection[tuple[str]]:
    return psycopg.connect(
        host=str(socket_dir),
        port=5432,
        user=SUPERUSER,
        dbname=database,
        connect_timeout=10,
        options="",  # not what PGOPTIONS says
        autocommit=True,
    )
