"""The door through which questions learn which alerts were sent: the one below does not know us."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from homepot.ai.query.answering.inquiry import AlertSent
from homepot.ai.query.service import Asking
from homepot.alerts import sent_store
from homepot.core.database import Connection
from homepot.core.process import Process


async def alerts_sent(tx: Connection, start: datetime, end: datetime) -> Sequence[AlertSent]:
    """What went out from the one moment up to the other, and of which incident it told."""
    return [AlertSent(*row) for row in await sent_store.sent(tx, start, end)]


@asynccontextmanager
async def answering(process: Process) -> AsyncIterator[None]:
    """For as long as the web application runs."""
    process.part(Asking).doors.alerts = alerts_sent
    yield None
