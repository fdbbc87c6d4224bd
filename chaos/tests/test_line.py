"""The line between agents and server does what its mode says."""

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from chaos.line import Line


class Stub(BaseHTTPRequestHandler):
    came = 0

    def do_GET(self) -> None:
        type(self).came += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield serving.server_port
        serving.shutdown()
        thread.join()


def ask(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def test_open_carries_cut_ends_and_deaf_loses_the_answer(server: int) -> None:
    with Line(server) as line:
        assert ask(line.port) == 204
        line.set("cut")
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(line.port)
        line.set("deaf")
        before = Stub.came
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(line.port)
        assert Stub.came == before + 1
        line.set("open")
        assert ask(line.port) == 204


def test_a_server_that_is_away_is_seen_as_the_end_of_the_line() -> None:
    with Line(1) as line, pytest.raises((OSError, http.client.HTTPException)):
        ask(line.port)
