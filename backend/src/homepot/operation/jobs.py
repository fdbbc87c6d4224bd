"""What the worker does for operation: it writes its own figures down."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from homepot.core.database import Database
from homepot.core.jobs import Loop
from homepot.core.settings import Settings
from homepot.operation import of_worker


def loops(settings: Settings) -> Sequence[Loop]:
    async def write(_: Database, __: datetime) -> None:
        await asyncio.to_thread(of_worker.write, of_worker.place(settings))

    return (Loop("operation.figures", of_worker.EVERY_S, write),)
