"""What the API says at its start to whoever started it by hand."""

from fastapi import FastAPI
from structlog.testing import capture_logs

from homepot.access.first_admin import ensure_first_admin, said_at_the_start
from homepot.core.database import Database


async def test_without_anybody_it_says_how_the_first_person_gets_in(
    app: FastAPI, db: Database
) -> None:
    with capture_logs() as said:
        async with said_at_the_start(app.state.process):
            pass
    assert "homepot user add admin --role admin" in said[0]["event"]
    await ensure_first_admin(db)
    with capture_logs() as said:
        async with said_at_the_start(app.state.process):
            pass
    assert said == []


async def test_a_user_of_its_own_is_no_superuser(db: Database) -> None:
    assert await db.is_superuser() is False
