"""The two ways to keep a table of readings, as a move needs to know them."""

from datetime import UTC, date, datetime, timedelta

import psycopg
from psycopg.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    OperationalError,
    UndefinedFile,
)
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier, Literal

from homepot.core.errors import Unavailable
from homepot.telemetry.storage.days import Parted
from homepot.telemetry.storage.native import NativeParts
from homepot.telemetry.storage.parts import is_hypertable
from homepot.telemetry.storage.timescale import TimescaleParts

Owner = psycopg.AsyncConnection[TupleRow]

# Rows that come later than this cost more; nearly none do.
COMPRESSED_AFTER_DAYS = 3
# The first that takes late rows into a compressed day and finds their duplicates.
VERSION_MIN = (2, 11)
_SETTINGS = {
    "timescaledb.telemetry_level": "off",
    # A correction may be as large as a request; the limit is the request's.
    "timescaledb.max_tuples_decompressed_per_dml_transaction": "0",
}


class NoTimescale(Unavailable):
    """This server has no TimescaleDB that HOMEPOT can use."""


class NativeStore:
    """A partition for each day."""

    async def keeps(self, connection: Owner, table: str) -> bool:
        return not await is_hypertable(connection, table)

    async def make(self, connection: Owner, table: str) -> None:
        like = "CREATE TABLE {} (LIKE device_metrics INCLUDING ALL) PARTITION BY RANGE (ts)"
        await connection.execute(SQL(like).format(Identifier(table)))

    def parts(self, parted: Parted) -> NativeParts:
        return NativeParts(parted)

    async def settle(self, connection: Owner, parted: Parted, day: date) -> None:
        pass

    async def finish(self, connection: Owner, parted: Parted) -> None:
        """The parts go by the name of the whole."""
        query = "SELECT relid::text FROM pg_partition_tree(%s::regclass) WHERE isleaf ORDER BY 1"
        for (name,) in await (await connection.execute(query, [parted.table])).fetchall():
            called = parted.table + name[name.rindex("_") :]
            await connection.execute(
                SQL("ALTER TABLE {} RENAME TO {}").format(Identifier(name), Identifier(called))
            )


class TimescaleStore:
    """A chunk for each day, compressed when it is a few days old."""

    async def keeps(self, connection: Owner, table: str) -> bool:
        return await is_hypertable(connection, table)

    async def make(self, connection: Owner, table: str) -> None:
        name = Identifier(table)
        await connection.execute(
            SQL("CREATE TABLE {} (LIKE device_metrics INCLUDING ALL)").format(name)
        )
        await connection.execute(
            "SELECT create_hypertable(%s::regclass, 'ts', chunk_time_interval => interval '1 day',"
            " create_default_indexes => false)",
            [table],
        )
        # The rows of one device lie together, each beside the one before: they are much alike.
        await connection.execute(
            SQL(
                "ALTER TABLE {} SET (timescaledb.compress,"
                " timescaledb.compress_segmentby = 'device_id',"
                " timescaledb.compress_orderby = 'ts')"
            ).format(name)
        )

    def parts(self, parted: Parted) -> TimescaleParts:
        return TimescaleParts(parted)

    async def settle(self, connection: Owner, parted: Parted, day: date) -> None:
        if day < datetime.now(UTC).date() - timedelta(days=COMPRESSED_AFTER_DAYS):
            await compress(connection, parted, day)

    async def finish(self, connection: Owner, parted: Parted) -> None:
        await connection.execute(
            "SELECT add_compression_policy(%s::regclass, make_interval(days => %s))",
            [parted.table, COMPRESSED_AFTER_DAYS],
        )


async def compress(connection: Owner, parted: Parted, day: date) -> None:
    begin, end = parted.bounds(day)
    await connection.execute(
        "SELECT compress_chunk(chunk, if_not_compressed => true) FROM show_chunks(%s::regclass,"
        " newer_than => %s::timestamptz, older_than => %s::timestamptz) AS chunk",
        [parted.table, begin, end],
    )


async def add_extension(url: str) -> str:
    """TimescaleDB is there in this database; its version. Raises NoTimescale, with what to do."""
    try:
        async with await psycopg.AsyncConnection[TupleRow].connect(url, autocommit=True) as owner:
            await owner.execute("SET client_min_messages = error")
            await owner.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    except (FeatureNotSupported, UndefinedFile):
        raise NoTimescale(
            "The database server has no TimescaleDB. For the PostgreSQL that HOMEPOT brings along"
            " type `make timescaledb`; on a server of your own install its package."
        ) from None
    except InsufficientPrivilege:
        raise NoTimescale(
            "The database user may not create the extension. Let an administrator of the server"
            " type CREATE EXTENSION timescaledb in HOMEPOT's database, then try again."
        ) from None
    except OperationalError as error:
        if "preloaded" not in str(error):
            raise
        raise NoTimescale(
            "The database server does not load TimescaleDB: add it to shared_preload_libraries in"
            " its postgresql.conf, start the server anew, and type the command again."
        ) from None
    async with await psycopg.AsyncConnection[TupleRow].connect(url, autocommit=True) as owner:
        version = await _usable_version(owner)
        await _set_for_database(owner)
    return version


async def drop_extension(url: str) -> None:
    """Where nothing else is kept by it; without it the library need not be there either."""
    async with await psycopg.AsyncConnection[TupleRow].connect(url, autocommit=True) as owner:
        await owner.execute("SET client_min_messages = error")
        found = await owner.execute("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")
        if await found.fetchone() is None:
            return
        used = await owner.execute("SELECT 1 FROM timescaledb_information.hypertables")
        if await used.fetchone() is None:
            await owner.execute("DROP EXTENSION timescaledb")


async def _usable_version(owner: Owner) -> str:
    cursor = await owner.execute(
        "SELECT extversion, current_setting('timescaledb.license')"
        " FROM pg_extension WHERE extname = 'timescaledb'"
    )
    row = await cursor.fetchone()
    assert row is not None
    version, license_ = row
    if tuple(map(int, version.split(".")[:2])) < VERSION_MIN:
        raise NoTimescale(
            f"The server has TimescaleDB {version}; HOMEPOT needs"
            f" {'.'.join(map(str, VERSION_MIN))} or newer, which takes late readings into"
            " compressed days."
        )
    if license_ != "timescale":
        raise NoTimescale(
            f"The server runs TimescaleDB under the licence {license_!r}, which leaves compression"
            " out: set timescaledb.license = 'timescale', or install the community edition."
        )
    return str(version)


async def _set_for_database(owner: Owner) -> None:
    """Also on a server of the owner's: nothing is told to anybody, for this database."""
    for name, value in _SETTINGS.items():
        known = await owner.execute("SELECT 1 FROM pg_settings WHERE name = %s", [name])
        if await known.fetchone() is not None:
            await owner.execute(
                SQL("ALTER DATABASE {} SET {} = {}").format(
                    Identifier(owner.info.dbname), SQL(name), Literal(value)
                )
            )
