"""Cleaning up what has ended."""

from datetime import datetime, timedelta

from homepot.access.sign_in import service
from homepot.core.database import Database
from homepot.core.jobs import Loop


async def forget_what_has_ended(database: Database, now: datetime) -> None:
    await service.clean_up(database, now)


LOOPS = (Loop("access.clean_up", timedelta(minutes=10).total_seconds(), forget_what_has_ended),)
