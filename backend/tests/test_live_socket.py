"""The WebSocket itself: what a viewer is told when it comes back."""

import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


async def _said(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await socket.recv())
    return message


async def test_a_viewer_cut_off_amid_what_it_missed_misses_nothing(
    server: str, people: Any, estate: Any
) -> None:
    secret = await people.session(await people.add("viewer"))
    url = server.replace("http://", "ws://") + "/api/live"
    cookie = {"Cookie": f"homepot_session={secret}"}
    async with connect(url, additional_headers=cookie, proxy=None) as socket:
        before = (await _said(socket))["resume"]
    for name in ("first", "second", "third"):
        await estate.site(name=name)

    again = f"{url}?resume={before}"
    async with connect(again, additional_headers=cookie, proxy=None) as socket:
        assert (await _said(socket))["resume"] == before
        told = [await _said(socket) for _ in range(3)]
    assert [one["type"] for one in told] == ["event"] * 3
    assert [one["resume"] for one in told[:2]] == [before] * 2
    assert told[2]["resume"] != before

    caught_up = f"{url}?resume={told[2]['resume']}"
    async with connect(caught_up, additional_headers=cookie, proxy=None) as socket:
        assert (await _said(socket))["type"] == "hello"
        await estate.site(name="fourth")
        fresh = await _said(socket)
        seen = {one["id"] for one in told}
        assert fresh["id"] not in seen
