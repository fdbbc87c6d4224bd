"""Every SQL statement of backups; on plain connections, as one is made and as one is restored."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import TupleRow, tuple_row
from psycopg.sql import SQL, Identifier

from homepot.telemetry.storage.days import READINGS

Connection = psycopg.Connection[TupleRow]

# A table that TimescaleDB keeps is dumped as a plain one; here it lies in parts again.
PARTED_READINGS = (f"CREATE TABLE public.{READINGS.table} (", "PARTITION BY RANGE (ts)")

# What a row looks like as text does not depend on whose server it is.
_OPTIONS = (
    "-c timezone=UTC -c datestyle=ISO,MDY -c intervalstyle=postgres -c bytea_output=hex"
    " -c extra_float_digits=1 -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
    " -c application_name=homepot-backup"
)
_NOT_OURS = """
    SELECT format('%I.%I', n.nspname, c.relname), c.relkind = 'S'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'S')
        AND pg_has_role(current_user, c.relowner, 'USAGE')
        AND NOT CASE c.relkind
            WHEN 'S' THEN has_sequence_privilege('homepot_system', c.oid, 'SELECT')
            ELSE has_table_privilege('homepot_system', c.oid, 'SELECT') END
"""
_TABLES = """
    SELECT c.relname,
        array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.atttypid <> 'xid8'::regtype)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    GROUP BY c.relname ORDER BY 1
"""
_OWNERS = """
    SELECT c.relname, r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
        AND r.rolname IN ('homepot_system', 'homepot_tenant') ORDER BY 1
"""
_ARCHIVED = "SELECT path, size_bytes, sha256 FROM archive_files WHERE state = 'current' ORDER BY 1"
_STEP = "SELECT version_num FROM alembic_version"
_SIZE = "SELECT pg_database_size(current_database())"
_READINGS_KIND = "SELECT relkind FROM pg_class WHERE oid = to_regclass('public.device_metrics')"
_READING_DAYS = """
    SELECT to_char(range_start AT TIME ZONE 'UTC', 'YYYY-MM-DD')
    FROM timescaledb_information.chunks
    WHERE hypertable_schema = 'public' AND hypertable_name = 'device_metrics' ORDER BY 1
"""
_COPY_READINGS = """
    COPY (SELECT device_id, ts, metric_set_id, "values" FROM device_metrics)
    TO STDOUT (FORMAT BINARY)
"""
_HAS_TENANTS = "SELECT to_regclass('public.tenants') IS NOT NULL"
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND application_name LIKE 'homepot%'
"""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    with psycopg.connect(
        url, connect_timeout=5, options=_OPTIONS, autocommit=True, row_factory=tuple_row
    ) as connection:
        yield connection


def server(connection: Connection) -> str:
    return str(_one(connection, "SHOW server_version")).split()[0]


def server_major(connection: Connection) -> int:
    return int(_one(connection, "SHOW server_version_num")) // 10_000


def size_bytes(connection: Connection) -> int:
    return int(_one(connection, _SIZE))


def is_on_timescaledb(connection: Connection) -> bool:
    """Whether it keeps the readings: to PostgreSQL they lie in a plain table then."""
    return bool(_one(connection, _READINGS_KIND) == "r")


def reading_days(connection: Connection) -> tuple[str, ...]:
    return tuple(day for (day,) in connection.execute(_READING_DAYS).fetchall())


@contextmanager
def readings(connection: Connection) -> Iterator[Iterator[bytes]]:
    """All of them as PostgreSQL writes them out, piece by piece, in the open transaction."""
    with connection.cursor() as cursor, cursor.copy(_COPY_READINGS) as rows:
        yield (bytes(piece) for piece in rows)


def let_the_system_read(connection: Connection) -> None:
    """The role that sees all tenants may also read what only the owner could: the queue's tables
    and the numbers that come next."""
    for name, is_sequence in connection.execute(_NOT_OURS).fetchall():
        kind = "SEQUENCE" if is_sequence else "TABLE"
        connection.execute(f"GRANT SELECT ON {kind} {name} TO homepot_system".encode())


@contextmanager
def snapshot(connection: Connection) -> Iterator[str]:
    """One moment of the database, for as long as the block runs; its name for others."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL ROLE homepot_system")
        yield _one(connection, "SELECT pg_export_snapshot()")


@contextmanager
def as_system(connection: Connection) -> Iterator[None]:
    with connection.transaction():
        connection.execute("SET LOCAL ROLE homepot_system")
        yield


def step(connection: Connection) -> str:
    return str(_one(connection, _STEP))


def measured(connection: Connection) -> dict[str, tuple[int, str]]:
    """Each table's rows and a checksum that does not depend on their order.

    Without the numbers of transactions: they belong to the server, and a restore maps them.
    """
    found = {}
    for table, columns in connection.execute(_TABLES).fetchall():
        row = SQL(", ").join(Identifier(one) for one in columns)
        query = SQL(
            "SELECT count(*), coalesce(sum(hashtextextended(ROW({})::text, 0)::numeric), 0)::text"
            " FROM {}"
        ).format(row, Identifier("public", table))
        said = connection.execute(query).fetchone()
        assert said is not None
        found[table] = (int(said[0]), str(said[1]))
    return found


def owners(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(_OWNERS).fetchall())


def archived(connection: Connection) -> list[tuple[str, int, str]]:
    """The files that count: path, size, SHA-256."""
    return connection.execute(_ARCHIVED).fetchall()


def holds_something(connection: Connection) -> bool:
    """Whether anybody's data would be lost."""
    if not _one(connection, _HAS_TENANTS):
        return False
    with as_system(connection):
        return bool(_one(connection, "SELECT EXISTS (SELECT FROM tenants)"))


def others_at_work(connection: Connection) -> int:
    return int(_one(connection, _OTHERS))


def _one(connection: Connection, query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


# -- what stands round a restore, in its one transaction ---------------------------------------

CLEAR = """
SET client_min_messages = warning;
DO $clear$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        ORDER BY c.relispartition, c.relkind = 'S', c.relkind IN ('v', 'm')
    LOOP
        CONTINUE WHEN to_regclass(one.name) IS NULL;
        EXECUTE format('DROP %s %s CASCADE', CASE one.relkind WHEN 'v' THEN 'VIEW'
            WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, one.name);
    END LOOP;
    FOR one IN
        SELECT p.oid::regprocedure::text AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', one.name);
    END LOOP;
    FOR one IN
        SELECT t.oid::regtype::text AS name FROM pg_type t
        LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = 'public'::regnamespace
            AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $clear$;
"""

# Numbers of transactions are of the server they were given out by, and those of another may be
# behind or ahead: a reader would take what is new for read. Only what is before and what is
# behind each reader's place counts, so places become 4, 5, 6 ... and each number the last place
# that is not behind it. Whatever happens from now on has a larger number.
MAP_TRANSACTIONS = """
SET search_path = public;
DO $map$
DECLARE
    places xid8[];
    one record;
BEGIN
    SELECT array_agg(DISTINCT low ORDER BY low) INTO places FROM (
        SELECT low FROM telemetry_readers UNION SELECT low FROM alert_position) AS p;
    places := coalesce(places, '{}');
    FOR one IN
        SELECT c.relname AS name, a.attname AS part, c.relforcerowsecurity AS is_forced
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
            AND a.atttypid = 'xid8'::regtype
    LOOP
        IF one.is_forced THEN
            EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', one.name);
        END IF;
        EXECUTE format(
            'UPDATE %1$I SET %2$I = (3 + (SELECT count(*) FROM unnest($1) AS p'
            ' WHERE p <= %1$I.%2$I))::text::xid8', one.name, one.part) USING places;
        IF one.is_forced THEN
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', one.name);
        END IF;
    END LOOP;
END $map$;
"""


def put_readings(days: Sequence[str], program: str) -> str:
    """Statements for psql: a partition for each of these days, and in go the rows that this
    program says."""
    lines = []
    for day in map(date.fromisoformat, days):
        begin, end = READINGS.bounds(day)
        lines.append(
            f"CREATE TABLE public.{READINGS.name(day)} PARTITION OF public.{READINGS.table}"
            f" FOR VALUES FROM ('{begin}') TO ('{end}');"
        )
    quoted = program.replace("'", "''")
    lines.append(
        f'\\copy public.{READINGS.table} (device_id, ts, metric_set_id, "values")'
        f" from program '{quoted}' with (format binary)"
    )
    return "\n".join(lines) + "\n"


def give_back_owners(owners: Mapping[str, str]) -> str:
    """Statements: the views through which tenants read belong to the role that may."""
    lines = ["GRANT USAGE ON SCHEMA public TO homepot_tenant, homepot_system;"]
    for role in sorted(set(owners.values())):
        lines.append(f"GRANT CREATE ON SCHEMA public TO {_quoted(role)};")
        lines += [
            f"ALTER TABLE public.{_quoted(name)} OWNER TO {_quoted(role)};"
            for name, owner in sorted(owners.items())
            if owner == role
        ]
        lines.append(f"REVOKE CREATE ON SCHEMA public FROM {_quoted(role)};")
    return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
