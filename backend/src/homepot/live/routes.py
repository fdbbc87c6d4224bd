"""GET /api/live, the one WebSocket."""

import asyncio
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from homepot.access.guard import websocket_refusal, websocket_tenant
from homepot.core.errors import HomepotError
from homepot.core.live import LiveEvent, LiveFeed, Subscription
from homepot.core.process import Process

router = APIRouter()

# RFC 6455 leaves 4000-4999 to applications; the last three digits are the HTTP status.
_REFUSED = 4000
# Quiet lines are cut by proxies and sleep unnoticed: a beat lets the viewer tell.
BEAT_EVERY_S = 10.0
# Whoever signs out or is deactivated hears nothing more after this long.
ASK_AGAIN_EVERY_S = 10.0


@router.websocket("/api/live")
async def live(socket: WebSocket, resume: str | None = None) -> None:
    process: Process = socket.app.state.process
    await socket.accept()
    try:
        tenant_id = await websocket_tenant(socket)
    except HomepotError as refusal:
        await socket.close(_REFUSED + refusal.status, refusal.kind)
        return
    with process.feed.subscribe(tenant_id) as subscription, suppress(WebSocketDisconnect):
        sending = asyncio.create_task(_send(socket, process.feed, subscription, resume))
        gone = asyncio.create_task(_until_gone(socket))
        refused = asyncio.create_task(_until_refused(socket))
        tasks = (sending, gone, refused)
        _, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_gone(socket: WebSocket) -> None:
    """Nothing is expected from a viewer; reading is how its going is noticed."""
    with suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()


async def _until_refused(socket: WebSocket) -> None:
    """A socket outlives no session: it is asked again who it is for as long as it is open."""
    refusal = None
    while refusal is None:
        await asyncio.sleep(ASK_AGAIN_EVERY_S)
        refusal = await websocket_refusal(socket)
    await socket.close(_REFUSED + refusal.status, refusal.kind)


async def _send(
    socket: WebSocket, feed: LiveFeed, subscription: Subscription, resume: str | None
) -> None:
    here, missed = await feed.replay(subscription.tenant_id, resume)
    # Until all that was missed is told, a viewer cut off again must ask from the same place.
    await socket.send_json({"type": "hello", "resume": resume if missed else str(here)})
    if missed is None:
        await socket.send_json({"type": "reset"})
    known = {event.id for event in missed or ()}
    for event in missed or ():
        is_last = missed is not None and event is missed[-1]
        await socket.send_json(_message(event, str(here) if is_last else resume))
    while True:
        try:
            event, token = await asyncio.wait_for(subscription.queue.get(), BEAT_EVERY_S)
        except TimeoutError:
            await socket.send_json({"type": "beat"})
            continue
        if subscription.overrun:
            subscription.overrun = False
            await socket.send_json({"type": "reset"})
        if event.id not in known:
            await socket.send_json(_message(event, str(token)))


def _message(event: LiveEvent, resume: str | None) -> dict[str, object]:
    return {
        "type": "event",
        "id": event.id,
        "kind": event.kind,
        "data": event.data,
        "at": event.at.isoformat(),
        "resume": resume,
    }
