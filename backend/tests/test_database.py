"""The door to PostgreSQL: connections that end while nobody uses them."""

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
