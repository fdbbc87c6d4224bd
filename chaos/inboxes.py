"""Who alerts go to: a real mail server and a webhook, on loopback, that note what comes in."""

from collections import Counter
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from chaos.stage import free_port


class Inboxes:
    """How often each delivery arrived, by the id that the product gives it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.came: dict[str, Counter[str]] = {"mail": Counter(), "webhook": Counter()}
        port = free_port()
        self._mail = Controller(_Mailbox(self), hostname="127.0.0.1", port=port, ready_timeout=60)
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.urls = {
            "mail": f"mailto://127.0.0.1:{port}?from=homepot@chaos.example"
            "&to=ada@chaos.example&mode=insecure",
            "webhook": f"json://127.0.0.1:{self._web.server_port}/",
        }

    def note(self, channel: str, delivery: str) -> None:
        with self._lock:
            self.came[channel][delivery] += 1

    def __enter__(self) -> "Inboxes":
        self._mail.start()
        Thread(target=self._web.serve_forever, name="webhook", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._mail.stop()
        self._web.shutdown()
        self._web.server_close()


class _Mailbox:
    def __init__(self, inboxes: Inboxes) -> None:
        self._inboxes = inboxes

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content)
        self._inboxes.note("mail", str(mail["Message-ID"]).strip("<>").split("@")[0])
        return "250 OK"


def _handler(inboxes: Inboxes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            if len(self.rfile.read(length)) < length:
                return  # whoever sent it is gone
            inboxes.note("webhook", str(self.headers["Idempotency-Key"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    return Handler
