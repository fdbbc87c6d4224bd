"""Whether a web server answers."""

import asyncio
import http.client

_TIMEOUT_S = 2.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


async def answers(host: str, port: int, path: str) -> bool:
    """Whether this path answers with success."""
    return await asyncio.to_thread(answers_now, host, port, path)


def answers_now(host: str, port: int, path: str) -> bool:
    """The same, for callers without an event loop."""
    # Not urllib: it would go through a proxy that the surroundings name.
    connection = http.client.HTTPConnection(_ANY_ADDRESS.get(host, host), port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.client.BAD_REQUEST
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
