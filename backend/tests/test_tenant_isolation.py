"""Law 6: tenants are separated by the database itself, for every table and view there is.

What there is is read from the database, so a new table cannot be forgotten; its rows are made
from its columns, so a new table needs nothing here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import Error, InsufficientPrivilege

OURS, THEIRS = 1, 2

# What the role of people's requests may read although no tenant owns it, and why.
SHARED = {"server_gaps": "when the server itself was not listening: the same for everybody"}

_RELATIONS = """
    SELECT c.relname::text FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = ANY(%(kinds)s)
        AND NOT c.relispartition
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
            AND a.attname = 'tenant_id' AND NOT a.attisdropped) = %(has_tenant)s
    ORDER BY 1
"""
# Readings belong to a device, and through it to a tenant.
_TABLES_OF_DEVICES = """
    SELECT c.relname::text FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
            AND a.attname = 'device_id' AND NOT a.attisdropped)
"""
_NEEDED_COLUMNS = """
    SELECT a.attname::text, t.typname::text FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attidentity = '' AND a.attgenerated = ''
        AND (a.attname = 'tenant_id' OR (a.attnotnull AND NOT a.atthasdef))
"""
# So that rows need no parents and no sense. Row-level security is not touched.
_LOOSEN = """
    DO $$ DECLARE it record; BEGIN
        FOR it IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
            WHERE contype IN ('f', 'c') AND connamespace = 'public'::regnamespace
                AND conparentid = 0
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', it.of, it.conname); END LOOP;
        FOR it IN SELECT oid::regclass AS of FROM pg_class
            WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', it.of); END LOOP;
    END $$
"""
_LITERALS = {
    "int2": "{n}",
    "int4": "{n}",
    "int8": "{n}",
    "float8": "{n}",
    "numeric": "{n}",
    "text": "'{n}'",
    "bytea": "'{n}'",
    "bool": "true",
    "date": "'2026-03-0{n}'",
    "timestamptz": "'2026-03-0{n} 12:00Z'",
    "jsonb": "'{{}}'",
    "_text": "'{{}}'",
    "_int4": "'{{}}'",
    "_float8": "'{{}}'",
}

Database = psycopg.Connection[Any]


def relations(owner: Database, *kinds: str, has_tenant: bool = True) -> list[str]:
    found = owner.execute(_RELATIONS, {"kinds": list(kinds), "has_tenant": has_tenant})
    return [name for (name,) in found]


def add_row(owner: Database, table: str, number: int) -> None:
    """A row that belongs to this tenant and otherwise holds its number everywhere."""
    columns = owner.execute(_NEEDED_COLUMNS, [table]).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    values = ", ".join(_LITERALS[kind].format(n=number) for _, kind in columns)
    owner.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING USER VALUE VALUES ({})").format(
            sql.Identifier(table), names, sql.SQL(values)
        )
    )


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    """The owner's connection to a database where two tenants have a row in every table."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_LOOSEN)
        for table in [*relations(connection, "p"), *relations(connection, "p", has_tenant=False)]:
            connection.execute(f"CREATE TABLE {table}_any PARTITION OF {table} DEFAULT".encode())
        of_devices = {name for (name,) in connection.execute(_TABLES_OF_DEVICES)}
        of_tenants = relations(connection, "r", "p")
        tables = ["tenants", *of_tenants, *sorted(of_devices.difference(of_tenants))]
        for table in tables:
            connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY".encode())
            for number in (OURS, THEIRS):
                add_row(connection, table, number)
            connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY".encode())
        yield connection


@contextmanager
def as_tenant(owner: Database) -> Iterator[None]:
    """As a request of our tenant works; whatever it did is undone."""
    with owner.transaction(force_rollback=True):
        owner.execute(
            "SELECT set_config('role', 'homepot_tenant', true),"
            " set_config('homepot.tenant_id', %s, true)",
            [str(OURS)],
        )
        yield


def attempt(owner: Database, statement: str) -> list[Any] | int | type[Error]:
    """The rows, or how many were touched, or the refusal."""
    try:
        with as_tenant(owner):
            done = owner.execute(statement.encode())
            return done.fetchall() if done.description else done.rowcount
    except InsufficientPrivilege as error:
        return type(error)


def leaks(owner: Database) -> list[str]:
    """Every way in which our tenant gets at a row of theirs."""
    found: list[str] = []
    for name in relations(owner, "r", "p", "v", "m"):
        rows = attempt(owner, f"SELECT tenant_id FROM {name}")
        if isinstance(rows, list) and rows != [(OURS,)]:
            found.append(f"{name}: a query without any filter sees {rows}")
    for name in relations(owner, "r", "p"):
        found += written(owner, name)
    for name in relations(owner, "r", "p", "v", "m", has_tenant=False):
        if name not in {"tenants", *SHARED} and may_read(owner, name):
            found.append(f"{name}: belongs to no tenant, and yet tenants may read it")
    # Functions of triggers cannot be called.
    lent = owner.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef"
        " AND pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype"
        " AND has_function_privilege('homepot_tenant', oid, 'EXECUTE')"
    )
    return found + [f"{name}: lends its owner's rights to tenants" for (name,) in lent]


def may_read(owner: Database, relation: str) -> bool:
    found = owner.execute(
        "SELECT has_any_column_privilege('homepot_tenant', %s::regclass, 'SELECT')", [relation]
    )
    row = found.fetchone()
    return row is not None and bool(row[0])


def written(owner: Database, table: str) -> list[str]:
    columns = owner.execute(_NEEDED_COLUMNS, [table]).fetchall()
    names = ", ".join(name for name, _ in columns)
    fresh = ", ".join(
        str(THEIRS) if name == "tenant_id" else _LITERALS[kind].format(n=7)
        for name, kind in columns
    )
    statements = {
        "adds a row": f"INSERT INTO {table} ({names}) VALUES ({fresh})",
        "changes a row": f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = {THEIRS}",
        "gives a row away": f"UPDATE {table} SET tenant_id = {THEIRS}",
        "removes a row": f"DELETE FROM {table} WHERE tenant_id = {THEIRS}",
    }
    return [
        f"{table}: {what}"
        for what, statement in statements.items()
        if attempt(owner, statement) not in (0, InsufficientPrivilege)
    ]


def test_nothing_of_another_tenant_can_be_read_or_written(owner: Database) -> None:
    assert leaks(owner) == []
    # Not because nothing can be read at all.
    for relation in ("tenants", "users", "devices", "audit_log", "readings", "latest_readings"):
        assert attempt(owner, f"SELECT count(*) FROM {relation}") == [(1,)], relation


def test_secrets_cannot_be_read_even_of_the_own_tenant(owner: Database) -> None:
    for table, column in (
        ("users", "password_hash"),
        ("sessions", "secret_digest"),
        ("known_browsers", "secret_digest"),
        ("api_tokens", "secret_digest"),
        ("alert_channels", "url"),
    ):
        assert attempt(owner, f"SELECT {column} FROM {table}") is InsufficientPrivilege, table


BROKEN = {
    "ALTER TABLE users DISABLE ROW LEVEL SECURITY": "users: a query without any filter",
    "ALTER POLICY own_tenant ON devices USING (true)": "devices: a query without any filter",
    "ALTER POLICY own_tenant ON sites WITH CHECK (true)": "sites: adds a row",
    "ALTER TABLE sites DISABLE ROW LEVEL SECURITY": "sites: gives a row away",
    "GRANT homepot_system TO homepot_tenant": "users: a query without any filter",
    "GRANT SELECT ON device_metrics TO homepot_tenant": "device_metrics: belongs to no tenant",
    """
    CREATE VIEW everything AS SELECT tenant_id FROM devices;
    ALTER TABLE devices NO FORCE ROW LEVEL SECURITY;
    GRANT SELECT ON everything TO homepot_tenant
    """: "everything: a query without any filter",
    """
    CREATE TABLE forgotten (tenant_id int NOT NULL);
    GRANT SELECT, INSERT ON forgotten TO homepot_tenant
    """: "forgotten: adds a row",
    """
    CREATE FUNCTION back_door() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'
    """: "back_door(): lends its owner's rights",
}


@pytest.mark.parametrize(("statement", "leak"), BROKEN.items())
def test_a_broken_separation_is_noticed(owner: Database, statement: str, leak: str) -> None:
    owner.execute(statement.encode())
    try:
        assert [one for one in leaks(owner) if one.startswith(leak)] != []
    finally:
        # Membership belongs to the server, not to this database.
        owner.execute("REVOKE homepot_system FROM homepot_tenant")


def test_no_row_can_hang_on_a_row_of_another_tenant(database_url: str) -> None:
    """A foreign key between two tables of tenants carries the tenant along."""
    with psycopg.connect(database_url) as connection:
        crossing = connection.execute(
            """
            SELECT conrelid::regclass::text, conname FROM pg_constraint f
            WHERE contype = 'f' AND connamespace = 'public'::regnamespace
                AND confrelid <> 'tenants'::regclass
                AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = f.confrelid
                    AND a.attname = 'tenant_id')
                AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = f.conrelid
                    AND a.attname = 'tenant_id' AND a.attnum = ANY (f.conkey))
            """
        ).fetchall()
    assert crossing == []
