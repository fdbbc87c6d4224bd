"""The door to PostgreSQL: connections that end while nobody uses them."""

import asyncio

from sqlalchemy import text

from homepot.core.database import Connection, Database


async def number_of(tx: Connection) -> int:
    """Of the server's process behind this connection."""
    found: int = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    return found


async def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(
    db: Database, database_url: str
) -> None:
    other = Database(database_url)
    try:
        async with db.system() as tx:
            first = await number_of(tx)
        async with db.system() as tx:
            assert await number_of(tx) == first
        async with other.engine.connect() as owner:
            ended = text("SELECT pg_terminate_backend(:number, 30000)")
            assert (await owner.execute(ended, {"number": first})).scalar_one()
        async with db.system() as tx:
            assert await number_of(tx) != first
    finally:
        await other.close()


async def test_it_is_ready_though_every_connection_is_taken(database_url: str) -> None:
    small = Database(database_url, connections_max=1)
    try:
        async with small.system(), asyncio.timeout(20):
            assert await small.answers()
    finally:
        await small.close()


async def test_requests_wait_for_their_turn(database_url: str) -> None:
    """Far more at once than there are connections: each is worked on, none is turned away."""
    small = Database(database_url, connections_max=2)

    async def work() -> int:
        async with small.system() as tx:
            return await number_of(tx)

    try:
        found = await asyncio.gather(*(work() for _ in range(60)))
    finally:
        await small.close()
    assert len(found) == 60
    assert len(set(found)) == 2


async def test_a_word_of_the_server_that_nobody_waited_for_ends_nothing(
    db: Database, database_url: str
) -> None:
    other = Database(database_url)
    try:
        async with db.engine.connect() as bare:
            first = await number_of(bare)
            await bare.execute(text("LISTEN chaos"))
            await bare.commit()
        async with other.engine.begin() as owner:
            await owner.execute(text("NOTIFY chaos"))
        async with db.system() as tx:
            assert await number_of(tx) == first
    finally:
        await other.close()
