"""A real mail server, a real webhook receiver, and a tenant with a site."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from tests.alerts.stage import Alarm, Hook, Mailbox

from homepot.ai.reports.printer import Printer
from homepot.core.database import Database


@pytest.fixture
def mail() -> Iterator[tuple[str, Mailbox]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=30)
    server.start()
    yield (
        f"mailto://127.0.0.1:{port}?from=homepot@pier.example&to=ada@pier.example&mode=insecure",
        box,
    )
    server.stop()


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender is gone
                return
            if found.status == 200:
                found.posts.append(json.loads(body))
                found.keys.append(self.headers["Idempotency-Key"])
            self.send_response(found.status)
            if found.status == 302:
                self.send_header("Location", f"http://127.0.0.1:{found.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
async def alarm(
    db: Database, people: Any, admin: httpx.AsyncClient, estate: Any, printer: Printer
) -> Alarm:
    site = await estate.site()
    return Alarm(db, admin, await people.tenant(), site, printer)
