"""What `homepot ask` does, and what it says."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from homepot.access.caller import system_caller
from homepot.access.people import service as people
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.query.foretelling import foreseen
from homepot.ai.query.schemas import ReplyOut
from homepot.ai.query.service import Asked, Asking, Reply
from homepot.alerts.asked import alerts_sent
from homepot.core.clock import now
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import opened
from homepot.core.settings import SettingsError, load_settings
from homepot.telemetry.archive.service import Archive

WHO = "homepot ask, on the server"
_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Wanted:
    question: str
    mode: str | None
    as_of: datetime | None
    conversation: str | None
    explain: bool
    as_json: bool
    tenant: str | None


def ask(wanted: Wanted) -> None:
    configure_logging("warning")
    try:
        reply = asyncio.run(_ask(wanted))
    except SettingsError as error:
        _refuse(str(error))
    except HomepotError as error:
        _refuse(error.detail)
    except (SQLAlchemyError, OSError) as error:
        _refuse(f"The database did not answer: {str(error).strip().splitlines()[0]}")
    if wanted.as_json:
        told = ReplyOut.of(reply).model_dump(mode="json")
        _out.print(json.dumps(told, ensure_ascii=False), markup=False)
        return
    _out.print(reply.text, markup=False)
    if wanted.explain:
        _explain(reply)


async def _ask(wanted: Wanted) -> Reply:
    as_of = wanted.as_of
    if as_of is not None and as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=UTC)
    async with opened(load_settings()) as process:
        asking = Asking(Archive.of(process.settings))
        asking.doors.alerts = alerts_sent
        asking.doors.forecasts = foreseen
        # Without the index, which one process alone may hold: every vector is looked at.
        asking.memory = memory_of(process.settings, Embedding(), with_index=False)
        async with process.database.system() as tx:
            tenant_id = (await people.tenant_named(tx, wanted.tenant)).id
        async with process.database.tenant(tenant_id) as tx:
            asked = Asked(wanted.question, None, wanted.mode, None, as_of, wanted.conversation)
            return await asking.ask(system_caller(tx, tenant_id, WHO), asked, now())


def _explain(reply: Reply) -> None:
    _out.print(f"\nUnderstood as: {reply.readable}", markup=False)
    for one in reply.answer.evidence:
        count = f" ({one.count:,})" if one.count else ""
        _out.print(f"  {one.kind}: {one.what}{count}", markup=False)
    _out.print(f"  {reply.response_time_ms} ms", markup=False)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
