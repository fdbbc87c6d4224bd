"""One door to PostgreSQL: a transaction that belongs to one tenant, or to the system.

The login role owns the tables and, row-level security being forced, sees no row at all. Every
transaction therefore takes on one of two roles before its first statement: a statement that
slips past this door returns nothing instead of everything.
"""

import select
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.pq import ConnStatus
from psycopg.rows import tuple_row
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

Connection = AsyncConnection

_TAKE_ON_SYSTEM = text("SELECT set_config('role', 'homepot_system', true)")
_TAKE_ON_TENANT = text(
    "SELECT set_config('role', 'homepot_tenant', true),"
    " set_config('homepot.tenant_id', :tenant_id, true)"
)
_ANYTHING = text("SELECT 1")
_IS_SUPERUSER = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
# Limits on everything: a statement that takes this long is a mistake, not work.
_SESSION_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
    " -c application_name=homepot"
)
# Requests wait for their turn when many come at once; as long as a statement may take.
_TURN_WITHIN_S = 30
# The server's process behind a connection remembers every table and partition it ever read: after
# so long it may go, and another takes its place.
_CONNECTION_LIFE_S = 900
# A glance takes well under a millisecond, so few connections do for all.
_GLANCES_AT_ONCE_MAX = 3


def _refuse_ended(adapted: Any, _record: object, _proxy: object) -> None:
    """A connection of the pool that the server ended meanwhile is not used: the pool opens another.

    Its socket says so by itself, and at no cost; asking the server would be a round trip each time.
    """
    connection: psycopg.AsyncConnection[object] = adapted.driver_connection
    try:
        while connection.pgconn.status == ConnStatus.OK and _has_word(connection.fileno()):
            connection.pgconn.consume_input()  # the end, or else a notice that nobody waits for
    except psycopg.OperationalError as error:
        raise DisconnectionError(str(error)) from None
    if connection.pgconn.status != ConnStatus.OK:
        raise DisconnectionError


def _has_word(socket: int) -> bool:
    look = select.poll()
    look.register(socket, select.POLLIN)
    return bool(look.poll(0))


def driver_url(url: str) -> URL:
    """The same address, spoken to through psycopg."""
    return make_url(url).set(drivername="postgresql+psycopg")


class Database:
    """The connections of one process."""

    def __init__(self, url: str, *, connections_max: int = 10) -> None:
        self.url = url
        self.engine = create_async_engine(
            driver_url(url),
            pool_size=connections_max,
            max_overflow=0,
            pool_timeout=_TURN_WITHIN_S,
            pool_recycle=_CONNECTION_LIFE_S,
            connect_args={"options": _SESSION_OPTIONS, "connect_timeout": 5},
        )
        # These connections are the system's from their start, so no statement has to say it.
        as_system = f"{_SESSION_OPTIONS} -c role=homepot_system"
        self._glancing = create_async_engine(
            driver_url(url),
            pool_size=_GLANCES_AT_ONCE_MAX,
            max_overflow=0,
            pool_timeout=_TURN_WITHIN_S,
            pool_recycle=_CONNECTION_LIFE_S,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": as_system, "connect_timeout": 5},
        )
        for engine in (self.engine, self._glancing):
            event.listen(engine.sync_engine, "checkout", _refuse_ended)

    @asynccontextmanager
    async def tenant(self, tenant_id: int) -> AsyncIterator[Connection]:
        """One transaction that sees the rows of one tenant and no others."""
        async with self.engine.begin() as connection:
            await enter_tenant(connection, tenant_id)
            yield connection

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """One transaction that sees every tenant: signing in, background work."""
        async with self.engine.begin() as connection:
            await connection.execute(_TAKE_ON_SYSTEM)
            yield connection

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Connection]:
        """Sees every tenant; each statement is a transaction and a round trip of its own. For the
        one question that comes before nearly every request of a program: who is this?"""
        async with self._glancing.connect() as connection:
            yield connection

    async def is_superuser(self) -> bool:
        """Whether row-level security is nothing to the user that we sign in as."""
        async with self.engine.connect() as bare:
            found = await bare.execute(_IS_SUPERUSER)
            return bool(found.scalar_one())

    async def answers(self) -> bool:
        """Whether the server is there and lets us work, however many wait for their turn."""
        try:
            async with self.glance() as connection:
                await connection.execute(_ANYTHING)
                return True
        except (SQLAlchemyError, OSError):
            return False

    async def close(self) -> None:
        await self.engine.dispose()
        await self._glancing.dispose()


async def enter_tenant(connection: Connection, tenant_id: int) -> None:
    """Narrow the rest of this transaction to one tenant."""
    await connection.execute(_TAKE_ON_TENANT, {"tenant_id": str(tenant_id)})


def numbers(many: Iterable[int]) -> str:
    """Whole numbers as an array is written, for `cast(:name as int[])`: a list of ten thousand is
    put together at once, and not looked at one by one."""
    return f"{{{','.join(map(str, many))}}}"


async def in_binary(
    connection: Connection, query: LiteralString, given: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """The rows of a query that has very many, or long ones, without a word of text in between.

    In the same transaction; parameters are written as psycopg has them, %(name)s.
    """
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    async with driver.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(query, given)
        return await cursor.fetchall()


async def in_binary_pieces(
    connection: Connection, query: LiteralString, rows_max: int
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """The same for more rows than should be in memory at once: so many of them at a time."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    async with driver.cursor("pieces", row_factory=tuple_row) as cursor:
        await cursor.execute(query, binary=True)
        while rows := await cursor.fetchmany(rows_max):
            yield rows


_HAS_WRITTEN = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")


async def has_written(connection: Connection) -> bool:
    """Whether this transaction changed anything so far: it then sees what nobody else may ever."""
    return bool((await connection.execute(_HAS_WRITTEN)).scalar_one())
