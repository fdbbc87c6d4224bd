"""The doors through which questions and incidents learn what was told: they do not know us."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from homepot.ai.incidents.teller import Decided, Teller, TellingOf
from homepot.ai.query.answering.inquiry import AlertSent
from homepot.ai.query.service import Asking
from homepot.alerts import same_store, sent_store, service
from homepot.alerts.story import story_of
from homepot.alerts.words import foreseen_words
from homepot.core.database import Connection
from homepot.core.process import Process

SHOWN_MAX = 50


async def alerts_sent(tx: Connection, start: datetime, end: datetime) -> Sequence[AlertSent]:
    """What went out from the one moment up to the other, and of which incident it told."""
    return [AlertSent(*row) for row in await sent_store.sent(tx, start, end)]


async def told_of(tx: Connection, incident_id: str, zone: ZoneInfo) -> TellingOf:
    """Who was told of an incident, or why nobody was; and what was foreseen of it."""
    page = await service.deliveries(
        tx, channel_id=None, incident_id=incident_id, state=None, limit=SHOWN_MAX, cursor=None
    )
    decisions = await service.decisions(tx, incident_id, SHOWN_MAX)
    told = [Decided(one.at, one.what, one.outcome) for one in decisions]
    said = await same_store.said_before(tx, incident_id=incident_id)
    foreseen = next((foreseen_words(one, zone) for one in said.values()), "")
    return TellingOf(story_of(page.items, decisions), told, foreseen)


@asynccontextmanager
async def answering(process: Process) -> AsyncIterator[None]:
    """For as long as the web application runs."""
    process.part(Asking).doors.alerts = alerts_sent
    process.part(Teller).ask = told_of
    yield None
