"""The door of devices: X-Device-ID and X-API-Key, and one transaction for the whole request."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader
from starlette.requests import HTTPConnection

from homepot.access.caller import Actor, Caller
from homepot.access.guard import client_address, process_of, request_id_of
from homepot.access.marks import Mark, marked
from homepot.core.clock import now
from homepot.core.database import Connection
from homepot.core.errors import NotSignedIn, TooMany
from homepot.fleet.enrolment import service
from homepot.fleet.enrolment.service import KeyHolder
from homepot.fleet.enrolment.speaker import Speaker
from homepot.fleet.enrolment.throttle import FAILURES_MAX, WINDOW, Failures

__all__ = ["Speaker", "device", "recognised", "refused_once_more"]

_ID_MAX = 64
_KEY_MAX = 200
_device_id = APIKeyHeader(name="X-Device-ID", scheme_name="Device id", auto_error=False)
_api_key = APIKeyHeader(name="X-API-Key", scheme_name="Device key", auto_error=False)


def refused_once_more(connection: HTTPConnection, refusal: NotSignedIn) -> NotSignedIn | TooMany:
    """What to answer to a wrong credential: itself, or, after too many of them, to wait."""
    state = connection.app.state
    if not hasattr(state, "device_failures"):
        state.device_failures = Failures()
    failures: Failures = state.device_failures
    wait_s = failures.count(client_address(connection), now())
    if wait_s <= 0:
        return refusal
    return TooMany(
        f"More than {FAILURES_MAX} wrong credentials came from this address within"
        f" {WINDOW.total_seconds():.0f} s; try again in {wait_s:.0f} s. A right one is taken"
        " all the same.",
        retry_after_s=wait_s,
    )


@marked(Mark("device"))
async def _speaker(
    request: Request,
    device_id: Annotated[str | None, Depends(_device_id)],
    api_key: Annotated[str | None, Depends(_api_key)],
) -> AsyncIterator[Speaker]:
    """The device that asks; a path that names another is refused. See Speaker.speaks_for."""
    process = process_of(request)
    at = now()
    async with process.database.system() as tx:
        holder = await _recognised(request, tx, device_id, api_key, at)
        caller = Caller(
            tx,
            holder.tenant_id,
            Actor("device", holder.public_id, holder.public_id),
            None,
            frozenset(),
            request_id_of(request),
            client_address(request),
        )
        speaker = Speaker(
            caller,
            holder.device_id,
            holder.public_id,
            at,
            process.settings.device_silent_after_s,
        )
        if (named := request.path_params.get("device_id")) is not None:
            speaker.speaks_for(named)
        yield speaker


async def _recognised(
    request: Request, tx: Connection, device_id: str | None, api_key: str | None, at: datetime
) -> KeyHolder:
    try:
        return await service.recognise(
            tx, (device_id or "")[: _ID_MAX + 1], (api_key or "")[: _KEY_MAX + 1], at
        )
    except NotSignedIn as refusal:
        raise refused_once_more(request, refusal) from None


async def recognised(request: Request) -> KeyHolder | None:
    """The device whose headers came, in a transaction that is over when this returns; None
    where no device headers came."""
    api_key = request.headers.get("x-api-key")
    if api_key is None:
        return None
    async with process_of(request).database.system() as tx:
        return await _recognised(request, tx, request.headers.get("x-device-id"), api_key, now())


def device() -> Any:
    """For a device that shows its key. The transaction commits before the answer leaves."""
    return Depends(_speaker, scope="function")
