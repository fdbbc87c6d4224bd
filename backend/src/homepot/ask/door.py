"""Where `homepot ask` finds the running HOMEPOT: a socket in the data folder, for its owner alone.

A line of JSON comes in, lines of JSON go out: the reply, and, where they are wanted, a model's
words and what became of them. Whoever may open the socket may read the database as well.
"""

import asyncio
import json
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from homepot.access.caller import system_caller
from homepot.access.people import service as people
from homepot.ai.llm.narration import UNDER_WAY
from homepot.ai.query.narrating import Narrator, Prepared, Words
from homepot.ai.query.schemas import ConversationId, NarrationOut, ReplyOut, Text
from homepot.ai.query.service import Asked, Asking, Reply
from homepot.ask.near import PATH_MAX, mark_of, socket_of
from homepot.core.clock import now
from homepot.core.errors import HomepotError
from homepot.core.log import get_logger
from homepot.core.process import Process
from homepot.fleet.moments import Moment
from homepot.fleet.sites.timezones import timezone_problem

log = get_logger(__name__)

WHO = "homepot ask, on the server"
_ASKED_MAX_S = 10.0
_LINE_MAX_BYTES = 1_000_000


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("no name has a NUL character")
    return text


Name = Annotated[str, Field(max_length=200), AfterValidator(_no_nul)]


class AskedNear(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: Text
    mode: Name | None = None
    as_of: Moment | None = None
    conversation: ConversationId | None = None
    tenant: Name | None = None
    timezone: Name | None = None
    words: bool = False
    # of the database that the asker means; None: that of the data folder
    database: str | None = None


@dataclass
class AskDoor:
    path: Path | None


@asynccontextmanager
async def listening(process: Process) -> AsyncIterator[AskDoor]:
    path = socket_of(process.settings.data_dir)
    if not hasattr(socket, "AF_UNIX") or len(str(path)) > PATH_MAX:
        yield AskDoor(None)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = os.umask(0o077)
    try:
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(
            lambda reader, writer: _answer(process, reader, writer), path, limit=_LINE_MAX_BYTES
        )
    except OSError as error:
        log.warning(
            f"`homepot ask` will not find this process: {error.strerror}.", action="ask.no_door"
        )
        yield AskDoor(None)
        return
    finally:
        os.umask(before)
    try:
        yield AskDoor(path)
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def _answer(
    process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        if not _is_owner(writer):
            return
        async with asyncio.timeout(_ASKED_MAX_S):
            line = await reader.readline()
        async for told in _told(process, line):
            writer.write(json.dumps(told).encode() + b"\n")
            await writer.drain()
    except (TimeoutError, ValueError, ConnectionError):
        pass  # it went, or said nothing that is a question
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _is_owner(writer: asyncio.StreamWriter) -> bool:
    """The folder is closed to others; the kernel is asked all the same, where it can be."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    peer = writer.get_extra_info("socket")
    given = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", given)[1] in {0, os.geteuid()}


async def _told(process: Process, line: bytes) -> AsyncIterator[dict[str, Any]]:
    try:
        asked = AskedNear.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        yield {"problem": f"{'.'.join(map(str, first['loc']))}: {first['msg']}"}
        return
    if asked.database not in (None, mark_of(process.database.url)):
        yield {"not_mine": True}
        return
    try:
        reply, telling = await _asked(process, asked)
    except HomepotError as error:
        yield {"problem": error.detail}
        return
    except (SQLAlchemyError, OSError) as error:
        said = str(error).strip().splitlines()[0]
        yield {"problem": f"The database did not answer: {said}"}
        return
    if telling is not None:
        reply = replace(reply, narration=UNDER_WAY)
    yield {"reply": ReplyOut.of(reply).model_dump(mode="json")}
    if telling is None:
        return
    async for said_ in process.part(Narrator).words(reply, telling):
        if isinstance(said_, Words):
            yield {"words": said_.text, "model": said_.model}
        else:
            yield {"narration": NarrationOut.of(said_).model_dump(mode="json")}


async def _asked(process: Process, asked: AskedNear) -> tuple[Reply, Prepared | None]:
    async with process.database.system() as tx:
        tenant_id = (await people.tenant_named(tx, asked.tenant)).id
    async with process.database.tenant(tenant_id) as tx:
        caller = system_caller(tx, tenant_id, WHO)
        as_of = asked.as_of.astimezone(UTC) if asked.as_of else None
        given = Asked(
            asked.question, None, asked.mode, None, as_of, asked.conversation,
            None if timezone_problem(asked.timezone or "") else asked.timezone,
        )  # fmt: skip
        reply = await process.part(Asking).ask(caller, given, now())
        telling = None
        if asked.words:
            telling = await process.part(Narrator).prepared(caller, reply, None)
        return reply, telling
