"""What answers `homepot ask` where no HOMEPOT is running: this process, with the database alone."""

import asyncio
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from homepot.access.caller import system_caller
from homepot.access.people import service as people
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.query.foretelling import foreseen
from homepot.ai.query.schemas import ReplyOut
from homepot.ai.query.service import Asked, Asking, Reply
from homepot.alerts.asked import alerts_sent
from homepot.ask.door import WHO
from homepot.ask.typed import Wanted, here, in_utc, refuse
from homepot.core.clock import now
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import opened
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive

__all__ = ["WHO", "answered"]


def answered(wanted: Wanted, settings: Settings) -> dict[str, Any]:
    configure_logging("warning")
    try:
        reply = asyncio.run(_ask(wanted, settings))
    except HomepotError as error:
        refuse(error.detail)
    except (SQLAlchemyError, OSError) as error:
        refuse(f"The database did not answer: {str(error).strip().splitlines()[0]}")
    return ReplyOut.of(reply).model_dump(mode="json")


async def _ask(wanted: Wanted, settings: Settings) -> Reply:
    as_of = in_utc(wanted.as_of) if wanted.as_of else None
    async with opened(settings) as process:
        asking = Asking(Archive.of(process.settings))
        asking.doors.alerts = alerts_sent
        asking.doors.forecasts = foreseen
        # Without the index, which one process alone may hold: every vector is looked at.
        asking.memory = memory_of(process.settings, Embedding(), with_index=False)
        async with process.database.system() as tx:
            tenant_id = (await people.tenant_named(tx, wanted.tenant)).id
        async with process.database.tenant(tenant_id) as tx:
            asked = Asked(
                wanted.question, None, wanted.mode, None, as_of, wanted.conversation, here()
            )
            return await asking.ask(system_caller(tx, tenant_id, WHO), asked, now())
