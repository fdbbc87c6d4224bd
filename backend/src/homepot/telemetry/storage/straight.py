"""Many bytes of a COPY to the server in one go, by a thread that the interpreter does not wait for.

psycopg hands them over in the 200 kB that a socket holds, each time when the event loop gets round
to it: while a large request was being decoded, the server had nothing to do. Over a Unix socket
the messages of the protocol lie in the socket as they are, so one call of the system can send all
of them, and they need not be copied before. Over the network, where they may be encrypted, psycopg
sends them.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Sequence
from contextlib import closing, suppress

import psycopg

from homepot.telemetry.intake.batch import Block
from homepot.telemetry.intake.copy_rows import copy_rows

# Less than this the socket takes at once.
_LARGE_VALUES_MIN = 10_000
CANCEL_MAX_S = 5.0
# CopyData of the protocol: its letter, and how long it is with these four bytes.
_head = struct.Struct(">ci").pack


async def write_rows(
    connection: psycopg.AsyncConnection[object],
    stream: psycopg.AsyncCopy,
    blocks: Sequence[Block],
) -> None:
    """The rows of these blocks into a COPY whose header has been written."""
    values = sum(block.values.size for block in blocks)
    if values < _LARGE_VALUES_MIN or not _is_unix_socket(connection):
        for block in blocks:
            await stream.write(copy_rows(block))
        return
    connection.pgconn.flush()  # the header, which psycopg still holds; a socket has room for it
    # A socket of our own on the same connection: whatever closes the other one, this stays ours.
    with closing(socket.socket(fileno=os.dup(connection.fileno()))) as server:
        sending = asyncio.create_task(asyncio.to_thread(_send, server, blocks))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await _end(connection, server, sending)
            raise
        except OSError as error:
            raise psycopg.OperationalError(f"the server went away: {error}") from error


async def _end(
    connection: psycopg.AsyncConnection[object], server: socket.socket, sending: asyncio.Task[None]
) -> None:
    """The server gives the statement up and reads the rest only to forget it."""
    with suppress(psycopg.Error):
        await connection.cancel_safe(timeout=CANCEL_MAX_S)
    if not (await asyncio.wait([sending], timeout=CANCEL_MAX_S))[0]:
        server.shutdown(socket.SHUT_RDWR)
        await asyncio.wait([sending])


def _is_unix_socket(connection: psycopg.AsyncConnection[object]) -> bool:
    return connection.info.host.startswith("/")


def _send(server: socket.socket, blocks: Sequence[Block]) -> None:
    server.setblocking(True)
    try:
        for block in blocks:
            rows = copy_rows(block)
            server.sendall(_head(b"d", len(rows) + 4))
            server.sendall(rows)
    finally:
        server.setblocking(False)
